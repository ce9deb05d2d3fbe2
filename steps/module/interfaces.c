/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <glob.h>
#include <string.h>

#include "steps/module/interfaces.h"
#include "wizard/piece.h"
#include "wizard/process.h"
#include "wizard/util.h"

/* A call of each stands behind a line with its name, for a domain of this name. */
#define MARK   "@@"
#define DOMAIN "galera_selinux_caller"

/* ---- what an interface is made of ------------------------------------------------------------ */

static struct piece next_word(const char **text)
{
	const char *word;

	while (**text && strchr(" \t\n#", **text))
		*text += **text == '#' ? strcspn(*text, "\n") : 1;
	word = *text;
	*text += strcspn(word, " \t\n#{}:;") ?: !!*word;
	return (struct piece){ word, *text };
}

/* A word, or a set of them in braces, which may hold others; false: there is neither. */
static bool take_names(const char **text, struct strings *names)
{
	size_t depth = 0;

	do {
		struct piece word = next_word(text);

		if (!piece_size(word) || strchr(":;~*-", *word.at) || (!depth && *word.at == '}'))
			return false;
		if (*word.at == '{' || *word.at == '}') {
			depth += *word.at == '{' ? 1 : (size_t)-1;
		} else {
			_cleanup_free_ char *name = memory_copy(word.at, piece_size(word));

			strings_insert(names, name);
		}
	} while (depth);
	return true;
}

static bool skip_block(const char **text)
{
	struct piece word = next_word(text);
	size_t depth = 1;

	if (!piece_is(word, "{"))
		return false;
	while (depth && piece_size(word = next_word(text)))
		depth += piece_is(word, "{") ? 1 : piece_is(word, "}") ? (size_t)-1 : 0;
	return !depth;
}

/* Source, target, class, permissions. */
enum { SOURCE, TARGET, CLASS, PERMISSIONS, PARTS };

static bool take_rule(const char **text, struct strings parts[PARTS])
{
	return take_names(text, &parts[SOURCE]) && take_names(text, &parts[TARGET]) &&
	       piece_is(next_word(text), ":") && take_names(text, &parts[CLASS]) &&
	       take_names(text, &parts[PERMISSIONS]) && piece_is(next_word(text), ";");
}

static bool is_one(const struct strings *names, const char *name)
{
	return names->count == 1 && !strcmp(names->items[0], name);
}

static bool is_rule(const struct strings parts[PARTS], const char *keyword, const struct rule *rule)
{
	const struct strings *permissions = &parts[PERMISSIONS];

	if (strcmp(keyword, rule_keyword(rule)) != 0 || !is_one(&parts[SOURCE], DOMAIN) ||
	    !is_one(&parts[TARGET], rule->target) || !is_one(&parts[CLASS], rule->tclass) ||
	    rule->ioctl_count || permissions->count != rule->permissions.count)
		return false;
	for (size_t i = 0; i < permissions->count; i++)
		if (strcmp(permissions->items[i], rule->permissions.items[i]) != 0)
			return false;
	return true;
}

/* An expansion that is one rule, and requirements: *keyword is that rule's. */
static bool is_single(const char *text, struct strings parts[PARTS], const char **keyword)
{
	struct piece word;

	*keyword = NULL;
	while (piece_size(word = next_word(&text))) {
		if (piece_is(word, "require")) {
			if (!skip_block(&text))
				return false;
			continue;
		}
		if (*keyword || !(piece_is(word, "allow") || piece_is(word, "dontaudit")))
			return false;
		*keyword = piece_is(word, "allow") ? "allow" : "dontaudit";
		if (!take_rule(&text, parts))
			return false;
	}
	return *keyword;
}

static void compare(const char *name, const char *text, const struct rules *rules, char **names)
{
	struct strings parts[PARTS] = { 0 };
	const char *keyword;

	if (is_single(text, parts, &keyword))
		for (size_t i = 0; i < rules->count; i++)
			if (!names[i] && is_rule(parts, keyword, &rules->items[i]))
				names[i] = str_copy(name);
	for (size_t i = 0; i < PARTS; i++)
		strings_clear(&parts[i]);
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* "interface(`NAME',`" at the begin of a line. */
static int call_each(const char *path, FILE *out, size_t *count, struct error *err)
{
	static const char begin[] = "interface(`";
	_cleanup_free_ char *text = NULL;
	int r = file_read(path, &text, NULL, err);
	char *rest = text, *line;

	while (r == 0 && (line = strsep(&rest, "\n"))) {
		const char *name = str_starts(line, begin);

		if (!name || !strchr(name, '\''))
			continue;
		line[strlen(begin) + strcspn(name, "'")] = '\0';
		fprintf(out, MARK "`%s'\n%s(" DOMAIN ")\n", name, name);
		++*count;
	}
	return r;
}

/* The Makefile compiles the calls, which are no module: what it has expanded by then is read. */
static int expand(const char *headers, const char *work, const char *calls, char **text,
		  struct error *err)
{
	_cleanup_free_ char *makefile = str_printf("%s/Makefile", headers);
	_cleanup_free_ char *source = str_printf("%s/calls.te", work), *unused = NULL;
	_cleanup_free_ char *expanded = str_printf("%s/tmp/calls.tmp", work);
	const char *const make[] = {
		"make", "-s", "-C", work, "-f", makefile, "tmp/calls.mod", NULL
	};
	int r = file_write(source, calls, strlen(calls), 0600, err);

	if (r == 0)
		r = process_capture(make, &unused, NULL, NULL);
	if (r >= 0)
		r = file_read(expanded, text, NULL, NULL);
	return r == 0 || r == -EINTR
		       ? r
		       : error_set(err, EIO,
				   "reinstall selinux-policy-dev (-devel), with make and m4; or "
				   "remove it, and the rules stand as they are",
				   "cannot expand the interfaces in %s", headers);
}

int interfaces_find(const char *headers, const char *work, const struct rules *rules, char **names,
		    size_t *known, struct error *err)
{
	_cleanup_free_ char *pattern = str_printf("%s/include/*/*.if", headers);
	_cleanup_free_ char *calls = NULL, *text = NULL;
	_cleanup_(globfree) glob_t files = { 0 };
	FILE *out = stream_open(&calls, NULL);
	char *at, *next;
	int r = 0;

	*known = 0;
	glob(pattern, 0, NULL, &files);
	for (size_t i = 0; r == 0 && i < files.gl_pathc; i++)
		r = call_each(files.gl_pathv[i], out, known, err);
	stream_close(&out);
	if (r == 0 && *known)
		r = expand(headers, work, calls, &text, err);
	for (at = r == 0 && text ? strstr(text, MARK) : NULL; at; at = next) {
		char *name = at + strlen(MARK), *body = name + strcspn(name, "\n");

		next = strstr(body, MARK);
		if (next)
			*next = '\0';
		if (*body)
			*body++ = '\0';
		compare(name, body, rules, names);
	}
	return r;
}
