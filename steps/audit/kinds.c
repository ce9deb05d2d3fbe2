/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/canonical.h"
#include "steps/audit/kinds.h"
#include "wizard/util.h"

/* Texts that are remembered, in pairs of places. */
#define PLACES 2048

/* The kinds of one access. A kind is a denial that counts, and stays where it is. */
struct access {
	struct denial **kinds;
	size_t count;
};

/* Where a denial was counted; unlike: as one of those that are not the same. */
struct counted {
	struct denial *kind;
	bool unlike;
};

/* A text that was read, and what came of it. */
struct memory {
	char *text;
	size_t length;
	struct counted *counted;
	size_t count;
	size_t avc, other, unreadable;
};

struct kinds {
	struct event_reader *reader;
	struct denials read;   /* what the reader made of the event at hand */
	void *accesses;        /* a tree */
	struct denial **items; /* all, in the order of the log */
	size_t count;
	struct memory memories[PLACES];
	struct record record; /* the last one made canonical */
	char text[CANONICAL_MAX];
};

struct kinds *kinds_new(const char *origin, const char *const *domains)
{
	struct kinds *kinds = calloc(1, sizeof(*kinds));

	if (!kinds)
		return NULL;
	kinds->reader = event_reader_new(origin, domains, &kinds->read);
	if (!kinds->reader)
		kinds_free(&kinds);
	return kinds;
}

static void access_free(void *node)
{
	struct access *access = node;

	free(access->kinds);
	free(access);
}

static void memory_clear(struct memory *memory)
{
	free(memory->text);
	free(memory->counted);
	memset(memory, 0, sizeof(*memory));
}

void kinds_free(struct kinds **pointer)
{
	struct kinds *kinds = *pointer;

	if (!kinds)
		return;
	event_reader_free(kinds->reader);
	denials_clear(&kinds->read);
	tdestroy(kinds->accesses, access_free);
	for (size_t i = 0; i < kinds->count; i++) {
		denial_clear(kinds->items[i]);
		free(kinds->items[i]);
	}
	free(kinds->items);
	for (size_t i = 0; i < PLACES; i++)
		memory_clear(&kinds->memories[i]);
	free(kinds);
	*pointer = NULL;
}

/* ---- equal, and alike ------------------------------------------------------------------------ */

static int compare_text(const char *one, const char *other)
{
	return one && other ? strcmp(one, other) : !!one - !!other;
}

static int compare_permissions(const struct denial *one, const struct denial *other)
{
	int order = 0;

	if (one->permission_count != other->permission_count)
		return one->permission_count < other->permission_count ? -1 : 1;
	for (size_t i = 0; i < one->permission_count && !order; i++)
		order = strcmp(one->permissions[i], other->permissions[i]);
	return order;
}

static int compare_access(const void *left, const void *right)
{
	const struct denial *one = *((const struct access *)left)->kinds;
	const struct denial *other = *((const struct access *)right)->kinds;
	int order = compare_text(one->target_context, other->target_context);

	if (!order)
		order = compare_text(one->source_context, other->source_context);
	if (!order)
		order = compare_text(one->tclass, other->tclass);
	if (!order)
		order = compare_permissions(one, other);
	if (!order)
		order = compare_text(one->invalid_context, other->invalid_context);
	if (!order)
		order = compare_text(one->capability, other->capability);
	if (!order)
		order = compare_text(one->node, other->node);
	if (!order)
		order = (one->ioctl > other->ioctl) - (one->ioctl < other->ioctl);
	if (!order)
		order = one->has_ioctl - other->has_ioctl;
	if (!order)
		order = one->permissive - other->permissive;
	return order ? order : one->userspace - other->userspace;
}

/* likeness - of two denials of one access. */
static size_t likeness(const struct denial *one, const struct denial *other)
{
	const char *a = one->path, *b = other->path;
	size_t points = 0;

	points += compare_text(one->exe, other->exe) ? 0 : 2000;
	points += compare_text(one->comm, other->comm) ? 0 : 1000;
	points += !a != !b || one->path_is_name != other->path_is_name ? 0 : 500;
	points += one->port == other->port ? 250 : 0;
	for (size_t i = 0; a && b && i < 249 && a[i] && a[i] == b[i]; i++)
		points++;
	return points;
}

static bool is_same(const struct denial *one, const struct denial *other)
{
	return one->port == other->port && one->path_is_name == other->path_is_name &&
	       !compare_text(one->path, other->path) && !compare_text(one->comm, other->comm) &&
	       !compare_text(one->exe, other->exe);
}

/* ---- counting -------------------------------------------------------------------------------- */

/* count - one denial more. */
static void count(const struct counted *counted, time_t seconds)
{
	struct denial *kind = counted->kind;

	kind->more++;
	kind->unlike += counted->unlike;
	if (seconds > kind->last)
		kind->last = seconds;
}

static struct denial *kind_new(struct kinds *kinds, struct access *access, struct denial *denial)
{
	struct denial *kind = calloc(1, sizeof(*kind)), **slot, **other;

	slot = kind ? array_push(&kinds->items, &kinds->count, sizeof(*slot)) : NULL;
	if (!slot) {
		free(kind);
		return NULL;
	}
	*slot = kind;
	other = array_push(&access->kinds, &access->count, sizeof(*other));
	if (!other)
		return NULL;
	*other = kind;
	*kind = *denial;
	memset(denial, 0, sizeof(*denial));
	return kind;
}

static struct access *access_of(struct kinds *kinds, struct denial *denial)
{
	struct access key = { .kinds = &denial, .count = 1 }, *access, **found;

	found = tfind(&key, &kinds->accesses, compare_access);
	if (found)
		return *found;
	access = calloc(1, sizeof(*access));
	if (!access || !kind_new(kinds, access, denial) ||
	    !tsearch(access, &kinds->accesses, compare_access)) {
		if (access)
			access_free(access);
		return NULL;
	}
	return access;
}

/* kind_of - the kind that counts this denial, which is taken or cleared. False: out of memory. */
static bool kind_of(struct kinds *kinds, struct denial *denial, const struct record_id *id,
		    struct counted *counted)
{
	struct access *access = access_of(kinds, denial);
	size_t most = 0;

	if (!access)
		return false;
	*counted = (struct counted){ 0 };
	/* It was the first of its access. */
	if (!denial->tclass) {
		counted->kind = access->kinds[0];
		return true;
	}
	for (size_t i = 0; i < access->count; i++) {
		size_t points;

		if (is_same(access->kinds[i], denial)) {
			*counted = (struct counted){ access->kinds[i], false };
			break;
		}
		points = likeness(access->kinds[i], denial);
		if (!counted->kind || points > most) {
			*counted = (struct counted){ access->kinds[i], true };
			most = points;
		}
	}
	if (counted->unlike && access->count < DENIALS_OF_AN_ACCESS) {
		*counted = (struct counted){ kind_new(kinds, access, denial), false };
		return counted->kind != NULL;
	}
	count(counted, id->seconds);
	denial_clear(denial);
	return true;
}

/* ---- remembering ----------------------------------------------------------------------------- */

static bool is_memory_of(const struct memory *memory, const char *text, size_t length)
{
	return memory->length == length && !memcmp(memory->text, text, length);
}

/* recall - the memory of this text; else, an empty one for it: of two places, the one that was
 * useful last is left alone. */
static struct memory *recall(struct kinds *kinds, size_t length)
{
	struct memory *pair =
		&kinds->memories[canonical_hash(kinds->text, length) % (PLACES / 2) * 2];
	struct memory swapped;

	if (is_memory_of(&pair[0], kinds->text, length))
		return pair;
	swapped = pair[0];
	pair[0] = pair[1];
	pair[1] = swapped;
	if (!is_memory_of(&pair[0], kinds->text, length))
		memory_clear(&pair[0]);
	return pair;
}

/* read_event - by auparse; into the memory. */
static bool read_event(struct kinds *kinds, const struct event *event, struct memory *memory)
{
	struct denials *read = &kinds->read;
	bool fine = event_read(kinds->reader, event, NULL) == 0;

	for (size_t i = 0; fine && i < read->count; i++) {
		struct counted *slot = array_push(&memory->counted, &memory->count, sizeof(*slot));

		fine = slot && kind_of(kinds, &read->items[i], &event->id, slot);
	}
	memory->avc = read->avc;
	memory->other = read->other;
	memory->unreadable = read->unreadable;
	denials_clear(read);
	return fine;
}

/* memory_of - what comes of the event, which is read and counted if its text is new. *passing: if
 * it cannot be remembered. NULL: out of memory. */
static struct memory *memory_of(struct kinds *kinds, const struct event *event,
				struct memory *passing, bool *read)
{
	size_t length = canonical_text(event->text, event->length, &kinds->record, kinds->text,
				       CANONICAL_MAX);
	struct memory *memory = length ? recall(kinds, length) : passing;

	*read = !memory->length;
	if (!*read)
		return memory;
	if (!read_event(kinds, event, memory))
		return NULL;
	if (length) {
		memory->text = malloc(length);
		if (!memory->text)
			return NULL;
		memcpy(memory->text, kinds->text, length);
		memory->length = length;
	}
	return memory;
}

int kinds_add(struct kinds *kinds, const struct event *event, struct denials *counts,
	      struct error *err)
{
	_cleanup_(memory_clear) struct memory passing = { 0 };
	bool read;
	struct memory *memory = memory_of(kinds, event, &passing, &read);

	if (!memory)
		return error_nomem(err);
	counts->avc += memory->avc;
	counts->other += memory->other;
	counts->unreadable += memory->unreadable;
	/* What was read has been counted. */
	for (size_t i = 0; !read && i < memory->count; i++)
		count(&memory->counted[i], event->id.seconds);
	return 0;
}

int kinds_take(struct kinds *kinds, struct denials *denials, struct error *err)
{
	const size_t before = denials->count;

	for (size_t i = 0; i < kinds->count; i++) {
		struct denial *item = array_push(&denials->items, &denials->count, sizeof(*item));

		if (!item) {
			denials->count = before;
			return error_nomem(err);
		}
		*item = *kinds->items[i];
	}
	for (size_t i = 0; i < kinds->count; i++)
		memset(kinds->items[i], 0, sizeof(*kinds->items[i]));
	return 0;
}
