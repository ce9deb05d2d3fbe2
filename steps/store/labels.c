/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The labels of ports, and of files. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "steps/store/handle.h"
#include "steps/store/store.h"
#include "wizard/util.h"

#define PORT_MAX     65535
#define REMEDY_PORTS "see that the policy is complete: `semodule -B` builds it anew"
#define REMEDY_FILES "see `semanage fcontext -l -C`; `semodule -B` builds the policy anew"

static void cleanup_context(semanage_context_t **context)
{
	semanage_context_free(*context);
}

/* "system_u:object_r:TYPE", with the lowest level where the policy has levels. */
static semanage_context_t *context_make(struct store *store, const char *type)
{
	semanage_handle_t *handle = store->handle;
	semanage_context_t *context = NULL;

	if (semanage_context_create(handle, &context) < 0 ||
	    semanage_context_set_user(handle, context, "system_u") < 0 ||
	    semanage_context_set_role(handle, context, "object_r") < 0 ||
	    semanage_context_set_type(handle, context, type) < 0 ||
	    (semanage_mls_enabled(handle) && semanage_context_set_mls(handle, context, "s0") < 0))
		no_memory();
	return context;
}

/* ---- ports ---------------------------------------------------------------------------------- */

struct ports {
	semanage_port_t **items;
	unsigned int count;
};

static void cleanup_ports(struct ports *ports)
{
	for (unsigned int i = 0; i < ports->count; i++)
		semanage_port_free(ports->items[i]);
	free(ports->items);
}

static void cleanup_port(semanage_port_t **port)
{
	semanage_port_free(*port);
}

static void cleanup_port_key(semanage_port_key_t **key)
{
	semanage_port_key_free(*key);
}

static int proto_number(const char *name, int *proto, struct error *err)
{
	static const int protos[] = { SEMANAGE_PROTO_TCP, SEMANAGE_PROTO_UDP, SEMANAGE_PROTO_DCCP,
				      SEMANAGE_PROTO_SCTP };

	for (size_t i = 0; i < ARRAY_SIZE(protos); i++) {
		if (!strcmp(name, semanage_port_get_proto_str(protos[i]))) {
			*proto = protos[i];
			return 0;
		}
	}
	return error_set(err, EINVAL, "use tcp or udp", "no such protocol: %s", name);
}

/* Within a transaction: the key of a port that is to be changed. */
static int port_key(struct store *store, const char *proto_name, unsigned int number, int *proto,
		    semanage_port_key_t **key, struct error *err)
{
	int r = store_in_transaction(store, err) ?: proto_number(proto_name, proto, err);

	if (r < 0)
		return r;
	if (!number || number > PORT_MAX)
		return error_set(err, EINVAL, "use a number from 1 to 65535", "no such port: %u/%s",
				 number, proto_name);
	if (semanage_port_key_create(store->handle, (int)number, (int)number, *proto, key) < 0)
		no_memory();
	return 0;
}

static int range(const semanage_port_t *port)
{
	return semanage_port_get_high(port) - semanage_port_get_low(port);
}

/* The record of the narrowest range that holds the port, or NULL. */
static semanage_port_t *narrowest(const struct ports *ports, int proto, int number)
{
	semanage_port_t *best = NULL;

	for (unsigned int i = 0; i < ports->count; i++) {
		semanage_port_t *port = ports->items[i];

		if (semanage_port_get_proto(port) == proto &&
		    semanage_port_get_low(port) <= number &&
		    semanage_port_get_high(port) >= number && (!best || range(port) < range(best)))
			best = port;
	}
	return best;
}

int store_port_label(struct store *store, const char *proto_name, unsigned int number, char **type,
		     enum store_label *label, struct error *err)
{
	_cleanup_(cleanup_ports) struct ports ours = { 0 }, all = { 0 };
	enum store_label found = STORE_LABEL_LOCAL;
	semanage_port_t *port;
	int proto = 0;
	int r = store_ready(store, err) ?: proto_number(proto_name, &proto, err);

	if (r < 0)
		return r;
	if (semanage_port_list_local(store->handle, &ours.items, &ours.count) < 0 ||
	    semanage_port_list(store->handle, &all.items, &all.count) < 0)
		return store_error(store, err, EIO, REMEDY_PORTS,
				   "cannot list the ports of the policy store %s",
				   store->directory);
	/* A local range stands before the policy's own in the kernel's list, even a wider one. */
	port = narrowest(&ours, proto, (int)number);
	if (!port) {
		port = narrowest(&all, proto, (int)number);
		found = STORE_LABEL_POLICY;
	}
	if (!port)
		found = STORE_LABEL_NONE;
	else if (range(port) > 0)
		found = STORE_LABEL_RANGE;
	*type = port ? str_copy(semanage_context_get_type(semanage_port_get_con(port))) : NULL;
	if (label)
		*label = found;
	return 0;
}

int store_port_set(struct store *store, const char *proto_name, unsigned int number,
		   const char *type, struct error *err)
{
	_cleanup_(cleanup_port_key) semanage_port_key_t *key = NULL;
	_cleanup_(cleanup_port) semanage_port_t *port = NULL;
	_cleanup_(cleanup_context) semanage_context_t *context = NULL;
	int proto = 0, r = port_key(store, proto_name, number, &proto, &key, err);

	if (r < 0)
		return r;
	context = context_make(store, type);
	if (semanage_port_create(store->handle, &port) < 0 ||
	    semanage_port_set_con(store->handle, port, context) < 0)
		no_memory();
	semanage_port_set_proto(port, proto);
	semanage_port_set_port(port, (int)number);
	if (semanage_port_modify_local(store->handle, key, port) < 0)
		return store_error(store, err, EIO, REMEDY_PORTS, "cannot label port %u/%s as %s",
				   number, proto_name, type);
	return 0;
}

int store_port_unset(struct store *store, const char *proto_name, unsigned int number,
		     struct error *err)
{
	_cleanup_(cleanup_port_key) semanage_port_key_t *key = NULL;
	int exists = 0, proto = 0, r = port_key(store, proto_name, number, &proto, &key, err);

	if (r < 0)
		return r;
	if (semanage_port_exists_local(store->handle, key, &exists) < 0 ||
	    (exists && semanage_port_del_local(store->handle, key) < 0))
		return store_error(store, err, EIO, REMEDY_PORTS,
				   "cannot delete the local label of port %u/%s", number,
				   proto_name);
	return 0;
}

/* ---- file contexts -------------------------------------------------------------------------- */

static void cleanup_fcontext(semanage_fcontext_t **fcontext)
{
	if (*fcontext)
		semanage_fcontext_free(*fcontext);
}

static void cleanup_fcontext_key(semanage_fcontext_key_t **key)
{
	if (*key) /* unlike that of a port, it would be read */
		semanage_fcontext_key_free(*key);
}

static const int kind_numbers[] = {
	[STORE_FILES_ALL] = SEMANAGE_FCONTEXT_ALL,
	[STORE_FILES_DIR] = SEMANAGE_FCONTEXT_DIR,
	[STORE_FILES_REGULAR] = SEMANAGE_FCONTEXT_REG,
};

/* The file that keeps them has a line for each, its columns divided by white space. */
static int fcontext_key(struct store *store, const char *spec, enum store_files files,
			semanage_fcontext_key_t **key, struct error *err)
{
	if (*spec != '/')
		return error_set(err, EINVAL, "begin it with a slash",
				 "not a path of a file context: %s", spec);
	for (const char *byte = spec; *byte; byte++)
		if ((unsigned char)*byte <= ' ' || *byte == 0x7f)
			return error_set(err, EINVAL,
					 "give the directory a name without white space",
					 "a file context cannot name a path with white space");
	if (semanage_fcontext_key_create(store->handle, spec, kind_numbers[files], key) < 0)
		no_memory();
	return 0;
}

char *store_fcontext_spec(const char *path, bool below)
{
	char *spec = NULL;
	FILE *out = stream_open(&spec, NULL);

	for (; *path; path++) {
		/* A rule has no white space, as its line is divided by that. */
		if (isspace((unsigned char)*path))
			fputs("[[:space:]]", out);
		else
			fprintf(out, "%s%c", strchr(".^$*+?()[]{}|\\", *path) ? "\\" : "", *path);
	}
	fputs(below ? "(/.*)?" : "", out);
	stream_close(&out);
	return spec;
}

int store_fcontext_local(struct store *store, const char *spec, enum store_files files, char **type,
			 struct error *err)
{
	_cleanup_(cleanup_fcontext_key) semanage_fcontext_key_t *key = NULL;
	_cleanup_(cleanup_fcontext) semanage_fcontext_t *record = NULL;
	semanage_context_t *context;
	int exists = 0;
	int r = store_ready(store, err) ?: fcontext_key(store, spec, files, &key, err);

	if (r < 0)
		return r;
	*type = NULL;
	if (semanage_fcontext_exists_local(store->handle, key, &exists) < 0 ||
	    (exists && semanage_fcontext_query_local(store->handle, key, &record) < 0))
		return store_error(store, err, EIO, REMEDY_FILES,
				   "cannot read the local file contexts of the policy store %s",
				   store->directory);
	if (!exists)
		return 0;
	context = semanage_fcontext_get_con(record);
	*type = str_copy(context ? semanage_context_get_type(context) : "<<none>>");
	return 0;
}

int store_fcontext_set(struct store *store, const char *spec, enum store_files files,
		       const char *type, struct error *err)
{
	_cleanup_(cleanup_fcontext_key) semanage_fcontext_key_t *key = NULL;
	_cleanup_(cleanup_fcontext) semanage_fcontext_t *record = NULL;
	_cleanup_(cleanup_context) semanage_context_t *context = NULL;
	int r = store_in_transaction(store, err) ?: fcontext_key(store, spec, files, &key, err);

	if (r < 0)
		return r;
	if (strcmp(type, "<<none>>") != 0)
		context = context_make(store, type);
	if (semanage_fcontext_create(store->handle, &record) < 0 ||
	    semanage_fcontext_set_expr(store->handle, record, spec) < 0 ||
	    (context && semanage_fcontext_set_con(store->handle, record, context) < 0))
		no_memory();
	semanage_fcontext_set_type(record, kind_numbers[files]);
	if (semanage_fcontext_modify_local(store->handle, key, record) < 0)
		return store_error(store, err, EIO, REMEDY_FILES,
				   "cannot give %s the file context %s", spec, type);
	return 0;
}

int store_fcontext_unset(struct store *store, const char *spec, enum store_files files,
			 struct error *err)
{
	_cleanup_(cleanup_fcontext_key) semanage_fcontext_key_t *key = NULL;
	int exists = 0;
	int r = store_in_transaction(store, err) ?: fcontext_key(store, spec, files, &key, err);

	if (r < 0)
		return r;
	if (semanage_fcontext_exists_local(store->handle, key, &exists) < 0 ||
	    (exists && semanage_fcontext_del_local(store->handle, key) < 0))
		return store_error(store, err, EIO, REMEDY_FILES,
				   "cannot delete the local file context of %s", spec);
	return 0;
}
