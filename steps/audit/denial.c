/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "steps/audit/denial.h"
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
	if (!denial)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(*text_of(denial, i));
	for (size_t i = 0; i < denial->permission_count; i++)
		free(denial->permissions[i]);
	free(denial->permissions);
	memset(denial, 0, sizeof(*denial));
}

void denials_clear(struct denials *denials)
{
	if (!denials)
		return;
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
	char *const *permissions = denial->permissions;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		*text_of(denial, i) = str_copy(*text_of(denial, i));
	free(denial->origin);
	denial->origin = str_copy(origin);
	denial->permissions = memory_new(denial->permission_count, sizeof(*permissions));
	for (size_t i = 0; i < denial->permission_count; i++)
		denial->permissions[i] = str_copy(permissions[i]);
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
