/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/host/auditd.h"
#include "steps/node/logs.h"
#include "steps/node/node.h"
#include "steps/node/whole.h"
#include "steps/oracle/excerpt.h"
#include "steps/rehearsal/player.h"
#include "wizard/output.h"
#include "wizard/screen.h"
#include "wizard/text.h"
#include "wizard/util.h"

struct node {
	struct galera_config config;
	bool config_read;
	struct galera_port ports[NODE_PORTS_MAX];
	int port_count; /* of these, those of the configuration; -1: not looked at yet */
	struct store *store;
	struct file_labels *labels;
	struct oracle *loaded;
	struct oracle *base;
	void *slot; /* node_slot */
	void (*release)(void *);
	char *audit_log;
	struct player *player;
	struct logs logs;
	struct node_run run;
};

int node_open(struct session *session, void **data, struct error *err)
{
	struct node *node = memory_new(1, sizeof(*node));
	int r = player_open(&node->player, session->root, err);

	node->port_count = -1;
	*data = node;
	if (r < 0)
		node_close(TAKE_PTR(*data));
	return r;
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
	logs_clear(&node->logs);
	if (node->release)
		node->release(node->slot);
	free(node->audit_log);
	free(node);
}

int node_config(struct session *session, const struct galera_config **config, struct error *err)
{
	struct node *node = session->data;
	int r = node->config_read ? 0 : node_config_read(session, &node->config, err);

	node->config_read = r == 0;
	*config = &node->config;
	return r;
}

/* One that is not among the node's own; *count: how many there are. */
static void add_port(struct galera_port *ports, int *count, const json_t *given)
{
	const char *proto = member_text(given, "proto");
	unsigned int number = (unsigned int)member_number(given, "number");

	if (!galera_has_port(ports, *count, proto, number) && *count < NODE_PORTS_MAX)
		ports[(*count)++] = (struct galera_port){ proto, number, "of another node", "" };
}

int node_ports(struct session *session, const struct galera_port **ports, int *count,
	       struct error *err)
{
	struct node *node = session->data;
	const struct galera_config *config;
	int r = node_config(session, &config, err);

	if (r == 0 && node->port_count < 0)
		r = node->port_count = galera_ports(config, node->ports, err);
	if (r < 0)
		return r;
	*ports = node->ports;
	*count = node->port_count;
	list_each(given, json_object_get(session_recall(session, NODE_RESULT), "ports"))
		add_port(node->ports, count, given);
	return 0;
}

int node_store(struct session *session, struct store **store, struct error *err)
{
	struct node *node = session->data;
	int r = node->store ? 0 : store_open(&node->store, session->root, err)
						 ?: node_make_whole(session, err);

	if (r < 0)
		store_close(TAKE_PTR(node->store));
	*store = node->store;
	return r;
}

int node_labels(struct session *session, struct file_labels **labels, struct error *err)
{
	struct node *node = session->data;
	struct store *store;
	int r = node_store(session, &store, err);

	if (r == 0 && !node->labels)
		r = file_labels_open(&node->labels, session->root, store_type(store), err);
	*labels = node->labels;
	return r;
}

int node_audit_log(struct session *session, const char **path, struct error *err)
{
	struct node *node = session->data;
	int r = node->audit_log ? 0 : host_audit_log_path(session->root, &node->audit_log, err);

	*path = node->audit_log;
	return r;
}

int node_log_read(struct session *session, const char *path, const char *origin,
		  struct denials *denials, struct error *err)
{
	struct node *node = session->data;

	return logs_read(&node->logs, path, *origin == '/' && !node_log_is_own(session, path),
			 origin, node_domains(), denials, err);
}

bool node_log_is_own(const struct session *session, const char *path)
{
	_cleanup_free_ char *log = NULL, *real = realpath(path, NULL), *own = NULL;

	if (!real || host_audit_log_path(session->root, &log, NULL) < 0)
		return false;
	own = realpath(log, NULL);
	/* Those that auditd has rotated, too. */
	return own && str_starts(real, own);
}

int node_guard_logs(const struct session *session, const char *path, char *const *logs,
		    struct error *err)
{
	const char *const roots[] = { "/", session->root };
	int r = 0;

	for (; r == 0 && logs && *logs; logs++)
		r = output_guard(path, *logs, "the log that is read", err);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(roots); i++) {
		_cleanup_free_ char *log = NULL;

		/* Whoever may not know where it is may not write there either. */
		if (host_audit_log_path(roots[i], &log, NULL) == 0)
			r = output_guard(path, log, "the audit log itself", err);
	}
	return r;
}

struct node_run *node_run(struct session *session)
{
	struct node *node = session->data;

	return &node->run;
}

struct player *node_player(struct session *session)
{
	struct node *node = session->data;

	return node->player;
}

void **node_slot(struct session *session, void (*release)(void *))
{
	struct node *node = session->data;

	node->release = release;
	return &node->slot;
}

/* ---- the policy as the store has it, and without our module ---------------------------------- */

/* A file in the session's directory, and in its memory the state of the policy that it belongs
 * to. */
int node_policy(struct session *session, char **path, struct stat *st, struct error *err)
{
	struct store *store;
	struct stat own;
	int r = node_store(session, &store, err) ?: store_kernel_policy(store, path, err);

	if (r < 0)
		return r;
	if (stat(*path, st ?: &own) < 0)
		return error_set(err, errno, "reinstall the policy package",
				 "cannot look at %s: %m", *path);
	return 0;
}

static void forget(struct oracle **oracle)
{
	oracle_close(TAKE_PTR(*oracle));
}

int node_loaded(struct session *session, struct oracle **oracle, struct error *err)
{
	struct node *node = session->data;
	_cleanup_free_ char *path = NULL;
	int r = 0;

	if (!node->loaded) {
		r = node_policy(session, &path, NULL, err)
			    ?: oracle_open(&node->loaded, path, err)
			    ?: whole_kernel(session, node->loaded, path,
					    &node_run(session)->in_kernel, err)
			    ?: node_check_names(node->loaded, err);
	}
	if (r < 0)
		forget(&node->loaded);
	*oracle = node->loaded;
	return r;
}

int node_stamp(struct session *session, json_t **stamp, struct error *err)
{
	_cleanup_free_ char *path = NULL;
	struct stat st;
	int r = node_policy(session, &path, &st, err);

	if (r < 0)
		return r;
	*stamp = json_pack("{s:o, s:I, s:I, s:I}", "file", text_json(path), "size",
			   (json_int_t)st.st_size, "seconds", (json_int_t)st.st_mtim.tv_sec,
			   "nanoseconds", (json_int_t)st.st_mtim.tv_nsec);
	return 0;
}

int node_is_current(struct session *session, const char *key, bool *current, struct error *err)
{
	json_auto_t *stamp = NULL;
	int r = node_stamp(session, &stamp, err);

	*current = r == 0 && json_equal(stamp, session_recall(session, key));
	return r;
}

static int other_modules(struct session *session, struct store_cil **modules, size_t *count,
			 struct error *err)
{
	const json_t *replaced = session_recall(session, NODE_REPLACED);
	struct store *store;
	size_t used = 0;
	int r;

	*count = 0;
	r = node_store(session, &store, err)
		    ?: store_all_modules(store, MODULE_NAME, modules, count, err);
	if (r < 0)
		return r;
	/* They are disabled, unless somebody has enabled them again. */
	for (size_t i = 0; i < *count; i++) {
		struct store_cil module = (*modules)[i];

		if (json_object_get(replaced, module.name)) {
			free(module.name);
			free(module.text);
		} else {
			(*modules)[used++] = module;
		}
	}
	*count = used;
	return 0;
}

int node_compile(struct session *session, const char *cil, struct oracle **oracle, size_t *count,
		 struct violations *violations, struct error *err)
{
	struct store_cil *modules = NULL;
	struct oracle *base = NULL;
	int r = node_base(session, &base, err) ?: other_modules(session, &modules, count, err);

	if (r < 0)
		return r;
	excerpt_modules(modules, *count, base, node_domains());
	r = oracle_compile(oracle, modules, *count, MODULE_NAME, cil, violations, err);
	store_cils_free(modules, *count);
	/* The compiled modules have the booleans as the policy's authors set them. */
	if (r == 0)
		oracle_copy_booleans(*oracle, base);
	return r;
}

static int base_from_store(struct session *session, struct oracle **base, struct error *err)
{
	struct store_cil *modules = NULL;
	struct oracle *loaded = NULL;
	size_t count;
	int r = other_modules(session, &modules, &count, err);

	if (r < 0)
		return r;
	if (!session->is_read_only)
		screen_say("Building the policy without the module, in memory; this usually "
			   "takes 5 seconds ...");
	r = oracle_compile(base, modules, count, NULL, NULL, NULL, err);
	store_cils_free(modules, count);
	if (r == 0)
		r = node_loaded(session, &loaded, err);
	if (r == 0)
		oracle_copy_booleans(*base, loaded);
	return r;
}

/* Is the policy that is loaded what the rules are measured against? Not with our module or one that
 * it replaces, and not without its dontaudit rules. */
static int loaded_is_base(struct session *session, bool *is, struct error *err)
{
	struct store *store;
	bool active = false, shown = false;
	const char *name;
	json_t *value;
	int r = node_store(session, &store, err)
			?: store_module_active(store, MODULE_NAME, &active, NULL, err)
			?: store_shows_hidden(store, &shown, err);

	*is = !active && !shown;
	json_object_foreach(session_recall(session, NODE_REPLACED), name, value) {
		if (r == 0)
			r = store_module_active(store, name, &active, NULL, err);
		*is = *is && !active;
	}
	return r;
}

/* base_open - to make it takes seconds, so it is kept where it was made: at each start, after a
 * commit whose stamp was not written any more, or when somebody else has changed the policy. */
static int base_open(struct session *session, struct oracle **base, struct error *err)
{
	_cleanup_free_ char *kept = session_path(session, NODE_BASE);
	json_auto_t *stamp = NULL;
	bool as_loaded;
	int r = loaded_is_base(session, &as_loaded, err) ?: node_stamp(session, &stamp, err);

	if (r < 0)
		return r;
	if (as_loaded)
		return oracle_open(base, member_text(stamp, "file"), err);
	if (json_equal(stamp, session_recall(session, NODE_BASE)) && access(kept, R_OK) == 0)
		return oracle_open(base, kept, err);
	r = base_from_store(session, base, err);
	if (r < 0 || session->is_read_only)
		return r;
	return oracle_save(*base, kept, err)
		       ?: session_remember(session, NODE_BASE, TAKE_PTR(stamp), err);
}

int node_base(struct session *session, struct oracle **oracle, struct error *err)
{
	struct node *node = session->data;
	int r = 0;

	if (!node->base)
		r = base_open(session, &node->base, err) ?: node_check_names(node->base, err);
	if (r < 0)
		forget(&node->base);
	*oracle = node->base;
	return r;
}

int node_keep_base(struct session *session, struct error *err)
{
	_cleanup_free_ char *image = NULL, *kept = session_path(session, NODE_BASE);
	json_auto_t *stamp = NULL;
	size_t length;
	bool as_loaded;
	int r = loaded_is_base(session, &as_loaded, err);

	if (r < 0 || !as_loaded)
		return r;
	return node_stamp(session, &stamp, err)
		       ?: file_read(member_text(stamp, "file"), &image, &length, err)
		       ?: file_write(kept, image, length, 0600, err)
		       ?: session_remember(session, NODE_BASE, TAKE_PTR(stamp), err);
}

int node_forget_base(struct session *session, struct error *err)
{
	struct node *node = session->data;

	forget(&node->base);
	return session_recall(session, NODE_BASE) ? session_remember(session, NODE_BASE, NULL, err)
						  : 0;
}

int node_is_permissive(struct session *session, bool *permissive, struct error *err)
{
	struct oracle *oracle;
	int r = node_loaded(session, &oracle, err);

	if (r == 0)
		*permissive = oracle_is_permissive(oracle, node_domain());
	return r;
}

/* Keys of the memory with the state of the policy that something was made of. Our own changes leave
 * that as it is. */
static const char *const stamps[NODE_STAMPS] = { NODE_BASE, NODE_OTHERS };

int node_are_current(struct session *session, bool current[NODE_STAMPS], struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < NODE_STAMPS; i++)
		r = node_is_current(session, stamps[i], &current[i], err);
	return r;
}

int node_committed(struct session *session, const bool current[NODE_STAMPS], struct error *err)
{
	struct node *node = session->data;
	json_auto_t *stamp = NULL;
	int r = node_stamp(session, &stamp, err);

	forget(&node->loaded);
	forget(&node->base);
	file_labels_close(TAKE_PTR(node->labels));
	for (size_t i = 0; r == 0 && i < NODE_STAMPS; i++)
		if (current[i] || session_recall(session, stamps[i]))
			r = session_remember(session, stamps[i],
					     current[i] ? json_incref(stamp) : NULL, err);
	return r;
}

/* Whoever was cut off: what was made of the policy before is not of this one. */
int node_make_whole(struct session *session, struct error *err)
{
	static const bool none[NODE_STAMPS] = { false };
	struct store *store;
	bool built = false;
	int r = node_store(session, &store, err) ?: whole_files(session, store, &built, err);

	return r < 0 || !built ? r : node_committed(session, none, err);
}
