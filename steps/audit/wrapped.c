/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "steps/audit/form.h"
#include "steps/audit/markup.h"
#include "steps/audit/record.h"
#include "steps/audit/sender.h"
#include "steps/audit/source.h"
#include "steps/audit/wrapped.h"
#include "wizard/util.h"

/* A record is broken into no more lines. */
#define LINES_MAX 40
#define BLANK     " \t"
/* What may stand before each of them. */
#define QUOTING BLANK ">|#"

/* field - what is behind " NAME=", up to a space; empty: it is not there, or has no value. */
static struct piece field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	at = at ? at + strlen(name) : text + strlen(text);
	return (struct piece){ at, at + strcspn(at, " ") };
}

/* is_context - "user:role:type", with a level or without, and nothing of what programs and pages
 * put between its characters? */
static bool is_context(struct piece text)
{
	size_t colons = 0;

	if (text.at == text.end || !isalpha((unsigned char)*text.at) || piece_find(text, "\u2026"))
		return false;
	while (text.at < text.end && (unsigned char)*text.at > ' ' && !strchr("\\\"&<>=", *text.at))
		colons += *text.at++ == ':';
	return text.at == text.end && colons >= 2;
}

bool wrapped_is_whole(const char *text)
{
	const char *message = strstr(text, "msg='");

	if (strstr(text, "avc:") && (strstr(text, "denied") || strstr(text, "granted")))
		return is_context(field(text, " scontext=")) &&
		       is_context(field(text, " tcontext=")) &&
		       piece_size(field(text, " tclass=")) &&
		       (!message || strchr(strstr(message, " tclass=") ?: "", '\''));
	if (str_starts(text, "type=AVC") || str_starts(text, "type=1400"))
		return strstr(text, "apparmor=");
	return (message && strchr(message + strlen("msg='"), '\'')) ||
	       !(strstr(text, "USER_AVC ") || str_starts(text, "type=USER_AVC") ||
		 str_starts(text, "type=1107"));
}

#define SMALL   "abcdefghijklmnopqrstuvwxyz_"
#define CONTEXT SMALL "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:.,-"

/* field_end - of a value that may be in quotes. */
static char *field_end(char *value)
{
	char *end = value + strspn(value, CONTEXT);

	if (*value == '"') {
		end = value + 1 + strcspn(value + 1, "\"");
		return end + (*end == '"');
	}
	while (end > value && strchr(".,:-", end[-1]))
		end--;
	return end;
}

/* trim_denial - off a kernel's record of a denial, from its class on, what is behind its last
 * field. False: a pager or a page has cut it off. */
static bool trim_denial(char *tclass, bool interpreted)
{
	static const char *const last[] = { "permissive=", "srawcon=", "trawcon=" };
	char *end = tclass + strspn(tclass, SMALL "0123456789"), *word;

	if (end == tclass || *end == '>' || str_starts(end, "..") || str_starts(end, "\u2026"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(last); i++) {
		word = end + strspn(end, " ");
		if (!str_starts(word, last[i]))
			continue;
		/* A context that the policy does not know may have any characters. */
		if (i && interpreted)
			return true;
		end = field_end(word + strlen(last[i]));
	}
	*end = '\0';
	return true;
}

bool wrapped_trim(char *text)
{
	bool quoted = strstr(text, "msg='");
	char *tclass = strstr(text, " tclass="), *tag = strrchr(text, '<');
	size_t length;

	/* Old ones have their fields by name. */
	if (tclass && !quoted && !strstr(tclass, "context="))
		return trim_denial(tclass + strlen(" tclass="), strstr(text, ") : "));
	if (tag && text[strlen(text) - 1] == '>')
		*tag = '\0';
	for (length = strlen(text); length && strchr(quoted ? " ,;|`" : " ,;|`'", text[length - 1]);
	     length--)
		text[length - 1] = '\0';
	/* One that nothing has opened. */
	if (length && text[length - 1] == '"') {
		size_t quotes = 0;

		for (const char *at = text; *at; at++)
			quotes += *at == '"';
		text[length - 1] = quotes % 2 ? '\0' : '"';
	}
	return true;
}

/* Words of a record that stand for themselves: before them, there is a space. */
static const char *const words[] = {
	"avc:",        "denied",    "granted",    "{",           "}",        "for",
	"audit(",      "pid=",      "comm=",      "exe=",        "path=",    "name=",
	"dev=",        "ino=",      "src=",       "dest=",       "saddr=",   "daddr=",
	"netif=",      "laddr=",    "lport=",     "faddr=",      "fport=",   "ioctlcmd=",
	"capability=", "kmod=",     "anonclass=", "ipc_key=",    "opid=",    "ocomm=",
	"scontext=",   "tcontext=", "tclass=",    "permissive=", "srawcon=", "trawcon=",
	"msg=",        "arch=",     "syscall=",   "success=",    "exit=",    "a0=",
	"a1=",         "a2=",       "a3=",        "items=",      "ppid=",    "auid=",
	"uid=",        "gid=",      "euid=",      "suid=",       "fsuid=",   "egid=",
	"sgid=",       "fsgid=",    "tty=",       "ses=",        "subj=",    "key=",
	"item=",       "inode=",    "mode=",      "ouid=",       "ogid=",    "rdev=",
	"obj=",        "nametype=", "objtype=",   "cap_fp=",     "cwd=",     "proctitle=",
	"sauid=",      "hostname=", "addr=",      "terminal=",
};

/* begins_word - is this the beginning of a record's word, and not of the rest of one? */
static bool begins_word(struct piece text)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (piece_begins(text, words[i]))
			return true;
	return false;
}

/* is_fields - are these but words with a '=' in them? The first may be the rest of one. */
static bool is_fields(struct piece text)
{
	struct piece word;
	size_t fields = 0;

	for (size_t i = 0; piece_next_word(&text, &word); i++) {
		if (memchr(word.at, '=', piece_size(word)))
			fields++;
		else if (i)
			return false;
	}
	return fields > 0;
}

/* next_line - what a continued record has in this line: without the quoting before it. cut: the
 * lines before were, all at one column. False: that is nothing, or another record. */
static bool next_line(const char *text, bool cut, struct piece *line)
{
	const char *from = NULL, *open = strrchr(text, '(');
	enum form form;

	line->at += piece_span(*line, QUOTING);
	form = form_find(*line, &from);
	if (form == FORM_BARE && !strstr(text, "avc:"))
		form = FORM_NONE;
	/* Another message, in a file of syslog. */
	if ((!open || strchr(open, ')')) && sender_is_anybody(*line))
		return false;
	return form == FORM_NONE && line->at < line->end && !piece_begins(*line, "----") &&
	       !piece_begins(*line, "time->") &&
	       (cut || !wrapped_is_whole(text) || is_fields(*line));
}

struct piece wrapped_line(const char *line, const char *end)
{
	struct piece piece = { line, end };

	while (piece.end > piece.at && strchr(" \t\r\\", piece.end[-1]))
		piece.end--;
	return piece;
}

/* ends_word - is the text's last word certainly a whole one: is it a quoted name, or between the
 * braces of a list? */
static bool ends_word(const char *text)
{
	const char *open = strrchr(text, '{');
	size_t quotes = 0;

	for (const char *at = text; *at; at++)
		quotes += *at == '"';
	return (open && !strchr(open, '}')) ||
	       (quotes && quotes % 2 == 0 && text[strlen(text) - 1] == '"');
}

/* is_cut - did a terminal cut these lines, anywhere and at one column, as the first and the next?
 * The one after them is no longer. */
static bool is_cut(const char *at, const char *end, const char *next, const char *stop)
{
	ptrdiff_t width = end - at;

	return next - end - 1 == width &&
	       (next >= stop || (const char *)rawmemchr(next + 1, '\n') - next - 1 <= width);
}

/* quoting_of - how many bytes stand before the record in its first line, where that is at most a
 * word, as who wrote it, and may be the same in the next. */
static size_t quoting_of(const char *first)
{
	struct piece line = wrapped_line(first, rawmemchr(first, '\n')), word;
	const char *from = line.at + piece_span(line, QUOTING);
	struct piece before = line;

	if (form_find(line, &before.end) == FORM_NONE)
		return (size_t)(from - first);
	line = before;
	(void)piece_next_word(&line, &word);
	return piece_next_word(&line, &word) ? (size_t)(from - first) : piece_size(before);
}

/* clean_line - without what carries it, and without the quoting that the record's first line has,
 * too. */
static char *clean_line(const char *at, const char *end, const char *first)
{
	struct piece line = wrapped_line(at, end);
	size_t quoting = quoting_of(first);
	char *clean;

	if (quoting <= piece_size(line) && !memcmp(line.at, first, quoting))
		line.at += quoting;
	clean = memory_new(piece_size(line) + 1, 1);
	markup_remove(line.at, piece_size(line), clean);
	return clean;
}

const char *wrapped_gather(FILE *out, char **text, const char *at, const char *stop)
{
	const char *first = at, *end = rawmemchr(at, '\n');
	size_t width = (size_t)(end - at);

	for (size_t i = 0; i < LINES_MAX && end < stop; i++) {
		const char *next = rawmemchr(end + 1, '\n');
		_cleanup_free_ char *clean = NULL;
		bool cut = i && (size_t)(end - at) == width, apart, blank;
		struct piece line;
		size_t length;

		fflush(out);
		length = strlen(*text);
		if (next > stop || length + (size_t)(next - end) > LINE_MAX_BYTES)
			break;
		clean = clean_line(end + 1, next, first);
		line = piece_of(clean);
		if (!next_line(*text, cut, &line))
			break;
		blank = line.at > clean || strchr(BLANK, end[-1]) ||
			(!is_cut(at, end, next, stop) && ends_word(*text));
		apart = begins_word(line) || (blank && !strchr(":=", (*text)[length - 1]));
		fprintf(out, "%s%.*s", apart ? " " : "", (int)piece_size(line), line.at);
		at = end + 1;
		end = next;
	}
	fflush(out);
	return end;
}
