/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an answer may be about, and what the options may name. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "steps/checking/probes.h"
#include "steps/node/node.h"
#include "steps/steps.h"
#include "steps/subjects.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

static void a_finding_by_overlapping_permissions(void **state)
{
	static const char asked[] = "mysqld_t rsync_exec_t file execute,getattr,map,open,read";
	static const struct {
		const char *given;
		int alike;
	} rows[] = {
		{ "mysqld_t rsync_exec_t file execute,getattr,map,open,read", 4 },
		{ "mysqld_t rsync_exec_t file execute,open,read", 4 },
		{ "mysqld_t  rsync_exec_t\tfile  read, open", 4 },
		{ "mysqld_t rsync_exec_t file write,map", 4 },
		{ "mysqld_t rsync_exec_t file write,rea,reads", 3 },
		{ "mysqld_t rsync_exec_t dir read", 3 },
		{ "mysqld_t shell_exec_t file write", 2 },
		{ "a_t b_t dir read", 0 },
		{ "mysqld_t rsync_exec_t file", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(subjects_alike(rows[i].given, asked), rows[i].alike);
		assert_int_equal(subjects_alike(asked, rows[i].given), rows[i].alike);
		assert_int_equal(subjects_same_finding(rows[i].given, asked), rows[i].alike == 4);
	}
}

static void refused(int r, const struct error *err, const char *what, const char *remedy)
{
	assert_int_equal(r, -EINVAL);
	assert_string_equal(err->what, what);
	if (!strstr(err->remedy, remedy))
		fail_msg("%s", err->remedy);
}

static void what_names_no_finding(void **state)
{
	static const char *const wrong[] = { "nonsense", "", "a b c", "a b c  ", "a b c ,", "a b" };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(subjects_finding(NULL, "accept", &err), 0);
	assert_int_equal(subjects_finding("a_t b_t file read", "accept", &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(subjects_finding(wrong[i], "accept", &err), -EINVAL);
	refused(subjects_finding("nonsense", "reject", &err), &err, "\"nonsense\" names no finding",
		"SOURCE TARGET CLASS PERMISSION");
}

static void exercises_by_their_names(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(subjects_exercise(NULL, "done", &err), 0);
	assert_int_equal(subjects_exercise("sst-rsync", "done", &err), 0);
	refused(subjects_exercise("stt", "done", &err), &err, "unknown exercise \"stt\"",
		"did you mean \"sst\"?");
	assert_int_equal(subjects_exercises(NULL, "none", &err), 0);
	assert_int_equal(subjects_exercises(NULL, "garbd, crash bootstrap", &err), 0);
	refused(subjects_exercises(NULL, "garbd crush", &err), &err, "unknown exercise \"crush\"",
		"did you mean \"crash\"?");
	assert_int_equal(subjects_exercises("garbd", "none", &err), -EINVAL);
}

/* ---- the names that --ignore waives -----------------------------------------------------------
 */

/* The third argument of a call, `at` being behind its parenthesis. */
static const char *third_argument(const char *at)
{
	int depth = 0, commas = 0;

	for (; *at && commas < 2; at++) {
		depth += (*at == '(') - (*at == ')');
		commas += *at == ',' && depth == 0;
	}
	return at + strspn(at, " \t\n");
}

/* A name in quotes is one of the table; what is not in quotes comes out of another table. */
static void is_in_the_table(const char *text, const struct strings *table, struct strings *seen)
{
	_cleanup_free_ char *name = NULL;

	if (*text != '"')
		return;
	name = memory_copy(text + 1, strcspn(text + 1, "\""));
	if (!strings_has(table, name))
		fail_msg("not in checking_names: %s", name);
	strings_add(seen, name);
}

/* The labels' names stand in tables. */
static void look_into(const char *directory, bool labels, const struct strings *table,
		      struct strings *seen)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		_cleanup_free_ char *path = str_printf("%s/%s", directory, entry->d_name);
		_cleanup_free_ char *text = NULL;

		if (!strchr("ch", entry->d_name[strlen(entry->d_name) - 1]) ||
		    file_read(path, &text, NULL, NULL) < 0)
			continue;
		for (char *at = text; (at = strstr(at, "\treport_add(")); at++)
			is_in_the_table(third_argument(strchr(at, '(') + 1), table, seen);
		for (char *at = text; labels && (at = strstr(at, "\"label-")); at++)
			is_in_the_table(at, table, seen);
	}
	closedir(dir);
}

static void every_finding_of_the_check_has_its_name_in_the_table(void **state)
{
	_cleanup_(strings_clear) struct strings table = { 0 }, seen = { 0 };

	(void)state;
	strings_split(&table, checking_names, " ");
	look_into("steps/checking", false, &table, &seen);
	look_into("steps/galera", true, &table, &seen);
	look_into("steps/labelling", true, &table, &seen);
	for (const struct probe *probe = probes; probe->name; probe++) {
		if (!strings_has(&table, probe->name))
			fail_msg("not in checking_names: %s", probe->name);
		strings_add(&seen, probe->name);
	}
	for (size_t i = 0; i < table.count; i++) {
		if (!strings_has(&seen, table.items[i]))
			fail_msg("no finding has the name %s", table.items[i]);
		if (i && strcmp(table.items[i - 1], table.items[i]) >= 0)
			fail_msg("not in its order: %s", table.items[i]);
	}
}

static void what_is_ignored_is_checked_at_the_start(void **state)
{
	char right[] = "label-datadir", wrong[] = "label-datadirs";
	char *names[] = { right, wrong, NULL };
	struct error err = { 0 };

	(void)state;
	node_options.ignore = names;
	refused(workflow.check(&err), &err,
		"--ignore: unknown finding of the check \"label-datadirs\"",
		"did you mean \"label-datadir\"?");
	names[1] = NULL;
	assert_int_equal(workflow.check(&err), 0);
	node_options.ignore = NULL;
}

static void options_of_the_exercises_are_checked_at_the_start(void **state)
{
	char wrong[] = "sts", none[] = "", no_time[] = "15x", no_pace[] = "fast";
	char *names[] = { wrong, NULL };
	struct error err = { 0 };

	(void)state;
	node_options.exercises = names;
	refused(workflow.check(&err), &err, "--exercise: unknown exercise \"sts\"",
		"did you mean \"sst\"?");
	names[0] = none;
	refused(workflow.check(&err), &err, "--exercise: unknown exercise \"\"", "sst");
	node_options.exercises = NULL;
	node_options.timeout = no_time;
	refused(workflow.check(&err), &err, "--timeout 15x is no length of time", "90s");
	node_options.timeout = NULL;
	node_options.pace = no_pace;
	refused(workflow.check(&err), &err, "--pace fast is no number", "10");
	node_options.pace = NULL;
	assert_int_equal(workflow.check(&err), 0);
}

static void a_module_by_whatever_name(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(subjects_any("MySQL_galera", "yes", &err), 0);
	assert_int_equal(subjects_any(NULL, "yes", &err), 0);
	refused(subjects_any("", "yes", &err), &err, "there is nothing between the brackets",
		"a name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_finding_by_overlapping_permissions),
		cmocka_unit_test(what_names_no_finding),
		cmocka_unit_test(exercises_by_their_names),
		cmocka_unit_test(every_finding_of_the_check_has_its_name_in_the_table),
		cmocka_unit_test(what_is_ignored_is_checked_at_the_start),
		cmocka_unit_test(options_of_the_exercises_are_checked_at_the_start),
		cmocka_unit_test(a_module_by_whatever_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
