/* SPDX-License-Identifier: GPL-2.0-or-later */ /* An audit log, the host's own and given. */
/* Seeds: tests/fixtures/audit tests/fixtures/advice tests/fixtures/clusters */
#include <errno.h>

#include "steps/audit/log.h"
#include "tests/fuzz/fuzz.h"

/* Nothing is counted twice, or as nothing. */
static void counts_hold(const struct denials *denials)
{
	size_t others = 0;

	for (size_t i = 0; i < denials->other_count; i++)
		others += denials->others[i].count;
	claim(others == denials->other, "%zu of others, by domain %zu\n", denials->other, others);
	claim(denials_total(denials) + denials->other == denials->avc,
	      "of %zu denials %zu are ours, %zu are not\n", denials->avc, denials_total(denials),
	      denials->other);
	claim(denials->refused_ours <= denials->refused, "more refusals of ours than of all\n");
}

static void denials_hold(const struct denials *denials)
{
	for (size_t i = 0; i < denials->count; i++) {
		const struct denial *denial = &denials->items[i];

		claim(!strcmp(denial->source, "mysqld_t"), "another source: %s\n", denial->source);
		claim(*denial->target && *denial->tclass, "no target or class\n");
		claim(denial->permissions.count, "no permission\n");
		claim(denial->unlike <= denial->more, "more unlike ones than there are\n");
		claim(denial->seconds >= 0, "a time before all times\n");
	}
}

/* So many lines are a denial of auditd's that nobody can take for anything else. */
static size_t plain_denials(const char *text, size_t length, size_t *lines)
{
	static const char head[] = "type=AVC msg=audit(", denied[] = ": avc:  denied  { ";
	size_t count = 0;

	*lines = 0;
	for (const char *at = text, *end; at < text + length; at = end + 1, ++*lines) {
		end = memchr(at, '\n', (size_t)(text + length - at)) ?: text + length;
		count += (size_t)(end - at) > strlen(head) && !memcmp(at, head, strlen(head)) &&
			 memmem(at, (size_t)(end - at), denied, strlen(denied));
	}
	return count;
}

static size_t accounted(const struct denials *denials)
{
	return denials->avc + denials->granted + denials->apparmor + denials->unreadable;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct denials own = { 0 }, given = { 0 }, text = { 0 };
	struct error err = { 0 };
	char path[32];
	int fd = file_of(data, size, path), r;
	size_t lines, plain = plain_denials((const char *)data, size, &lines);

	audit_text_read((const char *)data, size, "here", mysqld, &text);
	counts_hold(&text);
	denials_hold(&text);
	claim(text.lines == lines, "%zu lines are %zu\n", lines, text.lines);
	claim(accounted(&text) >= plain, "of %zu lines with a denial, %zu are accounted for\n",
	      plain, accounted(&text));
	r = audit_log_read(path, false, "here", mysqld, &own, &err);
	claim(r == 0 || *err.what, "no reason is given\n");
	claim(r < 0 || r == -EIO || own.avc == text.avc, "a file has other denials\n");
	r = audit_log_read(path, true, "here", mysqld, &given, &err);
	claim(r == 0 || *err.what, "no reason is given\n");
	counts_hold(&given);
	denials_hold(&given);
	denials_clear(&own);
	denials_clear(&given);
	denials_clear(&text);
	close(fd);
	return 0;
}
