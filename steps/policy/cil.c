/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/policy/rules.h"
#include "wizard/util.h"

/* The block is named after the rule, so that its name stays when others come and go. */
static void write_rule(FILE *out, const char *module, const struct rule *rule)
{
	const char *kind = rule->kind == RULE_ALLOW ? "allow" : "dontaudit";

	fputc('\n', out);
	rules_comment(out, ";", rule->comment);
	fprintf(out, "(optional %s_%s_%s_%s_%s\n", module, kind, rule->source, rule->target,
		rule->tclass);
	fprintf(out, "\t(%s %s %s (%s (", kind, rule->source, rule->target, rule->tclass);
	for (size_t i = 0; i < rule->permission_count; i++)
		fprintf(out, "%s%s", i ? " " : "", rule->permissions[i]);
	fputs(rule->ioctl_count ? ")))\n" : "))))\n", out);
	if (!rule->ioctl_count)
		return;
	fprintf(out, "\t(allowx %s %s (ioctl %s (", rule->source, rule->target, rule->tclass);
	for (size_t i = 0; i < rule->ioctl_count; i++)
		fprintf(out, "%s0x%04x", i ? " " : "", rule->ioctls[i]);
	fputs("))))\n", out);
}

int cil_text(const struct module_header *header, const struct rules *rules, char **text,
	     struct error *err)
{
	_cleanup_free_ char *made = NULL;
	size_t length = 0;
	FILE *out;
	int failed, r = rules_check(header, rules, err);

	if (r < 0)
		return r;
	out = open_memstream(&made, &length);
	if (!out)
		return error_nomem(err);
	rules_comment(out, ";", header->comment);
	fprintf(out, "; module %s %s\n", header->name, header->version);
	for (size_t i = 0; i < rules->count; i++)
		write_rule(out, header->name, &rules->items[i]);
	failed = ferror(out);
	if (fclose(out) != 0 || failed)
		return error_nomem(err);
	*text = TAKE_PTR(made);
	return 0;
}
