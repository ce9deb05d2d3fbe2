/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/galera/files.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

/* "NAME PATH TYPE" of each, in their order. */
static void assert_files(const struct galera_config *config, const char *wanted)
{
	struct galera_file *files = NULL;
	_cleanup_free_ char *text = NULL;
	size_t count, length;
	FILE *out = open_memstream(&text, &length);

	count = galera_files(config, &files);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s %s %s\n", files[i].name + strlen("label-"), files[i].path,
			files[i].type ? files[i].type : "-");
	fclose(out);
	galera_files_free(files, count);
	assert_string_equal(text, wanted);
}

static void a_usual_node(void **state)
{
	const struct galera_config config = { .data_directory = (char *)"/var/lib/mysql/",
					      .error_log = (char *)"/var/log/mysql/error.log",
					      .notify_command =
						      (char *)"/usr/local/bin/notify --log x" };

	assert_files(&config, "datadir /var/lib/mysql mysqld_db_t\n"
			      "log /var/log/mysql/error.log mysqld_log_t\n"
			      "config /etc/my.cnf -\n"
			      "config /etc/mysql/my.cnf -\n"
			      "notify /usr/local/bin/notify -\n");
}

/* What is in the data directory goes with it; what is beside it does not. */
static void paths_of_its_own(void **state)
{
	struct galera_option options[] = {
		{ (char *)"log_bin", (char *)"//data//binlog/mysql-bin" },
		{ (char *)"innodb_data_home_dir", (char *)"/data/mysql" },
		{ (char *)"innodb_undo_directory", (char *)"/data/mysql2" },
		{ (char *)"innodb_log_group_home_dir", (char *)"./redo" },
	};
	const struct galera_config config = { .options = options,
					      .option_count = ARRAY_SIZE(options),
					      .data_directory = (char *)"/data/mysql",
					      .error_log = (char *)"/data/mysql/db1.err" };

	assert_files(&config, "datadir /data/mysql mysqld_db_t\n"
			      "innodb /data/mysql2 mysqld_db_t\n"
			      "binlog /data/binlog mysqld_db_t\n"
			      "config /etc/my.cnf -\n"
			      "config /etc/mysql/my.cnf -\n");
}

static void the_saved_group(void **state)
{
	static const char *const cases[][2] = {
		{ "# GALERA saved state\nversion: 2.1\nuuid:    2e9e692a-1\nseqno:   -1\n",
		  "2e9e692a-1" },
		{ "version: 2.1\nuuid: x\n", "" },
		{ "version: 2.1\nuuid:", "" },
		{ "uuidless", "" },
		{ "", "" },
		{ "\nuuid: 01234567-0123-0123-0123-0123456789abcdef-and-more\n",
		  "01234567-0123-0123-0123-0123456789abcde" },
	};
	char *folder = scratch_directory();
	_cleanup_free_ char *path = str_printf("%s/grastate.dat", folder);
	char group[40] = "before";

	galera_saved_group(path, group);
	assert_string_equal(group, "");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *text = cases[i][0];

		assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
		galera_saved_group(path, group);
		assert_string_equal(group, cases[i][1]);
	}
	/* A pipe is not waited on. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	galera_saved_group(path, group);
	assert_string_equal(group, "");
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_usual_node),
		cmocka_unit_test(paths_of_its_own),
		cmocka_unit_test(the_saved_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
