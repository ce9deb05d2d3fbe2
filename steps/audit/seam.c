/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "steps/audit/reader.h"
#include "steps/audit/record.h"
#include "steps/audit/seam.h"
#include "wizard/util.h"

/* A reader has opened OPEN_EVENTS events, at least, where so many different ones have records: no
 * more than OPEN_EVENTS of them can have been open before. */
#define EVENTS_BEFORE (2 * OPEN_EVENTS)
#define EVENTS_BEHIND OPEN_EVENTS

/* A record of a piece. */
struct place {
	struct record_id id;
	size_t at, length; /* of its line, in the piece */
	size_t next;       /* the last place of the same event, if this is the first; else 0 */
	bool again;        /* there is one of the same event before it */
};

struct places {
	struct place *items;
	size_t count;
};

static void places_clear(struct places *places)
{
	free(places->items);
}

/* Between two newlines of the piece each line is whole. */
static bool find_records(const char *bytes, size_t size, struct places *places)
{
	const char *at = memchr(bytes, '\n', size), *end = bytes + size, *newline;

	for (; at && ++at < end && (newline = memchr(at, '\n', (size_t)(end - at))); at = newline) {
		struct record record;
		struct place *place;

		if (newline - at > LINE_MAX_BYTES)
			continue;
		record_parse(at, (size_t)(newline - at), &record);
		if (record.kind < RECORD_AVC || !reader_is_event(at, &record))
			continue;
		place = array_push(&places->items, &places->count, sizeof(*place));
		if (!place)
			return false;
		place->id = record.id;
		place->at = (size_t)(at - bytes);
		place->length = (size_t)(newline - at);
	}
	return true;
}

static int compare_ids(const struct record_id *one, const struct record_id *other)
{
	if (one->serial != other->serial)
		return one->serial < other->serial ? -1 : 1;
	if (one->seconds != other->seconds)
		return one->seconds < other->seconds ? -1 : 1;
	if (one->millis != other->millis)
		return one->millis < other->millis ? -1 : 1;
	if (one->node_length != other->node_length)
		return one->node_length < other->node_length ? -1 : 1;
	return memcmp(one->node, other->node, one->node_length);
}

static int compare_places(const void *left, const void *right)
{
	const struct place *one = *(struct place *const *)left;
	const struct place *other = *(struct place *const *)right;
	int order = compare_ids(&one->id, &other->id);

	return order ? order : (one > other) - (one < other);
}

/* find_events - which records are of one event, and how many events there are. 0: out of memory, or
 * one has so much to say that a reader would hand it over before its time. */
static size_t find_events(struct places *places)
{
	_cleanup_free_ struct place **sorted = calloc(places->count, sizeof(struct place *));
	struct place *first = NULL;
	size_t events = 0, length = 0;

	if (!sorted)
		return 0;
	for (size_t i = 0; i < places->count; i++)
		sorted[i] = &places->items[i];
	qsort(sorted, places->count, sizeof(struct place *), compare_places);
	for (size_t i = 0; i < places->count; i++) {
		if (!first || compare_ids(&first->id, &sorted[i]->id)) {
			first = sorted[i];
			length = 0;
			events++;
		} else {
			first->next = (size_t)(sorted[i] - places->items);
			sorted[i]->again = true;
		}
		length += sorted[i]->length + 1;
		if (length > EVENT_MAX_BYTES)
			return 0;
	}
	return events;
}

size_t seam_in(const char *bytes, size_t size)
{
	_cleanup_(places_clear) struct places places = { 0 };
	size_t events, before = 0, open = 0;

	if (!find_records(bytes, size, &places) || places.count < EVENTS_BEFORE + EVENTS_BEHIND)
		return 0;
	events = find_events(&places);
	for (size_t i = 0; i < places.count && before + EVENTS_BEHIND <= events; i++) {
		struct place *place = &places.items[i];

		/* open: the last record of an event that has one before this one. */
		if (before >= EVENTS_BEFORE && open < i)
			return place->at;
		before += !place->again;
		if (place->next > open)
			open = place->next;
	}
	return 0;
}

off_t seam_find(int fd, off_t where)
{
	/* Where the events are small or few processors write, a little says it already. */
	static const size_t sizes[] = { 256 * 1024, 1024 * 1024 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		off_t from = where > (off_t)sizes[i] / 2 ? where - (off_t)sizes[i] / 2 : 0;
		_cleanup_free_ char *bytes = malloc(sizes[i]);
		ssize_t got = bytes ? pread(fd, bytes, sizes[i], from) : -1;
		size_t seam = got > 0 ? seam_in(bytes, (size_t)got) : 0;

		if (seam)
			return from + (off_t)seam;
	}
	return 0;
}
