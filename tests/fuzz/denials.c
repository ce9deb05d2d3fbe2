/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process that reads a log hands over, should somebody have taken its place. */
/* Seeds: tests/fixtures/audit tests/fixtures/advice */
#include <errno.h>

#include "steps/audit/log.h"
#include "tests/fuzz/fuzz.h"

static char *written(const struct denials *denials, size_t *length)
{
	char *bytes = NULL;
	FILE *out = stream_open(&bytes, length);

	denials_write(denials, out);
	stream_close(&out);
	return bytes;
}

/* What was taken can be written, and is the same then; all of it can be used. */
static int take(const char *bytes, size_t length)
{
	struct denials denials = { 0 }, again = { 0 }, all = { 0 };
	_cleanup_free_ char *one = NULL, *other = NULL;
	size_t size, size_again;
	int r = denials_read(bytes, length, &denials);

	claim(r == 0 || r == -EBADMSG, "it is %d\n", r);
	if (r == 0) {
		one = written(&denials, &size);
		claim(denials_read(one, size, &again) == 0, "what was taken cannot be written\n");
		other = written(&again, &size_again);
		/* There are addresses in it, which are nobody's. */
		claim(size == size_again, "it becomes another\n");
		denials_append(&all, &denials, "here");
		claim(denials_total(&all) == denials_total(&denials), "a copy has other counts\n");
	}
	denials_clear(&all);
	denials_clear(&again);
	denials_clear(&denials);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct denials denials = { 0 };
	_cleanup_free_ char *bytes = NULL;
	size_t length, at = size > 1 ? (size_t)(data[0] << 8 | data[1]) : 0;

	take((const char *)data, size);
	audit_text_read((const char *)data, size, "here", mysqld, &denials);
	bytes = written(&denials, &length);
	claim(take(bytes, length) == 0, "what was read is not taken\n");
	/* A byte of it is another, and the end is missing. */
	bytes[at % length] ^= (char)(1 << size % 8);
	take(bytes, length);
	take(bytes, at % length);
	denials_clear(&denials);
	return 0;
}
