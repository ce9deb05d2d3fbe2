/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>

#include "steps/audit/form.h"

#define DIGITS  "0123456789"
#define CAPITAL "ABCDEFGHIJKLMNOPQRSTUVWXYZ_" DIGITS

enum form form_at(struct piece text)
{
	size_t length;

	if (piece_passes(&text, "type=")) {
		if (piece_span(text, DIGITS) == 4) {
			text.at += strlen("1400 ");
			piece_passes(&text, "msg=");
			return piece_begins(text, "audit(") ? FORM_KERNEL : FORM_NONE;
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
	return piece_begins(text, "denied") || piece_begins(text, "granted") ? FORM_BARE
									     : FORM_NONE;
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

const char *form_next(struct piece record)
{
	struct piece rest = { record.at + 1, record.end };
	const char *from;
	enum form form;

	if (piece_begins(record, "type=USER_") || piece_begins(record, "type=1107"))
		return NULL;
	while ((form = form_find(rest, &from)) != FORM_NONE) {
		if ((form == FORM_AUDITD || form == FORM_KERNEL) && from[-1] != '"')
			return from;
		rest.at = from + 1;
	}
	return NULL;
}
