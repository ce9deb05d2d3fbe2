/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/record.h"
#include "wizard/util.h"

/* From here on an enriched record repeats its fields, decoded. */
#define ENRICHED_SEPARATOR '\x1d'

/* ---- the head of a line --------------------------------------------------------------------- */

/* number - the decimal digits at *text, which moves behind them; false: none, or too many. */
static bool number(const char **text, unsigned long max, unsigned long *value)
{
	unsigned long sum = 0;
	const char *at = *text;

	for (; isdigit((unsigned char)*at); at++) {
		unsigned long digit = (unsigned long)(*at - '0');

		if (sum > (max - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	if (at == *text)
		return false;
	*text = at;
	*value = sum;
	return true;
}

static bool parse_id(const char **text, struct record_id *id)
{
	unsigned long seconds, millis;
	const char *at = *text;

	if (!number(&at, LONG_MAX, &seconds) || *at++ != '.' || !number(&at, 999, &millis) ||
	    *at++ != ':' || !number(&at, ULONG_MAX, &id->serial))
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
static bool is_interpreted(const char *id)
{
	const char *end = strchr(id, ')');

	return end && str_starts(end, ") :") && strspn(id, "0123456789.:") < (size_t)(end - id);
}

static enum record_kind kind_of(const char *type, size_t length)
{
	static const struct {
		const char *name;
		enum record_kind kind;
	} kinds[] = {
		{ "AVC", RECORD_AVC },
		{ "USER_AVC", RECORD_USER_AVC },
		{ "SYSCALL", RECORD_SYSCALL },
		{ "PATH", RECORD_PATH },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strlen(kinds[i].name) == length && !memcmp(kinds[i].name, type, length))
			return kinds[i].kind;
	return RECORD_OTHER;
}

void record_parse(const char *line, struct record *record)
{
	const char *at = line, *type;
	size_t length;

	record->kind = RECORD_NONE;
	record->body = line;
	record->id.node[0] = '\0';
	if (!*line || !strcmp(line, "----") || str_starts(line, "time->")) {
		record->kind = RECORD_DECORATION;
		return;
	}
	if ((type = str_starts(at, "node="))) {
		length = strcspn(type, " ");
		if (!length || length >= sizeof(record->id.node) || type[length] != ' ')
			return;
		memcpy(record->id.node, type, length);
		record->id.node[length] = '\0';
		at = type + length + 1;
	}
	if (!(type = str_starts(at, "type=")))
		return;
	length = strcspn(type, " ");
	if (!length || !(at = str_starts(type + length, " msg=audit(")))
		return;
	if (is_interpreted(at)) {
		record->kind = RECORD_INTERPRETED;
	} else if (parse_id(&at, &record->id)) {
		record->kind = kind_of(type, length);
		record->body = at;
	}
}

bool record_same_event(const struct record_id *one, const struct record_id *other)
{
	return one->serial == other->serial && one->millis == other->millis &&
	       one->seconds == other->seconds && !strcmp(one->node, other->node);
}

bool record_tells_loss(const char *line, const struct record *record)
{
	const char *type = strstr(line, "type="), *lost;

	/* Records of other types can hold the words in somebody's file name or command. */
	if (record->kind != RECORD_NONE &&
	    !(record->kind == RECORD_OTHER && type &&
	      (str_starts(type, "type=KERNEL") || str_starts(type, "type=DAEMON_"))))
		return false;
	if (strstr(line, "backlog limit exceeded"))
		return true;
	lost = strstr(line, "audit_lost=");
	return lost && strtoul(lost + strlen("audit_lost="), NULL, 10) > 0;
}

bool record_is_whole(const struct record *record, bool old_kernel)
{
	const char *at;

	if (record->kind == RECORD_USER_AVC) {
		at = strstr(record->body, "msg='");
		return at && strchr(at + strlen("msg='"), '\'');
	}
	if (old_kernel)
		return true;
	at = strstr(record->body, " permissive=");
	return at && (at[12] == '0' || at[12] == '1');
}

/* ---- AVC and USER_AVC ------------------------------------------------------------------------ */

/* message - the text "avc: ..." of a record; NULL: it has none. */
static const char *message(const struct record *record)
{
	const char *text = record->body;

	if (record->kind == RECORD_USER_AVC) {
		text = strstr(text, "msg='");
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
	if (!text || !(copy = strndup(text, strcspn(text, (char[]){ ENRICHED_SEPARATOR, '\0' }))))
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
