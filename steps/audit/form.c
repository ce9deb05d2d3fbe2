/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/audit/form.h"
#include "steps/audit/record.h"
#include "wizard/util.h"

#define DIGITS  "0123456789"
#define CAPITAL "ABCDEFGHIJKLMNOPQRSTUVWXYZ_" DIGITS

/* is_id - does an id begin here, or was the line broken before it? One that somebody has made
 * unreadable is none: what stands behind it is a record without. */
static bool is_id(struct piece text)
{
	return piece_passes(&text, "audit(") && (text.at == text.end || piece_span(text, DIGITS));
}

enum form form_at(struct piece text)
{
	size_t length;

	if (piece_passes(&text, "type=")) {
		bool kernel = piece_span(text, DIGITS) == 4;

		length = kernel ? strlen("1400") : piece_span(text, CAPITAL);
		text.at += length;
		if (!length)
			return FORM_NONE;
		if (text.at < text.end && !(piece_passes(&text, " msg=") && is_id(text)) &&
		    !(kernel && piece_passes(&text, " ") && is_id(text)))
			return FORM_NONE;
		return kernel ? FORM_KERNEL : FORM_AUDITD;
	}
	if (is_id(text)) {
		text.at += strlen("audit(");
		text.at += piece_span(text, DIGITS ".:");
		return piece_passes(&text, "): avc:") ? FORM_OLD : FORM_NONE;
	}
	if (piece_passes(&text, "audit[") || piece_begins(text, "audit: ")) {
		text.at += piece_span(text, DIGITS);
		if (!piece_passes(&text, "]: ") && !piece_passes(&text, "audit: "))
			return FORM_NONE;
		length = piece_span(text, CAPITAL);
		text.at += length;
		return length > 2 && (text.at == text.end || *text.at == ' ') ? FORM_JOURNAL
									      : FORM_NONE;
	}
	if (!piece_passes(&text, "avc:"))
		return FORM_NONE;
	text.at += piece_span(text, " \t");
	if (!piece_passes(&text, "denied") && !piece_passes(&text, "granted"))
		return FORM_NONE;
	text.at += piece_span(text, " \t");
	return text.at == text.end || *text.at == '{' ? FORM_BARE : FORM_NONE;
}

static bool is_word(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

enum form form_find(struct piece line, const char **from)
{
	enum form form = FORM_NONE;

	for (const char *at = line.at; form == FORM_NONE && at < line.end; at++)
		if ((*at == 't' || *at == 'a') && (at == line.at || !is_word(at[-1]))) {
			form = form_at((struct piece){ at, line.end });
			*from = at;
		}
	return form;
}

/* id_of - what is in the first brackets of "audit("; empty: there are none. */
static struct piece id_of(struct piece text)
{
	struct piece id = { piece_find(text, "audit(") ?: text.end, text.end };

	id.at += piece_begins(id, "audit(") ? strlen("audit(") : 0;
	id.end = memchr(id.at, ')', piece_size(id)) ?: text.end;
	return id;
}

/* begins_next - does a record begin here, in the line of another? ended: behind what ends a denial;
 * only there, one without its type and id does. */
static bool begins_next(struct piece text, bool ended)
{
	bool inside_word = is_word(text.at[-1]);

	switch (form_at(text)) {
	case FORM_AUDITD:
		text.at += strlen("type=");
		text.at += piece_span(text, CAPITAL);
		/* A line break may be lost without a trace, or be an "\n". */
		return !inside_word || text.at < text.end;
	case FORM_KERNEL:
		return true;
	case FORM_NONE:
		return false;
	default:
		return ended && !inside_word;
	}
}

/* is_within - may the next record be somebody's text in this one? It may be in a program's message;
 * and in a name or a command as `ausearch -i` shows it, without quotes: there, only what is of the
 * same event is believed. */
static bool is_within(struct piece record, struct piece next)
{
	struct piece id = id_of(record), other = id_of(next);

	if (piece_find(record, "msg='") || (record.end[-1] == '"' && record.end[-2] == '='))
		return true;
	return piece_span(id, DIGITS ".:") < piece_size(id) &&
	       (piece_size(id) != piece_size(other) ||
		memcmp(id.at, other.at, piece_size(id)) != 0);
}

const char *form_next(struct piece record, bool *doubt)
{
	const char *ended = piece_find(record, " tclass=") ?: record.end;

	for (const char *at = record.at + 1; at < record.end; at++)
		if ((*at == 't' || *at == 'a') &&
		    begins_next((struct piece){ at, record.end }, at > ended)) {
			*doubt = is_within((struct piece){ record.at, at },
					   (struct piece){ at, record.end });
			return at;
		}
	return NULL;
}

/* ---- into auditd's form ---------------------------------------------------------------------- */

static const struct {
	const char *number, *name;
} types[] = {
	{ "1400", "AVC" },  { "1107", "USER_AVC" },    { "1300", "SYSCALL" },
	{ "1302", "PATH" }, { "1401", "SELINUX_ERR" },
};

/* time_of - of what stands before: as syslog's files have it ("Nov 24 14:25:49"), or with the year;
 * 0: not understood. */
static time_t time_of(const char *before)
{
	static const char *const formats[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
					       "%b %d %H:%M:%S" };
	time_t now = time(NULL), seconds;

	before += strspn(before, " \t>|#");
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct tm tm = { .tm_year = -1, .tm_isdst = -1 };
		bool year;

		if (!strptime(before, formats[i], &tm))
			continue;
		year = tm.tm_year >= 0;
		if (!year)
			tm.tm_year = localtime(&now)->tm_year;
		seconds = mktime(&tm);
		if (!year && seconds > now + 86400) {
			tm.tm_year--;
			seconds = mktime(&tm);
		}
		return seconds > 0 ? seconds : 0;
	}
	return 0;
}

/*
 * put_id - of a record that has none. What one process says in one second (`before` has both) is
 * one event, up to the first denial after the records that follow the denials of an event.
 */
static void put_id(FILE *out, struct form_ids *ids, const char *before, bool denial)
{
	if (!*before || strcmp(before, ids->before) != 0 || (denial && ids->told)) {
		ids->serial++;
		ids->told = false;
	}
	snprintf(ids->before, sizeof(ids->before), "%s", before);
	ids->told |= !denial;
	fprintf(out, " msg=audit(%lld.000:%lu): ", (long long)(time_of(before) ?: TIME_UNKNOWN),
		ids->serial);
}

/* put_node - as auditd writes it: the word before the record. */
static void put_node(FILE *out, struct piece before)
{
	struct piece word = { NULL, before.end };
	const char *name;

	while (word.end > before.at && word.end[-1] == ' ')
		word.end--;
	word.at = memrchr(before.at, ' ', (size_t)(word.end - before.at)) ?: before.at;
	name = piece_find(word, "node=") ?: piece_find(word, "host=");
	if (name && word.end - name > 5)
		fprintf(out, "node=%.*s ", (int)(word.end - name - 5), name + 5);
}

/* write_journal - "audit[796]: AVC avc:" */
static void write_journal(FILE *out, struct form_ids *ids, struct piece before, const char *text)
{
	size_t head = (size_t)(strstr(text, ": ") + 2 - text), type = strcspn(text + head, " ");
	char key[sizeof(ids->before)];

	snprintf(key, sizeof(key), "%.*s%.*s", (int)piece_size(before), before.at, (int)head, text);
	text += head;
	fprintf(out, "type=%.*s", (int)type, text);
	put_id(out, ids, key, memmem(text, type, "AVC", 3));
	fputs(text + type + strspn(text + type, " "), out);
}

void form_write(FILE *out, struct form_ids *ids, enum form form, struct piece before,
		const char *text)
{
	const char *name = "UNKNOWN";

	put_node(out, before);
	switch (form) {
	case FORM_KERNEL:
		for (size_t i = 0; i < ARRAY_SIZE(types); i++)
			if (str_starts(text + strlen("type="), types[i].number))
				name = types[i].name;
		text += strlen("type=1400 ");
		fprintf(out, "type=%s %s%s", name, str_starts(text, "msg=") ? "" : "msg=", text);
		break;
	case FORM_OLD:
		fprintf(out, "type=AVC msg=%s", text);
		break;
	case FORM_JOURNAL:
		write_journal(out, ids, before, text);
		break;
	case FORM_BARE:
		fputs("type=AVC", out);
		put_id(out, ids, "", true);
		fputs(text, out);
		break;
	default:
		fputs(text, out);
	}
}
