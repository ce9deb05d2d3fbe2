/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs made up. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/audit/logs.h"
#include "wizard/util.h"

static unsigned int seed;

static inline unsigned int draw(unsigned int below)
{
	return (unsigned int)rand_r(&seed) % below;
}

/* An event of few words, so that kinds repeat, in the order in which the kernel writes it. */
static inline size_t make_event(unsigned int serial, char *lines[], size_t max)
{
	static const char *const programs[] = { "ps", "rsync", "6D79206461746100", "ss" };
	static const char *const places[] = { "path=\"/var/lib/x\"", "path=2F6120622F63",
					      "name=\"x\"", "name=622063", "" };
	static const char *const accesses[] = { "read", "read write", "getattr" };
	_cleanup_free_ char *id = str_printf("msg=audit(%u.%03u:%u):", 1000 + serial / 7,
					     draw(3) + serial % 7 * 100, serial);
	const char *program = programs[draw(ARRAY_SIZE(programs))];
	unsigned int inode = 10 + draw(3), count = 1 + draw(2);
	size_t made = 0;

	for (unsigned int i = 0; i < count && made < max; i++) {
		const char *place = places[draw(ARRAY_SIZE(places))];

		lines[made++] = str_printf(
			"type=AVC %s avc:  denied  { %s } for  pid=%u comm=%s%s%s%s%s dev=\"vda\" "
			"ino=%u %sscontext=system_u:system_r:%s:s0 "
			"tcontext=system_u:object_r:t%u_t:s0 tclass=file permissive=%u",
			id, accesses[draw(3)], 1 + draw(9999), *program == '6' ? "" : "\"", program,
			*program == '6' ? "" : "\"", *place ? " " : "", place, inode,
			draw(9) ? "" : "src=4567 ", draw(5) ? "mysqld_t" : "httpd_t", draw(2),
			draw(2));
	}
	if (draw(4))
		lines[made++] = str_printf("type=SYSCALL %s arch=c000003e a0=%x pid=%u comm=\"y\" "
					   "exe=\"/usr/bin/%s\" key=(null)%s",
					   id, draw(1 << 30), draw(9999), draw(2) ? "a" : "b",
					   draw(2) ? "\x1d"
						     "ARCH=x86_64 UID=\"mysql\""
						   : "");
	for (unsigned int i = 0; i < 2 && draw(2); i++)
		lines[made++] = str_printf("type=PATH %s item=%u name=\"/%s/x\" inode=%u dev=fe:00 "
					   "nametype=NORMAL",
					   id, i, draw(2) ? "a" : "b", 10 + draw(3));
	lines[made++] = str_printf("type=PROCTITLE %s proctitle=%X", id, draw(1 << 30));
	return made;
}

/* Two events at a time, their lines shuffled together as two processors' are. */
static inline void write_events(FILE *out, unsigned int *serial)
{
	char *one[16], *other[16];
	size_t ones = make_event(++*serial, one, 2), others = make_event(++*serial, other, 2);

	for (size_t i = 0, j = 0; i < ones || j < others;) {
		bool first = j == others || (i < ones && (draw(8) || !i));
		char *line = first ? one[i++] : other[j++];

		fprintf(out, "%s\n", line);
		free(line);
	}
	if (!draw(4))
		fprintf(out, "type=USER_END msg=audit(%u.000:%u): pid=%u res=success\n",
			1001 + *serial / 7, *serial + 1, draw(9999));
	++*serial;
}
