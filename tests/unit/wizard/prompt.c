/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions at a real pseudo-terminal, with keys typed at it. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/unit/wizard/asking.h"
#include "wizard/process.h"
#define PATIENCE 30000 /* ms; a loaded machine under valgrind is slow */

/* ---- a program at a pseudo-terminal -------------------------------------------------------- */

struct dialogue {
	pid_t pid;
	int keyboard; /* the master's end */
	int report;   /* what the program says about its answer */
	char screen[32768];
	size_t length;
	size_t seen; /* what say_when() has looked past */
};

/* Asks in the child; says to the report how it went, and whether the terminal is as before. */
typedef int ask(struct session *session, char *answer, size_t size);

static void child(ask *question, int report)
{
	struct session *session = new_session(NULL, false);
	struct termios before = { 0 }, after = { 0 }; /* zero: the terminal is gone */
	char answer[256] = "";
	int r;

	screen_init(true, true);
	process_watch_signals();
	alarm(PATIENCE / 1000); /* a question that never ends fails the test */
	tcgetattr(STDIN_FILENO, &before);
	r = question(session, answer, sizeof(answer));
	tcgetattr(STDIN_FILENO, &after);
	dprintf(report, "%d %s%s", r, answer,
		before.c_lflag == after.c_lflag && before.c_iflag == after.c_iflag &&
				before.c_oflag == after.c_oflag
			? ""
			: " (terminal left in another mode)");
	session_free(session);
	exit(0);
}

static void dialogue_start(struct dialogue *dialogue, ask *question, unsigned short columns)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };
	int ends[2];

	memset(dialogue, 0, sizeof(*dialogue));
	fflush(NULL);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	dialogue->pid = forkpty(&dialogue->keyboard, NULL, NULL, &size);
	assert_true(dialogue->pid >= 0);
	if (dialogue->pid == 0) {
		close(ends[0]);
		child(question, ends[1]);
	}
	close(ends[1]);
	dialogue->report = ends[0];
}

/* Waits until text shows up on the screen, behind what was waited for before; then types keys. */
static void say_when(struct dialogue *dialogue, const char *text, const char *keys)
{
	char *found;

	while (!(found = strstr(dialogue->screen + dialogue->seen, text))) {
		struct pollfd output = { .fd = dialogue->keyboard, .events = POLLIN };
		ssize_t got = -1;

		if (poll(&output, 1, PATIENCE) == 1)
			got = read(dialogue->keyboard, dialogue->screen + dialogue->length,
				   sizeof(dialogue->screen) - dialogue->length - 1);
		if (got <= 0)
			fail_msg("no \"%s\" on the screen, but: %s", text, dialogue->screen);
		dialogue->length += (size_t)got;
	}
	dialogue->seen = (size_t)(found - dialogue->screen) + strlen(text);
	assert_int_equal(write(dialogue->keyboard, keys, strlen(keys)), strlen(keys));
}

/* The program has ended, and this is what it said: result code and answer. */
static void assert_report(struct dialogue *dialogue, const char *expected)
{
	char report[512] = "", last[4096];
	size_t length = 0;
	ssize_t got;
	int status;

	while ((got = read(dialogue->report, report + length, sizeof(report) - length - 1)) > 0)
		length += (size_t)got;
	while (read(dialogue->keyboard, last, sizeof(last)) > 0)
		;
	close(dialogue->report);
	close(dialogue->keyboard);
	assert_int_equal(waitpid(dialogue->pid, &status, 0), dialogue->pid);
	assert_string_equal(report, expected);
	assert_int_equal(status, 0);
}

/* ---- the questions that the tests ask ------------------------------------------------------ */

static int ask_apply(struct session *session, char *answer, size_t size)
{
	int chosen = -1, r;

	r = prompt_choice(session, "ports.apply", NULL, "Apply these 3 changes?", apply, 0, &chosen,
			  NULL);
	snprintf(answer, size, "%d", chosen);
	return r;
}

static int ask_review(struct session *session, char *answer, size_t size)
{
	int chosen = -1, r;

	r = prompt_choice(session, "review.rule", "1", "Rule 1?", review, -1, &chosen, NULL);
	snprintf(answer, size, "%d", chosen);
	return r;
}

static int ask_review_default(struct session *session, char *answer, size_t size)
{
	int chosen = -1, r;

	r = prompt_choice(session, "review.rule", "1", "Rule 1?", review, 0, &chosen, NULL);
	snprintf(answer, size, "%d", chosen);
	return r;
}

static int ask_sure(struct session *session, char *answer, size_t size)
{
	bool sure = true;
	int r = prompt_yes_no(session, "sure", NULL, "Sure?", false, &sure, NULL);

	snprintf(answer, size, "%s", sure ? "yes" : "no");
	return r;
}

static int ask_text(struct session *session, const char *default_text, char *answer, size_t size)
{
	_cleanup_free_ char *text = NULL;
	int r = prompt_text(session, "donor", NULL, "Donor", default_text, &text, NULL);

	snprintf(answer, size, "<%s>", text ? text : "");
	return r;
}

static int ask_donor(struct session *session, char *answer, size_t size)
{
	return ask_text(session, NULL, answer, size);
}

static int ask_donor_default(struct session *session, char *answer, size_t size)
{
	return ask_text(session, "db2", answer, size);
}

static int ask_long(struct session *session, char *answer, size_t size)
{
	int chosen = -1, r;

	r = prompt_choice(session, "ports.apply", NULL,
			  "The port 4444/tcp belongs to kerberos_master_port_t in this policy; "
			  "may it be given to mysqld_port_t as long as the node runs?",
			  apply, 0, &chosen, NULL);
	snprintf(answer, size, "%d", chosen);
	return r;
}

static int ask_twice(struct session *session, char *answer, size_t size)
{
	char first[16], second[16];
	int r = ask_apply(session, first, sizeof(first));

	if (r == 0)
		r = ask_sure(session, second, sizeof(second));
	snprintf(answer, size, "%s %s", first, second);
	return r;
}

/* ---- tests --------------------------------------------------------------------------------- */

struct typed {
	ask *question;
	const char *prompt, *keys, *report;
};

static void assert_typed(const struct typed *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct dialogue dialogue;

		dialogue_start(&dialogue, rows[i].question, 80);
		say_when(&dialogue, rows[i].prompt, rows[i].keys);
		assert_report(&dialogue, rows[i].report);
	}
}

static void test_choice_forms(void **state)
{
	static const char prompt[] =
		"  Apply these 3 changes? [Y]es / [d]etails / [s]kip / [q]uit ";
	static const struct typed rows[] = {
		{ ask_apply, prompt, "\r", "0 0" },        /* Enter: the default */
		{ ask_apply, prompt, "d\r", "0 1" },       /* the letter */
		{ ask_apply, prompt, "S\r", "0 2" },       /* in the other case */
		{ ask_apply, prompt, "quit\r", "0 3" },    /* the value */
		{ ask_apply, prompt, "DETAILS\r", "0 1" }, /* in the other case */
		{ ask_apply, prompt, "sk\r", "0 2" },      /* a beginning */
		{ ask_apply, prompt, "  s  \r", "0 2" },   /* with spaces */
		{ ask_apply, prompt, "sk\n", "0 2" },      /* ended by ^J */
		{ ask_apply, prompt,
		  "q\x7f"
		  "d\r",
		  "0 1" },                                                /* backspace */
		{ ask_apply, prompt, "kip\033[D\033[D\033[Ds\r", "0 2" }, /* arrows to the left */
		{ ask_apply, prompt, "quit\x15s\r", "0 2" },              /* ^U: the line anew */
	};

	(void)state;
	assert_typed(rows, ARRAY_SIZE(rows));
}

static void test_choice_letters_of_both_cases(void **state)
{
	static const char prompt[] = "Rule 1? [a]ccept / [r]eject / accept [A]ll that are left ";
	static const struct typed rows[] = {
		{ ask_review, prompt, "a\r", "0 0" },
		{ ask_review, prompt, "A\r", "0 2" },
		{ ask_review, prompt, "R\r", "0 1" },
		{ ask_review, prompt, "accept\r", "0 0" },
		{ ask_review, prompt, "accept-all\r", "0 2" },
		{ ask_review, prompt, "accept all that\r", "0 2" },
		{ ask_review_default, "Rule 1? [a]ccept (Enter) / [r]eject ", "\r", "0 0" },
	};

	(void)state;
	assert_typed(rows, ARRAY_SIZE(rows));
}

static void test_choice_asks_again(void **state)
{
	struct dialogue dialogue;

	(void)state;
	dialogue_start(&dialogue, ask_review, 80);
	say_when(&dialogue, "Rule 1? ", "accept-\r"); /* begins a value that is not shown */
	say_when(&dialogue, "\"accept-\" is none of the answers.", "");
	say_when(&dialogue, "a  accept: it is taken", "");
	say_when(&dialogue, "r  reject\r\n", ""); /* without a word on what it leads to */
	say_when(&dialogue, "Enter does not accept this: type a letter.", "");
	say_when(&dialogue, "Rule 1? ", "acc\r");
	say_when(&dialogue, "\"acc\" can mean several of the answers.", "");
	say_when(&dialogue, "Rule 1? ", "\r"); /* no default: asked again, without a list */
	say_when(&dialogue, "\r\n  Enter does not accept this: type a letter.\r\n  Rule 1? ",
		 "?\r");
	say_when(&dialogue, "a  accept", "");
	say_when(&dialogue, "Rule 1? ", "r\r");
	assert_report(&dialogue, "0 1");
	assert_null(strstr(dialogue.screen, "\"?\""));

	dialogue_start(&dialogue, ask_apply, 80);
	say_when(&dialogue, "uit ", "?\r");
	say_when(&dialogue, "y  yes: all of it is done", "");
	say_when(&dialogue, "Enter means: yes.", "");
	say_when(&dialogue, "uit ", "\r");
	assert_report(&dialogue, "0 0");
}

static void test_in_words(void **state)
{
	static const struct typed rows[] = {
		{ ask_sure, "  Sure? (type y for yes; n or Enter for no) ", "\r", "0 no" },
		{ ask_apply, "s for skip; q for quit) ", "s\r", "0 2" },
	};

	(void)state;
	for_a_screen_reader = true;
	assert_typed(rows, ARRAY_SIZE(rows));
	for_a_screen_reader = false;
}

static void test_yes_no(void **state)
{
	static const struct typed rows[] = {
		{ ask_sure, "  Sure? [y]es / [N]o ", "\r", "0 no" },
		{ ask_sure, "  Sure? [y]es / [N]o ", "Y\r", "0 yes" },
		{ ask_sure, "  Sure? [y]es / [N]o ", "ye\r", "0 yes" },
		{ ask_sure, "  Sure? [y]es / [N]o ", "n\r", "0 no" },
	};

	(void)state;
	assert_typed(rows, ARRAY_SIZE(rows));
}

static void test_text(void **state)
{
	static const struct typed rows[] = {
		{ ask_donor, "  Donor: ", " db 3 \r", "0 <db 3>" },
		{ ask_donor, "  Donor: ",
		  "d\xc3\xbc"
		  "b3\r",
		  "0 <d\xc3\xbc"
		  "b3>" },
		{ ask_donor, "  Donor: ",
		  "\xc3\xbc\x7f"
		  "b3\r",
		  "0 <b3>" },
		{ ask_donor, "  Donor: ",
		  "\xe6"
		  "db3\xff\r",
		  "0 <db3>" }, /* not UTF-8: as if not typed */
		{ ask_donor_default, "  Donor [db2]: ", "\r", "0 <db2>" },
		{ ask_donor_default, "  Donor [db2]: ", "db3\r", "0 <db3>" },
	};

	(void)state;
	assert_typed(rows, ARRAY_SIZE(rows));
}

static void test_text_refuses(void **state)
{
	struct dialogue dialogue;

	(void)state;
	dialogue_start(&dialogue, ask_donor, 80);
	say_when(&dialogue, "Donor: ", "\r");
	say_when(&dialogue, "An answer is needed", "");
	say_when(&dialogue, "Donor: ",
		 "a\x16\x1b"
		 "b\r"); /* ^V takes the ESC literally */
	say_when(&dialogue, "Control characters cannot be part of an answer.", "");
	say_when(&dialogue, "Donor: ",
		 "a\xe2\x80\xae"
		 "b\r"); /* right-to-left override */
	say_when(&dialogue, "Control characters cannot be part of an answer.", "");
	say_when(&dialogue, "Donor: ", "ab\r");
	assert_report(&dialogue, "0 <ab>");
}

static void test_interrupt(void **state)
{
	static const char eintr[] = "-4 -1";
	static const struct typed rows[] = {
		{ ask_apply, "uit ", "\x03", eintr },    /* one Ctrl-C is enough */
		{ ask_apply, "uit ", "ski\x03", eintr }, /* in the middle of a word */
		{ ask_apply, "uit ", "\x04", eintr },    /* Ctrl-D */
		{ ask_donor, "Donor: ", "\x03", "-4 <>" },
		{ ask_donor_default, ": ", "\x04", "-4 <>" },
	};

	(void)state;
	assert_int_equal(EINTR, 4);
	assert_typed(rows, ARRAY_SIZE(rows));
}

static void test_hang_up(void **state)
{
	struct dialogue dialogue;
	char report[64] = "";

	(void)state;
	dialogue_start(&dialogue, ask_apply, 80);
	say_when(&dialogue, "uit ", "sk");
	close(dialogue.keyboard); /* the ssh session is gone */
	assert_true(read(dialogue.report, report, sizeof(report) - 1) > 0);
	assert_memory_equal(report, "-4 -1", 5);
	close(dialogue.report);
	assert_int_equal(waitpid(dialogue.pid, NULL, 0), dialogue.pid);
}

/* A shell with one job: it starts the program in the foreground, and when that stops, looks at the
 * terminal and brings it back. */
static void shell_with_job(ask *question, int report)
{
	struct termios mode;
	int status;
	pid_t job = fork();

	if (job == 0) {
		setpgid(0, 0);
		tcsetpgrp(STDIN_FILENO, getpid()); /* SIGTTOU is ignored, see below */
		signal(SIGTTOU, SIG_DFL);
		child(question, report);
	}
	while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
		tcgetattr(STDIN_FILENO, &mode);
		dprintf(report, "stopped, %s; ", mode.c_lflag & ICANON ? "lines" : "single keys");
		kill(job, SIGCONT);
	}
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static void test_stop_and_continue(void **state)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	struct dialogue dialogue = { 0 };
	const char *preloaded = getenv("LD_PRELOAD");
	int ends[2];

	(void)state;
	if (preloaded && strstr(preloaded, "vgpreload"))
		skip(); /* under valgrind a program does not stop */
	fflush(NULL);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	dialogue.pid = forkpty(&dialogue.keyboard, NULL, NULL, &size);
	assert_true(dialogue.pid >= 0);
	if (dialogue.pid == 0) {
		close(ends[0]);
		signal(SIGTTOU, SIG_IGN);
		alarm(PATIENCE / 1000);
		shell_with_job(ask_apply, ends[1]);
	}
	close(ends[1]);
	dialogue.report = ends[0];
	say_when(&dialogue, "uit ", "sk");
	say_when(&dialogue, "sk", "\x1a");     /* Ctrl-Z */
	say_when(&dialogue, "uit sk", "ip\r"); /* shown again, with what was typed before */
	assert_report(&dialogue, "stopped, lines; 0 2");
}

static void test_resize(void **state)
{
	struct winsize size = { .ws_row = 40, .ws_col = 132 };
	struct dialogue dialogue;

	(void)state;
	dialogue_start(&dialogue, ask_apply, 80);
	say_when(&dialogue, "uit ", "s");
	say_when(&dialogue, "s", "");
	assert_int_equal(ioctl(dialogue.keyboard, TIOCSWINSZ, &size), 0);
	say_when(&dialogue, "", "kip\r");
	assert_report(&dialogue, "0 2");
}

static void test_long_question(void **state)
{
	struct dialogue dialogue;

	(void)state;
	dialogue_start(&dialogue, ask_long, 60);
	say_when(&dialogue, "  The port 4444/tcp belongs to kerberos_master_port_t in\r\n", "");
	say_when(&dialogue, "  this policy; may it be given to mysqld_port_t as long as\r\n", "");
	say_when(&dialogue, "  the node runs?\r\n", "");
	say_when(&dialogue, "  [Y]es / [d]etails / [s]kip / [q]uit ", "d\r");
	assert_report(&dialogue, "0 1");

	dialogue_start(&dialogue, ask_long, 36); /* not even the labels have room */
	say_when(&dialogue, "  [Y]es / [d]etails / [s]kip\r\n", "");
	say_when(&dialogue, "  / [q]uit ", "q\r");
	assert_report(&dialogue, "0 3");
}

static void test_typed_ahead(void **state)
{
	struct dialogue dialogue;

	(void)state;
	dialogue_start(&dialogue, ask_twice, 80);
	say_when(&dialogue, "uit ", "d\ry\ry");           /* whole lines, and the begin of one */
	say_when(&dialogue, "Sure? [y]es / [N]o ", "\r"); /* was not there yet when 'y' was typed */
	assert_report(&dialogue, "0 1 no");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice_forms),
		cmocka_unit_test(test_choice_letters_of_both_cases),
		cmocka_unit_test(test_choice_asks_again),
		cmocka_unit_test(test_in_words),
		cmocka_unit_test(test_yes_no),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_refuses),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_hang_up),
		cmocka_unit_test(test_stop_and_continue),
		cmocka_unit_test(test_resize),
		cmocka_unit_test(test_long_question),
		cmocka_unit_test(test_typed_ahead),
	};
	int nowhere = open("/dev/null", O_RDONLY);

	setlocale(LC_CTYPE, "");
	setenv("TERM", "xterm", 1);
	dup2(nowhere, STDIN_FILENO); /* as from cron: never this test's own terminal */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
