/* SPDX-License-Identifier: GPL-2.0-or-later */ /* Hostile bytes for a terminal, a shell, a comment
						   and JSON. */
/* Seeds: tests/fuzz/seeds/text */
#include <locale.h>

#include "tests/fuzz/fuzz.h"
#include "wizard/text.h"

static bool is_printable(const char *text)
{
	while (*text >= ' ' && *text <= '~')
		text++;
	return !*text;
}

/* What a shell makes of one word as text_quoted() and text_shell() write it; NULL: it is not one.
 */
static char *unquoted(const char *word)
{
	bool escapes = *word == '$', inside = escapes;
	char *plain = NULL;
	FILE *out = stream_open(&plain, NULL);

	for (word += escapes ? 2 : 0; *word; word++) {
		unsigned int byte;

		if (*word == '\'') {
			inside = !inside;
		} else if (*word == '\\' && escapes && inside &&
			   sscanf(word, "\\x%2x", &byte) == 1) {
			fputc((int)byte, out);
			word += 3;
		} else if (*word == '\\' && (escapes || !inside)) {
			fputc(*++word, out);
		} else if (!inside && strchr(" \t\n\"$`&|;<>()*?[#~!{", *word)) {
			stream_close(&out);
			free(plain);
			return NULL;
		} else {
			fputc(*word, out);
		}
	}
	stream_close(&out);
	return plain;
}

static void shell_holds(const char *text, const char *word)
{
	_cleanup_free_ char *plain = unquoted(word);

	claim(*word && plain && !strcmp(plain, text), "a shell makes of %s: %s\n", word,
	      plain ?: "-");
}

/* Words stay in their order, and whole. */
static void wrap_holds(const char *safe, size_t width)
{
	_cleanup_free_ char *wrapped = NULL;
	FILE *out = stream_open(&wrapped, NULL);
	const char *at = safe, *found;

	text_wrap(out, safe, 0, 2, width);
	stream_close(&out);
	found = wrapped;
	claim(*found && found[strlen(found) - 1] == '\n', "no newline at the end\n");
	for (; *at || *found; at++, found++) {
		at += strspn(at, " \n");
		found += strspn(found, " \n");
		claim(*at == *found, "words are lost:\n%s\n%s\n", safe, wrapped);
		if (!*at)
			break;
	}
}

static void template_holds(const char *text)
{
	const struct template_value values[] = { { "who", text }, { 0 } };
	struct error err = { 0 };
	_cleanup_free_ char *filled = NULL, *comment = NULL;
	int r = template_fill(text, TEMPLATE_TEXT, values, &filled, &err);

	claim(r == 0 || *err.what, "no reason is given\n");
	r = template_fill("# {{who}}\n", TEMPLATE_COMMENT, values, &comment, &err);
	claim(r == 0 && strchr(comment, '\n') == comment + strlen(comment) - 1,
	      "a comment ends: %s\n", comment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = memory_copy(data, size), *safe = NULL, *again = NULL;
	_cleanup_free_ char *plain = text_plain(text, 60), *shell = text_shell(text);
	_cleanup_free_ char *quoted = text_quoted(text), *dumped = NULL;
	json_t *json = text_json(text);

	setlocale(LC_CTYPE, "C.UTF-8");
	safe = text_safe(text, size % 2);
	again = text_safe(safe, size % 2);
	claim(!strcmp(safe, again), "what is safe is not: %s\n", safe);
	claim(strlen(plain) <= 60 + strlen("...") && is_printable(plain), "not plain: %s\n", plain);
	claim(is_printable(shell), "not printable: %s\n", shell);
	shell_holds(text, shell);
	shell_holds(text, quoted);
	dumped = json_dumps(json, JSON_ENCODE_ANY);
	claim(dumped, "no JSON\n");
	json_decref(json);
	wrap_holds(safe, 20 + size % 60);
	template_holds(text);
	return 0;
}
