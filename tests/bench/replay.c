/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay - each denial of an audit log, judged by a policy. Usage: replay POLICY LOG */
#include <err.h>
#include <stdio.h>

#include "steps/audit/log.h"
#include "steps/oracle/oracle.h"

static struct error error;

static size_t replay(struct oracle *oracle, const struct denial *denial)
{
	size_t allowed = 0;

	for (size_t i = 0; i < denial_records(denial) * denial->permissions.count; i++) {
		struct judgement judgement;

		if (oracle_judge(oracle, denial->source_context, denial->target_context,
				 denial->tclass,
				 denial->permissions.items[i % denial->permissions.count],
				 &judgement, &error) < 0)
			errx(1, "%s", error.what);
		allowed += judgement.verdict == VERDICT_ALLOWED;
	}
	return allowed;
}

int main(int argc, char **argv)
{
	static const char *const domains[] = { "mysqld_t", NULL };
	struct denials denials = { 0 };
	struct oracle *oracle = NULL;
	size_t allowed = 0;

	if (argc != 3)
		errx(2, "usage: replay POLICY LOG");
	if (oracle_open(&oracle, argv[1], &error) < 0 ||
	    audit_log_read(argv[2], false, "", domains, &denials, &error) < 0)
		errx(1, "%s", error.what);
	for (size_t i = 0; i < denials.count; i++)
		allowed += replay(oracle, &denials.items[i]);
	printf("%zu denials, %zu kinds, %zu allowed\n", denials_total(&denials), denials.count,
	       allowed);
	denials_clear(&denials);
	oracle_close(oracle);
	return 0;
}
