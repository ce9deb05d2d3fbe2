/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "wizard/template.h"
#include "wizard/text.h"
#include "wizard/util.h"

static const struct template_value *find(const struct template_value *values, const char *name,
					 size_t length)
{
	for (; values->name; values++)
		if (strlen(values->name) == length && memcmp(values->name, name, length) == 0)
			return values;
	return NULL;
}

static void put_value(FILE *out, const char *value, enum template_format format)
{
	_cleanup_free_ char *safe = text_safe(value, true);

	for (char *at = safe; *at; at++)
		if (format == TEMPLATE_COMMENT && *at == '\n')
			*at = ' ';
	fputs(safe, out);
}

static int fill(FILE *out, const char *text, enum template_format format,
		const struct template_value *values, struct error *err)
{
	const char *open, *close;

	while ((open = strstr(text, "{{"))) {
		const struct template_value *value;
		const char *name = open + 2;

		close = strstr(name, "}}");
		if (!close || memchr(name, '\n', (size_t)(close - name)))
			return error_set(err, EBADMSG, "this is a mistake in the template",
					 "an unclosed {{ in a template, at \"%.30s\"", open);
		value = find(values, name, (size_t)(close - name));
		if (!value || !value->value)
			return error_set(err, ENOENT, "this is a mistake in the program",
					 "a template asks for {{%.*s}}, which has no value",
					 (int)(close - name), name);
		fwrite(text, 1, (size_t)(open - text), out);
		put_value(out, value->value, format);
		text = close + 2;
	}
	fputs(text, out);
	return 0;
}

int template_fill(const char *text, enum template_format format,
		  const struct template_value *values, char **filled, struct error *err)
{
	_cleanup_free_ char *made = NULL;
	FILE *out = stream_open(&made, NULL);
	int r = fill(out, text, format, values, err);

	stream_close(&out);
	if (r == 0)
		*filled = TAKE_PTR(made);
	return r;
}
