/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "wizard/keys.h"
#include "wizard/terminal.h"

static bool is_open;
static struct termios before;
static struct sigaction stop_before;
static volatile sig_atomic_t suspended;

static void note(int number)
{
	(void)number;
	suspended = 1;
}

/* In the background the terminal is not ours: setting its mode would stop us there. */
static bool in_foreground(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static bool take_terminal(void)
{
	struct sigaction action = { .sa_handler = note };
	struct termios mode;

	if (!in_foreground() || tcgetattr(STDIN_FILENO, &before) < 0)
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
