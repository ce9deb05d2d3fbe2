/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/module/rules.h"

static void write_permissions(FILE *out, const struct rule *rule)
{
	if (rule->permission_count == 1) {
		fprintf(out, "%s;\n", rule->permissions[0]);
		return;
	}
	fputc('{', out);
	for (size_t i = 0; i < rule->permission_count; i++)
		fprintf(out, " %s", rule->permissions[i]);
	fputs(" };\n", out);
}

static void write_types(FILE *out, const struct rule *rule)
{
	bool other = strcmp(rule->target, "self") != 0 && strcmp(rule->target, rule->source) != 0;
	bool source_first = strcmp(rule->source, rule->target) < 0;

	if (!other || rule->target_is_attribute)
		fprintf(out, "\t\ttype %s;\n", rule->source);
	else
		fprintf(out, "\t\ttype %s, %s;\n", source_first ? rule->source : rule->target,
			source_first ? rule->target : rule->source);
	if (rule->target_is_attribute)
		fprintf(out, "\t\tattribute %s;\n", rule->target);
}

static void write_rule(FILE *out, const struct module_header *header, const struct rule *rule)
{
	(void)header;
	fputs("optional {\n\trequire {\n", out);
	write_types(out, rule);
	fprintf(out, "\t\tclass %s ", rule->tclass);
	write_permissions(out, rule);
	fprintf(out, "\t}\n\t%s %s %s:%s ", rule->kind == RULE_ALLOW ? "allow" : "dontaudit",
		rule->source, rule->target, rule->tclass);
	write_permissions(out, rule);
	if (rule->ioctl_count) {
		fprintf(out, "\tallowxperm %s %s:%s ioctl {", rule->source, rule->target,
			rule->tclass);
		for (size_t i = 0; i < rule->ioctl_count; i++)
			fprintf(out, " 0x%04x", rule->ioctls[i]);
		fputs(" };\n", out);
	}
	fputs("}\n", out);
}

static void write_head(FILE *out, const struct module_header *header)
{
	/* A module must require something outside its optional blocks; this exists in every policy.
	 */
	fprintf(out, "module %s %s;\n\nrequire {\n\trole object_r;\n}\n", header->name,
		header->version);
}

int te_text(const struct module_header *header, const struct rules *rules, char **text,
	    struct error *err)
{
	static const struct rules_language te = { "#", write_head, write_rule };

	return rules_text(&te, header, rules, text, err);
}
