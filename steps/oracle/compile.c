/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/oracle/policy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sepol/cil/cil.h>
#include <sepol/debug.h>
#include <sepol/kernel_to_cil.h>

#include "steps/oracle/oracle.h"
#include "wizard/util.h"

/* The compiler's handler has no argument for its user. */
static FILE *heard;

static void message_from_compiler(int level, const char *message)
{
	/* The level is the one that was asked for, not the message's. */
	(void)level;
	fputs(message, heard);
}

static void cleanup_db(cil_db_t **db)
{
	cil_db_destroy(db);
}

static void cleanup_policy(sepol_policydb_t **policy)
{
	sepol_policydb_free(*policy);
}

/*
 * The settings of a commit by libsemanage, but that it passes over the neverallow rules (Debian and
 * Fedora: expand-check=0). MLS and what to do with unknown classes are said by the modules.
 */
static cil_db_t *db_new(bool neverallow)
{
	cil_db_t *db = NULL;

	cil_db_init(&db);
	cil_set_multiple_decls(db, 1);
	cil_set_disable_neverallow(db, !neverallow);
	cil_set_policy_version(db, sepol_policy_kern_vers_max());
	return db;
}

struct source {
	const struct store_cil *modules;
	size_t count;
	const char *name, *candidate;
};

static int build(const struct source *source, bool neverallow, sepol_policydb_t **policy)
{
	_cleanup_(cleanup_db) cil_db_t *db = db_new(neverallow);

	for (size_t i = 0; i < source->count; i++) {
		const struct store_cil *module = &source->modules[i];

		if (cil_add_file(db, module->name, module->text, module->length) < 0)
			return -1;
	}
	if (source->candidate &&
	    cil_add_file(db, source->name, source->candidate, strlen(source->candidate)) < 0)
		return -1;
	if (cil_compile(db) < 0)
		return -1;
	return cil_build_policydb(db, policy);
}

/* build, with what the compiler says in *text (caller frees); false: it does not compile. */
static bool build_listening(const struct source *source, bool neverallow, sepol_policydb_t **policy,
			    char **text)
{
	int r;

	heard = stream_open(text, NULL);
	cil_set_log_handler(message_from_compiler);
	/* At its usual level it shows a few of the rules that break a neverallow, not all. */
	cil_set_log_level(CIL_WARN);
	r = build(source, neverallow, policy);
	cil_set_log_level(CIL_ERR);
	stream_close(&heard);
	return r >= 0;
}

/* The next line of *rest without white space around it, or NULL. */
static char *line_next(char **rest)
{
	char *line = strsep(rest, "\n");

	return line ? str_trim(line) : NULL;
}

void violations_clear(struct violations *violations)
{
	for (size_t i = 0; i < violations->count; i++) {
		free(violations->items[i].rule);
		free(violations->items[i].forbidden);
	}
	free(violations->items);
	*violations = (struct violations){ 0 };
}

/* A module that is translated to CIL has its expressions in lines of their own,
 *	(typeattributeset MODULE_typeattr_7 (not (can_read_shadow_passwords ) ))
 * The expression behind such a name, up to *end; NULL: another name, or there is none. */
static const char *expression_of(const struct source *source, const char *name, const char **end)
{
	_cleanup_free_ char *begin = str_printf("(typeattributeset %s (", name);
	const char *at = NULL, *newline;
	size_t left = 0;

	if (!strstr(name, "_typeattr_"))
		return NULL;
	for (size_t i = 0; !at && i < source->count; i++) {
		const struct store_cil *module = &source->modules[i];

		at = memmem(module->text, module->length, begin, strlen(begin));
		left = at ? (size_t)(module->text + module->length - at) : 0;
	}
	if (!at)
		return NULL;
	newline = memchr(at, '\n', left);
	*end = memrchr(at, ')', newline ? (size_t)(newline - at) : left);
	return *end ? at + strlen(begin) - 1 : NULL;
}

/* A rule with the expressions in place of the names that the translation gave them; new memory,
 * or NULL. */
static char *rule_spelled_out(const struct source *source, const char *rule)
{
	char *text = NULL;
	FILE *out = stream_open(&text, NULL);

	while (*rule) {
		size_t size = strcspn(rule, " ()");
		_cleanup_free_ char *name = memory_copy(rule, size);
		const char *end, *at = expression_of(source, name, &end);

		for (; at && at < end; at++)
			if (*at != ' ' || at[1 + strspn(at + 1, " ")] != ')')
				fputc(*at, out);
		if (!at)
			fwrite(rule, 1, size, out);
		rule += size;
		size = strspn(rule, " ()");
		fwrite(rule, 1, size, out);
		rule += size;
	}
	stream_close(&out);
	return text;
}

static void violation_add(struct violations *violations, const struct source *source,
			  const char *rule, const char *forbidden)
{
	struct violation *violation;

	for (size_t i = 0; i < violations->count; i++)
		if (!strcmp(violations->items[i].rule, rule))
			return;
	violation = array_push(&violations->items, &violations->count, sizeof(*violation));
	violation->rule = str_copy(rule);
	violation->forbidden = rule_spelled_out(source, forbidden);
}

/*
 * The compiler's report on neverallow rules, one after another:
 *	neverallow check failed at MODULE:LINE
 *	  (neverallow ...)
 *	    <root>
 *	    allow at MODULE:LINE
 *	      (allow ...)
 * Gives the pairs in which the candidate has a part, each of its rules once. Cuts up text.
 */
static void violations_read(char *text, const struct source *source, struct violations *violations)
{
	_cleanup_free_ char *place = str_printf(" at %s:", source->name);
	const char *forbidden = "";
	char *line;

	while ((line = line_next(&text))) {
		if (str_starts(line, "(neverallow"))
			forbidden = line;
		else if (strstr(line, place) && text && text[strspn(text, " \t")] == '(')
			violation_add(violations, source, line_next(&text), forbidden);
	}
}

/* Line number of the candidate, trimmed, in new memory; NULL: no such line. */
static char *candidate_line(const char *candidate, unsigned long number)
{
	while (candidate && --number) {
		candidate = strchr(candidate, '\n');
		candidate += candidate ? 1 : 0;
	}
	if (!candidate)
		return NULL;
	candidate += strspn(candidate, " \t");
	return memory_copy(candidate, strcspn(candidate, "\n"));
}

/* The compiler says first what is wrong ("Failed to resolve ... at NAME:LINE"), and then what it
 * could not do for that reason. It does not quote the line. */
static int error_compile(const struct source *source, char *text, struct error *err)
{
	_cleanup_free_ char *place = str_printf(" at %s:", source->name ? source->name : "");
	_cleanup_free_ char *reasons = NULL, *quoted = NULL;
	_cleanup_(strings_clear) struct strings said = { 0 };
	const char *found;
	char *line;

	while (!quoted && (line = line_next(&text))) {
		if (!*line)
			continue;
		strings_add(&said, line);
		found = strstr(line, place);
		if (found && source->candidate)
			quoted = candidate_line(source->candidate,
						strtoul(found + strlen(place), NULL, 10));
	}
	reasons = strings_join(&said, "; ");
	return error_set(
		err, EINVAL,
		source->candidate ? "correct the module, or leave the rule out"
				  : "look at `semodule -lfull`, and try `semodule -B`",
		"%s does not compile: %s%s%s", source->candidate ? source->name : "the policy",
		said.count ? reasons : "no reason given", quoted ? ": " : "", quoted ? quoted : "");
}

static int error_violations(const struct source *source, const struct violations *violations,
			    struct error *err)
{
	_cleanup_free_ char *more =
		violations->count > 1
			? str_printf("; and %zu more of its rules", violations->count - 1)
			: str_copy("");

	return error_set(err, EPERM, "leave that out: the policy forbids it on purpose",
			 "%s breaks a rule of the policy: %s against %s%s", source->name,
			 violations->items[0].rule, violations->items[0].forbidden, more);
}

static int build_checked(const struct source *source, sepol_policydb_t **policy,
			 struct violations *violations, struct error *err)
{
	_cleanup_free_ char *text = NULL, *unchecked = NULL;

	if (build_listening(source, true, policy, &text))
		return 0;
	if (!strstr(text, "neverallow check failed"))
		return error_compile(source, text, err);
	if (source->candidate)
		violations_read(text, source, violations);
	if (violations->count)
		return error_violations(source, violations, err);
	/* The store's own modules break one, which its commits let pass. */
	if (build_listening(source, false, policy, &unchecked))
		return 0;
	return error_compile(source, unchecked, err);
}

int oracle_compile(struct oracle **oracle, const struct store_cil *modules, size_t count,
		   const char *name, const char *candidate, struct violations *violations,
		   struct error *err)
{
	_cleanup_(violations_clear) struct violations unasked = { 0 };
	const struct source source = { modules, count, name, candidate };
	_cleanup_(cleanup_policy) sepol_policydb_t *policy = NULL;
	void *image = NULL;
	size_t length = 0;
	int r;

	sepol_debug(0);
	r = build_checked(&source, &policy, violations ? violations : &unasked, err);
	if (r < 0)
		return r;
	if (sepol_policydb_to_image(NULL, policy, &image, &length) < 0)
		return error_set(err, EIO, "free some memory, then start again: nothing is lost",
				 "libsepol cannot write down the policy that it has built");
	return oracle_open_image(oracle, image, length, err);
}

/* A local label of a port stands in a compiled policy before the policy's own, which CIL takes for
 * a conflict. No access depends on either. */
static void leave_out_ports(char *cil)
{
	for (char *at = cil; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (str_starts(at, "(portcon"))
			*at = ';';
	}
}

int oracle_with_module(const struct oracle *base, const char *name, const char *cil,
		       struct oracle **with, struct error *err)
{
	static char policy[] = "policy";
	struct store_cil module = { .name = policy };
	_cleanup_free_ char *text = NULL;
	FILE *out = stream_open(&text, &module.length);
	int r = sepol_kernel_policydb_to_cil(out, &base->policy->p);

	stream_close(&out);
	module.text = text;
	leave_out_ports(text);
	if (r < 0)
		return error_set(err, EIO, "give the package that it is of, as a directory",
				 "libsepol cannot take that policy apart");
	return oracle_compile(with, &module, 1, name, cil, NULL, err);
}
