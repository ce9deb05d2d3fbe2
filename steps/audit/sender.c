/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/audit/sender.h"

/* has_clock - "14:25:49" */
static bool has_clock(struct piece word)
{
	for (const char *at = word.at; word.end - at >= 8; at++) {
		size_t i = 0;

		while (i < 8 && (i % 3 == 2 ? at[i] == ':' : at[i] >= '0' && at[i] <= '9'))
			i++;
		if (i == 8)
			return true;
	}
	return false;
}

/* has_stamp - "1795530349.432001", "[12.345678]": seconds, and no less than thousandths of one. */
static bool has_stamp(struct piece word)
{
	struct piece rest = word;

	rest.at += piece_span(rest, "[");
	rest.at += piece_span(rest, "0123456789");
	return rest.at > word.at && piece_passes(&rest, ".") && piece_span(rest, "0123456789") >= 3;
}

/* is_sender - does this program hand on what the kernel says? With the number of its process or
 * without. What copies auditd's log is named by whoever set it up: tag_audit_log, audit.log. The
 * bus, too, tells of what it denies. */
static bool is_sender(struct piece name)
{
	static const char *const logs[] = { "", "d", "log", "_log", "-log", ".log", NULL };

	name.end -= name.end > name.at && name.end[-1] == ':';
	if (name.end > name.at && name.end[-1] == ']')
		name.end = memchr(name.at, '[', piece_size(name)) ?: name.end;
	return piece_is(name, "kernel") || piece_begins(name, "dbus") ||
	       piece_begins(name, "audisp") ||
	       (piece_find(name, "audit") && piece_is_among(piece_after(name, "audit"), logs));
}

/* is_own_text - of a sender that hands on: is there more between its name and the record? */
static bool is_own_text(struct piece between)
{
	struct piece word;
	bool time = false;

	while (piece_next_word(&between, &word)) {
		time |= *word.at == '[';
		if (!time && !piece_is(word, "audit:") && !piece_begins(word, "node=") &&
		    !piece_begins(word, "host="))
			return true;
		time &= word.end[-1] != ']';
	}
	return false;
}

/* is_numbered - is this RFC 5424 without its priority? Behind the version stands the time. */
static bool is_numbered(struct piece before)
{
	struct piece word;

	return piece_passes(&before, "1 ") && piece_next_word(&before, &word) &&
	       memchr(word.at, 'T', piece_size(word)) && has_clock(word);
}

/* In RFC 5424 the sender is the fourth word; else, the first behind a time that ends in a colon. */
bool sender_is_anybody(struct piece before)
{
	struct piece word, rest = before;
	bool time = false;

	if ((before.at < before.end && *before.at == '<' && piece_find(before, ">1 ")) ||
	    is_numbered(before)) {
		for (int i = 0; i < 4; i++)
			if (!piece_next_word(&rest, &word))
				return false;
		return !is_sender(word);
	}
	while (piece_next_word(&rest, &word)) {
		/* At the end, it may be the name of a file; a colon alone is none's. */
		if (time && word.end[-1] == ':' && *word.at != ':' &&
		    (word.end < before.end || !memchr(word.at, '/', piece_size(word))))
			return !is_sender(word) || is_own_text(rest);
		time |= has_clock(word) || has_stamp(word);
	}
	return false;
}

/* The first word that ends in a colon is the sender's name; dmesg has none, but a time in brackets.
 */
bool sender_is_kernel(struct piece before)
{
	bool dmesg = before.at < before.end && *before.at == '[' && before.end[-1] == ' ' &&
		     before.end[-2] == ']';
	struct piece word;

	while (piece_next_word(&before, &word) && word.end < before.end) {
		if (word.end[-1] != ':')
			continue;
		if (!piece_is(word, "kernel:"))
			return false;
		before.at++;
		/* Some kernels' messages have the time since the boot. */
		return before.at == before.end ||
		       (*before.at == '[' && piece_size(before) >= 3 &&
			memchr(before.at, ']', piece_size(before)) == before.end - 2);
	}
	return dmesg;
}
