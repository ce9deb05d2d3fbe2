/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "steps/audit/batch.h"
#include "steps/audit/canonical.h"
#include "wizard/util.h"

#define PLACES     4096
#define FULL_BYTES (2 * 1024 * 1024)

struct entry {
	struct event event; /* the first one; its text is the first part of the memory, ... */
	size_t canonical;   /* ... this the length of its canonical text, the second part */
	size_t more;        /* others like it, ... */
	time_t last;        /* ... and the time of the latest of them */
};

struct batch {
	struct entry **entries; /* in the order of their first events */
	size_t count, bytes;
	/* The entries by canonical text. Of two with one place the latter has it, and the other's
	 * next event gets an entry of its own: it is counted all the same. */
	struct entry *places[PLACES];
	char text[CANONICAL_MAX];
};

struct batch *batch_new(void)
{
	return calloc(1, sizeof(struct batch));
}

static void forget_entries(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		free(batch->entries[i]->event.text);
		free(batch->entries[i]);
	}
	free(batch->entries);
	batch->entries = NULL;
	batch->count = batch->bytes = 0;
	memset(batch->places, 0, sizeof(batch->places));
}

void batch_free(struct batch **pointer)
{
	struct batch *batch = *pointer;

	if (!batch)
		return;
	forget_entries(batch);
	free(batch);
	*pointer = NULL;
}

static bool is_entry_of(const struct entry *entry, const char *text, size_t length)
{
	return entry->canonical == length &&
	       !memcmp(entry->event.text + entry->event.length, text, length);
}

/* entry_new - with copies of the event's text, of its canonical text, and of its node's name. */
static struct entry *entry_new(const struct event *event, const char *text, size_t length)
{
	_cleanup_free_ struct entry *entry = calloc(1, sizeof(*entry));
	char *copy;

	if (!entry)
		return NULL;
	copy = malloc(event->length + length + event->id.node_length);
	if (!copy)
		return NULL;
	entry->event = *event;
	entry->event.text = memcpy(copy, event->text, event->length);
	entry->canonical = length;
	copy = (char *)memcpy(copy + event->length, text, length) + length;
	entry->event.id.node = memcpy(copy, event->id.node, event->id.node_length);
	return TAKE_PTR(entry);
}

int batch_add(struct batch *batch, const struct event *event, struct error *err)
{
	size_t length = canonical_text(event->text, event->length, batch->text, CANONICAL_MAX);
	struct entry **place = &batch->places[canonical_hash(batch->text, length) % PLACES];
	struct entry *entry = *place, **slot;

	if (length && entry && is_entry_of(entry, batch->text, length)) {
		entry->more++;
		if (event->id.seconds > entry->last)
			entry->last = event->id.seconds;
		return 0;
	}
	entry = entry_new(event, batch->text, length);
	slot = entry ? array_push(&batch->entries, &batch->count, sizeof(*slot)) : NULL;
	if (!slot) {
		if (entry)
			free(entry->event.text);
		free(entry);
		return error_nomem(err);
	}
	*slot = entry;
	batch->bytes += sizeof(*entry) + event->length + length;
	if (length)
		*place = entry;
	return 0;
}

bool batch_is_full(const struct batch *batch)
{
	return batch->bytes >= FULL_BYTES;
}

int batch_count(struct batch *batch, struct kinds *kinds, struct denials *counts, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < batch->count && rc == 0; i++) {
		struct entry *entry = batch->entries[i];

		rc = kinds_add(kinds, &entry->event, entry->more, entry->last, counts, err);
	}
	forget_entries(batch);
	return rc;
}
