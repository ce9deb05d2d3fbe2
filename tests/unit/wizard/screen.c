/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person sees: wrapped, aligned, coloured; and results that reach their end. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

static void columns(const char *number)
{
	assert_int_equal(setenv("COLUMNS", number, 1), 0);
}

/* As a step would end its output: the next blank line counts. */
static void some_line(void)
{
	screen_other();
}

/* ---- layout -------------------------------------------------------------------------------- */

static void test_blank_lines(void **state)
{
	struct capture screen;

	(void)state;
	some_line();
	capture_start(&screen, STDERR_FILENO);
	screen_blank();
	screen_blank();
	screen_heading(2, 10, "Label the Galera ports");
	screen_say("Text.");
	screen_heading(0, 0, "Plain");
	screen_blank();
	screen_blank();
	assert_string_equal(capture_end(&screen), "\n[2/10] Label the Galera ports\n"
						  "  Text.\n"
						  "\nPlain\n"
						  "\n");
}

static void test_marks(void **state)
{
	struct capture screen;

	(void)state;
	columns("30");
	capture_start(&screen, STDERR_FILENO);
	screen_mark(MARK_OK, "%d ports labelled", 3);
	screen_mark(MARK_WARN, "a line that goes on under its text");
	screen_mark(MARK_STOP, "one\ntwo");
	screen_mark(MARK_TODO, "todo");
	screen_mark(MARK_NONE, "none");
	assert_string_equal(capture_end(&screen), "  ok  3 ports labelled\n"
						  "  !   a line that goes on\n"
						  "      under its text\n"
						  "  x   one\n"
						  "      two\n"
						  "  -   todo\n"
						  "      none\n");
}

static void test_details_stay_whole(void **state)
{
	struct capture screen;

	(void)state;
	columns("30");
	capture_start(&screen, STDERR_FILENO);
	screen_detail("semanage port -a -t mysqld_port_t -p tcp 4567\nrm %s", "x");
	assert_string_equal(capture_end(&screen),
			    "    semanage port -a -t mysqld_port_t -p tcp 4567\n"
			    "    rm x\n");
}

static const struct {
	const char *columns, *text, *wrapped;
} wraps[] = {
	{ "80", "", "  \n" },
	{ "24", "mysqld may only use ports it has", "  mysqld may only use\n  ports it has\n" },
	{ "24", "exactly twenty-two co.", "  exactly twenty-two co.\n" },
	{ "24", "exactly twenty-three c.", "  exactly twenty-three\n  c.\n" },
	{ "40", "mysqld may only use ports it has", "  mysqld may only use ports it has\n" },
	{ "24", "a /very/long/path/that/has/no/room x",
	  "  a\n  /very/long/path/that/has/no/room\n  x\n" },
	{ "24", "one\n\ntwo\n", "  one\n\n  two\n" },
	{ "24", "  indented  and  spaced out", "    indented  and\n  spaced out\n" },
	{ "24",
	  "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e "
	  "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e x",
	  "  \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e "
	  "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e x\n" },
	{ "24",
	  "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e "
	  "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e xyz",
	  "  \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e "
	  "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\n  xyz\n" },
	{ "24", "escapes count as shown \x01\x02\x03",
	  "  escapes count as shown\n  \\x01\\x02\\x03\n" },
};

static void test_wrapping(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wraps); i++) {
		struct capture screen;

		columns(wraps[i].columns);
		capture_start(&screen, STDERR_FILENO);
		screen_say("%s", wraps[i].text);
		assert_string_equal(capture_end(&screen), wraps[i].wrapped);
	}
}

static void test_width(void **state)
{
	static const struct {
		const char *variable;
		size_t width;
	} rows[] = {
		{ "132", 132 },
		{ "1", 20 },
		{ "0", 80 },
		{ "-5", 80 },
		{ "", 80 },
		{ "12x", 80 },
		{ "99999999999999999999", 80 },
	};
	struct capture screen;

	(void)state;
	capture_start(&screen, STDERR_FILENO);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		columns(rows[i].variable);
		assert_int_equal(text_width(), rows[i].width);
	}
	unsetenv("COLUMNS");
	assert_int_equal(text_width(), 80);
	capture_end(&screen);
}

static void test_table(void **state)
{
	static const char *const header[] = { "exercise", "joiner", "donor" };
	static const char *const cells[] = {
		"SST \xe6\x97\xa5\xe6\x9c\xac",
		"-",
		"a cell that is long enough to be wrapped under itself",
		"notify command",
		NULL,
		"n/a",
		"d\xc3\xbc"
		"b3",
		"ok",
		NULL,
	};
	struct capture screen;

	(void)state;
	columns("62");
	capture_start(&screen, STDERR_FILENO);
	screen_table(header, cells, 3, 3);
	assert_string_equal(
		capture_end(&screen),
		"    exercise        joiner  donor\n"
		"    SST \xe6\x97\xa5\xe6\x9c\xac        -       a cell that is long enough to be\n"
		"                            wrapped under itself\n"
		"    notify command          n/a\n"
		"    d\xc3\xbc"
		"b3            ok\n");
	capture_start(&screen, STDERR_FILENO);
	screen_table(NULL, NULL, 0, 3);
	assert_string_equal(capture_end(&screen), "");
}

static json_t *three_changes(void)
{
	json_t *changes =
		json_pack("[{s:s,s:s,s:s,s:s,s:s}, {s:s,s:s,s:s,s:s}, {s:s,s:s}]", "what",
			  "4567/tcp  replication", "from", "unlabelled", "to", "mysqld_port_t",
			  "command", "semanage port -a -t mysqld_port_t -p tcp 4567", "undo",
			  "semanage port -d -p tcp 4567", "what", "4444/tcp  SST", "from",
			  "kerberos_master_port_t", "to", "mysqld_port_t", "note", "override",
			  "what", "module galera", "to", "loaded");

	assert_non_null(changes);
	return changes;
}

static void test_changes(void **state)
{
	json_t *changes = three_changes(),
	       *new = json_pack("[{s:s,s:s}]", "what", "module galera", "to", "loaded");
	struct capture screen;

	(void)state;
	columns("80");
	capture_start(&screen, STDERR_FILENO);
	screen_changes(changes, false);
	assert_string_equal(
		capture_end(&screen),
		"    4567/tcp  replication  unlabelled              -> mysqld_port_t\n"
		"    4444/tcp  SST          kerberos_master_port_t  -> mysqld_port_t  (override)\n"
		"    module galera                                  -> loaded\n");
	capture_start(&screen, STDERR_FILENO);
	screen_changes(new, false);
	assert_string_equal(capture_end(&screen), "    module galera  loaded\n");
	capture_start(&screen, STDERR_FILENO);
	json_array_remove(changes, 1);
	screen_changes(changes, true);
	assert_string_equal(capture_end(&screen),
			    "    4567/tcp  replication  unlabelled  -> mysqld_port_t\n"
			    "      as:   semanage port -a -t mysqld_port_t -p tcp 4567\n"
			    "      undo: semanage port -d -p tcp 4567\n"
			    "    module galera                      -> loaded\n");
	json_decref(changes);
	json_decref(new);
}

/* No room beside the other cells, nor for a column there: the last cell goes below. */
static void test_changes_in_a_narrow_room(void **state)
{
	json_t *changes = three_changes();
	struct capture screen;

	(void)state;
	columns("74");
	capture_start(&screen, STDERR_FILENO);
	screen_changes(changes, false);
	assert_string_equal(capture_end(&screen),
			    "    4567/tcp  replication  unlabelled              -> mysqld_port_t\n"
			    "    4444/tcp  SST          kerberos_master_port_t  -> mysqld_port_t\n"
			    "        (override)\n"
			    "    module galera                                  -> loaded\n");
	columns("30");
	capture_start(&screen, STDERR_FILENO);
	json_array_remove(changes, 1);
	json_object_set_new(json_array_get(changes, 1), "to", json_string("loaded, and kept so."));
	screen_changes(changes, false);
	assert_string_equal(capture_end(&screen), "    4567/tcp  replication  unlabelled  ->\n"
						  "        mysqld_port_t\n"
						  "    module galera                      ->\n"
						  "        loaded, and kept so.\n");
	json_decref(changes);
}

static void test_error(void **state)
{
	struct capture screen;

	(void)state;
	columns("40");
	capture_start(&screen, STDERR_FILENO);
	screen_error("galera-selinux", "no such file: /tmp/x with some more words",
		     "create it, then start again");
	screen_error("galera-selinux", "short", "");
	assert_string_equal(capture_end(&screen), "galera-selinux: no such file: /tmp/x\n"
						  "  with some more words\n"
						  "  create it, then start again\n"
						  "galera-selinux: short\n");
}

/* ---- colour -------------------------------------------------------------------------------- */

/* Shows an ok mark at a pseudo-terminal of so many columns. */
static void at_terminal(bool plain, unsigned short width, char *text, size_t size)
{
	struct winsize window = { .ws_row = 24, .ws_col = width };
	int master, slave, saved = dup(STDERR_FILENO);
	struct termios raw;
	ssize_t got;

	cfmakeraw(memset(&raw, 0, sizeof(raw)));
	assert_int_equal(openpty(&master, &slave, NULL, &raw, &window), 0);
	dup2(slave, STDERR_FILENO);
	screen_init(plain, true);
	screen_mark(MARK_OK, "three words here");
	dup2(saved, STDERR_FILENO);
	close(saved);
	screen_init(true, true);
	got = read(master, text, size - 1);
	assert_true(got > 0);
	text[got] = '\0';
	close(slave);
	close(master);
}

static void test_colour(void **state)
{
	static const char plain[] = "  ok  three words here\n";
	static const char colour[] = "  \033[32mok  \033[0mthree words here\n";
	struct capture screen;
	char text[256];

	(void)state;
	columns("25"); /* the terminal itself knows better */
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	at_terminal(false, 80, text, sizeof(text));
	assert_string_equal(text, colour);
	at_terminal(false, 21, text, sizeof(text));
	assert_string_equal(text, "  \033[32mok  \033[0mthree words\n      here\n");
	at_terminal(true, 80, text, sizeof(text));
	assert_string_equal(text, plain);
	setenv("NO_COLOR", "1", 1);
	at_terminal(false, 80, text, sizeof(text));
	assert_string_equal(text, plain);
	setenv("NO_COLOR", "", 1); /* set but empty is not set: no-color.org */
	at_terminal(false, 80, text, sizeof(text));
	assert_string_equal(text, colour);
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	at_terminal(false, 80, text, sizeof(text));
	assert_string_equal(text, plain);
	setenv("TERM", "xterm", 1);
	capture_start(&screen, STDERR_FILENO); /* a file */
	screen_init(false, true);
	screen_mark(MARK_OK, "three words here");
	assert_string_equal(capture_end(&screen), plain);
}

/* ---- results ------------------------------------------------------------------------------- */

static void test_results(void **state)
{
	struct capture result;
	json_t *value = json_pack("{s:i, s:[s], s:{}}", "zebra", 1, "apple", "d\xc3\xbc\033", "m");
	struct error err = { 0 };

	(void)state;
	columns("20");
	capture_start(&result, STDOUT_FILENO);
	screen_result("%s", "a result is one line, however long that may be");
	screen_result_json(value);
	assert_int_equal(screen_flush(&err), 0);
	assert_string_equal(capture_end(&result),
			    "a result is one line, however long that may be\n"
			    "{\n  \"zebra\": 1,\n  \"apple\": [\n    \"d\\u00FC\\u001B\"\n  ],\n"
			    "  \"m\": {}\n}\n");
	assert_int_equal(err.code, 0);
	json_decref(value);
}

/* Prints a result to fd; what screen_flush() says of it. */
static int flush_to(int fd, bool json, struct error *err)
{
	int saved, r;
	json_t *value = json_true();

	fflush(NULL);
	saved = dup(STDOUT_FILENO);
	dup2(fd, STDOUT_FILENO);
	if (json)
		screen_result_json(value);
	else
		screen_result("result");
	r = screen_flush(err);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	return r;
}

static void test_lost_results(void **state)
{
	struct error err = { 0 };
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), ends[2];

	(void)state;
	assert_true(full >= 0);
	for (int json = 0; json < 2; json++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(flush_to(full, json, &err), -ENOSPC);
		assert_int_equal(err.code, ENOSPC);
		assert_true(*err.what && *err.remedy);
	}
	close(full);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	close(ends[0]);
	assert_int_equal(flush_to(ends[1], false, &err), -EPIPE);
	close(ends[1]);
	assert_int_equal(screen_flush(&err), 0); /* an error is told once */
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blank_lines),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_details_stay_whole),
		cmocka_unit_test(test_wrapping),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_changes_in_a_narrow_room),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_lost_results),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
