/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/module/refpolicy.h"
#include "wizard/util.h"

#define RULER "########################################\n"

/* Within an interface m4 sees its quotes in a comment, too, and what looks like an argument. */
static void write_comment(FILE *out, const char *comment)
{
	_cleanup_free_ char *text = str_copy(comment ?: "");
	char *to = text;

	for (const char *at = text; *at; at++)
		if (!strchr("`'$", *at))
			*to++ = *at;
	*to = '\0';
	rules_comment(out, "\t#", text);
}

static void write_rule(FILE *out, const struct rule *rule, const char *call)
{
	write_comment(out, rule->comment);
	if (call) {
		fprintf(out, "\toptional_policy(`\n\t\t%s($1)\n\t')\n", call);
		return;
	}
	if (!strcmp(rule->target, "self")) {
		te_rule(out, "\t", "$1", rule);
		return;
	}
	fprintf(out, "\toptional_policy(`\n\t\tgen_require(`\n\t\t\t%s %s;\n\t\t')\n\n",
		rule->target_is_attribute ? "attribute" : "type", rule->target);
	te_rule(out, "\t\t", "$1", rule);
	fputs("\t')\n", out);
}

static void write_interface(FILE *out, const char *module, const char *source,
			    const struct rules *rules, char *const *calls)
{
	const char *between = "";

	fprintf(out,
		"\n" RULER "## <summary>\n##\tWhat a node of Galera Cluster needs in the domain "
		"%s.\n## </summary>\n## <param name=\"domain\">\n##\t<summary>\n##\tDomain allowed "
		"access.\n##\t</summary>\n## </param>\n#\ninterface(`%s_%s',`\n",
		source, module, source);
	for (size_t i = 0; i < rules->count; i++) {
		if (strcmp(rules->items[i].source, source) != 0)
			continue;
		fputs(between, out);
		between = "\n";
		write_rule(out, &rules->items[i], calls[i]);
	}
	fputs("')\n", out);
}

int refpolicy_texts(const struct module_header *header, const struct rules *rules,
		    char *const *calls, char **te, char **interfaces, struct error *err)
{
	_cleanup_(strings_clear) struct strings sources = { 0 };
	_cleanup_free_ char *types = NULL;
	FILE *out;
	int r = rules_check(header, rules, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < rules->count; i++)
		strings_insert(&sources, rules->items[i].source);
	types = strings_join(&sources, ", ");
	out = stream_open(te, NULL);
	rules_comment(out, "#", header->comment);
	/* A module of the server's own would call the interfaces; this one is loadable by itself.
	 */
	fprintf(out,
		"policy_module(%s, %s)\n\n" RULER "#\n# Local policy\n#\n\n# The server's own "
		"module declares these.\ngen_require(` #selint-disable:S-001\n\ttype %s;\n')\n\n",
		header->name, header->version, types);
	for (size_t i = 0; i < sources.count; i++)
		fprintf(out, "%s_%s(%s)\n", header->name, sources.items[i], sources.items[i]);
	stream_close(&out);
	out = stream_open(interfaces, NULL);
	fputs("## <summary>Galera Cluster, replication of MariaDB and MySQL</summary>\n", out);
	for (size_t i = 0; i < sources.count; i++)
		write_interface(out, header->name, sources.items[i], rules, calls);
	stream_close(&out);
	return 0;
}
