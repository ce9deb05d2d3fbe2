/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "steps/galera/config.h"
#include "wizard/process.h"
#include "wizard/util.h"

/* The server's own groups, for a my_print_defaults that does not know them (MySQL's). */
static const char *const server_groups[] = { "client-server", "mysqld", "server", "mariadb",
					     "mariadbd",      "galera", NULL };

/* Those of the SST scripts. */
static const char *const script_groups[] = { "sst", "xtrabackup", "mariabackup", NULL };

/* ---- reading --------------------------------------------------------------------------------- */

/* The file to read below a scratch root; NULL: there is none. */
static char *scratch_file(const char *root)
{
	static const char *const places[] = { "etc/mysql/my.cnf", "etc/my.cnf" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *path = str_printf("%s/%s", root, places[i]);

		if (access(path, F_OK) == 0)
			return TAKE_PTR(path);
	}
	return NULL;
}

/* Run my_print_defaults with these groups; NULL: the server's, as it knows them itself (MariaDB's,
 * with the groups of its version). Returns its exit status or a negative errno. */
static int print_defaults(const struct galera_config_source *source, const char *file,
			  const char *const *groups, char **output, char **messages,
			  struct error *err)
{
	const char *suffix = source->group_suffix, *program = source->program;
	_cleanup_free_ char *file_option = file ? str_printf("--defaults-file=%s", file) : NULL;
	_cleanup_free_ char *suffix_option =
		suffix ? str_printf("--defaults-group-suffix=%s", suffix) : NULL;
	const char *argv[4 + ARRAY_SIZE(server_groups)] = { program ? program
								    : "my_print_defaults" };
	size_t count = 1;

	/* --defaults-file is an option only where it comes first. */
	if (file_option)
		argv[count++] = file_option;
	if (suffix_option)
		argv[count++] = suffix_option;
	if (!groups)
		argv[count++] = "--mysqld";
	for (; groups && *groups; groups++)
		argv[count++] = *groups;
	argv[count] = NULL;
	free(TAKE_PTR(*output));
	free(TAKE_PTR(*messages));
	return process_capture(argv, output, messages, err);
}

/* A line break within a value: my_print_defaults prints it as it is. */
static void continue_value(struct galera_config *config, const char *line)
{
	struct galera_option *last;
	char *longer;

	if (!config->option_count)
		return;
	last = &config->options[config->option_count - 1];
	longer = str_printf("%s\n%s", last->value ? last->value : "", line);
	free(last->value);
	last->value = longer;
}

static void underscore(char *text, char byte)
{
	for (; *text; text++)
		if (*text == byte)
			*text = '_';
}

static void add_option(struct galera_config *config, const char *text)
{
	size_t length = strcspn(text, "=");
	struct galera_option *option =
		array_push(&config->options, &config->option_count, sizeof(*option));

	option->name = memory_copy(text, length);
	underscore(option->name, '-');
	if (text[length])
		option->value = str_copy(text + length + 1);
}

static void add_options(struct galera_config *config, char *text)
{
	char *line;

	/* Not strtok: an empty line may be part of a value. */
	for (char *rest = text; (line = strsep(&rest, "\n")) && (rest || *line);) {
		const char *option = str_starts(line, "--");

		if (option)
			add_option(config, option);
		else
			continue_value(config, line);
	}
	config->read = config->option_count > 0;
}

/* scripts: what the SST scripts are told, beside the server. */
static int read_options(const struct galera_config_source *source, struct galera_config *config,
			struct galera_config *scripts, struct error *err)
{
	const char *root = source->root ? source->root : "/", *file = source->defaults_file;
	_cleanup_free_ char *scratch = NULL, *output = NULL, *messages = NULL;
	int r;

	if (!file && strcmp(root, "/") != 0) {
		scratch = scratch_file(root);
		file = scratch;
		if (!file)
			return 0;
	}
	r = print_defaults(source, file, NULL, &output, &messages, NULL);
	/* Not installed; 127 is how a system that forks first may report it. */
	if (r == -ENOENT || r == 127)
		return 0;
	if (r > 0)
		r = print_defaults(source, file, server_groups, &output, &messages, err);
	if (r < 0)
		return r;
	if (r > 0)
		return error_set(err, EINVAL,
				 "correct that file; the server itself would not start with it",
				 "my_print_defaults cannot read the server's configuration: %.*s",
				 (int)strcspn(messages, "\n"), messages);
	add_options(config, output);
	r = print_defaults(source, file, script_groups, &output, &messages, err);
	if (r == 0)
		add_options(scripts, output);
	return r < 0 ? r : 0;
}

/* ---- asking ---------------------------------------------------------------------------------- */

static const struct galera_option *find_option(const struct galera_config *config, const char *name)
{
	for (size_t i = config->option_count; i-- > 0;) {
		const char *given = config->options[i].name, *loose = str_starts(given, "loose_");

		if (strcmp(loose ? loose : given, name) == 0)
			return &config->options[i];
	}
	return NULL;
}

const char *galera_config_get(const struct galera_config *config, const char *name)
{
	const struct galera_option *option = find_option(config, name);

	return option ? option->value : NULL;
}

char *galera_provider_option(const struct galera_config *config, const char *name)
{
	_cleanup_free_ char *options =
		str_copy(galera_config_get(config, "wsrep_provider_options"));
	_cleanup_free_ char *variable = str_printf("wsrep_provider_%s", name), *found = NULL;
	const char *value = NULL;
	char *option;

	for (char *rest = options; (option = strsep(&rest, ";"));) {
		const char *key = str_trim(strsep(&option, "="));

		if (option && strcmp(key, name) == 0)
			value = option;
	}
	underscore(variable, '.');
	found = str_copy(value ? value : galera_config_get(config, variable));
	return found ? str_copy(str_trim(found)) : NULL;
}

/* ---- what follows from it -------------------------------------------------------------------- */

static bool is_true(const char *value)
{
	/* An option without a value is switched on. */
	return !value || strcasecmp(value, "on") == 0 || strcasecmp(value, "true") == 0 ||
	       strcasecmp(value, "yes") == 0 || strcmp(value, "1") == 0;
}

static bool wsrep_is_on(const struct galera_config *config)
{
	const struct galera_option *on = find_option(config, "wsrep_on");
	const char *provider = galera_config_get(config, "wsrep_provider");

	if (on)
		return is_true(on->value);
	return provider && *provider && strcasecmp(provider, "none") != 0;
}

/* Where the server logs: log_error without a value is HOSTNAME.err, a name without an extension
 * gets .err, and what is relative lies in the data directory. */
static char *error_log_of(const char *value, const char *data_directory)
{
	char host[256] = "localhost";
	const char *extension;

	if (!value || !*value) {
		(void)gethostname(host, sizeof(host) - 1);
		host[strcspn(host, ".")] = '\0';
		return str_printf("%s/%s.err", data_directory, host);
	}
	extension = strchr(basename(value), '.') ? "" : ".err";
	if (*value == '/')
		return str_printf("%s%s", value, extension);
	while (str_starts(value, "./"))
		value += 2;
	return str_printf("%s/%s%s", data_directory, value, extension);
}

static bool is_set(const struct galera_config *config, const char *name)
{
	const char *value = galera_config_get(config, name);

	return value && *value && strcasecmp(value, "disabled") != 0 && strcmp(value, "0") != 0;
}

static bool encrypts_sst(const struct galera_config *scripts)
{
	static const char *const names[] = { "encrypt", "ssl_mode", "tkey",
					     "tcert",   "tca",      "ssl_key" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (is_set(scripts, names[i]))
			return !galera_config_get(scripts, "encrypt") || is_set(scripts, "encrypt");
	return false;
}

static bool encrypts_ist(const struct galera_config *config)
{
	_cleanup_free_ char *ssl = galera_provider_option(config, "socket.ssl");
	_cleanup_free_ char *key = galera_provider_option(config, "socket.ssl_key");

	return ssl && *ssl ? is_true(ssl) : key && *key;
}

/* Has garbd's file a line GALERA_NODES with a value? */
static bool names_nodes(const char *root, const char *path)
{
	_cleanup_free_ char *full = path_in_root(root, path), *text = NULL, *nodes = NULL;
	size_t quotes;

	if (file_read(full, &text, NULL, NULL) < 0)
		return false;
	nodes = text_setting(text, "GALERA_NODES");
	quotes = nodes ? strspn(nodes, "\"'") : 0;
	/* One quote alone: a blank stands behind it. */
	return nodes && (nodes[quotes] || quotes == 1);
}

static void derive(struct galera_config *config)
{
	const struct {
		const char *name, *fallback;
		char **field;
	} fields[] = {
		{ "datadir", "/var/lib/mysql", &config->data_directory },
		{ "wsrep_sst_method", "rsync", &config->sst_method },
		{ "wsrep_notify_cmd", NULL, &config->notify_command },
		{ "wsrep_node_name", NULL, &config->node_name },
	};
	const struct galera_option *log = find_option(config, "log_error");
	_cleanup_free_ char *multicast = galera_provider_option(config, "gmcast.mcast_addr");

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *value = galera_config_get(config, fields[i].name);

		*fields[i].field = str_copy(value && *value ? value : fields[i].fallback);
	}
	for (size_t end = strlen(config->data_directory);
	     end > 1 && config->data_directory[end - 1] == '/'; end--)
		config->data_directory[end - 1] = '\0';
	if (log)
		config->error_log = error_log_of(log->value, config->data_directory);
	config->wsrep_on = wsrep_is_on(config);
	config->multicast = multicast && *multicast;
	config->ist_encrypted = encrypts_ist(config);
}

int galera_config_read(const struct galera_config_source *source, struct galera_config *config,
		       struct error *err)
{
	_cleanup_(galera_config_clear) struct galera_config fresh = { 0 }, scripts = { 0 };
	const char *root = source->root ? source->root : "/";
	int r = read_options(source, &fresh, &scripts, err);

	if (r < 0)
		return r;
	derive(&fresh);
	fresh.sst_encrypted = encrypts_sst(&scripts);
	fresh.arbitrator =
		names_nodes(root, "etc/default/garb") || names_nodes(root, "etc/sysconfig/garb");
	*config = fresh;
	fresh = (struct galera_config){ 0 };
	return 0;
}

void galera_config_clear(struct galera_config *config)
{
	for (size_t i = 0; i < config->option_count; i++) {
		free(config->options[i].name);
		free(config->options[i].value);
	}
	free(config->options);
	free(config->data_directory);
	free(config->error_log);
	free(config->sst_method);
	free(config->notify_command);
	free(config->node_name);
	*config = (struct galera_config){ 0 };
}
