/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * node_policy - the policy as the store has it, the policy without our module, and changes of it
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/node/node_private.h"
#include "steps/oracle/excerpt.h"
#include "wizard/screen.h"
#include "wizard/util.h"

/* A file in the session's directory, and in its memory the state of the policy that it belongs to.
 */
#define BASE "policy.base"

/* Keys of the memory with the state of the policy that something was made of. Our own changes leave
 * that as it is. */
static const char *const stamps[] = { BASE, NODE_OTHERS };

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
		r = node_check_names(node->loaded, err);
		if (r < 0) {
			oracle_close(TAKE_PTR(node->loaded));
			return r;
		}
	}
	*oracle = node->loaded;
	return 0;
}

int node_stamp(struct session *session, json_t **stamp, struct error *err)
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

static bool is_replaced(struct session *session, const char *name)
{
	return json_object_get(session_recall(session, NODE_REPLACED), name);
}

static int other_modules(struct session *session, struct store_cil **modules, size_t *count,
			 struct error *err)
{
	struct store *store;
	size_t used = 0;
	int r = node_store(session, &store, err);

	*count = 0;
	if (r == 0)
		r = store_all_modules(store, MODULE_NAME, modules, count, err);
	if (r < 0)
		return r;
	/* They are disabled, unless somebody has enabled them again. */
	for (size_t i = 0; i < *count; i++) {
		struct store_cil module = (*modules)[i];

		if (is_replaced(session, module.name)) {
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
	int r = node_base(session, &base, err);

	if (r == 0)
		r = other_modules(session, &modules, count, err);
	if (r < 0)
		return r;
	excerpt_modules(modules, *count, base, node_domains());
	r = oracle_compile(oracle, modules, *count, MODULE_NAME, cil, violations, err);
	store_cils_free(modules, *count);
	/* The compiled modules have the booleans as the policy's authors set them. */
	return r < 0 ? r : oracle_copy_booleans(*oracle, base, err);
}

static int base_from_store(struct session *session, struct oracle **base, struct error *err)
{
	struct store_cil *modules = NULL;
	struct oracle *loaded = NULL;
	size_t count;
	int r = other_modules(session, &modules, &count, err);

	if (r < 0)
		return r;
	if (!session_read_only(session))
		screen_say("Building the policy without the module, in memory; this usually "
			   "takes 5 seconds ...");
	r = oracle_compile(base, modules, count, NULL, NULL, NULL, err);
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
	return r < 0 ? r : session_remember(session, BASE, json_incref(stamp), err);
}

/* Is the policy that is loaded what the rules are measured against? Not with our module or one that
 * it replaces, and not without its dontaudit rules. */
static int loaded_is_base(struct session *session, bool *is, struct error *err)
{
	struct store *store;
	bool active = false, shown = false;
	const char *name;
	json_t *value;
	int r = node_store(session, &store, err);

	if (r == 0)
		r = store_module_active(store, MODULE_NAME, &active, NULL, err);
	if (r == 0)
		r = store_shows_hidden(store, &shown, err);
	*is = !active && !shown;
	json_object_foreach(session_recall(session, NODE_REPLACED), name, value)
	{
		if (r == 0)
			r = store_module_active(store, name, &active, NULL, err);
		*is = *is && !active;
	}
	return r;
}

int node_base(struct session *session, struct oracle **oracle, struct error *err)
{
	struct node *node = session_data(session);
	_cleanup_free_ char *path = NULL;
	_cleanup_free_ char *kept = NULL;
	json_t *stamp = NULL;
	bool as_loaded;
	int r;

	if (node->base) {
		*oracle = node->base;
		return 0;
	}
	r = loaded_is_base(session, &as_loaded, err);
	if (r < 0)
		return r;
	r = policy_file(session, &path, err);
	if (r < 0)
		return r;
	kept = session_path(session, BASE);
	if (!kept)
		return error_nomem(err);
	r = node_stamp(session, &stamp, err);
	if (r < 0)
		return r;
	if (as_loaded)
		r = oracle_open(&node->base, path, err);
	else if (json_equal(stamp, session_recall(session, BASE)) && access(kept, R_OK) == 0)
		r = oracle_open(&node->base, kept, err);
	else {
		r = base_from_store(session, &node->base, err);
		if (r == 0)
			r = keep_made_base(session, kept, stamp, err);
	}
	json_decref(stamp);
	if (r == 0)
		r = node_check_names(node->base, err);
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
	_cleanup_free_ char *kept = session_path(session, BASE);
	_cleanup_free_ char *image = NULL;
	json_t *stamp = NULL;
	size_t length;
	bool as_loaded;
	int r;

	if (!kept)
		return error_nomem(err);
	r = loaded_is_base(session, &as_loaded, err);
	if (r < 0 || !as_loaded)
		return r;
	r = policy_file(session, &path, err);
	if (r < 0)
		return r;
	r = file_read(path, &image, &length, err);
	if (r < 0)
		return r;
	r = node_stamp(session, &stamp, err);
	if (r == 0)
		r = file_write(kept, image, length, 0600, err);
	if (r < 0) {
		json_decref(stamp);
		return r;
	}
	return session_remember(session, BASE, stamp, err);
}

int node_forget_base(struct session *session, struct error *err)
{
	struct node *node = session_data(session);

	oracle_close(node->base);
	node->base = NULL;
	return session_recall(session, BASE) ? session_remember(session, BASE, NULL, err) : 0;
}

int node_is_current(struct session *session, const char *key, bool *current, struct error *err)
{
	json_t *stamp = NULL;
	int r = node_stamp(session, &stamp, err);

	*current = r == 0 && json_equal(stamp, session_recall(session, key));
	json_decref(stamp);
	return r;
}

/* What was read of the policy is old after a commit of ours. */
static int committed(struct session *session, const bool *current, struct error *err)
{
	struct node *node = session_data(session);
	json_t *stamp = NULL;
	int r = node_stamp(session, &stamp, err);

	oracle_close(node->loaded);
	node->loaded = NULL;
	oracle_close(node->base);
	node->base = NULL;
	file_labels_close(node->labels);
	node->labels = NULL;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(stamps); i++) {
		if (current[i])
			r = session_remember(session, stamps[i], json_incref(stamp), err);
		else if (session_recall(session, stamps[i]))
			r = session_remember(session, stamps[i], NULL, err);
	}
	json_decref(stamp);
	return r;
}

void node_say_building(void)
{
	screen_say("Building the policy; this usually takes 5 to 15 seconds ...");
}

int node_change(struct session *session,
		int (*change)(struct store *store, const void *data, struct error *err),
		const void *data, struct error *err)
{
	bool current[ARRAY_SIZE(stamps)] = { false };
	struct store *store;
	int r = node_store(session, &store, err);

	if (r == 0)
		r = store_begin(store, err);
	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(stamps); i++)
		r = node_is_current(session, stamps[i], &current[i], err);
	if (r == 0)
		r = change(store, data, err);
	if (r == 0)
		r = store_commit(store, err);
	if (r < 0) {
		store_abort(store);
		return r;
	}
	return committed(session, current, err);
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
