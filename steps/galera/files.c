/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/galera/files.h"
#include "wizard/util.h"

#define DATA "mysqld_db_t"
#define LOGS "mysqld_log_t"

/* Options that name a path, and files that every server reads. A relative path is below the data
 * directory. */
static const struct {
	struct galera_file file;
	const char *option; /* NULL: the path itself */
	const char *path;
} table[] = {
	/* The data directory comes first: the others may be in it. */
	{ { "label-datadir", "the data directory", GALERA_FILE_TREE, .type = DATA }, "datadir" },
	{ { "label-innodb", "InnoDB's directory", GALERA_FILE_TREE, .type = DATA },
	  "innodb_data_home_dir" },
	{ { "label-innodb", "InnoDB's log directory", GALERA_FILE_TREE, .type = DATA },
	  "innodb_log_group_home_dir" },
	{ { "label-innodb", "InnoDB's undo directory", GALERA_FILE_TREE, .type = DATA },
	  "innodb_undo_directory" },
	{ { "label-binlog", "the binary log's directory", GALERA_FILE_DIR, .type = DATA,
	    .also = LOGS },
	  "log_bin" },
	{ { "label-log", "the error log", GALERA_FILE_LOG, .type = LOGS, .also = DATA },
	  "log_error" },
	{ { "label-config", "the configuration", GALERA_FILE_PLAIN }, .path = "/etc/my.cnf" },
	{ { "label-config", "the configuration", GALERA_FILE_PLAIN }, .path = "/etc/mysql/my.cnf" },
	{ { "label-notify", "the notify script", GALERA_FILE_PROGRAM }, "wsrep_notify_cmd" },
};

/* An absolute path in new memory, each slash once and none at the end. */
static char *path_clean(const char *path, size_t length)
{
	char *clean = memory_new(length + 1, 1), *end = clean;

	for (size_t i = 0; i < length; i++)
		if (path[i] != '/' || end == clean || end[-1] != '/')
			*end++ = path[i];
	if (end > clean + 1 && end[-1] == '/')
		end[-1] = '\0';
	return clean;
}

/* Itself, or the tree that it is in. */
static bool is_named(const struct galera_file *files, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++) {
		const char *rest = str_starts(path, files[i].path);

		if (rest && (!*rest || (*rest == '/' && files[i].kind == GALERA_FILE_TREE)))
			return true;
	}
	return false;
}

/* How much of the value is the path: a command may have arguments behind it, and the binary log's
 * name is only the beginning of its files' names. */
static size_t path_length(enum galera_file_kind kind, const char *value)
{
	if (kind == GALERA_FILE_PROGRAM)
		return strcspn(value, " \t");
	if (kind == GALERA_FILE_DIR)
		return (size_t)(strrchr(value, '/') - value);
	return strlen(value);
}

static const char *value_of(const struct galera_config *config, size_t row)
{
	const char *option = table[row].option;

	if (!option)
		return table[row].path;
	if (!strcmp(option, "datadir"))
		return config->data_directory;
	if (!strcmp(option, "log_error"))
		return config->error_log;
	if (!strcmp(option, "wsrep_notify_cmd"))
		return config->notify_command;
	return galera_config_get(config, option);
}

size_t galera_files(const struct galera_config *config, struct galera_file **files)
{
	size_t count = 0;

	*files = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const char *value = value_of(config, i);
		_cleanup_free_ char *path = NULL;
		struct galera_file *file;

		if (!value || *value != '/')
			continue;
		path = path_clean(value, path_length(table[i].file.kind, value));
		if (is_named(*files, count, path))
			continue;
		file = array_push(files, &count, sizeof(*file));
		*file = table[i].file;
		file->path = TAKE_PTR(path);
	}
	return count;
}

void galera_files_free(struct galera_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(files[i].path);
	free(files);
}

void galera_directories(const struct galera_config *config, struct strings *directories)
{
	struct galera_file *files;
	size_t count = galera_files(config, &files);

	for (size_t i = 0; i < count; i++) {
		_cleanup_free_ char *parent = str_copy(files[i].path);

		if (files[i].kind == GALERA_FILE_TREE || files[i].kind == GALERA_FILE_DIR)
			strings_insert(directories, parent);
		else if (files[i].kind == GALERA_FILE_LOG)
			strings_insert(directories, dirname(parent));
	}
	galera_files_free(files, count);
}

/* ---- the notify script ----------------------------------------------------------------------- */

/* What a shell takes as it stands. */
#define PLAIN                                                                                      \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"                           \
	"_-./:,@%+="

static bool is_shared(const char *path)
{
	static const char *const directories[] = { "/bin/",      "/sbin/",      "/usr/bin/",
						   "/usr/sbin/", "/lib/",       "/usr/lib/",
						   "/lib64/",    "/usr/lib64/", "/proc/",
						   "/dev/",      "/sys/",       NULL };

	for (size_t i = 0; directories[i]; i++)
		if (str_starts(path, directories[i]))
			return true;
	return false;
}

char *galera_notify_script(const char *command, const char **why)
{
	const char *word = command + strspn(command, " \t");
	_cleanup_free_ char *path = memory_copy(word, strcspn(word, " \t"));

	*why = NULL;
	if (command[strspn(command, PLAIN " \t")])
		*why = "it is more than the path of a script";
	else if (*path != '/' || strstr(path, "/../") || strstr(path, "//"))
		*why = "it is not the whole path of a script";
	else if (is_shared(path))
		*why = "it is a program of the system";
	return *why ? NULL : TAKE_PTR(path);
}

/* ---- grastate.dat ---------------------------------------------------------------------------- */

const char *galera_state_directory(const struct galera_config *config)
{
	const char *home = galera_config_get(config, "wsrep_data_home_dir");

	return home && *home ? home : config->data_directory;
}

void galera_saved_group(const char *path, char group[40])
{
	/* It lies in the server's directory: what is there may be a pipe, or have no end. */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char text[4096];
	const char *at;
	struct stat st;
	ssize_t length;

	*group = '\0';
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	length = read(fd, text, sizeof(text) - 1);
	text[length > 0 ? length : 0] = '\0';
	at = strstr(text, "\nuuid:");
	if (at)
		sscanf(at, " uuid: %39[0-9a-f-]", group);
}
