/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "steps/galera/ports.h"
#include "wizard/util.h"

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
	unsigned int number = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		number = number * 10 + (unsigned int)(text[i] - '0');
		if (number > LAST_PORT)
			return 0;
	}
	return number;
}

/* Where the port begins in [SCHEME://]HOST[:PORT], and its length; NULL: it has none. */
static const char *port_of_address(const char *address, size_t *length)
{
	const char *scheme = strstr(address, "://"), *host = scheme ? scheme + 3 : address;
	const char *end = host + strcspn(host, "?/"), *colon;

	if (*host == '[') {
		const char *bracket = memchr(host, ']', (size_t)(end - host));

		colon = bracket && bracket + 1 < end && bracket[1] == ':' ? bracket + 1 : NULL;
	} else {
		colon = memchr(host, ':', (size_t)(end - host));
		/* More than one colon without brackets: an IPv6 address, so no port. */
		if (colon && memchr(colon + 1, ':', (size_t)(end - colon - 1)))
			colon = NULL;
	}
	*length = colon ? (size_t)(end - colon - 1) : 0;
	return colon ? colon + 1 : NULL;
}

/* Let an address move *port: where it has a port, that is the port and setting is its origin. */
static int take_address(const char *address, const char *setting, struct galera_port *port,
			struct error *err)
{
	size_t length;
	const char *text = address ? port_of_address(address, &length) : NULL;
	unsigned int number = text ? port_number(text, length) : 0;

	if (!text)
		return 0;
	if (!number)
		return not_a_port(setting, address, err);
	port->number = number;
	snprintf(port->setting, sizeof(port->setting), "%s", setting);
	return 0;
}

static int take_provider_address(const struct galera_config *config, const char *setting,
				 struct galera_port *port, struct error *err)
{
	_cleanup_free_ char *address = galera_provider_option(config, setting);

	return take_address(address, setting, port, err);
}

static int find_base(const struct galera_config *config, struct galera_port *base,
		     struct error *err)
{
	_cleanup_free_ char *option = galera_provider_option(config, "base_port");
	int r;

	*base = (struct galera_port){ .proto = "tcp", .number = BASE_PORT };
	r = take_address(galera_config_get(config, "wsrep_node_address"), "wsrep_node_address",
			 base, err);
	if (r < 0 || !option)
		return r;
	base->number = port_number(option, strlen(option));
	if (!base->number)
		return not_a_port("base_port", option, err);
	snprintf(base->setting, sizeof(base->setting), "base_port");
	return 0;
}

static void add(struct galera_port *ports, int *count, const struct galera_port *port,
		const char *purpose, const char *proto)
{
	for (int i = 0; i < *count; i++)
		if (ports[i].number == port->number && strcmp(ports[i].proto, proto) == 0)
			return;
	ports[*count] = *port;
	ports[*count].purpose = purpose;
	ports[(*count)++].proto = proto;
}

static int add_replication(const struct galera_config *config, const struct galera_port *base,
			   struct galera_port *ports, int *count, struct error *err)
{
	struct galera_port port = *base;
	int r = take_provider_address(config, "gmcast.listen_addr", &port, err);

	if (r < 0)
		return r;
	add(ports, count, &port, "replication", "tcp");
	if (config->multicast)
		add(ports, count, &port, "replication, multicast", "udp");
	return 0;
}

static int add_ist(const struct galera_config *config, const struct galera_port *base,
		   struct galera_port *ports, int *count, struct error *err)
{
	struct galera_port told = *base, bound;
	int r;

	told.number++;
	r = take_provider_address(config, "ist.recv_addr", &told, err);
	if (r < 0)
		return r;
	if (told.number > LAST_PORT)
		return error_set(err, EINVAL, "choose a lower port, or set ist.recv_addr",
				 "%s is %u, which leaves no port for IST (one above it)",
				 base->setting, base->number);
	add(ports, count, &told, "IST", "tcp");
	bound = told;
	r = take_provider_address(config, "ist.recv_bind", &bound, err);
	if (r < 0)
		return r;
	add(ports, count, &bound, "IST", "tcp");
	return 0;
}

static int add_sst(const struct galera_config *config, struct galera_port *ports, int *count,
		   struct error *err)
{
	struct galera_port port = { .number = SST_PORT };
	int r;

	if (config->sst_method && (strcasecmp(config->sst_method, "mysqldump") == 0 ||
				   strcasecmp(config->sst_method, "skip") == 0))
		return 0;
	r = take_address(galera_config_get(config, "wsrep_sst_receive_address"),
			 "wsrep_sst_receive_address", &port, err);
	if (r < 0)
		return r;
	add(ports, count, &port, "SST", "tcp");
	return 0;
}

int galera_ports(const struct galera_config *config, struct galera_port *ports, struct error *err)
{
	struct galera_port base;
	int count = 0, r = find_base(config, &base, err);

	if (r >= 0)
		r = add_replication(config, &base, ports, &count, err);
	if (r >= 0)
		r = add_ist(config, &base, ports, &count, err);
	if (r >= 0)
		r = add_sst(config, ports, &count, err);
	return r < 0 ? r : count;
}
