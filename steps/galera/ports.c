/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ports - addresses and ports of the cluster, out of the node's configuration */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "steps/galera/config.h"
#include "wizard/strings.h"
#include "wizard/util.h"

/* ---- addresses ------------------------------------------------------------------------------- */

/* [SCHEME://]HOST[:PORT], up to "?" or "/": an IPv6 address is in brackets, or has no port. */
struct address {
	const char *host, *port; /* port NULL: it has none */
	size_t host_length, port_length;
};

static struct address address_of(const char *text)
{
	const char *scheme = strstr(text, "://"), *host = scheme ? scheme + 3 : text;
	const char *end = host + strcspn(host, "?/"), *host_end, *colon;

	if (*host == '[') {
		host++;
		host_end = memchr(host, ']', (size_t)(end - host)) ?: end;
		colon = host_end + 1 < end && host_end[1] == ':' ? host_end + 1 : NULL;
	} else {
		colon = memchr(host, ':', (size_t)(end - host));
		/* More than one colon without brackets: an IPv6 address, so no port. */
		if (colon && memchr(colon + 1, ':', (size_t)(end - colon - 1)))
			colon = NULL;
		host_end = colon ?: end;
	}
	return (struct address){ .host = host,
				 .host_length = (size_t)(host_end - host),
				 .port = colon ? colon + 1 : NULL,
				 .port_length = colon ? (size_t)(end - colon - 1) : 0 };
}

static char *host_of(const char *text)
{
	struct address address = address_of(text);

	return memory_copy(address.host, address.host_length);
}

char *galera_own_address(const struct galera_config *config)
{
	const char *address = galera_config_get(config, "wsrep_node_address");

	return address && *address ? host_of(address) : NULL;
}

void galera_members(const struct galera_config *config, struct strings *hosts)
{
	const char *value = galera_config_get(config, "wsrep_cluster_address");
	const char *list = value ? strstr(value, "://") : NULL;
	_cleanup_free_ char *copy = str_copy(list ? list + 3 : value);
	char *entry, *at = copy;

	if (copy)
		copy[strcspn(copy, "?")] = '\0';
	while ((entry = strsep(&at, ","))) {
		_cleanup_free_ char *host = host_of(str_trim(entry));

		if (*host && !strings_has(hosts, host))
			strings_add(hosts, host);
	}
}

/* ---- ports ----------------------------------------------------------------------------------- */

enum { BASE_PORT = 4567, SST_PORT = 4444, LAST_PORT = 65535 };

static int not_a_port(const char *setting, const char *value, struct error *err)
{
	return error_set(
		err, EINVAL,
		"correct it in the server's configuration: a port is a number from 1 to 65535",
		"%s is %s, which names no port", setting, *value ? value : "empty");
}

/* The number in text[0..length), or 0. */
static unsigned int port_number(const char *text, size_t length)
{
	unsigned long number = 0;

	if (length && length == strspn(text, "0123456789"))
		number = strtoul(text, NULL, 10);
	return number <= LAST_PORT ? (unsigned int)number : 0;
}

/* Let the address of a setting move *port: where it has a port, that is the port, and the setting
 * its origin. "wsrep_..." is the server's, another name the provider's. */
static int take_address(const struct galera_config *config, const char *setting,
			struct galera_port *port, struct error *err)
{
	_cleanup_free_ char *address = str_starts(setting, "wsrep_")
					       ? str_copy(galera_config_get(config, setting))
					       : galera_provider_option(config, setting);
	struct address of = address_of(address ?: "");
	unsigned int number = of.port ? port_number(of.port, of.port_length) : 0;

	if (!of.port)
		return 0;
	if (!number)
		return not_a_port(setting, address, err);
	port->number = number;
	snprintf(port->setting, sizeof(port->setting), "%s", setting);
	return 0;
}

static int find_base(const struct galera_config *config, struct galera_port *base,
		     struct error *err)
{
	_cleanup_free_ char *option = galera_provider_option(config, "base_port");
	int r = take_address(config, "wsrep_node_address", base, err);

	if (r < 0 || !option)
		return r;
	base->number = port_number(option, strlen(option));
	if (!base->number)
		return not_a_port("base_port", option, err);
	snprintf(base->setting, sizeof(base->setting), "base_port");
	return 0;
}

bool galera_has_port(const struct galera_port *ports, int count, const char *proto,
		     unsigned int number)
{
	for (int i = 0; i < count; i++)
		if (ports[i].number == number && !strcmp(ports[i].proto, proto))
			return true;
	return false;
}

/* The ports found so far. */
struct found {
	struct galera_port *ports;
	int count;
};

static void add(struct found *found, const struct galera_port *port, const char *purpose,
		const char *proto)
{
	if (galera_has_port(found->ports, found->count, proto, port->number))
		return;
	found->ports[found->count] = *port;
	found->ports[found->count].purpose = purpose;
	found->ports[found->count++].proto = proto;
}

static int add_ist(const struct galera_config *config, struct galera_port port, struct found *found,
		   struct error *err)
{
	unsigned int base = port.number++;
	int r = take_address(config, "ist.recv_addr", &port, err);

	if (r < 0)
		return r;
	if (port.number > LAST_PORT)
		return error_set(err, EINVAL, "choose a lower port, or set ist.recv_addr",
				 "%s is %u, which leaves no port for IST (one above it)",
				 port.setting, base);
	add(found, &port, "IST", "tcp");
	r = take_address(config, "ist.recv_bind", &port, err);
	if (r == 0)
		add(found, &port, "IST", "tcp");
	return r;
}

int galera_ports(const struct galera_config *config, struct galera_port *ports, struct error *err)
{
	struct galera_port base = { .number = BASE_PORT }, replication;
	struct galera_port sst = { .number = SST_PORT };
	const char *method = config->sst_method ? config->sst_method : "";
	bool listens = strcasecmp(method, "mysqldump") != 0 && strcasecmp(method, "skip") != 0;
	struct found found = { .ports = ports };
	int r = find_base(config, &base, err);

	replication = base;
	if (r == 0)
		r = take_address(config, "gmcast.listen_addr", &replication, err);
	if (r < 0)
		return r;
	add(&found, &replication, "replication", "tcp");
	if (config->multicast)
		add(&found, &replication, "replication, multicast", "udp");
	r = add_ist(config, base, &found, err);
	if (r == 0 && listens)
		r = take_address(config, "wsrep_sst_receive_address", &sst, err);
	if (r == 0 && listens)
		add(&found, &sst, "SST", "tcp");
	return r < 0 ? r : found.count;
}
