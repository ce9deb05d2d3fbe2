/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/log.h"
#include "steps/exercising/tally.h"
#include "wizard/util.h"

enum {
	BEFORE = 10, /* seconds: a script that is denied something goes on for a while */
	AFTER = 1,   /* the two logs round their times differently */
};

void tally_clear(struct tally *tally)
{
	denials_clear(&tally->denials);
	free(tally->half);
}

static void note_last(struct tally *tally)
{
	const struct denial *last = &tally->denials.items[tally->denials.count - 1];

	snprintf(tally->last, sizeof(tally->last), "%s: %s %s:%s", last->comm ? last->comm : "-",
		 last->permissions.count ? last->permissions.items[0] : "-",
		 last->target ? last->target : "-", last->tclass ? last->tclass : "-");
}

void tally_feed(struct tally *tally, const char *text, size_t length)
{
	size_t before = tally->denials.count, whole;
	const char *end = memrchr(text, '\n', length);

	if (!length)
		return;
	tally->half = memory_resize(tally->half, tally->half_length + length, 1);
	memcpy(tally->half + tally->half_length, text, length);
	whole = end ? tally->half_length + (size_t)(end + 1 - text) : 0;
	tally->half_length += length;
	if (whole)
		audit_text_read(tally->half, whole, "", tally->domains, &tally->denials);
	tally->half_length -= whole;
	memmove(tally->half, tally->half + whole, tally->half_length);
	if (tally->denials.count > before)
		note_last(tally);
}

size_t tally_of_program(const struct tally *tally, const char *path)
{
	size_t count = 0;
	char name[16]; /* as the kernel cuts it */

	snprintf(name, sizeof(name), "%s", basename(path));
	for (size_t i = 0; i < tally->denials.count; i++) {
		const struct denial *denial = &tally->denials.items[i];

		if (denial->comm && !strcmp(denial->comm, name))
			count += denial_records(denial);
	}
	return count;
}

void tally_moment(struct tally *tally, time_t seconds)
{
	if (tally->failed)
		return;
	tally->failed = true;
	tally->moment = seconds;
}

struct failure_moment tally_around(const struct tally *tally)
{
	struct failure_moment around = { 0 };

	for (size_t i = 0; tally->failed && i < tally->denials.count; i++) {
		const struct denial *denial = &tally->denials.items[i];

		if (tally->moment >= 0 && (denial_last(denial) < tally->moment - BEFORE ||
					   denial->seconds > tally->moment + AFTER))
			continue;
		if (denial->permissive)
			around.granted += denial_records(denial);
		else
			around.denied += denial_records(denial);
	}
	return around;
}
