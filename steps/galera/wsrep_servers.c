/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "steps/galera/wsrep_servers.h"
#include "wizard/util.h"

static const struct generation {
	enum wsrep_server bit;
	const char *family;    /* as in wsrep_server_find() */
	unsigned int from, to; /* 1000 * major + minor */
	const char *words;
} generations[] = {
	{ MARIADB_5_5, "mariadb", 5005, 10000, "MariaDB 5.5 to 10.0" },
	{ MARIADB_10_1, "mariadb", 10001, 10003, "MariaDB 10.1 to 10.3" },
	{ MARIADB_10_4, "mariadb", 10004, 10011, "MariaDB 10.4 to 10.11" },
	{ MARIADB_11, "mariadb", 11000, 11999, "MariaDB 11" },
	{ PERCONA_5_7, "percona", 5005, 5007, "Percona XtraDB Cluster 5.5 to 5.7" },
	{ PERCONA_8_0, "percona", 8000, 8999, "Percona XtraDB Cluster 8" },
	{ MYSQL_5_7, "mysql", 5005, 5007, "MySQL-wsrep 5.5 to 5.7" },
	{ MYSQL_8_0, "mysql", 8000, 8999, "MySQL-wsrep 8" },
};

static unsigned int find(const char *family, size_t length, const char *version)
{
	unsigned int major, minor = 0;

	if (sscanf(version, "%3u.%3u", &major, &minor) < 1)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(generations); i++) {
		const struct generation *one = &generations[i];

		if (strlen(one->family) == length && !strncasecmp(one->family, family, length) &&
		    1000 * major + minor >= one->from && 1000 * major + minor <= one->to)
			return one->bit;
	}
	return 0;
}

unsigned int wsrep_server_find(const char *name)
{
	size_t length = strcspn(name, "-");

	return name[length] ? find(name, length, name + length + 1) : 0;
}

unsigned int wsrep_server_read(struct span message, char *name, size_t size)
{
	struct span version = span_after(message, "Starting MariaDB ");
	bool mariadb = version.length > 0;
	char text[32];

	if (!mariadb) {
		version = span_until(span_after(message, " (mysqld "), ")");
		mariadb = span_has(version, "MariaDB");
	}
	span_copy(text, sizeof(text), span_word(version, "."));
	if (!*text) {
		*name = '\0';
		return EVERY_SERVER;
	}
	snprintf(name, size, "%s %s", mariadb ? "MariaDB" : "MySQL", text);
	if (mariadb)
		return find("mariadb", strlen("mariadb"), text);
	/* Percona's numbers and those of MySQL-wsrep look alike; what they log then tells. */
	return find("percona", strlen("percona"), text) | find("mysql", strlen("mysql"), text);
}

void wsrep_servers_words(unsigned int servers, char *words, size_t size)
{
	size_t length = 0;

	*words = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(generations) && length < size; i++)
		if (servers & generations[i].bit)
			length += (size_t)snprintf(words + length, size - length, "%s%s",
						   length ? ", " : "", generations[i].words);
}
