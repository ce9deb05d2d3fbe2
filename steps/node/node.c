/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "steps/galera/exercises.h"
#include "steps/host/auditd.h"
#include "steps/node/node_private.h"
#include "steps/rehearsal/player.h"
#include "wizard/output.h"
#include "wizard/util.h"

struct node_options node_options;

int node_open(struct session *session, void **data, struct error *err)
{
	struct node *node = calloc(1, sizeof(*node));
	int r;

	if (!node)
		return error_nomem(err);
	node->port_count = -1;
	r = player_open(&node->player, session_root(session), err);
	if (r < 0) {
		node_close(node);
		return r;
	}
	*data = node;
	return 0;
}

void node_close(void *data)
{
	struct node *node = data;

	if (!node)
		return;
	galera_config_clear(&node->config);
	file_labels_close(node->labels);
	oracle_close(node->loaded);
	oracle_close(node->base);
	store_close(node->store);
	player_close(node->player);
	if (node->release)
		node->release(node->slot);
	free(node->audit_log);
	free(node);
}

const char *node_domain(void)
{
	return node_domains()[0];
}

const char *const *node_domains(void)
{
	return node_options.domain ? (const char *const *)node_options.domain : galera_domains;
}

static void write_option(FILE *out, const char *name, const char *value)
{
	_cleanup_free_ char *quoted = value ? str_quoted(value) : NULL;

	if (quoted)
		fprintf(out, "--%s=%s ", name, quoted);
}

char *node_command(const struct session *session, const char *words)
{
	_cleanup_free_ char *all = NULL;
	size_t length;
	FILE *out = open_memstream(&all, &length);

	if (!out)
		return NULL;
	write_option(out, "defaults-file", node_options.defaults_file);
	write_option(out, "defaults-group-suffix", node_options.group_suffix);
	for (char **domain = node_options.domain; domain && *domain; domain++)
		write_option(out, "domain", *domain);
	fputs(words, out);
	if (fclose(out) != 0)
		return NULL;
	while (length && all[length - 1] == ' ')
		all[--length] = '\0';
	return session_command(session, all);
}

bool node_ignored(const char *name)
{
	for (char **ignored = node_options.ignore; ignored && *ignored; ignored++)
		if (!strcmp(*ignored, name))
			return true;
	return false;
}

int node_config(struct session *session, const struct galera_config **config, struct error *err)
{
	struct node *node = session_data(session);

	if (!node->config_read) {
		struct galera_config_source source = {
			.root = session_root(session),
			.defaults_file = node_options.defaults_file,
			.group_suffix = node_options.group_suffix,
		};
		int r = galera_config_read(&source, &node->config, err);

		if (r < 0)
			return r;
		node->config_read = true;
	}
	*config = &node->config;
	return 0;
}

int node_ports(struct session *session, const struct galera_port **ports, struct error *err)
{
	struct node *node = session_data(session);

	if (node->port_count < 0) {
		const struct galera_config *config;
		int r = node_config(session, &config, err);

		if (r < 0)
			return r;
		r = galera_ports(config, node->ports, err);
		if (r < 0)
			return r;
		node->port_count = r;
	}
	*ports = node->ports;
	return node->port_count;
}

int node_store(struct session *session, struct store **store, struct error *err)
{
	struct node *node = session_data(session);

	if (!node->store) {
		int r = store_open(&node->store, session_root(session), err);

		if (r < 0)
			return r;
	}
	*store = node->store;
	return 0;
}

int node_labels(struct session *session, struct file_labels **labels, struct error *err)
{
	struct node *node = session_data(session);

	if (!node->labels) {
		struct store *store;
		int r = node_store(session, &store, err);

		if (r < 0)
			return r;
		r = file_labels_open(&node->labels, session_root(session), store_type(store), err);
		if (r < 0)
			return r;
	}
	*labels = node->labels;
	return 0;
}

int node_audit_log(struct session *session, const char **path, struct error *err)
{
	struct node *node = session_data(session);

	if (!node->audit_log) {
		_cleanup_free_ char *inside = NULL;
		int r = host_audit_log_path(session_root(session), &inside, err);

		if (r < 0)
			return r;
		node->audit_log = session_in_root(session, inside);
		if (!node->audit_log)
			return error_nomem(err);
	}
	*path = node->audit_log;
	return 0;
}

int node_guard_logs(const struct session *session, const char *path, char *const *logs,
		    struct error *err)
{
	const char *const roots[] = { "/", session_root(session) };
	int r = 0;

	for (; r == 0 && logs && *logs; logs++)
		r = output_guard(path, *logs, "the log that is read", err);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(roots); i++) {
		_cleanup_free_ char *inside = NULL, *log = NULL;

		/* Whoever may not know where it is may not write there either. */
		if (host_audit_log_path(roots[i], &inside, NULL) < 0)
			continue;
		log = str_printf("%s%s", i ? roots[i] : "", inside);
		r = log ? output_guard(path, log, "the audit log itself", err) : error_nomem(err);
	}
	return r;
}

struct player *node_player(struct session *session)
{
	struct node *node = session_data(session);

	return node->player;
}

void **node_slot(struct session *session, void (*release)(void *))
{
	struct node *node = session_data(session);

	node->release = release;
	return &node->slot;
}
