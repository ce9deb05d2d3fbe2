/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/module/text.h"
#include "steps/oracle/cil.h"
#include "wizard/text.h"
#include "wizard/util.h"

#define COMMENT_COLUMNS 100
#define NAME_WIDTH      60
#define RULER           "########################################\n"

/* ---- what can be text ------------------------------------------------------------------------ */

static int check_name(const char *name, struct error *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.-";
	_cleanup_free_ char *plain = NULL;

	if (*name && name[strspn(name, allowed)] == '\0')
		return 0;
	plain = text_plain(name, NAME_WIDTH);
	return error_set(err, EINVAL, "reject the finding that has it, then build again",
			 "a module cannot hold the name \"%s\"", plain);
}

static int check_rule(const struct rule *rule, struct error *err)
{
	int r = check_name(rule->source, err)
			?: check_name(rule->target, err)
			?: check_name(rule->tclass, err);

	for (size_t i = 0; r == 0 && i < rule->permissions.count; i++)
		r = check_name(rule->permissions.items[i], err);
	if (r == 0 && rule->permissions.count == 0)
		r = error_set(err, EINVAL, "reject the finding that it is of, then build again",
			      "the rule for %s on %s grants no permission", rule->source,
			      rule->target);
	return r;
}

int rules_check(const struct module_header *header, const struct rules *rules, struct error *err)
{
	int r = check_name(header->name, err) ?: check_name(header->version, err);

	for (size_t i = 0; r == 0 && i < rules->count; i++)
		r = check_rule(&rules->items[i], err);
	return r;
}

/* ---- comments -------------------------------------------------------------------------------- */

/* How much of text goes on a line of width: up to its last space within, if it is too long. */
static size_t line_length(const char *text, size_t length, size_t width)
{
	size_t at = width;

	if (length <= width)
		return length;
	while (at > 0 && text[at] != ' ')
		at--;
	return at > 0 ? at : width;
}

static void write_line(FILE *out, const char *mark, const char *text, size_t length)
{
	fprintf(out, length ? "%s " : "%s", mark);
	for (size_t i = 0; i < length; i++)
		fputc(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?', out);
	fputc('\n', out);
}

void rules_comment(FILE *out, const char *mark, const char *text)
{
	size_t width = COMMENT_COLUMNS - strlen(mark) - 1;

	while (text && *text) {
		size_t length = line_length(text, strcspn(text, "\n"), width);

		write_line(out, mark, text, length);
		text += length;
		if (*text == '\n' || *text == ' ')
			text++;
	}
}

/* ---- a module -------------------------------------------------------------------------------- */

struct language {
	const char *comment;         /* what begins one: "#" */
	const char *before, *behind; /* the module's name and version */
	void (*write_rule)(FILE *out, const char *module, const struct rule *rule);
};

static char *ioctls_text(const struct rule *rule)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_fclose_ FILE *out = stream_open(&text, NULL);

	for (size_t i = 0; i < rule->ioctl_count; i++)
		fprintf(out, "%s0x%04x", i ? " " : "", rule->ioctls[i]);
	stream_close(&out);
	return TAKE_PTR(text);
}

static int write_module(const struct language *language, const struct module_header *header,
			const struct rules *rules, char **text, struct error *err)
{
	_cleanup_fclose_ FILE *out = NULL;
	int r = rules_check(header, rules, err);

	if (r < 0)
		return r;
	out = stream_open(text, NULL);
	rules_comment(out, language->comment, header->comment);
	fprintf(out, "%s%s %s%s", language->before, header->name, header->version,
		language->behind);
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->items[i];

		fputc('\n', out);
		rules_comment(out, language->comment, rule->comment);
		language->write_rule(out, header->name, rule);
	}
	stream_close(&out);
	return 0;
}

/* ---- for checkmodule ------------------------------------------------------------------------- */

static void te_write_types(FILE *out, const struct rule *rule)
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

/* "read", "{ getattr read }"; new memory. */
static char *te_permissions(const struct rule *rule)
{
	_cleanup_free_ char *permissions = strings_join(&rule->permissions, " ");

	return rule->permissions.count == 1 ? TAKE_PTR(permissions)
					    : str_printf("{ %s }", permissions);
}

/* One of its rules, for the domain source, and which ioctls it is for; each line behind indent. */
static void te_rule(FILE *out, const char *indent, const char *source, const struct rule *rule)
{
	_cleanup_free_ char *permissions = te_permissions(rule), *ioctls = ioctls_text(rule);

	fprintf(out, "%s%s %s %s:%s %s;\n", indent, rule_keyword(rule), source, rule->target,
		rule->tclass, permissions);
	if (*ioctls)
		fprintf(out, "%sallowxperm %s %s:%s ioctl { %s };\n", indent, source, rule->target,
			rule->tclass, ioctls);
}

static void te_write_rule(FILE *out, const char *module, const struct rule *rule)
{
	_cleanup_free_ char *permissions = te_permissions(rule);

	(void)module;
	fputs("optional {\n\trequire {\n", out);
	te_write_types(out, rule);
	fprintf(out, "\t\tclass %s %s;\n\t}\n", rule->tclass, permissions);
	te_rule(out, "\t", rule->source, rule);
	fputs("}\n", out);
}

int te_text(const struct module_header *header, const struct rules *rules, char **text,
	    struct error *err)
{
	/* A module must require something outside its optional blocks; this role exists in every
	 * policy. */
	static const struct language te = { "#", "module ", ";\n\nrequire {\n\trole object_r;\n}\n",
					    te_write_rule };

	return write_module(&te, header, rules, text, err);
}

/* ---- as refpolicy has it --------------------------------------------------------------------- */

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

static void write_call_or_rule(FILE *out, const struct rule *rule, const char *call)
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
		write_call_or_rule(out, &rules->items[i], calls[i]);
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

/* ---- for the store --------------------------------------------------------------------------- */

/* The block is named after the rule, so that its name stays when others come and go. */
static void cil_write_rule(FILE *out, const char *module, const struct rule *rule)
{
	_cleanup_free_ char *permissions = strings_join(&rule->permissions, " ");
	_cleanup_free_ char *ioctls = ioctls_text(rule);
	const char *keyword = rule_keyword(rule);

	fprintf(out, "(optional %s_%s_%s_%s_%s\n", module, keyword, rule->source, rule->target,
		rule->tclass);
	fprintf(out, "\t(%s %s %s (%s (%s)))", keyword, rule->source, rule->target, rule->tclass,
		permissions);
	if (*ioctls)
		fprintf(out, "\n\t(allowx %s %s (ioctl %s (%s)))", rule->source, rule->target,
			rule->tclass, ioctls);
	fputs(")\n", out);
}

int cil_text(const struct module_header *header, const struct rules *rules, char **text,
	     struct error *err)
{
	static const struct language cil = { ";", "; module ", "\n", cil_write_rule };

	return write_module(&cil, header, rules, text, err);
}

char *rule_text(const struct rule *rule, const bool *only)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_fclose_ FILE *out = stream_open(&text, NULL);

	fprintf(out, "%s %s %s:%s {", rule_keyword(rule), rule->source, rule->target, rule->tclass);
	for (size_t i = 0; i < rule->permissions.count; i++)
		if (!only || only[i])
			fprintf(out, " %s", rule->permissions.items[i]);
	fputs(" }", out);
	stream_close(&out);
	return TAKE_PTR(text);
}

/* ---- out of the store ------------------------------------------------------------------------ */

static bool take(struct piece *rest, char **text)
{
	struct piece word = cil_next(rest);

	if (!piece_size(word) || piece_is(word, "(") || piece_is(word, ")"))
		return false;
	*text = memory_copy(word.at, piece_size(word));
	return true;
}

/* "SOURCE TARGET (CLASS (PERMISSION...)))" behind "(allow". */
static bool read_rule(struct piece *rest, struct rule *rule)
{
	struct piece word;

	if (!take(rest, &rule->source) || !take(rest, &rule->target) ||
	    !piece_is(cil_next(rest), "(") || !take(rest, &rule->tclass) ||
	    !piece_is(cil_next(rest), "("))
		return false;
	while (piece_size(word = cil_next(rest)) && !piece_is(word, ")"))
		strings_take(&rule->permissions, memory_copy(word.at, piece_size(word)));
	return rule->permissions.count > 0;
}

int cil_rules(const char *text, struct rules *rules, struct error *err)
{
	struct piece rest = piece_of(text), word;
	bool opened = false;

	while (piece_size(word = cil_next(&rest))) {
		bool allow = piece_is(word, "allow");
		struct rule *rule;

		if (!opened || !(allow || piece_is(word, "dontaudit"))) {
			opened = piece_is(word, "(");
			continue;
		}
		opened = false;
		rule = array_push(&rules->items, &rules->count, sizeof(*rule));
		rule->kind = allow ? RULE_ALLOW : RULE_DONTAUDIT;
		if (!read_rule(&rest, rule))
			return error_set(err, EINVAL, "look at it: semodule -E galera",
					 "the module has a rule that is not as we write them");
	}
	return 0;
}
