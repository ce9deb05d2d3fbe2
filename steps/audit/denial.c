/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/denial.h"
#include "wizard/piece.h"
#include "wizard/util.h"

/* The texts that a denial owns. */
static const size_t texts[] = {
	offsetof(struct denial, origin),         offsetof(struct denial, node),
	offsetof(struct denial, source_context), offsetof(struct denial, target_context),
	offsetof(struct denial, source),         offsetof(struct denial, target),
	offsetof(struct denial, tclass),         offsetof(struct denial, invalid_context),
	offsetof(struct denial, comm),           offsetof(struct denial, exe),
	offsetof(struct denial, path),           offsetof(struct denial, capability),
};

static char **text_of(struct denial *denial, size_t i)
{
	return (void *)((char *)denial + texts[i]);
}

void denial_clear(struct denial *denial)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(*text_of(denial, i));
	strings_clear(&denial->permissions);
	memset(denial, 0, sizeof(*denial));
}

void denials_clear(struct denials *denials)
{
	for (size_t i = 0; i < denials->count; i++)
		denial_clear(&denials->items[i]);
	free(denials->items);
	for (size_t i = 0; i < denials->other_count; i++)
		free(denials->others[i].name);
	free(denials->others);
	strings_clear(&denials->refusals);
	memset(denials, 0, sizeof(*denials));
}

size_t denials_total(const struct denials *denials)
{
	size_t total = 0;

	for (size_t i = 0; i < denials->count; i++)
		total += denial_records(&denials->items[i]);
	return total;
}

size_t denials_add_other(struct denials *denials, const char *domain, size_t count)
{
	size_t i = 0;

	denials->other += count;
	while (i < denials->other_count && strcmp(denials->others[i].name, domain) != 0)
		i++;
	/* A log that was made up may name any number. */
	if (i == OTHER_DOMAINS_MAX)
		i--;
	if (i == denials->other_count) {
		struct other_domain *other =
			array_push(&denials->others, &denials->other_count, sizeof(*other));

		other->name = str_copy(i == OTHER_DOMAINS_MAX - 1 ? "others" : domain);
	}
	denials->others[i].count += count;
	return i;
}

void denials_add_refusal(struct denials *denials, const char *fields, size_t length,
			 const char *const *domains)
{
	_cleanup_free_ char *text = memory_copy(fields, length);

	denials->refused++;
	if (denials->refusals.count < REFUSALS_MAX)
		strings_insert(&denials->refusals, text);
	for (; *domains; domains++) {
		_cleanup_free_ char *type = str_printf(":%s:", *domains);

		if (strstr(text, type)) {
			denials->refused_ours++;
			return;
		}
	}
}

/* own - copies of what the denial shares with the one that it was copied from. */
static void own(struct denial *denial, const char *origin)
{
	const struct strings permissions = denial->permissions;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		*text_of(denial, i) = str_copy(*text_of(denial, i));
	free(denial->origin);
	denial->origin = str_copy(origin);
	denial->permissions = (struct strings){ 0 };
	for (size_t i = 0; i < permissions.count; i++)
		strings_add(&denial->permissions, permissions.items[i]);
}

void denials_append(struct denials *denials, const struct denials *more, const char *origin)
{
	for (size_t i = 0; i < more->count; i++) {
		struct denial *item = array_push(&denials->items, &denials->count, sizeof(*item));

		*item = more->items[i];
		own(item, origin);
	}
	denials->lines += more->lines;
	denials->events += more->events;
	denials->avc += more->avc;
	for (size_t i = 0; i < more->other_count; i++)
		denials_add_other(denials, more->others[i].name, more->others[i].count);
	for (size_t i = 0; i < more->refusals.count; i++)
		if (denials->refusals.count < REFUSALS_MAX)
			strings_insert(&denials->refusals, more->refusals.items[i]);
	denials->granted += more->granted;
	denials->unreadable += more->unreadable;
	denials->passed += more->passed;
	denials->pasted += more->pasted;
	denials->summaries += more->summaries;
	denials->apparmor += more->apparmor;
	denials->refused += more->refused;
	denials->refused_ours += more->refused_ours;
	denials->lost_notices += more->lost_notices;
}

/* ---- from one process to another ------------------------------------------------------------- */

#define NO_TEXT SIZE_MAX

static void put_text(const char *text, FILE *out)
{
	size_t length = text ? strlen(text) : NO_TEXT;

	fwrite(&length, sizeof(length), 1, out);
	if (text)
		fwrite(text, 1, length, out);
}

void denials_write(const struct denials *denials, FILE *out)
{
	fwrite(denials, sizeof(*denials), 1, out);
	for (size_t i = 0; i < denials->count; i++) {
		struct denial denial = denials->items[i];

		fwrite(&denial, sizeof(denial), 1, out);
		for (size_t t = 0; t < ARRAY_SIZE(texts); t++)
			put_text(*text_of(&denial, t), out);
		for (size_t p = 0; p < denial.permissions.count; p++)
			put_text(denial.permissions.items[p], out);
	}
	for (size_t i = 0; i < denials->other_count; i++) {
		fwrite(&denials->others[i].count, sizeof(size_t), 1, out);
		put_text(denials->others[i].name, out);
	}
	for (size_t i = 0; i < denials->refusals.count; i++)
		put_text(denials->refusals.items[i], out);
}

static bool get(struct piece *left, void *to, size_t size)
{
	bool there = piece_size(*left) >= size;

	if (there)
		memcpy(to, left->at, size);
	left->at += there ? size : 0;
	return there;
}

/* get_text - true: *text is new memory, or NULL where none was written. */
static bool get_text(struct piece *left, char **text)
{
	size_t length;

	*text = NULL;
	if (!get(left, &length, sizeof(length)) ||
	    (length != NO_TEXT && length > piece_size(*left)))
		return false;
	if (length != NO_TEXT) {
		*text = memory_copy(left->at, length);
		left->at += length;
	}
	return true;
}

/* flag - a byte that is none for a bool is true. */
static bool flag(const bool *at)
{
	unsigned char byte;

	memcpy(&byte, at, sizeof(byte));
	return byte != 0;
}

static bool get_denial(struct piece *left, struct denial *denial)
{
	size_t permissions;
	bool all = get(left, denial, sizeof(*denial));

	permissions = all ? denial->permissions.count : 0;
	denial->permissions = (struct strings){ 0 };
	denial->exercise = denial->role = NULL;
	denial->permissive = flag(&denial->permissive);
	denial->userspace = flag(&denial->userspace);
	denial->path_is_name = flag(&denial->path_is_name);
	denial->has_ioctl = flag(&denial->has_ioctl);
	for (size_t t = 0; t < ARRAY_SIZE(texts); t++) {
		*text_of(denial, t) = NULL;
		all = all && get_text(left, text_of(denial, t));
	}
	/* What every denial has, whoever made it. */
	all = all && denial->source && denial->target && denial->tclass && denial->source_context &&
	      denial->target_context;
	while (all && permissions--) {
		char *permission;

		all = get_text(left, &permission) && permission;
		strings_take(&denial->permissions, permission);
	}
	return all;
}

static bool get_all(struct piece *left, const struct denials *counts, struct denials *denials)
{
	bool all = true;

	for (size_t i = 0; all && i < counts->count; i++)
		all = get_denial(left, array_push(&denials->items, &denials->count,
						  sizeof(*denials->items)));
	for (size_t i = 0; all && i < counts->other_count; i++) {
		struct other_domain *other =
			array_push(&denials->others, &denials->other_count, sizeof(*other));

		all = get(left, &other->count, sizeof(other->count)) &&
		      get_text(left, &other->name) && other->name;
	}
	for (size_t i = 0; all && i < counts->refusals.count; i++) {
		char *text;

		all = get_text(left, &text) && text;
		strings_take(&denials->refusals, text);
	}
	return all && !piece_size(*left);
}

int denials_read(const char *bytes, size_t length, struct denials *denials)
{
	struct piece left = { bytes, bytes + length };
	struct denials counts;

	if (get(&left, &counts, sizeof(counts))) {
		*denials = counts;
		denials->items = NULL;
		denials->others = NULL;
		denials->count = denials->other_count = 0;
		denials->refusals = (struct strings){ 0 };
		if (get_all(&left, &counts, denials))
			return 0;
	}
	denials_clear(denials);
	return -EBADMSG;
}
