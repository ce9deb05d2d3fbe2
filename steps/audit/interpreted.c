/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/cdrom.h>
#include <linux/kd.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "steps/audit/interpreted.h"
#include "steps/audit/record.h"
#include "wizard/util.h"

/* ---- text ------------------------------------------------------------------------------------ */

static void put(struct interpreted *out, struct piece piece)
{
	/* For what is behind it there is room. */
	size_t room = sizeof(out->text) - LINE_SLACK - out->length;
	size_t length = piece_size(piece) < room ? piece_size(piece) : room;

	memcpy(out->text + out->length, piece.at, length);
	out->length += length;
}

static void put_text(struct interpreted *out, const char *text)
{
	put(out, piece_of(text));
}

static void put_quoted(struct interpreted *out, struct piece piece)
{
	put_text(out, "\"");
	put(out, piece);
	put_text(out, "\"");
}

/* put_name - in quotes, or in hex, as the kernel decides it. */
static void put_name(struct interpreted *out, struct piece name)
{
	const char *at = name.at;
	char hex[3];

	while (at<name.end && * at> ' ' && *at <= '~' && *at != '"')
		at++;
	if (piece_is(name, "(null)"))
		put(out, name);
	else if (at == name.end && at > name.at)
		put_quoted(out, name);
	else
		for (at = name.at; at < name.end; at++) {
			snprintf(hex, sizeof(hex), "%02X", (unsigned char)*at);
			put_text(out, hex);
		}
}

/* is_escaped - may a byte have been escaped in this text? \012 may be a newline, or four bytes. */
static bool is_escaped(struct piece piece)
{
	for (const char *at = piece.at; piece.end - at >= 4; at++)
		if (*at == '\\' && strspn(at + 1, "01234567") >= 3)
			return true;
	return false;
}

/* ---- the fields of an AVC record ------------------------------------------------------------- */

/* An AVC record has at most so many fields. */
#define FIELDS_MAX 20

struct field {
	struct piece name, value;
};

/* name_length - of "NAME=" at text; 0: there is none. */
static size_t name_length(const char *text, const char *end)
{
	const char *at = text;

	while (at < end && ((*at >= 'a' && *at <= 'z') || *at == '_' || *at == '-'))
		at++;
	return at < end && *at == '=' ? (size_t)(at - text) : 0;
}

/* split - everything that looks like a field is one. Returns how many; 0: too many, or what is
 * first is none. */
static size_t split(struct piece text, struct field fields[FIELDS_MAX])
{
	size_t count = 0;

	for (const char *word = text.at, *end = text.end; word < end;) {
		size_t length = name_length(word, end);
		const char *space;

		if (length ? count == FIELDS_MAX : !count)
			return 0;
		if (length) {
			if (count)
				fields[count - 1].value.end = word - 1;
			fields[count++] = (struct field){ { word, word + length },
							  { word + length + 1, end } };
		}
		space = memchr(word, ' ', (size_t)(end - word));
		word = space ? space + 1 : end;
	}
	return count;
}

/* follow - the first of the fields from at on that is not named in the list, in its order. */
static size_t follow(const struct field *fields, size_t count, size_t at, const char *const *names)
{
	for (; *names && at < count; names++)
		at += piece_is(fields[at].name, *names);
	return at;
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
		{ "anonclass" },
		{ "ipc_key" },
		{ "nl-msgtype" },
		{ "pkey", "subnet_prefix" },
		{ "device", "port_num" },
	};
	static const char *const last[] = { "permissive", "srawcon", "trawcon", NULL };
	static const char *const contexts[] = { "scontext", "tcontext", "tclass", NULL };
	size_t at = follow(fields, count, 0, first);

	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		size_t object = follow(fields, count, at, objects[i]);
		size_t behind = follow(fields, count, object, contexts);

		if (behind == object + 3)
			return follow(fields, count, behind, last) == count;
	}
	return false;
}

/* is_of_network - has an object of this class ports? */
static bool is_of_network(struct piece tclass)
{
	static const char *const others[] = {
		"packet", "peer", "node", "netif", "association", NULL
	};

	return piece_is_among(tclass, others) ||
	       (piece_find(tclass, "_socket") && !piece_find(tclass, "unix_"));
}

/* is_about_ports - where it has none, what looks like one is a part of a name. */
static bool is_about_ports(const struct field *fields, size_t count)
{
	bool ports = false, network = false;

	for (size_t i = 0; i < count; i++) {
		ports |= piece_is(fields[i].name, "src") || piece_is(fields[i].name, "dest");
		if (piece_is(fields[i].name, "tclass"))
			network = is_of_network(fields[i].value);
	}
	return !ports || network;
}

/* The ioctls that auparse has names for, and a kernel reports the low 16 bits of. */
#define IOCTL(name) #name, name
static const struct {
	const char *name;
	unsigned int command;
} ioctls[] = {
	{ IOCTL(KDSETMODE) },     { IOCTL(KDGETMODE) },     { IOCTL(CDROMEJECT) },
	{ IOCTL(CDROMEJECT_SW) }, { IOCTL(CDROM_GET_UPC) }, { IOCTL(CDROMSEEK) },
	{ IOCTL(TCGETS) },        { IOCTL(TCSETS) },        { IOCTL(TCSETSW) },
	{ IOCTL(TCSETSF) },       { IOCTL(TCSBRK) },        { IOCTL(TCFLSH) },
	{ IOCTL(TIOCSCTTY) },     { IOCTL(TIOCGPGRP) },     { IOCTL(TIOCSPGRP) },
	{ IOCTL(TIOCGWINSZ) },    { IOCTL(TIOCSWINSZ) },    { IOCTL(TIOCINQ) },
	{ IOCTL(FIONBIO) },       { IOCTL(TIOCNOTTY) },     { IOCTL(FIOSETOWN) },
	{ IOCTL(FIOGETOWN) },     { IOCTL(SIOCGIFNAME) },   { IOCTL(SIOCGIFHWADDR) },
	{ IOCTL(SIOCGIFINDEX) },  { IOCTL(SIOCBRADDIF) },
};

static bool put_ioctl(struct interpreted *out, struct piece value)
{
	char number[16];

	if (piece_size(value) > 2 && !memcmp(value.at, "0x", 2)) {
		put(out, value);
		return strspn(value.at + 2, "0123456789abcdef") >= piece_size(value) - 2;
	}
	for (size_t i = 0; i < ARRAY_SIZE(ioctls); i++)
		if (piece_is(value, ioctls[i].name)) {
			snprintf(number, sizeof(number), "0x%x", ioctls[i].command & 0xffff);
			put_text(out, number);
			return true;
		}
	return false;
}

/* put_value - false: it is not sure what it was. */
static bool put_value(struct interpreted *out, const struct field *field)
{
	static const char *const names[] = { "comm", "path", "name", "ocomm", NULL };
	struct piece name = field->name, value = field->value;

	if (piece_is_among(name, names)) {
		put_name(out, value);
		return !is_escaped(value);
	}
	while (value.end > value.at && value.end[-1] == ' ')
		value.end--;
	if (piece_is(name, "ioctlcmd"))
		return put_ioctl(out, value);
	put(out, value);
	/* Words in quotes are as the kernel has written them. */
	return value.at < value.end &&
	       ((*value.at == '"' && piece_size(value) >= 2 &&
		 memchr(value.at + 1, '"', piece_size(value) - 1) == value.end - 1) ||
		!memchr(value.at, ' ', piece_size(value)));
}

/* ---- the records of ausearch -i -------------------------------------------------------------- */

/* Each of these gives INTERPRETED_NOTHING where the record is torn: it does not have what ends it.
 */

static enum interpreted_as put_avc(struct interpreted *out, struct piece body)
{
	struct piece rest = { memchr(body.at, '}', piece_size(body)), body.end };
	struct field fields[FIELDS_MAX];
	bool sure = true;
	size_t count;

	if (!piece_find(body, " tclass="))
		return INTERPRETED_NOTHING;
	if (!rest.at || !piece_passes(&rest, "} for "))
		return INTERPRETED_UNSURE;
	/* Something else ends the body. */
	rest.at += strspn(rest.at, " ");
	count = split(rest, fields);
	if (!count || !is_record(fields, count) || !is_about_ports(fields, count))
		return INTERPRETED_UNSURE;
	put(out, (struct piece){ body.at, rest.at });
	for (size_t i = 0; i < count; i++) {
		if (i)
			put_text(out, " ");
		put(out, (struct piece){ fields[i].name.at, fields[i].value.at });
		sure = put_value(out, &fields[i]) && sure;
	}
	return sure ? INTERPRETED_RECORD : INTERPRETED_UNSURE;
}

/* Of its fields, only the path is not as its program has written it. */
static enum interpreted_as put_user_avc(struct interpreted *out, struct piece body)
{
	const char *path = piece_find(body, " path="), *behind;

	/* A notice: a policy was loaded, or the mode was set. */
	if (piece_find(body, "msg='avc:  received ") && body.end[-1] == '\'') {
		put(out, body);
		return INTERPRETED_RECORD;
	}
	if (!piece_find(body, " tclass="))
		return INTERPRETED_NOTHING;
	if (path)
		path += strlen(" path=");
	if (path == body.end)
		return INTERPRETED_UNSURE;
	if (!path || *path == '"') {
		put(out, body);
		return INTERPRETED_RECORD;
	}
	behind = path;
	do
		behind = memchr(behind + 1, ' ', (size_t)(body.end - behind - 1));
	while (behind && !name_length(behind + 1, body.end));
	if (!behind || piece_find((struct piece){ behind, body.end }, " path=") ||
	    memchr(path, '"', (size_t)(behind - path)) ||
	    is_escaped((struct piece){ path, behind }))
		return INTERPRETED_UNSURE;
	put(out, (struct piece){ body.at, path });
	put_quoted(out, (struct piece){ path, behind });
	put(out, (struct piece){ behind, body.end });
	return INTERPRETED_RECORD;
}

/* put_named - only the field of this name (" exe="), up to one of those behind it. */
static enum interpreted_as put_named(struct interpreted *out, const char *name, const char *behind,
				     const char *or_behind, struct piece body)
{
	const char *at = piece_find(body, name), *stop;
	struct piece rest, value;

	if (!at)
		return INTERPRETED_NOTHING;
	rest = (struct piece){ at + strlen(name), body.end };
	stop = piece_find(rest, behind) ?: piece_find(rest, or_behind);
	if (!stop)
		return INTERPRETED_NOTHING;
	value = (struct piece){ rest.at, stop };
	if (piece_find(rest, name) || piece_find((struct piece){ stop + 1, body.end }, behind) ||
	    is_escaped(value))
		return INTERPRETED_UNSURE;
	put_text(out, name + 1);
	put_name(out, value);
	return INTERPRETED_RECORD;
}

static enum interpreted_as put_path(struct interpreted *out, struct piece body)
{
	const char *inode = piece_find(body, " inode="), *stop;

	/* RHEL 7 has the second. */
	if (!piece_find(body, " nametype=") && !piece_find(body, " objtype="))
		return INTERPRETED_NOTHING;
	/* A file that is not there has no inode, and tells nothing. */
	if (!inode)
		return INTERPRETED_RECORD;
	if (put_named(out, " name=", " inode=", " inode=", body) != INTERPRETED_RECORD)
		return INTERPRETED_UNSURE;
	stop = memchr(inode + 1, ' ', (size_t)(body.end - inode - 1));
	put(out, (struct piece){ inode, stop ?: body.end });
	return INTERPRETED_RECORD;
}

/* passes_id - "11/24/26 14:25:49.432:88) : "; *serial: ".432:88". */
static bool passes_id(struct interpreted *out, struct piece *line, time_t *seconds,
		      struct piece *serial)
{
	const char *close = memchr(line->at, ')', piece_size(*line)), *dot;
	size_t digits;

	if (!close || !(dot = memrchr(line->at, '.', (size_t)(close - line->at))))
		return false;
	*serial = (struct piece){ dot, close };
	/* The bracket ends them. */
	if (strspn(dot + 1, "0123456789") != 3 || dot[4] != ':')
		return false;
	digits = strspn(dot + 5, "0123456789");
	if (!digits || digits > 18 || dot + 5 + digits != close ||
	    !interpreted_dates_parse(&out->dates, line->at, (size_t)(dot - line->at), seconds))
		return false;
	line->at = close;
	return piece_passes(line, ") : ");
}

static enum interpreted_as put_body(struct interpreted *out, struct piece type, struct piece body)
{
	if (piece_is(type, "AVC"))
		return put_avc(out, body);
	if (piece_is(type, "USER_AVC"))
		return put_user_avc(out, body);
	if (piece_is(type, "SYSCALL"))
		return put_named(out, " exe=", " subj=", " key=", body);
	if (piece_is(type, "PATH"))
		return put_path(out, body);
	put(out, body);
	return INTERPRETED_RECORD;
}

static enum interpreted_as read_interpreted(struct interpreted *out, struct piece line)
{
	struct piece whole = line, node, type, serial;
	enum interpreted_as as;
	time_t seconds;
	char id[48];

	if (piece_passes(&line, "node=") &&
	    (!piece_passes_word(&line, &node) || !piece_passes(&line, " ")))
		return INTERPRETED_NOTHING;
	if (!piece_passes(&line, "type=") || !piece_passes_word(&line, &type) ||
	    !piece_passes(&line, " msg=audit("))
		return INTERPRETED_NOTHING;
	if (!passes_id(out, &line, &seconds, &serial))
		return INTERPRETED_UNSURE;
	while (line.end > line.at && (line.end[-1] == ' ' || line.end[-1] == '\r'))
		line.end--;
	put(out, (struct piece){ whole.at, type.end });
	snprintf(id, sizeof(id), " msg=audit(%lld", (long long)seconds);
	put_text(out, id);
	put(out, serial);
	put_text(out, "): ");
	/* The lines after a torn one may be the rest of a name: up to the line that ends it, which
	 * is no record, nothing that denies is believed. */
	if (out->torn && !out->given && (piece_is(type, "AVC") || piece_is(type, "USER_AVC")))
		return INTERPRETED_UNSURE;
	as = put_body(out, type, line);
	out->torn |= as == INTERPRETED_NOTHING;
	return as == INTERPRETED_RECORD ? as : INTERPRETED_UNSURE;
}

struct interpreted *interpreted_new(bool given)
{
	struct interpreted *out = memory_new(1, sizeof(*out));

	out->given = given;
	interpreted_dates_init(&out->dates);
	return out;
}

enum interpreted_as interpreted_read(struct interpreted *out, const char *line, size_t length)
{
	enum interpreted_as as;

	if (length > LINE_MAX_BYTES || memchr(line, '\0', length))
		return INTERPRETED_UNSURE;
	out->length = 0;
	as = read_interpreted(out, (struct piece){ line, line + length });
	if (as == INTERPRETED_NOTHING)
		out->torn = false;
	strcpy(out->text + out->length, "\n");
	return as;
}
