/* SPDX-License-Identifier: GPL-2.0-or-later */ /* A server's log, at once and in pieces. */
/* Seeds: tests/fixtures/wsrep tests/fixtures/clusters */
#include "steps/galera/wsrep_story.h"
#include "tests/fuzz/fuzz.h"

/* What was told, one behind the other. */
static void tell(void *data, const struct wsrep_news *news)
{
	claim(memchr(news->text, '\0', sizeof(news->text)), "a text has no end\n");
	fprintf(data, "%d %s %jd %s\n", news->kind, news->clock, (intmax_t)news->seconds,
		news->text);
}

static char *feed(const char *text, size_t length, size_t piece, struct wsrep_story *story)
{
	struct wsrep_watch *watch = wsrep_watch_new(NULL);
	char *told = NULL;
	struct wsrep_teller teller = { tell, stream_open(&told, NULL) };

	for (size_t at = 0; at < length; at += piece)
		wsrep_watch_feed(watch, text + at, length - at < piece ? length - at : piece,
				 &teller);
	stream_close((FILE **)&teller.data);
	wsrep_watch_story(watch, story);
	wsrep_watch_free(watch);
	return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The last line is whole, so that a log that grows has it, too. */
	_cleanup_free_ char *text = memory_copy(data, size), *once = NULL, *pieces = NULL;
	struct wsrep_story whole, pieced;
	size_t lines = 0;

	text[size] = '\n';
	for (size_t i = 0; i <= size; i++)
		lines += text[i] == '\n';
	once = feed(text, size + 1, size + 1, &whole);
	claim(whole.lines == lines, "%zu lines are %zu\n", lines, whole.lines);
	claim(!whole.complete || whole.kind != TRANSFER_NONE, "nothing is complete\n");
	claim(!whole.failed || *whole.failure, "it failed without a word\n");
	pieces = feed(text, size + 1, 1 + (size ? data[size - 1] % 97 : 0), &pieced);
	claim(!memcmp(&whole, &pieced, sizeof(whole)), "in pieces, the story is another\n");
	claim(!strcmp(once, pieces), "told at once:\n%s\nin pieces:\n%s\n", once, pieces);
	return 0;
}
