/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "steps/store/private.h"
#include "wizard/util.h"

#define REMEDY_READ "see `semodule -lfull`; `semodule -B` builds the policy anew"

struct infos {
	semanage_handle_t *handle;
	semanage_module_info_t *items;
	int count;
};

static void cleanup_infos(struct infos *infos)
{
	for (int i = 0; i < infos->count; i++)
		semanage_module_info_destroy(infos->handle,
					     semanage_module_list_nth(infos->items, i));
	free(infos->items);
}

struct key {
	semanage_handle_t *handle;
	semanage_module_key_t *key;
};

static void cleanup_key(struct key *key)
{
	if (key->key)
		semanage_module_key_destroy(key->handle, key->key);
	free(key->key);
}

static int key_make(struct store *store, const char *name, unsigned int priority, struct key *key,
		    struct error *err)
{
	key->handle = store->handle;
	if (semanage_module_key_create(store->handle, &key->key) < 0 ||
	    semanage_module_key_set_name(store->handle, key->key, name) < 0 ||
	    semanage_module_key_set_priority(store->handle, key->key, (uint16_t)priority) < 0)
		return store_error(store, err, EINVAL,
				   "use letters, digits, '_', '-' and '.', and priorities 1 to 999",
				   "not a module: %s at priority %u", name, priority);
	return 0;
}

/* Every module of every priority, the highest first. */
static int list_all(struct store *store, struct infos *infos, struct error *err)
{
	infos->handle = store->handle;
	if (semanage_module_list_all(store->handle, &infos->items, &infos->count) == 0)
		return 0;
	infos->count = 0;
	return store_error(store, err, EIO, REMEDY_READ,
			   "cannot list the modules of the policy store %s", store->directory);
}

static bool is_named(const struct infos *infos, int i, const char *name, unsigned int *priority)
{
	semanage_module_info_t *info = semanage_module_list_nth(infos->items, i);
	const char *found = NULL;
	uint16_t at = 0;

	if (semanage_module_info_get_name(infos->handle, info, &found) < 0 ||
	    semanage_module_info_get_priority(infos->handle, info, &at) < 0)
		return false;
	*priority = at;
	return !strcmp(found, name);
}

static int module_present(struct store *store, const char *name, unsigned int priority,
			  bool *present, struct error *err)
{
	_cleanup_(cleanup_infos) struct infos infos = { 0 };
	unsigned int at;
	int r = list_all(store, &infos, err);

	*present = false;
	for (int i = 0; r == 0 && i < infos.count; i++) {
		if (is_named(&infos, i, name, &at) && at == priority)
			*present = true;
	}
	return r;
}

static int extract(struct store *store, const char *name, unsigned int priority, char **text,
		   size_t *length, struct error *err)
{
	_cleanup_(cleanup_key) struct key key = { 0 };
	semanage_module_info_t *info = NULL;
	void *mapped = NULL;
	size_t size = 0;
	int r = key_make(store, name, priority, &key, err);

	if (r < 0)
		return r;
	if (semanage_module_extract(store->handle, key.key, 1, &mapped, &size, &info) < 0)
		return store_error(store, err, EIO, REMEDY_READ, "cannot read the module %s", name);
	*text = malloc(size + 1);
	if (*text) {
		memcpy(*text, mapped, size);
		(*text)[size] = '\0';
		*length = size;
	}
	if (size)
		munmap(mapped, size);
	semanage_module_info_destroy(store->handle, info);
	free(info);
	return *text ? 0 : error_nomem(err);
}

int store_module_text(struct store *store, const char *name, unsigned int priority, char **text,
		      struct error *err)
{
	bool present = false;
	size_t length;
	int r = store_ready(store, err);

	if (r == 0)
		r = module_present(store, name, priority, &present, err);
	if (r < 0)
		return r;
	*text = NULL;
	return present ? extract(store, name, priority, text, &length, err) : 0;
}

int store_module_active(struct store *store, const char *name, bool *active, unsigned int *priority,
			struct error *err)
{
	_cleanup_(cleanup_infos) struct infos infos = { 0 };
	unsigned int at, highest = 0;
	int enabled = 0, r = store_ready(store, err);

	if (r == 0)
		r = list_all(store, &infos, err);
	if (r < 0)
		return r;
	/* A name is enabled or disabled at all its priorities together. */
	for (int i = 0; i < infos.count; i++) {
		if (!is_named(&infos, i, name, &at) || at <= highest)
			continue;
		highest = at;
		semanage_module_info_get_enabled(
			store->handle, semanage_module_list_nth(infos.items, i), &enabled);
	}
	*active = highest && enabled;
	if (priority)
		*priority = highest;
	return 0;
}

int store_module_install(struct store *store, const char *name, unsigned int priority,
			 const char *cil, struct error *err)
{
	_cleanup_free_ char *data = NULL;
	size_t length = strlen(cil);
	int r = store_in_transaction(store, err);

	if (r < 0)
		return r;
	data = strdup(cil);
	if (!data)
		return error_nomem(err);
	if (semanage_set_default_priority(store->handle, (uint16_t)priority) < 0 ||
	    semanage_module_install(store->handle, data, length, name, "cil") < 0)
		return store_error(store, err, EIO, REMEDY_READ,
				   "cannot put the module %s into the policy store", name);
	return 0;
}

int store_module_remove(struct store *store, const char *name, unsigned int priority,
			struct error *err)
{
	_cleanup_(cleanup_key) struct key key = { 0 };
	bool present = false;
	int r = store_in_transaction(store, err);

	if (r == 0)
		r = module_present(store, name, priority, &present, err);
	if (r == 0 && present)
		r = key_make(store, name, priority, &key, err);
	if (r < 0 || !present)
		return r;
	if (semanage_module_remove_key(store->handle, key.key) < 0)
		return store_error(store, err, EIO, REMEDY_READ,
				   "cannot take the module %s out of the policy store", name);
	return 0;
}

int store_module_enable(struct store *store, const char *name, bool enable, struct error *err)
{
	_cleanup_(cleanup_key) struct key key = { 0 };
	unsigned int priority = 0;
	bool active = false;
	int r = store_in_transaction(store, err);

	if (r == 0)
		r = store_module_active(store, name, &active, &priority, err);
	if (r < 0 || !priority || active == enable)
		return r;
	r = key_make(store, name, priority, &key, err);
	if (r < 0)
		return r;
	if (semanage_module_set_enabled(store->handle, key.key, enable) < 0)
		return store_error(store, err, EIO, REMEDY_READ, "cannot %s the module %s",
				   enable ? "enable" : "disable", name);
	return 0;
}

void store_modules_free(struct store_module *modules, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(modules[i].name);
	free(modules);
}

/* One line of the list: a name that is new from STORE_PRIORITY_OTHERS on, or stands below. */
static int other_add(struct store *store, const struct infos *infos, int i,
		     struct store_module **modules, size_t *count, struct error *err)
{
	semanage_module_info_t *info = semanage_module_list_nth(infos->items, i);
	struct store_module *module = NULL;
	const char *name = NULL;
	uint16_t priority = 0;
	int enabled = 0;

	if (semanage_module_info_get_name(store->handle, info, &name) < 0 ||
	    semanage_module_info_get_enabled(store->handle, info, &enabled) < 0 ||
	    semanage_module_info_get_priority(store->handle, info, &priority) < 0)
		return store_error(store, err, EIO, REMEDY_READ, "cannot list the modules");
	for (size_t j = 0; !module && j < *count; j++)
		module = strcmp((*modules)[j].name, name) ? NULL : &(*modules)[j];
	if (module && priority < STORE_PRIORITY_OTHERS && priority > module->below)
		module->below = priority;
	if (module || !enabled || priority < STORE_PRIORITY_OTHERS)
		return 0;
	module = array_push(modules, count, sizeof(*module));
	if (!module || !(module->name = strdup(name)))
		return error_nomem(err);
	module->priority = priority;
	return 0;
}

int store_other_modules(struct store *store, struct store_module **result, size_t *count,
			struct error *err)
{
	_cleanup_(cleanup_infos) struct infos infos = { 0 };
	struct store_module *modules = NULL;
	size_t used = 0;
	int r = store_ready(store, err);

	if (r == 0)
		r = list_all(store, &infos, err);
	for (int i = 0; r == 0 && i < infos.count; i++)
		r = other_add(store, &infos, i, &modules, &used, err);
	if (r < 0) {
		store_modules_free(modules, used);
		return r;
	}
	*result = modules;
	*count = used;
	return 0;
}

void store_cils_free(struct store_cil *modules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(modules[i].name);
		free(modules[i].text);
	}
	free(modules);
}

static int cil_add(struct store *store, const struct infos *infos, int i, const char *without,
		   struct store_cil **modules, size_t *count, struct error *err)
{
	semanage_module_info_t *info = semanage_module_list_nth(infos->items, i);
	struct store_cil *module;
	const char *name = NULL, *language = NULL;
	uint16_t priority = 0;

	if (semanage_module_info_get_name(store->handle, info, &name) < 0 ||
	    semanage_module_info_get_lang_ext(store->handle, info, &language) < 0 ||
	    semanage_module_info_get_priority(store->handle, info, &priority) < 0)
		return store_error(store, err, EIO, REMEDY_READ, "cannot list the modules");
	if (without && !strcmp(name, without))
		return 0;
	module = array_push(modules, count, sizeof(*module));
	if (!module)
		return error_nomem(err);
	module->translated = !strcmp(language, "pp");
	module->name = strdup(name);
	if (!module->name)
		return error_nomem(err);
	return extract(store, name, priority, &module->text, &module->length, err);
}

int store_all_modules(struct store *store, const char *without, struct store_cil **result,
		      size_t *count, struct error *err)
{
	_cleanup_(cleanup_infos) struct infos infos = { 0 };
	struct store_cil *modules = NULL;
	size_t used = 0;
	int r = store_ready(store, err);

	if (r < 0)
		return r;
	infos.handle = store->handle;
	/* This list has the enabled ones alone, each at its highest priority. */
	if (semanage_module_list(store->handle, &infos.items, &infos.count) < 0) {
		infos.count = 0;
		return store_error(store, err, EIO, REMEDY_READ,
				   "cannot list the modules of the policy store %s",
				   store->directory);
	}
	for (int i = 0; r == 0 && i < infos.count; i++)
		r = cil_add(store, &infos, i, without, &modules, &used, err);
	if (r < 0) {
		store_cils_free(modules, used);
		return r;
	}
	*result = modules;
	*count = used;
	return 0;
}
