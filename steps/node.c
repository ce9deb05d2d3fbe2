/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/galera/exercises.h"
#include "steps/host/auditd.h"
#include "steps/module.h"
#include "steps/node.h"
#include "steps/player.h"
#include "wizard/util.h"

struct node_options node_options;

struct node {
	struct galera_config config;
	bool config_read;
	struct galera_port ports[GALERA_PORTS_MAX];
	int port_count; /* -1: not looked at yet */
	struct store *store;
	struct file_labels *labels;
	struct oracle *loaded;
	struct oracle *base;
	struct module *module;
	char *audit_log;
	struct player *player;
};

int node_open(struct session *session, void **data, struct error *err)
{
	struct node *node = calloc(1, sizeof(*node));
	int r;

	if (!node)
		return error_nomem(err);
	node->port_count = -1;
	r = module_new(&node->module, err);
	if (r == 0)
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
	module_free(node->module);
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

static int policy_file(struct session *session, char **path, struct error *err)
{
	struct store *store;
	int r = node_store(session, &store, err);

	return r < 0 ? r : store_kernel_policy(store, path, err);
}

int node_loaded(struct session *session, struct oracle **oracle, struct error *err)
{
	struct node *node = session_data(session);

	if (!node->loaded) {
		_cleanup_free_ char *path = NULL;
		int r = policy_file(session, &path, err);

		if (r < 0)
			return r;
		r = oracle_open(&node->loaded, path, err);
		if (r < 0)
			return r;
	}
	*oracle = node->loaded;
	return 0;
}

/* Which state of the policy the kept base was made from, or made equal to by our own commits. */
static int policy_stamp(struct session *session, json_t **stamp, struct error *err)
{
	_cleanup_free_ char *path = NULL;
	struct stat st;
	int r = policy_file(session, &path, err);

	if (r < 0)
		return r;
	if (stat(path, &st) < 0)
		return error_set(err, errno, "reinstall the policy package",
				 "cannot look at %s: %m", path);
	*stamp = json_pack("{s:s, s:I, s:I, s:I}", "file", path, "size", (json_int_t)st.st_size,
			   "seconds", (json_int_t)st.st_mtim.tv_sec, "nanoseconds",
			   (json_int_t)st.st_mtim.tv_nsec);
	return *stamp ? 0 : error_nomem(err);
}

static int base_from_store(struct session *session, struct oracle **base, struct error *err)
{
	struct store *store;
	struct store_cil *modules = NULL;
	struct oracle *loaded;
	size_t count = 0;
	int r = node_store(session, &store, err);

	if (r < 0)
		return r;
	r = store_all_modules(store, MODULE_NAME, &modules, &count, err);
	if (r < 0)
		return r;
	r = oracle_compile(base, modules, count, NULL, NULL, err);
	store_cils_free(modules, count);
	if (r == 0)
		r = node_loaded(session, &loaded, err);
	return r < 0 ? r : oracle_copy_booleans(*base, loaded, err);
}

/* It takes seconds to make, at each start: after a commit whose stamp was not written any more, or
 * when somebody else has changed the policy. */
static int keep_made_base(struct session *session, const char *kept, json_t *stamp,
			  struct error *err)
{
	struct node *node = session_data(session);
	int r;

	if (session_read_only(session))
		return 0;
	r = oracle_save(node->base, kept, err);
	return r < 0 ? r : session_remember(session, "policy.base", json_incref(stamp), err);
}

int node_base(struct session *session, struct oracle **oracle, struct error *err)
{
	struct node *node = session_data(session);
	_cleanup_free_ char *path = NULL;
	_cleanup_free_ char *kept = NULL;
	json_t *stamp = NULL;
	struct store *store;
	bool ours;
	int r;

	if (node->base) {
		*oracle = node->base;
		return 0;
	}
	r = node_store(session, &store, err);
	if (r < 0)
		return r;
	r = store_module_active(store, MODULE_NAME, &ours, NULL, err);
	if (r < 0)
		return r;
	r = policy_file(session, &path, err);
	if (r < 0)
		return r;
	kept = session_path(session, "policy.base");
	if (!kept)
		return error_nomem(err);
	r = policy_stamp(session, &stamp, err);
	if (r < 0)
		return r;
	if (!ours)
		r = oracle_open(&node->base, path, err);
	else if (json_equal(stamp, session_recall(session, "policy.base")) &&
		 access(kept, R_OK) == 0)
		r = oracle_open(&node->base, kept, err);
	else {
		r = base_from_store(session, &node->base, err);
		if (r == 0)
			r = keep_made_base(session, kept, stamp, err);
	}
	json_decref(stamp);
	if (r < 0) {
		oracle_close(node->base);
		node->base = NULL;
		return r;
	}
	*oracle = node->base;
	return 0;
}

int node_keep_base(struct session *session, struct error *err)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_free_ char *kept = session_path(session, "policy.base");
	_cleanup_free_ char *image = NULL;
	struct store *store;
	size_t length;
	bool ours;
	int r;

	if (!kept)
		return error_nomem(err);
	r = node_store(session, &store, err);
	if (r < 0)
		return r;
	r = store_module_active(store, MODULE_NAME, &ours, NULL, err);
	if (r < 0)
		return r;
	if (ours)
		return 0;
	r = policy_file(session, &path, err);
	if (r < 0)
		return r;
	r = file_read(path, &image, &length, err);
	if (r < 0)
		return r;
	return file_write(kept, image, length, 0600, err);
}

int node_committed(struct session *session, struct error *err)
{
	struct node *node = session_data(session);
	json_t *stamp = NULL;
	int r;

	oracle_close(node->loaded);
	node->loaded = NULL;
	oracle_close(node->base);
	node->base = NULL;
	file_labels_close(node->labels);
	node->labels = NULL;
	r = policy_stamp(session, &stamp, err);
	if (r < 0)
		return r;
	return session_remember(session, "policy.base", stamp, err);
}

int node_is_permissive(struct session *session, bool *permissive, struct error *err)
{
	struct oracle *oracle;
	int r = node_loaded(session, &oracle, err);

	if (r < 0)
		return r;
	*permissive = oracle_is_permissive(oracle, node_domain());
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

struct player *node_player(struct session *session)
{
	struct node *node = session_data(session);

	return node->player;
}

struct module *node_module(struct session *session)
{
	struct node *node = session_data(session);

	return node->module;
}
