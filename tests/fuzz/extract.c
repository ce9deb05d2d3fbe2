/* SPDX-License-Identifier: GPL-2.0-or-later */ /* What collect -o takes out of logs, and explain
						   finds there. */
/* Seeds: tests/fixtures/audit tests/fixtures/advice tests/fixtures/clusters */
#include "steps/audit/extract.h"
#include "steps/audit/log.h"
#include "tests/fuzz/fuzz.h"

/* The same denials of the domains, whichever program looks for them. */
static void same_denials(char *path, bool given)
{
	struct denials found = { 0 }, again = { 0 };
	struct extract extract;
	struct error err = { 0 };
	char *const paths[] = { path, NULL };

	if (audit_log_read(path, given, "here", mysqld, &found, &err) < 0 ||
	    extract_read(paths, given, mysqld, "db1", &extract, &err) < 0)
		return;
	audit_text_read(extract.text, extract.length, "here", mysqld, &again);
	claim(denials_total(&again) == denials_total(&found),
	      "given %d: of %zu denials, %zu are in what is collected:\n%.*s\n", given,
	      denials_total(&found), denials_total(&again), (int)extract.length, extract.text);
	claim(again.lines == extract.records, "%zu records are %zu lines\n", extract.records,
	      again.lines);
	extract_clear(&extract);
	denials_clear(&found);
	denials_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[32];
	int fd = file_of(data, size, path);

	same_denials(path, false);
	same_denials(path, true);
	close(fd);
	return 0;
}
