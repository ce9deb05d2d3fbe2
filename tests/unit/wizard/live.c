/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line that is redrawn in place, and single keys, on a terminal of 40 columns. */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "wizard/terminal.h"
#include "wizard/screen.h"

/* What child() prints on a terminal; typed is sent once it has printed something. */
static void on_terminal(void (*child)(void), const char *term, const char *typed, char *seen,
			size_t size)
{
	struct winsize window = { .ws_row = 10, .ws_col = 40 };
	struct pollfd output = { .events = POLLIN };
	int master, held, status = -1;
	size_t length = 0;
	pid_t pid = forkpty(&master, NULL, NULL, &window);

	assert_true(pid >= 0);
	if (pid == 0) {
		setenv("TERM", term, 1);
		child();
		_exit(0);
	}
	/* Held open, so that nothing that is under way is lost when the child ends. */
	held = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(held >= 0);
	output.fd = master;
	for (;;) {
		ssize_t got;

		if (poll(&output, 1, 100) == 0) {
			if (waitpid(pid, &status, WNOHANG) == pid)
				break;
			continue;
		}
		got = read(master, seen + length, size - 1 - length);
		assert_true(got > 0);
		length += (size_t)got;
		seen[length] = '\0';
		if (typed && strstr(seen, "ready")) {
			assert_int_equal(write(master, typed, strlen(typed)), strlen(typed));
			typed = NULL;
		}
	}
	close(held);
	close(master);
	assert_int_equal(status, 0);
}

static void draw(void)
{
	screen_init(true, false);
	live_show("one");
	live_show("one");
	live_show("two \033[2J\n%s", "and more than the forty columns that there are");
	screen_say("above");
	live_show("three");
	live_clear();
	live_clear();
}

static void it_is_drawn_in_place(void **state)
{
	char seen[4096] = "";

	(void)state;
	on_terminal(draw, "xterm", NULL, seen, sizeof(seen));
	/* Cut to the width, made safe, taken away before other lines and at the end. */
	assert_string_equal(seen, "\r\033[K  one"
				  "\r\033[K  two \\x1b[2J\\x0aand more than the fort"
				  "\r\033[K  above\r\n"
				  "\r\033[K  three\r\033[K");
}

static void draw_plain(void)
{
	screen_init(true, true);
	live_show("one");
	screen_say("above");
	live_clear();
}

static void draw_dumb(void)
{
	screen_init(true, false);
	live_show("one");
	screen_say("above");
	live_clear();
}

static void not_with_plain_nor_on_a_dumb_terminal(void **state)
{
	char seen[4096] = "";

	(void)state;
	on_terminal(draw_plain, "xterm", NULL, seen, sizeof(seen));
	assert_string_equal(seen, "  above\r\n");
	on_terminal(draw_dumb, "dumb", NULL, seen, sizeof(seen));
	assert_string_equal(seen, "  above\r\n");
}

static void press(void)
{
	struct termios before, after;
	char keys[8] = "";

	tcgetattr(0, &before);
	if (keys_open() != 0)
		_exit(1);
	screen_say("ready");
	for (size_t i = 0; i < 4; i++) {
		int key = keys_read();

		keys[i] = key < 0 ? '-' : key == 0 ? '0' : key == '\n' ? 'E' : (char)key;
	}
	keys_close();
	keys_close();
	tcgetattr(0, &after);
	screen_say("keys %s, mode %s", keys,
		   before.c_lflag == after.c_lflag ? "restored" : "changed");
}

static void keys_come_at_once_and_unseen(void **state)
{
	char seen[4096] = "";

	(void)state;
	on_terminal(press, "xterm", "S\r1\004", seen, sizeof(seen));
	assert_string_equal(seen, "  ready\r\n  keys sE0-, mode restored\r\n");
}

static void no_keys_without_a_terminal(void **state)
{
	(void)state;
	assert_int_equal(keys_open(), -1);
	keys_close();
	assert_false(keys_suspended());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_drawn_in_place),
		cmocka_unit_test(not_with_plain_nor_on_a_dumb_terminal),
		cmocka_unit_test(keys_come_at_once_and_unseen),
		cmocka_unit_test(no_keys_without_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
