/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/module/rules.h"

/* The block is named after the rule, so that its name stays when others come and go. */
static void write_rule(FILE *out, const struct module_header *header, const struct rule *rule)
{
	const char *kind = rule->kind == RULE_ALLOW ? "allow" : "dontaudit";

	fprintf(out, "(optional %s_%s_%s_%s_%s\n", header->name, kind, rule->source, rule->target,
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

static void write_head(FILE *out, const struct module_header *header)
{
	fprintf(out, "; module %s %s\n", header->name, header->version);
}

int cil_text(const struct module_header *header, const struct rules *rules, char **text,
	     struct error *err)
{
	static const struct rules_language cil = { ";", write_head, write_rule };

	return rules_text(&cil, header, rules, text, err);
}
