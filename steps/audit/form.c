/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/audit/form.h"

#define DIGITS  "0123456789"
#define CAPITAL "ABCDEFGHIJKLMNOPQRSTUVWXYZ_" DIGITS

enum form form_at(struct piece text)
{
	size_t length;

	if (piece_passes(&text, "type=")) {
		if (piece_span(text, DIGITS) == 4) {
			text.at += strlen("1400");
			return text.at == text.end || piece_begins(text, " audit(") ||
					       piece_begins(text, " msg=audit(")
				       ? FORM_KERNEL
				       : FORM_NONE;
		}
		length = piece_span(text, CAPITAL);
		text.at += length;
		return length && (text.at == text.end || piece_begins(text, " msg=audit("))
			       ? FORM_AUDITD
			       : FORM_NONE;
	}
	if (piece_passes(&text, "audit(")) {
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
