/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/record.h"
#include "wizard/util.h"

/* From here on an enriched record repeats its fields, decoded. */
#define ENRICHED_SEPARATOR '\x1d'

/* ---- the head of a line --------------------------------------------------------------------- */

/* No number in an id has more digits. */
#define DIGITS_MAX 18

/* eight - the number of up to eight digits at text, all at once; *count of them. */
static inline unsigned long eight(const char *text, unsigned int *count)
{
	uint64_t word, digits, other;

	memcpy(&word, text, sizeof(word));
	word = le64toh(word);
	digits = word - 0x3030303030303030;
	/* The first byte that is no digit has its high bit set here; what is behind it is moot. */
	other = (digits | (word + 0x4646464646464646)) & 0x8080808080808080;
	*count = other ? (unsigned int)__builtin_ctzll(other) / 8 : 8;
	if (!*count)
		return 0;
	digits <<= 64 - 8 * *count;
	digits = digits * 10 + (digits >> 8);
	return ((digits & 0xff000000ff) * 0xf424000000064 +
		(digits >> 16 & 0xff000000ff) * 0x271000000001) >>
	       32;
}

/* number - the decimal digits at *text, which moves behind them; false: none, or too many. */
static inline bool number(const char **text, const char *end, unsigned long *value)
{
	const char *at = *text;
	unsigned long sum = 0;
	unsigned int count = 8;

	if (end - at >= 8) {
		sum = eight(at, &count);
		at += count;
	}
	while (count == 8 && (unsigned char)(*at - '0') < 10)
		sum = sum * 10 + (unsigned char)(*at++ - '0');
	if (at == *text || at - *text > DIGITS_MAX)
		return false;
	*text = at;
	*value = sum;
	return true;
}

/* thousandths - always three digits, as written by the kernel; else, as any number. */
static inline bool thousandths(const char **text, const char *end, unsigned long *value)
{
	const char *at = *text;
	unsigned int a, b, c;

	if (end - at >= 4 && at[3] == ':') {
		a = (unsigned char)(at[0] - '0');
		b = (unsigned char)(at[1] - '0');
		c = (unsigned char)(at[2] - '0');
		*text = at + 3;
		*value = a * 100 + b * 10 + c;
		return a < 10 && b < 10 && c < 10;
	}
	return number(text, end, value) && *value <= 999;
}

static inline bool parse_id(const char **text, const char *end, struct record_id *id)
{
	unsigned long seconds, millis;
	const char *at = *text;

	if (!number(&at, end, &seconds) || *at++ != '.' || !thousandths(&at, end, &millis) ||
	    *at++ != ':' || !number(&at, end, &id->serial))
		return false;
	if (*at++ != ')' || *at++ != ':')
		return false;
	id->seconds = (time_t)seconds;
	id->millis = (unsigned int)millis;
	*text = at;
	return true;
}

/* The dates of `ausearch -i` are in its user's locale; what no locale changes is that something
 * else than an id is in the brackets, and the space before the colon. */
static bool is_interpreted(const char *id, const char *end)
{
	const char *close = memchr(id, ')', (size_t)(end - id));

	return close && end - close >= 3 && !memcmp(close, ") :", 3) &&
	       strspn(id, "0123456789.:") < (size_t)(close - id);
}

static enum record_kind kind_of(const char *type, size_t length)
{
	switch (length) {
	case 3:
		return memcmp(type, "AVC", 3) ? RECORD_OTHER : RECORD_AVC;
	case 4:
		return memcmp(type, "PATH", 4) ? RECORD_OTHER : RECORD_PATH;
	case 7:
		return memcmp(type, "SYSCALL", 7) ? RECORD_OTHER : RECORD_SYSCALL;
	case 8:
		return memcmp(type, "USER_AVC", 8) ? RECORD_OTHER : RECORD_USER_AVC;
	default:
		return RECORD_OTHER;
	}
}

/* starts - the rest after the prefix; NULL: the text does not start so. */
static inline const char *starts_with(const char *text, const char *end, const char *prefix,
				      size_t length)
{
	return (size_t)(end - text) >= length && !memcmp(text, prefix, length) ? text + length
									       : NULL;
}
#define starts(text, end, prefix) starts_with(text, end, prefix, sizeof(prefix) - 1)

/* word_end - the space after a word; NULL: the line has none. */
static inline const char *word_end(const char *word, const char *end)
{
	return memchr(word, ' ', (size_t)(end - word));
}

void record_parse(const char *line, size_t length, struct record *record)
{
	const char *end = line + length, *at = line, *type, *stop;

	record->kind = RECORD_NONE;
	record->id.node = record->type = record->body = line;
	record->id.node_length = 0;
	record->end = end;
	if ((at = starts(line, end, "node="))) {
		stop = word_end(at, end);
		if (!stop || stop == at || stop - at > RECORD_NODE_MAX)
			return;
		record->id.node = at;
		record->id.node_length = (size_t)(stop - at);
		line = stop + 1;
	}
	if (!(type = starts(line, end, "type="))) {
		if (!length || (length == 4 && !memcmp(line, "----", 4)) ||
		    starts(line, end, "time->"))
			record->kind = RECORD_DECORATION;
		return;
	}
	stop = word_end(type, end);
	if (!stop || stop == type || !(at = starts(stop, end, " msg=audit(")))
		return;
	record->type = type;
	if (parse_id(&at, end, &record->id)) {
		record->kind = kind_of(type, (size_t)(stop - type));
		record->body = at;
	} else if (is_interpreted(at, end)) {
		record->kind = RECORD_INTERPRETED;
	}
}

bool record_same_event(const struct record_id *one, const struct record_id *other)
{
	return one->serial == other->serial && one->millis == other->millis &&
	       one->seconds == other->seconds && one->node_length == other->node_length &&
	       !memcmp(one->node, other->node, one->node_length);
}

static const char *find(const char *text, const char *end, const char *word)
{
	return memmem(text, (size_t)(end - text), word, strlen(word));
}

bool record_tells_loss(const struct record *record)
{
	const char *lost;

	/* Records of other types can hold the words in somebody's file name or command. */
	if (record->kind != RECORD_NONE &&
	    !(record->kind == RECORD_OTHER && (starts(record->type, record->end, "KERNEL") ||
					       starts(record->type, record->end, "DAEMON_"))))
		return false;
	if (find(record->body, record->end, "backlog limit exceeded"))
		return true;
	/* Without auditd, records are the kernel's messages, of which it prints so many a second.
	 */
	if (record->kind == RECORD_NONE && find(record->body, record->end, "audit") &&
	    find(record->body, record->end, "_printk_skb: ") &&
	    find(record->body, record->end, " callbacks suppressed"))
		return true;
	lost = find(record->body, record->end, "audit_lost=");
	return lost && strtoul(lost + strlen("audit_lost="), NULL, 10) > 0;
}

bool record_is_whole(const struct record *record, bool old_kernel)
{
	const char *at;

	if (record->kind == RECORD_USER_AVC) {
		at = find(record->body, record->end, "msg='");
		return at && find(at + strlen("msg='"), record->end, "'");
	}
	if (old_kernel)
		return true;
	at = find(record->body, record->end, " permissive=");
	return at && (at[12] == '0' || at[12] == '1');
}

/* ---- AVC and USER_AVC ------------------------------------------------------------------------ */

/* message - the text "avc: ..." of a record; NULL: it has none. */
static const char *message(const struct record *record)
{
	const char *text = record->body;

	if (record->kind == RECORD_USER_AVC) {
		text = find(text, record->end, "msg='");
		if (!text)
			return NULL;
		text += strlen("msg='");
	}
	text += strspn(text, " ");
	text = str_starts(text, "avc:");
	return text ? text + strspn(text, " ") : NULL;
}

enum verdict record_verdict(const struct record *record)
{
	const char *text = message(record);

	if (text && str_starts(text, "granted "))
		return VERDICT_GRANTED;
	/* A kernel's AVC record tells of a decision, whatever is left of it. */
	if (record->kind == RECORD_AVC || (text && str_starts(text, "denied")))
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
	*value = strndup(found, length);
	return *value != NULL;
}

bool record_user_avc(const struct record *record, struct denial *denial)
{
	const char *text = message(record), *open, *close, *source, *target, *value;
	size_t source_length, target_length, length;
	_cleanup_free_ char *copy = NULL;

	errno = 0;
	if (!text)
		return false;
	length = (size_t)(record->end - text);
	value = memchr(text, ENRICHED_SEPARATOR, length);
	copy = strndup(text, value ? (size_t)(value - text) : length);
	if (!copy)
		return false;
	open = strchr(copy, '{');
	close = open ? strchr(open, '}') : NULL;
	if (!close)
		return false;
	source = user_field(close, "scontext", true, &source_length);
	target = user_field(close, "tcontext", true, &target_length);
	if (!source || !target || !user_text(close, "tclass", true, &denial->tclass))
		return false;
	if (!record_set_permissions(denial, open + 1, (size_t)(close - open - 1), ' ') ||
	    !record_set_contexts(denial, source, source_length, target, target_length))
		return false;
	denial->userspace = true;
	value = user_field(close, "permissive", true, &length);
	denial->permissive = value && *value == '1';
	/* The record's own pid is that of the program that decided; dbus names the sender's. */
	value = user_field(close, "spid", true, &length);
	denial->pid = value ? (pid_t)strtoul(value, NULL, 10) : 0;
	(void)user_text(close, "path", false, &denial->path);
	return errno != ENOMEM;
}

/* ---- what both have -------------------------------------------------------------------------- */

/* context_part - the type in "user:role:type[:level]", new memory; NULL: there is none, or out of
 * memory. */
static char *context_part(const char *context, size_t length)
{
	const char *role = memchr(context, ':', length), *type;
	size_t rest;

	if (!role)
		return NULL;
	rest = length - (size_t)(++role - context);
	type = memchr(role, ':', rest);
	if (!type)
		return NULL;
	rest -= (size_t)(++type - role);
	if (memchr(type, ':', rest))
		rest = (size_t)((const char *)memchr(type, ':', rest) - type);
	return rest ? strndup(type, rest) : NULL;
}

bool record_set_contexts(struct denial *denial, const char *source, size_t source_length,
			 const char *target, size_t target_length)
{
	denial->source_context = strndup(source, source_length);
	denial->target_context = strndup(target, target_length);
	denial->source = context_part(source, source_length);
	denial->target = context_part(target, target_length);
	return denial->source_context && denial->target_context && denial->source && denial->target;
}

bool record_set_permissions(struct denial *denial, const char *list, size_t length, char separator)
{
	for (const char *at = list, *end = list + length; at < end;) {
		const char *stop = memchr(at, separator, (size_t)(end - at));
		char **permission;

		if (!stop)
			stop = end;
		if (stop > at) {
			permission = array_push(&denial->permissions, &denial->permission_count,
						sizeof(*permission));
			if (!permission || !(*permission = strndup(at, (size_t)(stop - at))))
				return false;
		}
		at = stop + 1;
	}
	return denial->permission_count > 0;
}
