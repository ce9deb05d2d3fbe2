/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/audit/form.h"
#include "steps/audit/source.h"
#include "steps/audit/wrapped.h"
#include "wizard/util.h"

/* A record is broken into no more lines. */
#define LINES_MAX 40
#define BLANK     " \t"

/* field - what is behind " NAME=", up to a space; empty: it is not there, or has no value. */
static struct piece field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	at = at ? at + strlen(name) : text + strlen(text);
	return (struct piece){ at, at + strcspn(at, " ") };
}

bool wrapped_is_whole(const char *text)
{
	if (strstr(text, "avc:") && (strstr(text, "denied") || strstr(text, "granted")))
		return piece_size(field(text, " scontext=")) &&
		       piece_size(field(text, " tcontext=")) &&
		       piece_size(field(text, " tclass=")) &&
		       (!strstr(text, "msg='") || text[strlen(text) - 1] == '\'');
	if (str_starts(text, "type=AVC") || str_starts(text, "type=1400"))
		return strstr(text, "apparmor=");
	return true;
}

/* Words of a record that stand for themselves: before them, there is a space. */
static const char *const words[] = {
	"avc:",      "denied",     "granted",     "{",        "}",          "for",
	"pid=",      "comm=",      "exe=",        "path=",    "name=",      "dev=",
	"ino=",      "src=",       "dest=",       "saddr=",   "daddr=",     "netif=",
	"laddr=",    "lport=",     "faddr=",      "fport=",   "ioctlcmd=",  "capability=",
	"kmod=",     "anonclass=", "ipc_key=",    "opid=",    "ocomm=",     "scontext=",
	"tcontext=", "tclass=",    "permissive=", "srawcon=", "trawcon=",   "msg=",
	"arch=",     "syscall=",   "success=",    "exit=",    "a0=",        "a1=",
	"a2=",       "a3=",        "items=",      "ppid=",    "auid=",      "uid=",
	"gid=",      "euid=",      "suid=",       "fsuid=",   "egid=",      "sgid=",
	"fsgid=",    "tty=",       "ses=",        "subj=",    "key=",       "item=",
	"inode=",    "mode=",      "ouid=",       "ogid=",    "rdev=",      "obj=",
	"nametype=", "objtype=",   "cap_fp=",     "cwd=",     "proctitle=", "sauid=",
	"hostname=", "addr=",      "terminal=",
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
	const char *from = NULL;
	enum form form;

	line->at += piece_span(*line, BLANK ">|#");
	form = form_find(*line, &from);
	if (form == FORM_BARE && !strstr(text, "avc:"))
		form = FORM_NONE;
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

const char *wrapped_gather(FILE *out, char **text, const char *at, const char *stop)
{
	const char *end = rawmemchr(at, '\n');
	size_t width = (size_t)(end - at);

	for (size_t i = 0; i < LINES_MAX && end < stop; i++) {
		const char *next = rawmemchr(end + 1, '\n');
		struct piece line = wrapped_line(end + 1, next);
		bool cut = i && (size_t)(end - at) == width, apart, blank;
		size_t length;

		fflush(out);
		length = strlen(*text);
		if (next > stop || length + piece_size(line) > LINE_MAX_BYTES ||
		    !next_line(*text, cut, &line))
			break;
		blank = line.at > end + 1 || strchr(BLANK, end[-1]) ||
			(!is_cut(at, end, next, stop) && ends_word(*text));
		apart = begins_word(line) || (blank && !strchr(":=", (*text)[length - 1]));
		fprintf(out, "%s%.*s", apart ? " " : "", (int)piece_size(line), line.at);
		at = end + 1;
		end = next;
	}
	fflush(out);
	return end;
}
