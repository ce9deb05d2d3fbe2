/* SPDX-License-Identifier: GPL-2.0-or-later */ /* An answers file, with the workflow's questions.
						 */
/* Seeds: templates/answers.example tests/fixtures/answers */
#include "steps/steps.h"
#include "tests/fuzz/fuzz.h"
#include "wizard/answers.h"

static int read_bytes(struct answers *answers, const char *text, struct error *err)
{
	char path[32];
	int fd = file_of(text, strlen(text), path), r = answers_read(answers, path, err);

	claim(r == 0 || (*err->what && *err->remedy), "no reason is given\n");
	close(fd);
	return r;
}

/* What a file may have, --answer may have, and nothing else. */
static int add_lines(struct answers *answers, char *text)
{
	struct error err = { 0 };
	int r = 0;

	for (char *rest = text, *line; r == 0 && (line = strsep(&rest, "\n"));) {
		line = str_trim(line);
		if (*line && *line != '#')
			r = answers_add(answers, line, &err);
	}
	return r;
}

/* All of them, as they are found again. */
static char *list(const struct answers *answers, const struct question *questions)
{
	char *found = NULL;
	FILE *out = stream_open(&found, NULL);

	for (; questions->key; questions++)
		fprintf(out, "%s %s\n", questions->key,
			answers_find(answers, questions->key, NULL, NULL) ?: "-");
	stream_close(&out);
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct question *questions = workflow.questions;
	_cleanup_free_ char *text = memory_copy(data, size), *copy = str_copy(text);
	_cleanup_free_ char *twice = str_printf("%s\n%s", text, text);
	struct answers *file = answers_new(questions, false), *line = answers_new(questions, false);
	struct answers *again = answers_new(questions, false);
	struct error err = { 0 };
	int r = read_bytes(file, text, &err);

	claim(add_lines(line, copy) == r, "--answer is of another mind: %s\n", err.what);
	if (r == 0) {
		_cleanup_free_ char *one = list(file, questions), *other = list(line, questions);
		bool any = text[strspn(text, " \t\r\v\f\n")] != '\0';

		claim(!strcmp(one, other), "a file:\n%s--answer:\n%s", one, other);
		any = any && strchr(text, '=');
		claim(read_bytes(again, twice, &err) == 0 || any, "%s\n", err.what);
	}
	answers_free(file);
	answers_free(line);
	answers_free(again);
	return 0;
}
