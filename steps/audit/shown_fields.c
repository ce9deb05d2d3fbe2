/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/cdrom.h>
#include <linux/kd.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "steps/audit/record.h"
#include "steps/audit/shown_fields.h"
#include "wizard/util.h"

/* An AVC record has at most so many fields. */
#define FIELDS_MAX 20

struct field {
	const char *name, *value, *end;
	size_t name_length;
};

/* ---- text ------------------------------------------------------------------------------------ */

void shown_put(struct shown *shown, const char *bytes, size_t length)
{
	/* For what is behind it there is room. */
	if (length > sizeof(shown->text) - LINE_SLACK - shown->length)
		length = sizeof(shown->text) - LINE_SLACK - shown->length;
	memcpy(shown->text + shown->length, bytes, length);
	shown->length += length;
}

static void put_text(struct shown *shown, const char *text)
{
	shown_put(shown, text, strlen(text));
}

/* put_name - in quotes, or in hex, as the kernel decides it. */
static void put_name(struct shown *shown, const char *text, size_t length)
{
	static const char digits[] = "0123456789ABCDEF";
	bool plain = length > 0;

	if (length == 6 && !memcmp(text, "(null)", 6)) {
		shown_put(shown, text, length);
		return;
	}
	for (size_t i = 0; i < length && plain; i++)
		plain = text[i] > ' ' && text[i] <= '~' && text[i] != '"';
	if (plain) {
		put_text(shown, "\"");
		shown_put(shown, text, length);
		put_text(shown, "\"");
		return;
	}
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)text[i];

		shown_put(shown, (char[]){ digits[byte >> 4], digits[byte & 15] }, 2);
	}
}

/* is_escaped - may a byte have been escaped in this text? \012 may be a newline, or four bytes. */
static bool is_escaped(const char *text, const char *end)
{
	for (const char *at = text; end - at >= 4; at++)
		if (*at == '\\' && strspn(at + 1, "01234567") >= 3)
			return true;
	return false;
}

/* ---- fields ---------------------------------------------------------------------------------- */

static bool is_named(const struct field *field, const char *name)
{
	return field->name_length == strlen(name) && !memcmp(field->name, name, field->name_length);
}

/* name_length - of "NAME=" at text; 0: there is none. */
static size_t name_length(const char *text, const char *end)
{
	const char *at = text;

	while (at < end && ((*at >= 'a' && *at <= 'z') || *at == '_'))
		at++;
	return at < end && *at == '=' ? (size_t)(at - text) : 0;
}

/* split - everything that looks like a field is one. Returns how many; 0: too many, or what is
 * first is none. */
static size_t split(const char *text, const char *end, struct field fields[FIELDS_MAX])
{
	size_t count = 0;

	for (const char *word = text; word < end;) {
		size_t length = name_length(word, end);
		const char *space;

		if (length) {
			if (count == FIELDS_MAX)
				return 0;
			fields[count++] = (struct field){ .name = word,
							  .name_length = length,
							  .value = word + length + 1,
							  .end = end };
			if (count > 1)
				fields[count - 2].end = word - 1;
		} else if (!count) {
			return 0;
		}
		space = memchr(word, ' ', (size_t)(end - word));
		word = space ? space + 1 : end;
	}
	return count;
}

/* follow - moves *at past those fields whose names are in the list, in its order. */
static void follow(const struct field *fields, size_t count, size_t *at, const char *const *names)
{
	for (; *names && *at < count; names++)
		if (is_named(&fields[*at], *names))
			++*at;
}

/* is_record - are these fields an AVC record's, each once, in the kernel's order? */
static bool is_record(const struct field *fields, size_t count)
{
	static const char *const first[] = { "pid", "comm", NULL };
	static const char *const objects[][11] = {
		{ "path", "dev", "ino", "ioctlcmd" },
		{ "name", "dev", "ino" },
		{ "laddr", "lport", "faddr", "fport", "path", "saddr", "src", "daddr", "dest",
		  "netif" },
		{ "capability" },
		{ "kmod" },
		{ "key" },
		{ "opid", "ocomm" },
		{ "key_serial", "key_desc" },
		{ "lockdown_reason" },
	};
	static const char *const last[] = { "permissive", "srawcon", "trawcon", NULL };
	size_t at = 0;

	follow(fields, count, &at, first);
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		size_t object = at;

		follow(fields, count, &object, objects[i]);
		if (object + 3 > count || !is_named(&fields[object], "scontext") ||
		    !is_named(&fields[object + 1], "tcontext") ||
		    !is_named(&fields[object + 2], "tclass"))
			continue;
		object += 3;
		follow(fields, count, &object, last);
		return object == count;
	}
	return false;
}

/* is_about_ports - only sockets of the network have some: else, one is a part of a name. */
static bool is_about_ports(const struct field *fields, size_t count)
{
	bool ports = false, network = false;

	for (size_t i = 0; i < count; i++) {
		if (is_named(&fields[i], "src") || is_named(&fields[i], "dest"))
			ports = true;
		if (is_named(&fields[i], "tclass"))
			network = text_find(fields[i].value, fields[i].end, "_socket") &&
				  !text_find(fields[i].value, fields[i].end, "unix_");
	}
	return !ports || network;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* The ioctls that auparse has names for, and a kernel reports the low 16 bits of. */
#define IOCTL(name)                                                                                \
	{                                                                                          \
#name, name                                                                        \
	}
static const struct {
	const char *name;
	unsigned int command;
} ioctls[] = {
	IOCTL(KDSETMODE),     IOCTL(KDGETMODE),   IOCTL(CDROMEJECT),  IOCTL(CDROMEJECT_SW),
	IOCTL(CDROM_GET_UPC), IOCTL(CDROMSEEK),   IOCTL(TCGETS),      IOCTL(TCSETS),
	IOCTL(TCSETSW),       IOCTL(TCSETSF),     IOCTL(TCSBRK),      IOCTL(TCFLSH),
	IOCTL(TIOCSCTTY),     IOCTL(TIOCGPGRP),   IOCTL(TIOCSPGRP),   IOCTL(TIOCGWINSZ),
	IOCTL(TIOCSWINSZ),    IOCTL(TIOCINQ),     IOCTL(FIONBIO),     IOCTL(TIOCNOTTY),
	IOCTL(FIOSETOWN),     IOCTL(FIOGETOWN),   IOCTL(SIOCGIFNAME), IOCTL(SIOCGIFHWADDR),
	IOCTL(SIOCGIFINDEX),  IOCTL(SIOCBRADDIF),
};
#undef IOCTL

static bool put_ioctl(struct shown *shown, const struct field *field)
{
	size_t length = (size_t)(field->end - field->value);
	char number[16];

	if (length > 2 && !memcmp(field->value, "0x", 2)) {
		shown_put(shown, field->value, length);
		return strspn(field->value + 2, "0123456789abcdef") >= length - 2;
	}
	for (size_t i = 0; i < ARRAY_SIZE(ioctls); i++) {
		if (strlen(ioctls[i].name) != length ||
		    memcmp(ioctls[i].name, field->value, length) != 0)
			continue;
		snprintf(number, sizeof(number), "0x%x", ioctls[i].command & 0xffff);
		put_text(shown, number);
		return true;
	}
	return false;
}

/* put_value - false: it is not sure what it was. */
static bool put_value(struct shown *shown, struct field *field)
{
	static const char *const names[] = { "comm", "path", "name", "ocomm" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!is_named(field, names[i]))
			continue;
		put_name(shown, field->value, (size_t)(field->end - field->value));
		return !is_escaped(field->value, field->end);
	}
	while (field->end > field->value && field->end[-1] == ' ')
		field->end--;
	if (is_named(field, "ioctlcmd"))
		return put_ioctl(shown, field);
	shown_put(shown, field->value, (size_t)(field->end - field->value));
	/* Words in quotes are as the kernel has written them. */
	return field->value < field->end &&
	       ((*field->value == '"' && field->end - field->value >= 2 &&
		 memchr(field->value + 1, '"', (size_t)(field->end - field->value - 1)) ==
			 field->end - 1) ||
		!memchr(field->value, ' ', (size_t)(field->end - field->value)));
}

/* ---- records --------------------------------------------------------------------------------- */

enum shown_fields_end shown_fields_avc(struct shown *shown, const char *body, size_t length)
{
	const char *end = body + length, *at = memchr(body, '}', length);
	struct field fields[FIELDS_MAX];
	bool sure = true;
	size_t count;

	if (!text_find(body, end, " tclass="))
		return SHOWN_FIELDS_TORN;
	if (!at || end - at < 6 || memcmp(at, "} for ", 6) != 0)
		return SHOWN_FIELDS_UNSURE;
	for (at += 6; at < end && *at == ' ';)
		at++;
	count = split(at, end, fields);
	if (!count || !is_record(fields, count) || !is_about_ports(fields, count))
		return SHOWN_FIELDS_UNSURE;
	shown_put(shown, body, (size_t)(at - body));
	for (size_t i = 0; i < count; i++) {
		if (i)
			put_text(shown, " ");
		shown_put(shown, fields[i].name, fields[i].name_length + 1);
		sure = put_value(shown, &fields[i]) && sure;
	}
	return sure ? SHOWN_FIELDS_WHOLE : SHOWN_FIELDS_UNSURE;
}

/* Of these, only the path is not as its program has written it. */
enum shown_fields_end shown_fields_user_avc(struct shown *shown, const char *body, size_t length)
{
	const char *end = body + length, *path = text_find(body, end, " path="), *behind;

	if (!text_find(body, end, " tclass="))
		return SHOWN_FIELDS_TORN;
	if (!path || (path += strlen(" path="), *path == '"')) {
		shown_put(shown, body, length);
		return SHOWN_FIELDS_WHOLE;
	}
	behind = path;
	do
		behind = memchr(behind + 1, ' ', (size_t)(end - behind - 1));
	while (behind && !name_length(behind + 1, end));
	if (!behind || text_find(behind, end, " path=") ||
	    memchr(path, '"', (size_t)(behind - path)) || is_escaped(path, behind))
		return SHOWN_FIELDS_UNSURE;
	shown_put(shown, body, (size_t)(path - body));
	put_text(shown, "\"");
	shown_put(shown, path, (size_t)(behind - path));
	put_text(shown, "\"");
	shown_put(shown, behind, (size_t)(end - behind));
	return SHOWN_FIELDS_WHOLE;
}

enum shown_fields_end shown_fields_named(struct shown *shown, const char *name, const char *behind,
					 const char *or_behind, const char *body, size_t length)
{
	const char *end = body + length, *value = text_find(body, end, name), *stop;

	if (!value)
		return SHOWN_FIELDS_TORN;
	value += strlen(name);
	stop = text_find(value, end, behind) ?: text_find(value, end, or_behind);
	if (!stop)
		return SHOWN_FIELDS_TORN;
	if (text_find(value, end, name) || text_find(stop + 1, end, behind) ||
	    is_escaped(value, stop))
		return SHOWN_FIELDS_UNSURE;
	put_text(shown, name + 1);
	put_name(shown, value, (size_t)(stop - value));
	return SHOWN_FIELDS_WHOLE;
}

enum shown_fields_end shown_fields_path(struct shown *shown, const char *body, size_t length)
{
	const char *end = body + length, *inode = text_find(body, end, " inode="), *stop;
	enum shown_fields_end ended;

	if (!text_find(body, end, " nametype="))
		return SHOWN_FIELDS_TORN;
	/* A file that is not there has no inode, and tells nothing. */
	if (!inode)
		return SHOWN_FIELDS_WHOLE;
	ended = shown_fields_named(shown, " name=", " inode=", " inode=", body, length);
	if (ended != SHOWN_FIELDS_WHOLE)
		return SHOWN_FIELDS_UNSURE;
	stop = memchr(inode + 1, ' ', (size_t)(end - inode - 1));
	shown_put(shown, inode, (size_t)((stop ?: end) - inode));
	return SHOWN_FIELDS_WHOLE;
}
