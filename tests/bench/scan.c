/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scan - the reading of audit logs alone, as the program does it. Usage: scan LOG...|- */
#include <err.h>
#include <stdio.h>

#include "steps/audit/log.h"

int main(int argc, char **argv)
{
	static const char *const domains[] = { "mysqld_t", NULL };
	struct denials denials = { 0 };
	struct error error = { 0 };

	if (argc < 2)
		errx(2, "usage: scan LOG...|-");
	for (int i = 1; i < argc; i++)
		if (audit_log_read(argv[i], true, "", domains, &denials, &error) < 0)
			errx(1, "%s", error.what);
	printf("%zu lines, %zu events, %zu denials, %zu kinds\n", denials.lines, denials.events,
	       denials_total(&denials), denials.count);
	denials_clear(&denials);
	return 0;
}
