/* SPDX-License-Identifier: GPL-2.0-or-later */
/* members - the cluster's addresses, out of wsrep_cluster_address */
#include <string.h>

#include "steps/galera/config.h"
#include "wizard/strings.h"
#include "wizard/util.h"

/* [SCHEME://]HOST[:PORT], up to "?" or "/": an IPv6 address is in brackets, or has no port. */
static char *host_of(const char *address)
{
	const char *scheme = strstr(address, "://"), *host = scheme ? scheme + 3 : address;
	size_t length = strcspn(host, "?/");
	const char *colon = memchr(host, ':', length);

	if (*host == '[') {
		host++;
		length = strcspn(host, "]");
	} else if (colon && !memchr(colon + 1, ':', length - (size_t)(colon + 1 - host))) {
		length = (size_t)(colon - host);
	}
	return memory_copy(host, length);
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
