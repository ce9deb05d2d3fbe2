/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "wizard/process.h"
#include "wizard/screen.h"
#include "wizard/terminal.h"
#include "wizard/util.h"

/* While a line is read these come to us, because the terminal is in the editor's mode. */
static const int signals[] = { SIGWINCH, SIGTSTP, SIGQUIT };
/* These are the engine's; they are only let in where their coming ends the wait. */
static const int endings[] = { SIGINT, SIGTERM, SIGHUP };

static volatile sig_atomic_t caught[ARRAY_SIZE(signals)];

/* The line that is being read. */
static struct {
	const char *prompt;
	sigset_t outside; /* the signal mask that the caller has */
	struct sigaction before[ARRAY_SIZE(signals)];
} reader;

static void note(int signal)
{
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (signals[i] == signal)
			caught[i] = 1;
}

bool terminal_present(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static char *prompt_of(EditLine *editor)
{
	(void)editor;
	return (char *)reader.prompt; /* libedit only reads it */
}

/* Signals are blocked from here on, so that none slips in between a look at its flag and the wait;
 * ppoll() in next_byte() opens the door. */
static void signals_take(void)
{
	struct sigaction action = { .sa_handler = note };
	sigset_t blocked;

	sigemptyset(&action.sa_mask);
	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		caught[i] = 0;
		sigaddset(&blocked, signals[i]);
		sigaction(signals[i], &action, &reader.before[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		sigaddset(&blocked, endings[i]);
	sigprocmask(SIG_BLOCK, &blocked, &reader.outside);
}

static void signals_give_back(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &reader.before[i], NULL);
	sigprocmask(SIG_SETMASK, &reader.outside, NULL);
}

/* Ctrl-Z and Ctrl-\ do what they do elsewhere, but not in the editor's terminal mode. */
static void leave_and_return(EditLine *editor, int signal)
{
	el_set(editor, EL_PREP_TERM, 0);
	signals_give_back();
	raise(signal);
	signals_take();
	el_set(editor, EL_PREP_TERM, 1);
	el_set(editor, EL_REFRESH);
}

static void answer_signals(EditLine *editor)
{
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (!caught[i])
			continue;
		caught[i] = 0;
		if (signals[i] == SIGWINCH)
			el_resize(editor);
		else
			leave_and_return(editor, signals[i]);
	}
}

/* One byte: 1, 0 at the end of input, -1 when interrupted or on an error. */
static int next_byte(EditLine *editor, char *byte)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	for (;;) {
		if (process_interrupted())
			return -1;
		if (ppoll(&input, 1, NULL, &reader.outside) >= 0)
			return (int)read(STDIN_FILENO, byte, 1);
		if (errno != EINTR)
			return -1;
		answer_signals(editor);
	}
}

/* libedit's own reader takes up an interrupted read() again; this one ends the line there. */
static int next_character(EditLine *editor, wchar_t *character)
{
	mbstate_t state = { 0 };

	for (;;) {
		char byte;
		int got = next_byte(editor, &byte);
		size_t length;

		if (got != 1)
			return got;
		length = mbrtowc(character, &byte, 1, &state);
		if (length == (size_t)-1) { /* drop what was no character, but not this byte */
			memset(&state, 0, sizeof(state));
			length = mbrtowc(character, &byte, 1, &state);
		}
		if (length == 0 || length == 1)
			return 1;
		if (length == (size_t)-1)
			memset(&state, 0, sizeof(state));
	}
}

/* One editor for the whole process, never ended: el_end() would stop a program that has been put in
 * the background. The terminal's mode does not need it: el_gets() restores that itself. */
static EditLine *the_editor(void)
{
	static EditLine *editor;

	if (editor)
		return editor;
	editor = el_init("wizard", stdin, stderr, stderr);
	if (!editor)
		return NULL;
	el_set(editor, EL_SIGNAL, 0);
	el_set(editor, EL_EDITOR, "emacs");
	el_set(editor, EL_PROMPT, prompt_of);
	el_set(editor, EL_GETCFN, next_character);
	return editor;
}

static int read_line(char **line, struct error *err)
{
	EditLine *editor = the_editor();
	const char *typed;
	int length = 0;

	if (!editor)
		return error_set(err, EIO, "answer the questions beforehand, with --answers FILE",
				 "cannot use this terminal for editing a line");
	el_set(editor, EL_PREP_TERM, 1); /* else the prompt is there before the editor's mode is */
	/* Nobody has read the question yet. The editor itself reads no further than the line. */
	tcflush(STDIN_FILENO, TCIFLUSH);
	typed = el_gets(editor, &length);
	if (!typed || length <= 0 || process_interrupted()) {
		fputc('\n', stderr);
		return error_set(err, EINTR, NULL, "interrupted");
	}
	*line = memory_copy(typed, strcspn(typed, "\n"));
	return 0;
}

int terminal_line(const char *prompt, char **line, struct error *err)
{
	int r;

	reader.prompt = prompt;
	fflush(stdout);
	signals_take();
	r = read_line(line, err);
	signals_give_back();
	screen_other();
	return r;
}

/* ---- single keys ---------------------------------------------------------------------------- */

static bool is_open;
static struct termios before;
static struct sigaction stop_before;
static volatile sig_atomic_t suspended;

static void note_stop(int number)
{
	(void)number;
	suspended = 1;
}

static bool take_terminal(void)
{
	struct sigaction action = { .sa_handler = note_stop };
	struct termios mode;

	/* In the background the terminal is not ours: setting its mode would stop us there. */
	if (tcgetpgrp(STDIN_FILENO) != getpgrp() || tcgetattr(STDIN_FILENO, &before) < 0)
		return false;
	mode = before;
	mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) < 0)
		return false;
	sigaction(SIGTSTP, &action, &stop_before);
	return true;
}

int keys_open(void)
{
	if (!terminal_present())
		return -1;
	suspended = 0;
	is_open = take_terminal();
	return is_open ? STDIN_FILENO : -1;
}

void keys_close(void)
{
	if (!is_open)
		return;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	sigaction(SIGTSTP, &stop_before, NULL);
	is_open = false;
}

int keys_read(void)
{
	unsigned char key;
	ssize_t got = read(STDIN_FILENO, &key, 1);

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (got <= 0 || key == 4) /* Ctrl-D */
		return -1;
	if (key == '\r' || key == '\n')
		return '\n';
	return isalpha(key) ? tolower(key) : 0;
}

bool keys_suspended(void)
{
	return suspended;
}

void keys_suspend(void)
{
	suspended = 0;
	if (!is_open)
		return;
	keys_close();
	raise(SIGTSTP);
	is_open = take_terminal();
}
