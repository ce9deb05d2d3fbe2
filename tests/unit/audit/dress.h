/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A raw audit record, dressed as programs show it and as people paste it. */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "wizard/util.h"

/* A raw record in its parts: "type=AVC msg=audit(", id, "): ", body. */
struct raw {
	char *line, *id, *body;
};

typedef void dresser(FILE *out, const struct raw *raw);

static void put_kernel(FILE *out, const struct raw *raw)
{
	fprintf(out, "Nov 24 14:25:49 db1 kernel: audit: type=1400 audit(%s): %s\n", raw->id,
		raw->body);
}

static void put_old_kernel(FILE *out, const struct raw *raw)
{
	fprintf(out, "Nov 24 14:25:49 db1 kernel: audit(%s): %s\n", raw->id, raw->body);
}

static void put_dmesg(FILE *out, const struct raw *raw)
{
	static const char *const times[] = { "[   12.345678]",
					     "[Tue Nov 24 14:25:49 2026]",
					     "[Nov24 14:25]",
					     "[  +0.000003]",
					     "<5>[   12.345678]",
					     "kern  :notice: [   12.345678]",
					     "2026-11-24T14:25:49,123456+00:00" };
	static size_t turn;

	fprintf(out, "%s audit: type=1400 audit(%s): %s\n", times[turn++ % ARRAY_SIZE(times)],
		raw->id, raw->body);
}

static void put_number(FILE *out, const struct raw *raw)
{
	fprintf(out, "type=1400 msg=audit(%s): %s\n", raw->id, raw->body);
}

static void put_journal(FILE *out, const struct raw *raw)
{
	static int pid = 100;

	fprintf(out, "Nov 24 14:25:49 db1 audit[%d]: AVC %s\n", pid++, raw->body);
}

static void put_bare(FILE *out, const struct raw *raw)
{
	fprintf(out, "%s\n", raw->body);
}

static void put_html(FILE *out, const struct raw *raw)
{
	fputs("<li>", out);
	for (const char *at = raw->line; *at; at++)
		if (*at == '"')
			fputs("&quot;", out);
		else
			fputc(*at, out);
	fputs("</li>\n", out);
}

static void put_cut_quoted(FILE *out, const struct raw *raw)
{
	for (const char *at = raw->line; *at; at += strnlen(at, 70))
		fprintf(out, "> > %.70s\n", at);
}

static void put_cut_indented(FILE *out, const struct raw *raw)
{
	for (const char *at = raw->line; *at; at += strnlen(at, 80))
		fprintf(out, "    %.80s\n", at);
}

static void put_wrapped_html(FILE *out, const struct raw *raw)
{
	size_t column = 0;

	for (const char *at = raw->line; *at; at++, column++)
		if (*at == ' ' && column > 60) {
			fputc('\n', out);
			column = 0;
		} else if (*at == '"') {
			fputs("&quot;", out);
		} else {
			fputc(*at, out);
		}
	fputc('\n', out);
}

static void put_typographic(FILE *out, const struct raw *raw)
{
	for (const char *at = raw->line; *at; at++)
		if (*at == '"')
			fputs(at[-1] == '=' ? "\xe2\x80\x9c" : "\xe2\x80\x9d", out);
		else if (*at == ' ' && at[1] == ' ')
			fputs("\xc2\xa0", out);
		else
			fputc(*at, out);
	fputc('\n', out);
}

static void put_single_blanks(FILE *out, const struct raw *raw)
{
	for (const char *at = raw->line; *at; at++)
		if (*at != ' ' || at[1] != ' ')
			fputc(*at, out);
	fputc('\n', out);
}

static void put_escaped(FILE *out, const char *text)
{
	for (; *text; text++)
		fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
}

static void put_json_string(FILE *out, const struct raw *raw)
{
	fputs("    \"", out);
	put_escaped(out, raw->line);
	fputs("\",\n", out);
}

static void put_json_lines(FILE *out, const struct raw *raw)
{
	fputs("{\"changed\": true, \"stdout\": \"----\\n", out);
	put_escaped(out, raw->line);
	fputs("\", \"stdout_lines\": [\"----\", \"", out);
	put_escaped(out, raw->line);
	fputs("\"]}\n", out);
}

static void put_json_journal(FILE *out, const struct raw *raw)
{
	fputs("{\"_TRANSPORT\":\"audit\",\"_AUDIT_TYPE_NAME\":\"AVC\",\"_AUDIT_ID\":\"88\","
	      "\"__REALTIME_TIMESTAMP\":\"1795530349432001\",\"MESSAGE\":\"AVC ",
	      out);
	put_escaped(out, raw->body);
	fputs("\"}\n", out);
}

/* Of a journal's entry the fields that were asked for. */
static void put_json_some(FILE *out, const struct raw *raw)
{
	static const char *const names[] = { "", "\"SYSLOG_IDENTIFIER\":\"audit\"," };
	static size_t turn;

	fprintf(out, "{\"__REALTIME_TIMESTAMP\":\"1795530349432001\",%s\"MESSAGE\":\"AVC ",
		names[turn++ % ARRAY_SIZE(names)]);
	put_escaped(out, raw->body);
	fputs("\"}\n", out);
}

/* Where a mail breaks lines: before a word that goes beyond the column. */
static void put_words(FILE *out, const struct raw *raw, const char *head, const char *next)
{
	_cleanup_free_ char *copy = str_copy(raw->line);
	size_t column = 0;
	char *rest = NULL;

	fputs(head, out);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (column && column + strlen(word) > 60) {
			fputs(next, out);
			column = 0;
		} else if (column) {
			fputc(' ', out);
		}
		column += (size_t)fprintf(out, "%s", word) + 1;
	}
	fputc('\n', out);
}

static void put_wrapped(FILE *out, const struct raw *raw)
{
	put_words(out, raw, "", "\n");
}

static void put_wrapped_indented(FILE *out, const struct raw *raw)
{
	put_words(out, raw, "", " \n    ");
}

static void put_wrapped_quoted(FILE *out, const struct raw *raw)
{
	put_words(out, raw, "> ", "\n> ");
}

static void put_wrapped_by_name(FILE *out, const struct raw *raw)
{
	put_words(out, raw, "JD> ", "\nJD> ");
}

static void put_wrapped_by_colon(FILE *out, const struct raw *raw)
{
	put_words(out, raw, ":", "\n:");
}

static void put_cut_added(FILE *out, const struct raw *raw)
{
	for (const char *at = raw->line; *at; at += strnlen(at, 70))
		fprintf(out, "+%.70s\n", at);
}

static void put_without_id(FILE *out, const struct raw *raw)
{
	static const char *const ids[] = { "##########.###:##", "...", "<time>:<number>" };
	static size_t turn;

	fprintf(out, "type=AVC msg=audit(%s): %s\n", ids[turn++ % ARRAY_SIZE(ids)], raw->body);
}

static void put_continued(FILE *out, const struct raw *raw)
{
	put_words(out, raw, "", " \\\n");
}

/* Where a terminal does it: anywhere, at the same column. */
static void put_cut(FILE *out, const struct raw *raw)
{
	static const int columns[] = { 60, 80, 100, 120 };
	static size_t turn;
	int width = columns[turn++ % ARRAY_SIZE(columns)];

	for (const char *at = raw->line; *at; at += strnlen(at, (size_t)width))
		fprintf(out, "%.*s\n", width, at);
}

static void put_ansible(FILE *out, const struct raw *raw)
{
	fputs("ok: [db1] => {\n    \"out\": {\n        \"stdout\": \"", out);
	put_escaped(out, raw->line);
	fputs("\",\n        \"stdout_lines\": [\n            \"", out);
	put_escaped(out, raw->line);
	fputs("\"\n        ]\n    }\n}\n", out);
}

static void put_twice(FILE *out, const struct raw *raw)
{
	fputs("{\"message\": \"", out);
	put_escaped(out, raw->line);
	fputs("\", \"event\": {\"original\": \"", out);
	put_escaped(out, raw->line);
	fputs("\"}}\n", out);
}

static void put_nested(FILE *out, const struct raw *raw)
{
	_cleanup_free_ char *inner = NULL;
	FILE *object = open_memstream(&inner, &(size_t){ 0 });

	fputs("{\"log\": \"", object);
	put_escaped(object, raw->line);
	fputs("\"}", object);
	fclose(object);
	fputs("data: {\"message\": \"", out);
	put_escaped(out, inner);
	fputs("\"}\n", out);
}

/* A journal's entry, a field in each line. */
static void put_fields(FILE *out, const struct raw *raw, const char *const around[3])
{
	const char *const fields[][2] = { { "_TRANSPORT", "audit" },
					  { "_AUDIT_TYPE_NAME", "AVC" },
					  { "_AUDIT_ID", strchr(raw->id, ':') + 1 },
					  { "_SOURCE_REALTIME_TIMESTAMP", "1795530349432001" } };

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		fprintf(out, "%s%s%s%s%s", around[0], fields[i][0], around[1], fields[i][1],
			around[2]);
	fprintf(out, "%sMESSAGE%sAVC ", around[0], around[1]);
	if (strchr(around[0], '"'))
		put_escaped(out, raw->body);
	else
		fputs(raw->body, out);
	fputs(around[2], out);
}

static void put_export(FILE *out, const struct raw *raw)
{
	put_fields(out, raw, (const char *const[]){ "", "=", "\n" });
	fputc('\n', out);
}

static void put_verbose(FILE *out, const struct raw *raw)
{
	fputs("Tue 2026-11-24 14:25:49.432001 UTC [s=1;i=2;b=3;m=4;t=5;x=6]\n", out);
	put_fields(out, raw, (const char *const[]){ "    ", "=", "\n" });
}

static void put_json_pretty(FILE *out, const struct raw *raw)
{
	fputs("{\n", out);
	put_fields(out, raw, (const char *const[]){ "\t\"", "\" : \"", "\",\n" });
	fputs("\t\"_PID\" : \"7\"\n}\n", out);
}

static const struct {
	const char *before;
	dresser *dress; /* NULL: the record stands behind what is before it */
	bool no_id;     /* the form does not have the event's id */
	bool pasted;
} forms[] = {
	{ "", NULL, false, false },
	{ "node=db1 ", NULL, false, false }, /* auditd's own */
	{ "host=db1 ", NULL, false, true },
	{ "    ", NULL, false, true },
	{ "\t", NULL, false, true },
	{ "> ", NULL, false, true },
	{ "> > | ", NULL, false, true },
	{ "# ", NULL, false, true },
	{ "  12  ", NULL, false, true },
	{ "12: ", NULL, false, true },
	{ "audit.log:", NULL, false, true },
	{ "/var/log/audit/audit.log.1:37:", NULL, false, true },
	{ "/var/log/audit/audit.log-", NULL, false, true },
	{ "[root@db1 ~]# ", NULL, false, true },
	{ "root@db1:~# ", NULL, false, true },
	{ "This is what I see: ", NULL, false, true },
	{ "\xef\xbb\xbf", NULL, false, false },
	{ "Nov 24 14:25:49 db1 audispd: ", NULL, false, true },
	{ "Nov 24 14:25:49 db1 audisp-syslog[796]: ", NULL, false, true },
	{ "/var/log/messages:Nov 24 14:25:49 db1 audispd: ", NULL, false, true },
	{ "<13>1 2026-11-24T14:25:49.003Z db1 audispd 796 - - ", NULL, false, true },
	{ "2026-11-24T14:25:49.003+01:00 db1 audispd: ", NULL, false, true },
	{ "Nov 24 14:25:49 db1 tag_audit_log: ", NULL, false, true },
	{ "2026-11-24T14:25:49.003+01:00 db1 audit.log: ", NULL, false, true },
	{ ":: [ 14:25:49 ] :: [   INFO   ] :: ", NULL, false, true },
	{ NULL, put_kernel, false, true },
	{ NULL, put_old_kernel, false, true },
	{ NULL, put_dmesg, false, true },
	{ NULL, put_number, false, true },
	{ NULL, put_journal, true, true },
	{ NULL, put_bare, true, true },
	{ NULL, put_html, false, true },
	{ NULL, put_typographic, false, false },
	{ NULL, put_single_blanks, false, false },
	{ NULL, put_json_string, false, false },
	{ NULL, put_json_lines, false, false },
	{ NULL, put_json_journal, true, false },
	{ NULL, put_wrapped, false, false },
	{ NULL, put_wrapped_indented, false, false },
	{ NULL, put_wrapped_quoted, false, true },
	{ NULL, put_wrapped_by_name, false, true },
	{ NULL, put_wrapped_by_colon, false, true },
	{ NULL, put_cut_added, false, true },
	{ NULL, put_without_id, true, true },
	{ NULL, put_json_some, true, true },
	{ NULL, put_continued, false, false },
	{ NULL, put_cut, false, false },
	{ NULL, put_cut_quoted, false, true },
	{ NULL, put_cut_indented, false, true },
	{ NULL, put_wrapped_html, false, false },
	{ NULL, put_ansible, false, false },
	{ NULL, put_twice, false, false },
	{ NULL, put_nested, false, false },
	{ NULL, put_export, true, false },
	{ NULL, put_verbose, true, false },
	{ NULL, put_json_pretty, true, false },
};

static void put_form(FILE *out, size_t form, const struct raw *raw)
{
	if (forms[form].dress)
		forms[form].dress(out, raw);
	else
		fprintf(out, "%s%s\n", forms[form].before, raw->line);
}
