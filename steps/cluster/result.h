/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * result.h - what one node has reached, as a file for the others: `export` writes it, `apply` reads
 *
 * One JSON document; the man page has its members (RESULT FILE). To whoever reads it, it is
 * hostile: its size is bounded, each member has its shape, and of its rules only names that the
 * policy at hand defines come any further. Texts in it are for people; the rules are data.
 */
#pragma once

#include <jansson.h>

#include "steps/advice/finding.h"
#include "steps/audit/denial.h"
#include "steps/module/rules.h"

#define RESULT_KIND   "galera-selinux result"
#define RESULT_FORMAT 1

/* What a file may have at most. */
#define RESULT_BYTES_MAX (4U << 20)
#define RESULT_RULES_MAX 2000 /* and as many decisions */
#define RESULT_PORTS_MAX 16

/*
 * result_read - the document in path ("-": standard input). Caller decrefs. Errors: as open(2) and
 * read(2); -EFBIG: larger than a result is; -EBADMSG: it is none, or damaged; -ENOTSUP: of a newer
 * format.
 */
int result_read(const char *path, json_t **result, struct error *err);

/* result_seal - give the document its sum, "sha256", by which result_read() knows it for whole. It
 * keeps out no forger: whoever can write the file can write the sum. */
int result_seal(json_t *result, struct error *err);

/* result_rules - each rule as the file has it, with its evidence among denials: new (caller
 * decrefs). given: the "rules" of the result that was applied here, whose evidence goes on; may be
 * NULL. */
json_t *result_rules(const struct rules *rules, const struct findings *findings,
		     const struct denials *denials, const json_t *given);

/* What became of the rules of a result. */
struct result_account {
	size_t rules, permissions; /* taken */
	size_t granted;  /* permissions that the policy gives by itself: not taken, not needed */
	size_t foreign;  /* rules that are none of the server's domains: not taken */
	size_t unknown;  /* rules with a name that the policy does not define: not taken */
	char first[256]; /* the first of the foreign or unknown, in words */
};

/* result_take - put into *rules, sorted, what the policy `base` needs of list, the "rules" of a
 * result, for the domains (NULL-terminated): each permission marked as given. account: added to. */
int result_take(const json_t *list, struct oracle *base, const char *const *domains,
		struct rules *rules, struct result_account *account, struct error *err);

/* result_denials - append to denials what the list's allow rules tell of their evidence, as if it
 * stood in a log: so it can be judged as such. domains: as above. */
void result_denials(const json_t *list, const char *const *domains, struct denials *denials);
