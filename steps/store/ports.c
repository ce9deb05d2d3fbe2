/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/store/private.h"
#include "wizard/util.h"

#define PORT_MAX    65535
#define REMEDY_READ "see that the policy is complete: `semodule -B` builds it anew"

struct records {
	semanage_port_t **items;
	unsigned int count;
};

static void cleanup_records(struct records *records)
{
	for (unsigned int i = 0; i < records->count; i++)
		semanage_port_free(records->items[i]);
	free(records->items);
}

static void cleanup_port(semanage_port_t **port)
{
	semanage_port_free(*port);
}

static void cleanup_port_key(semanage_port_key_t **key)
{
	semanage_port_key_free(*key);
}

static void cleanup_context(semanage_context_t **context)
{
	semanage_context_free(*context);
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

static int port_key(struct store *store, const char *proto_name, unsigned int number,
		    semanage_port_key_t **key, struct error *err)
{
	int proto = 0, r = proto_number(proto_name, &proto, err);

	if (r < 0)
		return r;
	if (!number || number > PORT_MAX)
		return error_set(err, EINVAL, "use a number from 1 to 65535", "no such port: %u/%s",
				 number, proto_name);
	if (semanage_port_key_create(store->handle, (int)number, (int)number, proto, key) < 0)
		return error_nomem(err);
	return 0;
}

static const char *record_type(semanage_port_t *record)
{
	return semanage_context_get_type(semanage_port_get_con(record));
}

/* The record of the narrowest range that holds the port, or NULL. */
static semanage_port_t *narrowest(const struct records *records, int proto, unsigned int number)
{
	semanage_port_t *best = NULL;

	for (unsigned int i = 0; i < records->count; i++) {
		semanage_port_t *record = records->items[i];
		int low = semanage_port_get_low(record), high = semanage_port_get_high(record);

		if (semanage_port_get_proto(record) != proto || low > (int)number ||
		    high < (int)number)
			continue;
		if (!best ||
		    high - low < semanage_port_get_high(best) - semanage_port_get_low(best))
			best = record;
	}
	return best;
}

int store_port_label(struct store *store, const char *proto_name, unsigned int number, char **type,
		     enum store_label *label, struct error *err)
{
	_cleanup_(cleanup_records) struct records ours = { 0 }, all = { 0 };
	enum store_label found = STORE_LABEL_LOCAL;
	semanage_port_t *record;
	int proto = 0, r = store_ready(store, err);

	if (r == 0)
		r = proto_number(proto_name, &proto, err);
	if (r < 0)
		return r;
	if (semanage_port_list_local(store->handle, &ours.items, &ours.count) < 0 ||
	    semanage_port_list(store->handle, &all.items, &all.count) < 0)
		return store_error(store, err, EIO, REMEDY_READ,
				   "cannot list the ports of the policy store %s",
				   store->directory);
	/* A local range stands before the policy's own in the kernel's list, even a wider one. */
	record = narrowest(&ours, proto, number);
	if (!record) {
		record = narrowest(&all, proto, number);
		found = STORE_LABEL_POLICY;
	}
	if (!record)
		found = STORE_LABEL_NONE;
	else if (semanage_port_get_low(record) != semanage_port_get_high(record))
		found = STORE_LABEL_RANGE;
	*type = record ? strdup(record_type(record)) : NULL;
	if (record && !*type)
		return error_nomem(err);
	if (label)
		*label = found;
	return 0;
}

static int port_compare(const void *one, const void *other)
{
	const struct store_port *a = one, *b = other;
	int order = strcmp(a->proto, b->proto);

	if (order)
		return order;
	return a->low < b->low ? -1 : a->low > b->low;
}

void store_ports_free(struct store_port *ports, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(ports[i].proto);
		free(ports[i].type);
	}
	free(ports);
}

int store_local_ports(struct store *store, struct store_port **result, size_t *count,
		      struct error *err)
{
	_cleanup_(cleanup_records) struct records ours = { 0 };
	struct store_port *ports = NULL;
	size_t used = 0;
	int r = store_ready(store, err);

	if (r < 0)
		return r;
	if (semanage_port_list_local(store->handle, &ours.items, &ours.count) < 0)
		return store_error(store, err, EIO, REMEDY_READ,
				   "cannot list the local ports of the policy store %s",
				   store->directory);
	for (unsigned int i = 0; i < ours.count; i++) {
		semanage_port_t *record = ours.items[i];
		int proto = semanage_port_get_proto(record);
		struct store_port *port = array_push(&ports, &used, sizeof(*port));

		if (port) {
			port->proto = strdup(semanage_port_get_proto_str(proto));
			port->type = strdup(record_type(record));
			port->low = (unsigned int)semanage_port_get_low(record);
			port->high = (unsigned int)semanage_port_get_high(record);
		}
		if (!port || !port->proto || !port->type) {
			store_ports_free(ports, used);
			return error_nomem(err);
		}
	}
	if (used)
		qsort(ports, used, sizeof(*ports), port_compare);
	*result = ports;
	*count = used;
	return 0;
}

int store_context(struct store *store, const char *type, semanage_context_t **context)
{
	semanage_handle_t *handle = store->handle;

	if (semanage_context_create(handle, context) < 0 ||
	    semanage_context_set_user(handle, *context, "system_u") < 0 ||
	    semanage_context_set_role(handle, *context, "object_r") < 0 ||
	    semanage_context_set_type(handle, *context, type) < 0)
		return -1;
	return semanage_mls_enabled(handle) ? semanage_context_set_mls(handle, *context, "s0") : 0;
}

int store_port_set(struct store *store, const char *proto_name, unsigned int number,
		   const char *type, struct error *err)
{
	_cleanup_(cleanup_port_key) semanage_port_key_t *key = NULL;
	_cleanup_(cleanup_port) semanage_port_t *port = NULL;
	_cleanup_(cleanup_context) semanage_context_t *context = NULL;
	int proto = 0, r = store_in_transaction(store, err);

	if (r == 0)
		r = port_key(store, proto_name, number, &key, err);
	if (r == 0)
		r = proto_number(proto_name, &proto, err);
	if (r < 0)
		return r;
	if (semanage_port_create(store->handle, &port) < 0 ||
	    store_context(store, type, &context) < 0 ||
	    semanage_port_set_con(store->handle, port, context) < 0)
		return error_nomem(err);
	semanage_port_set_proto(port, proto);
	semanage_port_set_port(port, (int)number);
	if (semanage_port_modify_local(store->handle, key, port) < 0)
		return store_error(store, err, EIO, REMEDY_READ, "cannot label port %u/%s as %s",
				   number, proto_name, type);
	return 0;
}

int store_port_unset(struct store *store, const char *proto_name, unsigned int number,
		     struct error *err)
{
	_cleanup_(cleanup_port_key) semanage_port_key_t *key = NULL;
	int exists = 0, r = store_in_transaction(store, err);

	if (r == 0)
		r = port_key(store, proto_name, number, &key, err);
	if (r < 0)
		return r;
	if (semanage_port_exists_local(store->handle, key, &exists) < 0 ||
	    (exists && semanage_port_del_local(store->handle, key) < 0))
		return store_error(store, err, EIO, REMEDY_READ,
				   "cannot delete the local label of port %u/%s", number,
				   proto_name);
	return 0;
}
