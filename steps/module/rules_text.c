/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "wizard/plain.h"
#include "steps/module/rules.h"
#include "wizard/util.h"

#define COMMENT_COLUMNS 100
#define NAME_WIDTH      60

static int check_name(const char *name, struct error *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.-";
	_cleanup_free_ char *plain = NULL;

	if (*name && strspn(name, allowed) == strlen(name))
		return 0;
	plain = plain_text(name, NAME_WIDTH);
	if (!plain)
		return error_nomem(err);
	return error_set(err, EINVAL, "reject the finding that has it, then build again",
			 "a module cannot hold the name \"%s\"", plain);
}

static int check_rule(const struct rule *rule, struct error *err)
{
	int r = check_name(rule->source, err);

	if (r == 0)
		r = check_name(rule->target, err);
	if (r == 0)
		r = check_name(rule->tclass, err);
	for (size_t i = 0; r == 0 && i < rule->permission_count; i++)
		r = check_name(rule->permissions[i], err);
	if (r == 0 && rule->permission_count == 0)
		r = error_set(err, EINVAL, "reject the finding that it is of, then build again",
			      "the rule for %s on %s grants no permission", rule->source,
			      rule->target);
	return r;
}

int rules_check(const struct module_header *header, const struct rules *rules, struct error *err)
{
	int r = check_name(header->name, err);

	if (r == 0)
		r = check_name(header->version, err);
	for (size_t i = 0; r == 0 && i < rules->count; i++)
		r = check_rule(&rules->items[i], err);
	return r;
}

char *rule_text(const struct rule *rule, const bool *only)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "%s %s %s:%s {", rule->kind == RULE_ALLOW ? "allow" : "dontaudit",
		rule->source, rule->target, rule->tclass);
	for (size_t i = 0; i < rule->permission_count; i++)
		if (!only || only[i])
			fprintf(out, " %s", rule->permissions[i]);
	fputs(" }", out);
	return fclose(out) == 0 ? text : NULL;
}

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

int rules_text(const struct rules_language *language, const struct module_header *header,
	       const struct rules *rules, char **text, struct error *err)
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
	rules_comment(out, language->comment, header->comment);
	language->write_head(out, header);
	for (size_t i = 0; i < rules->count; i++) {
		fputc('\n', out);
		rules_comment(out, language->comment, rules->items[i].comment);
		language->write_rule(out, header, &rules->items[i]);
	}
	failed = ferror(out);
	if (fclose(out) != 0 || failed)
		return error_nomem(err);
	*text = TAKE_PTR(made);
	return 0;
}
