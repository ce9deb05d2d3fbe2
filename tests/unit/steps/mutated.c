/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Journals of real runs, each value of each kind of record replaced by others, their sums right:
 * undo and status end as they always do, with a word where it is not 0. Undo works on a real store.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "steps/steps.h"
#include "tests/unit/unit.h"
#include "wizard/journal.h"
#include "wizard/process.h"
#include "wizard/strings.h"

static char *root;
static size_t runs, failures;

/* In place of the C library's: what is tested is not what the disk has. */
int fdatasync(int fd);
int fdatasync(int fd)
{
	(void)fd;
	return 0;
}

static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void shell(const char *format, ...)
{
	_cleanup_free_ char *command = NULL, *said = NULL, *messages = NULL;
	struct error err = { 0 };
	va_list args;

	va_start(args, format);
	command = str_vprintf(format, args);
	va_end(args);
	if (process_capture((const char *const[]){ "bash", "-c", command, NULL }, &said, &messages,
			    &err) != 0)
		fail_msg("failed: %s: %s", command, messages);
}

/* The store as a run that is done, and still permissive, would leave it. */
static int set_up(void **state)
{
	(void)state;
	root = scratch_directory();
	shell(". tests/lib.sh && trap - EXIT && rm -rf \"$scratch\" && cd %s && tiny_root $PWD && "
	      "echo '(typepermissive mysqld_t)' >permissive_mysqld_t.cil && "
	      "echo '(allow mysqld_t port_t (tcp_socket (name_bind)))' >galera.cil && "
	      "cp galera.cil wide.cil && semodule -X 400 -p $PWD -s tiny -D -i "
	      "permissive_mysqld_t.cil -i galera.cil -i wide.cil && "
	      "mkdir -p var/lib/galera-selinux && cp -a var/lib/selinux store",
	      root);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(root);
	return 0;
}

/* The records of a fixture, where "ROOT" is our root. */
static json_t *records_of(const char *name)
{
	_cleanup_free_ char *path = str_printf("tests/fixtures/journals/%s", name), *text = NULL;
	_cleanup_(strings_clear) struct strings lines = { 0 }, parts = { 0 };
	json_t *records = json_array();
	struct error err = { 0 };

	must(file_read(path, &text, NULL, &err), &err);
	strings_split(&lines, text, "\n");
	for (size_t i = 0; i < lines.count; i++) {
		_cleanup_free_ char *whole = NULL, *at = lines.items[i];
		FILE *stream = stream_open(&whole, NULL);

		lines.items[i] = NULL;
		for (char *found, *rest = at;; rest = found + strlen("ROOT")) {
			found = strstr(rest, "ROOT");
			fprintf(stream, "%.*s%s", found ? (int)(found - rest) : (int)strlen(rest),
				rest, found ? root : "");
			if (!found)
				break;
		}
		stream_close(&stream);
		list_add(records, json_loads(whole, 0, NULL));
	}
	return records;
}

static void write_journal(const json_t *records)
{
	_cleanup_free_ char *path = str_printf("%s/var/lib/galera-selinux/journal", root);
	struct journal *journal = NULL;
	struct error err = { 0 };

	unlink(path);
	must(journal_open(&journal, path, false, &err), &err);
	list_each(record, records)
		if (strcmp(member_text(record, "event"), "journal") != 0)
			must(journal_append(journal, json_incref(record), &err), &err);
	journal_close(journal);
}

/* Its exit status, or 128 and the signal; what it said is in the root's "said". */
static int run(const char *command)
{
	_cleanup_free_ char *said = str_printf("%s/said", root);
	const char *const argv[] = { "galera-selinux", "--root", root, command, "--yes", NULL };
	static const int deadly[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS };
	int status, fd;
	pid_t pid = fork();

	if (pid == 0) {
		fd = open(said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		alarm(300);
		/* cmocka's would go on with the tests, in this process. */
		for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
			signal(deadly[i], SIG_DFL);
		_exit(wizard_main(5, (char **)argv, &workflow));
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void try(const json_t *records, const char *command, const char *what)
{
	_cleanup_free_ char *path = str_printf("%s/said", root), *said = NULL;
	struct error err = { 0 };
	static size_t asked;
	int status;

	/* Under valgrind each takes a hundred times as long. */
	if (*(getenv("WRAP") ?: "") && asked++ % 25)
		return;
	write_journal(records);
	status = run(command);
	must(file_read(path, &said, NULL, &err), &err);
	runs++;
	if ((status == EXIT_DONE || status == EXIT_FAILED || status == EXIT_PAUSED) && *said &&
	    !strstr(said, "memory") && !strstr(said, "UTF-8 was met"))
		return;
	failures++;
	print_message("%s, with %s: exit status %d\n%.2000s\n", command, what, status, said);
}

/* ---- mutations ------------------------------------------------------------------------------- */

struct mutation {
	const json_t *all; /* what is written to the journal */
	const char *command;
	const char *place;
};

static void mutate(const struct mutation *mutation, json_t *holder, int depth);

/* Each other value in the place of one; NULL: none at all. */
static void replace(const struct mutation *mutation, json_t *holder, const char *key)
{
	static const char *const values[] = { NULL, "null", "-1", "\"x\"", "[1]", "{\"x\":1}" };
	json_t *before = json_incref(json_object_get(holder, key));

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		_cleanup_free_ char *what = str_printf("%s %s: %s", mutation->place, key,
						       values[i] ? values[i] : "removed");

		if (values[i])
			member_set(holder, key, json_loads(values[i], JSON_DECODE_ANY, NULL));
		else
			json_object_del(holder, key);
		try(mutation->all, mutation->command, what);
	}
	member_set(holder, key, before);
}

static void mutate(const struct mutation *mutation, json_t *holder, int depth)
{
	_cleanup_(strings_clear) struct strings keys = { 0 };
	const char *key;
	json_t *value;

	json_object_foreach(holder, key, value)
		strings_add(&keys, key);
	/* Of a map whose keys are names, the first stand for all. */
	for (size_t i = 0; i < keys.count && (depth < 2 || i < 3); i++) {
		value = json_object_get(holder, keys.items[i]);
		if (depth < 3 && json_is_array(value))
			value = json_array_get(value, 0);
		if (depth < 3 && json_is_object(value))
			mutate(mutation, value, depth + 1);
		replace(mutation, holder, keys.items[i]);
	}
}

static bool is_new(struct strings *seen, char *kind)
{
	_cleanup_free_ char *text = kind;

	if (strings_has(seen, text))
		return false;
	strings_add(seen, text);
	return true;
}

/* Which members of its step's own it has, and what it is about. */
static char *kind_of(const json_t *record, const json_t *change)
{
	static const char shown[] = " what from to note command undo limit ";
	char *kind =
		str_printf("%s %s", member_text(record, "step"), member_text(change, "confine"));
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)change, key, value) {
		_cleanup_free_ char *word = str_printf(" %s ", key), *before = kind;

		kind = str_printf("%s%s", before, strstr(shown, word) ? "" : word);
	}
	return kind;
}

/* Each kind of change, alone with the record that has it. */
static void mutate_changes(const char *name, struct strings *seen)
{
	json_auto_t *records = records_of(name);

	list_each(record, records)
		list_each(change, json_object_get(record, "changes")) {
			json_auto_t *one = json_copy(record), *all = json_array();
			struct mutation mutation = { all, "undo", member_text(record, "step") };

			if (!is_new(seen, kind_of(record, change)))
				continue;
			json_object_set_new(one, "changes", json_pack("[O]", change));
			list_add(all, json_incref(one));
			shell("cd %s && rm -rf var/lib/selinux && cp -a store var/lib/selinux",
			      root);
			mutate(&mutation, change, 1);
		}
}

static void test_undo(void **state)
{
	static const char *const names[] = { "rehearsal", "labels", "confined" };
	_cleanup_(strings_clear) struct strings seen = { 0 };

	(void)state;
	runs = failures = 0;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		mutate_changes(names[i], &seen);
	print_message("%zu kinds of changes, %zu mutations\n", seen.count, runs);
	assert_true(seen.count >= 9);
	assert_int_equal(failures, 0);
}

/* Every kind of what is remembered, by the first word of its key: the shape of a record is the
 * session's to look at. */
static void test_status(void **state)
{
	static const char *const names[] = { "rehearsal", "confined" };
	_cleanup_(strings_clear) struct strings seen = { 0 };

	(void)state;
	runs = failures = 0;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		json_auto_t *records = records_of(names[i]);

		list_each(record, records) {
			const char *key = member_text(record, "key");
			struct mutation mutation = { records, "status", key };
			json_t *value = json_object_get(record, "value");

			/* The end that is remembered would spare the look at all the rest. */
			if (!value || !strcmp(key, "finished") ||
			    !is_new(&seen, str_printf("%.*s", (int)strcspn(key, " "), key)))
				continue;
			if (json_is_object(value))
				mutate(&mutation, value, 1);
			replace(&mutation, record, "value");
		}
	}
	print_message("%zu kinds of memory, %zu mutations\n", seen.count, runs);
	assert_true(seen.count >= 15);
	assert_int_equal(failures, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_status),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
