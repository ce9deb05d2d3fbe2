/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/record.h"
#include "wizard/util.h"

/* ---- the head of a line --------------------------------------------------------------------- */

/* No number in an id has more digits. */
#define DIGITS_MAX 18
/* Between a record's type and its id. */
#define AUDIT " msg=audit("

/* starts - does the text start so? As a prefix has no line break, it does not reach beyond the
 * line. */
#define starts(text, prefix) (memcmp(text, prefix, sizeof(prefix) - 1) == 0)

/* word_end - of what is no space, and nothing below it. */
static inline const char *word_end(const char *word)
{
	uint64_t bytes, below;

	do {
		memcpy(&bytes, word, sizeof(bytes));
		bytes = le64toh(bytes);
		/* The first byte below '!' has its high bit set here; what is behind it is moot. */
		below = (bytes - 0x2121212121212121) & ~bytes & 0x8080808080808080;
		word += below ? __builtin_ctzll(below) / 8 : 8;
	} while (!below);
	return word;
}

/* Each of these gives what is behind what it reads; NULL: that is not there. */

/* number - decimal digits. */
static const char *number(const char *text, unsigned long *value)
{
	const char *at = text;

	for (*value = 0; *at >= '0' && *at <= '9'; at++)
		*value = *value * 10 + (unsigned long)(*at - '0');
	return at == text || at - text > DIGITS_MAX ? NULL : at;
}

/* parse_second - " msg=audit(1795530349." */
static inline const char *parse_second(const char *text, struct record *record)
{
	const size_t size = sizeof(record->second);
	const char *at = text + strlen(AUDIT);
	unsigned long seconds;

	if (!memcmp(text, record->second, size) && *text)
		return text + size;
	if (!starts(text, AUDIT) || !(at = number(at, &seconds)) || *at++ != '.')
		return NULL;
	record->id.seconds = (time_t)seconds;
	*record->second = '\0';
	if ((size_t)(at - text) == size)
		memcpy(record->second, text, size);
	return at;
}

/* parse_millis - "432:", always three digits, as written by the kernel; else, any number. */
static inline const char *parse_millis(const char *text, struct record_id *id)
{
	unsigned long value;
	uint32_t digits;

	memcpy(&digits, text, sizeof(digits));
	digits = le32toh(digits) - 0x3a303030;
	/* Three bytes below ten, and the colon. */
	if (digits < 0x1000000 && !((digits | (digits + 0x767676)) & 0x808080)) {
		id->millis = ((digits * 10 + (digits >> 8)) & 0xff) * 10 + (digits >> 16);
		return text + 4;
	}
	text = number(text, &value);
	if (!text || value > 999 || *text != ':')
		return NULL;
	id->millis = (unsigned int)value;
	return text + 1;
}

/* parse_serial - "88):" */
static inline const char *parse_serial(const char *text, struct record *record)
{
	struct hundreds *hundreds = &record->hundreds;
	const char *last = text + hundreds->length, *end;
	unsigned int ten = (unsigned char)(last[0] - '0'), one = (unsigned char)(last[1] - '0');
	uint64_t bytes;

	memcpy(&bytes, text, sizeof(bytes));
	bytes = le64toh(bytes);
	if ((bytes & hundreds->mask) == hundreds->digits && ten < 10 && one < 10 &&
	    last[2] == ')' && last[3] == ':') {
		record->id.serial = hundreds->value + ten * 10 + one;
		return last + 4;
	}
	end = number(text, &record->id.serial);
	if (!end || end[0] != ')' || end[1] != ':')
		return NULL;
	if (end - text >= 2 && end - text < 10) {
		hundreds->length = (size_t)(end - text - 2);
		hundreds->mask = (1UL << 8 * hundreds->length) - 1;
		hundreds->digits = bytes & hundreds->mask;
		hundreds->value = record->id.serial / 100 * 100;
	}
	return end + 2;
}

/* kind_of_type - length: of the type at text. */
static inline enum record_kind kind_of_type(const char *type, size_t length)
{
	switch (length) {
	case 3:
		return starts(type, "AVC") ? RECORD_AVC : RECORD_OTHER;
	case 4:
		/* auditd writes no number. */
		return starts(type, "PATH") ? RECORD_PATH
		       : *type <= '9'       ? RECORD_NONE
					    : RECORD_OTHER;
	case 7:
		if (starts(type, "SYSCALL"))
			return RECORD_SYSCALL;
		break;
	case 15:
		if (starts(type, "APPARMOR_DENIED"))
			return RECORD_APPARMOR;
		break;
	case 8:
		if (starts(type, "USER_AVC"))
			return RECORD_USER_AVC;
		break;
	case 9:
		/* Out of Markdown: no record that could be taken for another. */
		if (starts(type, "USER\\_AVC"))
			return RECORD_NONE;
		break;
	case 11:
	case 16:
		if (starts(type, "SELINUX_ERR") || starts(type, "USER_SELINUX_ERR"))
			return RECORD_SELINUX_ERR;
		break;
	}
	return starts(type, "KERNEL") || starts(type, "DAEMON_") ? RECORD_NOTICE : RECORD_OTHER;
}

/* parse_node - "node=NAME " */
static const char *parse_node(const char *line, struct record_id *id)
{
	const char *node = line + strlen("node="), *end;

	if (!starts(line, "node="))
		return NULL;
	end = word_end(node);
	if (end == node || *end != ' ' || end - node > RECORD_NODE_MAX)
		return NULL;
	id->node = node;
	id->node_length = (size_t)(end - node);
	return end + 1;
}

const char *record_head(const char *line, struct record *record)
{
	const char *at = line, *type;

	record->id.node = line;
	record->id.node_length = 0;
	if (*at == 'n' && !(at = parse_node(at, &record->id)))
		return NULL;
	type = at + strlen("type=");
	if (!starts(at, "type=") || (at = word_end(type)) == type)
		return NULL;
	record->kind = kind_of_type(type, (size_t)(at - type));
	at = parse_second(at, record);
	at = at ? parse_millis(at, &record->id) : NULL;
	return at ? parse_serial(at, record) : NULL;
}

/* is_interpreted - the dates of `ausearch -i` are in its user's locale; what no locale changes is
 * that something else than an id is in the brackets, and the space before the colon. */
static bool is_interpreted(const char *line, const char *end)
{
	struct record_id id;
	const char *at = *line == 'n' ? parse_node(line, &id) : line, *close;

	if (!at || !starts(at, "type="))
		return false;
	at = word_end(at);
	if (!starts(at, AUDIT))
		return false;
	at += strlen(AUDIT);
	close = memchr(at, ')', (size_t)(end - at));
	return close && starts(close, ") :") && strspn(at, "0123456789.:") < (size_t)(close - at);
}

void record_odd(const char *line, const char *end, struct record *record)
{
	record->kind = RECORD_NONE;
	record->body = end - line > LINE_MAX_BYTES ? end : line;
	if (record->body > line)
		return;
	if (line == end || (end - line == 4 && starts(line, "----")) || starts(line, "time->"))
		record->kind = RECORD_DECORATION;
	else if (is_interpreted(line, end))
		record->kind = RECORD_INTERPRETED;
}

bool record_tells_loss(const struct record *record)
{
	const char *lost;

	/* Records of other types can hold the words in somebody's file name or command. */
	if (record->kind != RECORD_NONE && record->kind != RECORD_NOTICE)
		return false;
	if (record_find(record, "backlog limit exceeded"))
		return true;
	/* Without auditd, records are the kernel's messages, of which it prints so many a second.
	 */
	if (record->kind == RECORD_NONE && record_find(record, "audit") &&
	    record_find(record, "_printk_skb: ") && record_find(record, " callbacks suppressed"))
		return true;
	lost = record_find(record, "audit_lost=");
	return lost && strtoul(lost + strlen("audit_lost="), NULL, 10) > 0;
}

bool record_is_whole(const struct record *record, bool old_kernel)
{
	const char *at;

	if (record->kind == RECORD_USER_AVC) {
		at = record_find(record, "msg='");
		return at && memchr(at + strlen("msg='"), '\'',
				    (size_t)(record->end - at) - strlen("msg='"));
	}
	if (old_kernel)
		return true;
	at = record_find(record, " permissive=");
	return at && (at[12] == '0' || at[12] == '1');
}

/* ---- AVC and USER_AVC ------------------------------------------------------------------------ */

/* message - behind "avc:" of a record; NULL: it has none. */
static const char *message(const struct record *record)
{
	const char *text = record->body;

	if (record->kind == RECORD_USER_AVC) {
		text = record_find(record, "msg='");
		if (!text)
			return NULL;
		text += strlen("msg='");
	}
	while (*text == ' ')
		text++;
	if (!starts(text, "avc:"))
		return NULL;
	text += strlen("avc:");
	while (*text == ' ')
		text++;
	return text;
}

enum avc_verdict record_verdict(const struct record *record)
{
	const char *text = message(record);

	if (text && starts(text, "granted "))
		return VERDICT_GRANTED;
	if (!text && record_find(record, "apparmor=\""))
		return VERDICT_APPARMOR;
	/* A kernel's AVC record tells of a decision, whatever is left of it. */
	if (record->kind == RECORD_AVC || (text && starts(text, "denied")))
		return VERDICT_DENIED;
	return VERDICT_NONE;
}

/*
 * user_field - the value of the last, or first, " NAME=" in text.
 *
 * Programs put what a client gave them (a command line, a path) before the contexts and do not
 * escape it: only the last one can be trusted to be the program's own.
 */
static const char *user_field(const char *text, const char *name, bool last, size_t *length)
{
	size_t name_length = strlen(name);
	const char *found = NULL;

	for (const char *at = text; (at = strstr(at, name)); at += name_length) {
		if (at == text || at[-1] != ' ' || at[name_length] != '=')
			continue;
		found = at + name_length + 1;
		if (!last)
			break;
	}
	if (!found)
		return NULL;
	if (*found == '"')
		*length = strcspn(++found, "\"");
	else
		*length = strcspn(found, " '\x1d");
	return found;
}

static bool user_text(const char *text, const char *name, bool last, char **value)
{
	size_t length;
	const char *found = user_field(text, name, last, &length);

	if (!found || !length)
		return false;
	*value = memory_copy(found, length);
	return true;
}

bool record_user_avc(const struct record *record, struct denial *denial)
{
	const char *text = message(record), *open, *close, *source, *target, *value;
	size_t source_length, target_length, length;
	_cleanup_free_ char *copy = NULL, *list = NULL;

	if (!text)
		return false;
	length = (size_t)(record->end - text);
	value = memchr(text, ENRICHED_SEPARATOR, length);
	copy = memory_copy(text, value ? (size_t)(value - text) : length);
	open = strchr(copy, '{');
	close = open ? strchr(open, '}') : NULL;
	if (!close)
		return false;
	source = user_field(close, "scontext", true, &source_length);
	target = user_field(close, "tcontext", true, &target_length);
	if (!source || !target || !user_text(close, "tclass", true, &denial->tclass))
		return false;
	list = memory_copy(open + 1, (size_t)(close - open - 1));
	strings_split(&denial->permissions, list, " ");
	if (!denial->permissions.count ||
	    !record_set_contexts(denial, source, source_length, target, target_length))
		return false;
	denial->userspace = true;
	value = user_field(close, "permissive", true, &length);
	denial->permissive = value && *value == '1';
	/* The record's own pid is that of the program that decided; dbus names the sender's. */
	value = user_field(close, "spid", true, &length);
	denial->pid = value ? (pid_t)strtoul(value, NULL, 10) : 0;
	(void)user_text(close, "path", false, &denial->path);
	return true;
}

/* ---- what both have -------------------------------------------------------------------------- */

/* In new memory; NULL: there is none. */
static char *type_of(const char *context, size_t length)
{
	const char *type = str_field(context, length, ':', 2, &length);

	return type ? memory_copy(type, length) : NULL;
}

bool record_set_contexts(struct denial *denial, const char *source, size_t source_length,
			 const char *target, size_t target_length)
{
	denial->source_context = memory_copy(source, source_length);
	denial->target_context = memory_copy(target, target_length);
	denial->source = type_of(source, source_length);
	denial->target = type_of(target, target_length);
	/* A forum makes a smiley of ":o". */
	return denial->source && denial->target && strcmp(denial->target, "bject_r") != 0;
}
