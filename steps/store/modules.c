/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "steps/store/handle.h"
#include "steps/store/store.h"
#include "wizard/util.h"

#define REMEDY_READ "see `semodule -lfull`; `semodule -B` builds the policy anew"

/* What libsemanage knows of a module; the texts are its. */
struct listed {
	const char *name, *language;
	uint16_t priority;
	int enabled; /* at all its priorities, or at none */
};

struct list {
	semanage_handle_t *handle;
	semanage_module_info_t *infos;
	int info_count;
	struct listed *items;
	size_t count;
};

static void cleanup_list(struct list *list)
{
	for (int i = 0; i < list->info_count; i++)
		semanage_module_info_destroy(list->handle,
					     semanage_module_list_nth(list->infos, i));
	free(list->infos);
	free(list->items);
}

/* Begins an operation. all: every module of every priority; else the enabled ones alone, each at
 * its highest. */
static int list_read(struct store *store, bool all, struct list *list, struct error *err)
{
	int r = store_ready(store, err);

	if (r < 0)
		return r;
	r = all ? semanage_module_list_all(store->handle, &list->infos, &list->info_count)
		: semanage_module_list(store->handle, &list->infos, &list->info_count);
	list->handle = store->handle;
	if (r < 0)
		list->info_count = 0;
	for (int i = 0; r >= 0 && i < list->info_count; i++) {
		semanage_module_info_t *info = semanage_module_list_nth(list->infos, i);
		struct listed *listed = array_push(&list->items, &list->count, sizeof(*listed));

		if (semanage_module_info_get_name(store->handle, info, &listed->name) < 0 ||
		    semanage_module_info_get_lang_ext(store->handle, info, &listed->language) < 0 ||
		    semanage_module_info_get_priority(store->handle, info, &listed->priority) < 0 ||
		    semanage_module_info_get_enabled(store->handle, info, &listed->enabled) < 0)
			r = -1;
	}
	if (r < 0)
		return store_error(store, err, EIO, REMEDY_READ,
				   "cannot list the modules of the policy store %s",
				   store->directory);
	return 0;
}

#define ANY_PRIORITY UINT_MAX

/* The entry of a name at its highest priority below that; NULL: there is none. */
static const struct listed *list_highest(const struct list *list, const char *name,
					 unsigned int below)
{
	const struct listed *found = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct listed *item = &list->items[i];

		if (!strcmp(item->name, name) && item->priority < below &&
		    (!found || item->priority > found->priority))
			found = item;
	}
	return found;
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

static int module_present(struct store *store, const char *name, unsigned int priority,
			  bool *present, struct error *err)
{
	_cleanup_(cleanup_list) struct list list = { 0 };
	const struct listed *listed;
	int r = list_read(store, true, &list, err);

	listed = list_highest(&list, name, priority + 1);
	*present = listed && listed->priority == priority;
	return r;
}

static int extract(struct store *store, const char *name, unsigned int priority, char **text,
		   size_t *length, struct error *err)
{
	_cleanup_(cleanup_key) struct key key = { 0 };
	semanage_module_info_t *info = NULL;
	void *mapped = NULL;
	int r = key_make(store, name, priority, &key, err);

	if (r < 0)
		return r;
	*length = 0;
	if (semanage_module_extract(store->handle, key.key, 1, &mapped, length, &info) < 0)
		return store_error(store, err, EIO, REMEDY_READ, "cannot read the module %s", name);
	*text = memory_copy(mapped, *length);
	if (*length)
		munmap(mapped, *length);
	semanage_module_info_destroy(store->handle, info);
	free(info);
	return 0;
}

int store_module_text(struct store *store, const char *name, unsigned int priority, char **text,
		      struct error *err)
{
	bool present = false;
	size_t length;
	int r = module_present(store, name, priority, &present, err);

	if (r < 0)
		return r;
	*text = NULL;
	return present ? extract(store, name, priority, text, &length, err) : 0;
}

int store_module_active(struct store *store, const char *name, bool *active, unsigned int *priority,
			struct error *err)
{
	_cleanup_(cleanup_list) struct list list = { 0 };
	const struct listed *listed;
	int r = list_read(store, true, &list, err);

	if (r < 0)
		return r;
	listed = list_highest(&list, name, ANY_PRIORITY);
	*active = listed && listed->enabled;
	if (priority)
		*priority = listed ? listed->priority : 0;
	return 0;
}

int store_module_install(struct store *store, const char *name, unsigned int priority,
			 const char *cil, struct error *err)
{
	_cleanup_free_ char *data = str_copy(cil);
	int r = store_in_transaction(store, err);

	if (r < 0)
		return r;
	if (semanage_set_default_priority(store->handle, (uint16_t)priority) < 0 ||
	    semanage_module_install(store->handle, data, strlen(cil), name, "cil") < 0)
		return store_error(store, err, EIO, REMEDY_READ,
				   "cannot put the module %s into the policy store", name);
	return 0;
}

int store_module_remove(struct store *store, const char *name, unsigned int priority,
			struct error *err)
{
	_cleanup_(cleanup_key) struct key key = { 0 };
	bool present = false;
	int r = store_in_transaction(store, err)
			?: module_present(store, name, priority, &present, err);

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
	int r = store_in_transaction(store, err)
			?: store_module_active(store, name, &active, &priority, err);

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

int store_other_modules(struct store *store, struct store_module **modules, size_t *count,
			struct error *err)
{
	_cleanup_(cleanup_list) struct list list = { 0 };
	int r = list_read(store, true, &list, err);

	if (r < 0)
		return r;
	*modules = NULL;
	*count = 0;
	for (size_t i = 0; i < list.count; i++) {
		const struct listed *listed = &list.items[i], *below;
		struct store_module *module;

		if (!listed->enabled || listed->priority < STORE_PRIORITY_OTHERS ||
		    list_highest(&list, listed->name, ANY_PRIORITY) != listed)
			continue;
		below = list_highest(&list, listed->name, STORE_PRIORITY_OTHERS);
		module = array_push(modules, count, sizeof(*module));
		module->name = str_copy(listed->name);
		module->priority = listed->priority;
		module->below = below ? below->priority : 0;
	}
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

int store_all_modules(struct store *store, const char *without, struct store_cil **result,
		      size_t *count, struct error *err)
{
	_cleanup_(cleanup_list) struct list list = { 0 };
	struct store_cil *modules = NULL;
	size_t used = 0;
	int r = list_read(store, false, &list, err);

	for (size_t i = 0; r == 0 && i < list.count; i++) {
		const struct listed *listed = &list.items[i];
		struct store_cil *module;

		if (without && !strcmp(listed->name, without))
			continue;
		module = array_push(&modules, &used, sizeof(*module));
		module->name = str_copy(listed->name);
		module->translated = !strcmp(listed->language, "pp");
		r = extract(store, listed->name, listed->priority, &module->text, &module->length,
			    err);
	}
	if (r < 0) {
		store_cils_free(modules, used);
		return r;
	}
	*result = modules;
	*count = used;
	return 0;
}
