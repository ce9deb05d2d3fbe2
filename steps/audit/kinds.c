/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <search.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/kinds.h"
#include "wizard/util.h"

/* Texts that are remembered, in pairs of places. */
#define PLACES 2048
/* A longer text is not kept, nor compared. */
#define CANONICAL_MAX 4096
/* An event that names more inodes is not made canonical. */
#define INODES_MAX 16
/* Behind a number that was taken out. */
#define PLACEHOLDER '\x01'

/* The kinds of one access. A kind is a denial that counts, by its place among them all. */
struct access_kinds {
	const struct denials *denials;
	size_t *kinds;
	size_t count;
};

/* Where a denial was counted; unlike: as one of those that are not the same. */
struct counted {
	size_t kind;
	bool unlike;
};

/* A text that was read, and what came of it. */
struct memory {
	char *text;
	size_t length;
	struct counted *counted;
	size_t count;
	size_t *others; /* for each denial of another domain, which of counts->others it is */
	size_t other_count;
	size_t avc, unreadable;
};

struct kinds {
	struct event_reader *reader;
	struct denials *counts; /* borrowed */
	void *accesses;         /* a tree */
	struct memory memories[PLACES];
	struct record record; /* the last one made canonical */
	char text[CANONICAL_MAX];
};

struct kinds *kinds_new(const char *const *domains, struct denials *counts)
{
	struct kinds *kinds = memory_new(1, sizeof(*kinds));

	kinds->reader = event_reader_new(domains);
	kinds->counts = counts;
	return kinds;
}

static void access_free(void *node)
{
	struct access_kinds *access = node;

	free(access->kinds);
	free(access);
}

static void memory_clear(struct memory *memory)
{
	free(memory->text);
	free(memory->counted);
	free(memory->others);
	memset(memory, 0, sizeof(*memory));
}

void kinds_free(struct kinds *kinds)
{
	event_reader_free(kinds->reader);
	tdestroy(kinds->accesses, access_free);
	for (size_t i = 0; i < PLACES; i++)
		memory_clear(&kinds->memories[i]);
	free(kinds);
}

/* ---- equal, and alike ------------------------------------------------------------------------ */

static int compare_text(const char *one, const char *other)
{
	return one && other ? strcmp(one, other) : !!one - !!other;
}

static int compare_permissions(const struct strings *one, const struct strings *other)
{
	int order = (one->count > other->count) - (one->count < other->count);

	for (size_t i = 0; i < one->count && !order; i++)
		order = strcmp(one->items[i], other->items[i]);
	return order;
}

static int compare_access(const void *left, const void *right)
{
	const struct access_kinds *a = left, *b = right;
	const struct denial *one = &a->denials->items[a->kinds[0]];
	const struct denial *other = &b->denials->items[b->kinds[0]];
	const char *const texts[][2] = {
		{ one->target_context, other->target_context },
		{ one->source_context, other->source_context },
		{ one->tclass, other->tclass },
		{ one->invalid_context, other->invalid_context },
		{ one->capability, other->capability },
		{ one->node, other->node },
	};
	int order = 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts) && !order; i++)
		order = compare_text(texts[i][0], texts[i][1]);
	if (!order)
		order = compare_permissions(&one->permissions, &other->permissions);
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

static bool is_same_denial(const struct denial *one, const struct denial *other)
{
	return one->port == other->port && one->path_is_name == other->path_is_name &&
	       !compare_text(one->path, other->path) && !compare_text(one->comm, other->comm) &&
	       !compare_text(one->exe, other->exe);
}

/* ---- counting -------------------------------------------------------------------------------- */

/* count - one denial more. */
static void count(const struct kinds *kinds, const struct counted *counted, time_t seconds)
{
	struct denial *kind = &kinds->counts->items[counted->kind];

	kind->more++;
	kind->unlike += counted->unlike;
	if (seconds > kind->last)
		kind->last = seconds;
}

static size_t kind_new(struct kinds *kinds, struct access_kinds *access, struct denial *denial)
{
	struct denials *counts = kinds->counts;
	size_t kind = counts->count;

	*(struct denial *)array_push(&counts->items, &counts->count, sizeof(*denial)) = *denial;
	*(size_t *)array_push(&access->kinds, &access->count, sizeof(kind)) = kind;
	memset(denial, 0, sizeof(*denial));
	return kind;
}

/* access_of - one that there was not yet has taken this denial. */
static struct access_kinds *access_of(struct kinds *kinds, struct denial *denial)
{
	const struct denials alone = { .items = denial, .count = 1 };
	struct access_kinds key = { .denials = &alone, .kinds = &(size_t){ 0 }, .count = 1 };
	struct access_kinds *access, **found;

	found = tfind(&key, &kinds->accesses, compare_access);
	if (found)
		return *found;
	access = memory_new(1, sizeof(*access));
	access->denials = kinds->counts;
	kind_new(kinds, access, denial);
	if (!tsearch(access, &kinds->accesses, compare_access))
		no_memory();
	return access;
}

/* kind_of - the kind that counts this denial, which is taken or cleared. */
static struct counted kind_of(struct kinds *kinds, struct denial *denial,
			      const struct record_id *id)
{
	struct access_kinds *access = access_of(kinds, denial);
	struct counted counted = { 0 };
	size_t most = 0;

	/* It was the first of its access. */
	if (!denial->tclass)
		return (struct counted){ access->kinds[0], false };
	for (size_t i = 0; i < access->count; i++) {
		const struct denial *kind = &kinds->counts->items[access->kinds[i]];
		size_t points;

		if (is_same_denial(kind, denial)) {
			counted = (struct counted){ access->kinds[i], false };
			break;
		}
		points = likeness(kind, denial);
		if (i == 0 || points > most) {
			counted = (struct counted){ access->kinds[i], true };
			most = points;
		}
	}
	if (counted.unlike && access->count < DENIALS_OF_AN_ACCESS)
		return (struct counted){ kind_new(kinds, access, denial), false };
	count(kinds, &counted, id->seconds);
	denial_clear(denial);
	return counted;
}

/* ---- an event's text, canonical -------------------------------------------------------------- */

struct canonical {
	char *at, *end; /* of what is free */
	struct {
		const char *digits;
		size_t length;
	} inodes[INODES_MAX];
	size_t inode_count;
	bool full;
};

static void put(struct canonical *canonical, const char *bytes, size_t length)
{
	if ((size_t)(canonical->end - canonical->at) < length) {
		canonical->full = true;
		return;
	}
	memcpy(canonical->at, bytes, length);
	canonical->at += length;
}

static inline void put_byte(struct canonical *canonical, char byte)
{
	if (canonical->at < canonical->end)
		*canonical->at++ = byte;
	else
		canonical->full = true;
}

static void put_inode(struct canonical *canonical, const char *digits, size_t length)
{
	size_t i = 0;

	while (i < canonical->inode_count &&
	       (canonical->inodes[i].length != length ||
		memcmp(canonical->inodes[i].digits, digits, length) != 0))
		i++;
	if (i == INODES_MAX) {
		canonical->full = true;
		return;
	}
	if (i == canonical->inode_count) {
		canonical->inodes[i].digits = digits;
		canonical->inodes[i].length = length;
		canonical->inode_count++;
	}
	put_byte(canonical, (char)('A' + i));
}

/* number_length - of the number at text, up to a space or the end; 0: it is none, or as no number
 * is written: 0 is no inode. */
static size_t number_length(const char *text, const char *end)
{
	const char *at = text;

	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return (at < end && *at != ' ') || at - text > 18 || *text == '0' ? 0 : (size_t)(at - text);
}

/* ENDS - does what is before `at` end in this? Before the words stands their record's head. */
#define ENDS(at, with) (!memcmp((at) - (sizeof(with) - 1), with, sizeof(with) - 1))

/* put_words - a text of words between spaces, without the numbers of processes and inodes. */
static void put_words(struct canonical *canonical, const char *from, const char *end, bool user)
{
	for (const char *at = from; (at = memchr(at, '=', (size_t)(end - at)));) {
		size_t length;
		bool inode;

		at++;
		inode = !user && (ENDS(at, " ino=") || ENDS(at, " inode="));
		if (!inode && !ENDS(at, " pid=") &&
		    !(user && (ENDS(at, " spid=") || ENDS(at, " tpid="))))
			continue;
		length = number_length(at, end);
		if (!length)
			continue;
		put(canonical, from, (size_t)(at - from));
		if (inode)
			put_inode(canonical, at, length);
		put_byte(canonical, PLACEHOLDER);
		from = at += length;
		/* The kernel writes no such number behind it. */
		if (inode)
			break;
	}
	put(canonical, from, (size_t)(end - from));
}

/* put_program - all that is read of a SYSCALL record; its arguments differ each time. */
static void put_program(struct canonical *canonical, const char *text, const char *end)
{
	/* Few of its words have an x. */
	for (const char *at = text; (at = memchr(at, 'x', (size_t)(end - at))); at++)
		if (end - at >= 3 && ENDS(at + 3, " exe=")) {
			put(canonical, at, (size_t)(end - at));
			return;
		}
}

/*
 * canonical_text - an event's text without what makes no difference to its denials: two events with
 * equal canonical text have equal denials but for time, id, pid and the object's inode. Inodes are
 * numbered in the order of their appearance, as a PATH record belongs to a denial by the inode that
 * both name. In kinds->text; returns its length; 0: it does not fit.
 */
static size_t canonical_text(struct kinds *kinds, const struct event *event)
{
	struct canonical canonical = { .at = kinds->text, .end = kinds->text + CANONICAL_MAX };
	struct record *record = &kinds->record;
	const char *line = event->text, *end = line + event->length;

	while (line < end && !canonical.full) {
		const char *stop;

		record_parse(line, record);
		stop = record->end;
		put_byte(&canonical, (char)('0' + record->kind));
		put(&canonical, record->id.node, record->id.node_length);
		if (record->kind == RECORD_SYSCALL)
			put_program(&canonical, record->body, stop);
		else
			put_words(&canonical, record->body, stop, record->kind == RECORD_USER_AVC);
		put_byte(&canonical, '\n');
		line = stop + 1;
	}
	return canonical.full ? 0 : (size_t)(canonical.at - kinds->text);
}

static uint64_t canonical_hash(const char *text, size_t length)
{
	uint64_t hash = length, words[2] = { 0 };

	for (; length >= sizeof(words); text += sizeof(words), length -= sizeof(words)) {
		memcpy(words, text, sizeof(words));
		hash = (hash ^ words[0]) * 0x9e3779b97f4a7c15 + words[1] * 0xff51afd7ed558ccd;
		hash ^= hash >> 32;
	}
	memset(words, 0, sizeof(words));
	memcpy(words, text, length);
	hash = (hash ^ words[0]) * 0x9e3779b97f4a7c15 + words[1] * 0xff51afd7ed558ccd;
	return hash ^ hash >> 32;
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
static void read_event(struct kinds *kinds, const struct event *event, struct memory *memory)
{
	struct denials read = { 0 };

	event_read(kinds->reader, event, &read);
	for (size_t i = 0; i < read.count; i++) {
		struct counted *slot = array_push(&memory->counted, &memory->count, sizeof(*slot));

		*slot = kind_of(kinds, &read.items[i], &event->id);
	}
	for (size_t i = 0; i < read.other_count; i++)
		for (size_t more = read.others[i].count; more > 0; more--)
			*(size_t *)array_push(&memory->others, &memory->other_count,
					      sizeof(size_t)) =
				denials_add_other(kinds->counts, read.others[i].name, 0);
	memory->avc = read.avc;
	memory->unreadable = read.unreadable;
	denials_clear(&read);
}

size_t kinds_add(struct kinds *kinds, const struct event *event)
{
	/* What cannot be remembered. */
	_cleanup_(memory_clear) struct memory passing = { 0 };
	size_t length = canonical_text(kinds, event);
	struct memory *memory = length ? recall(kinds, length) : &passing;
	struct denials *counts = kinds->counts;

	if (memory->length) {
		for (size_t i = 0; i < memory->count; i++)
			count(kinds, &memory->counted[i], event->id.seconds);
	} else {
		/* It counts what it reads. */
		read_event(kinds, event, memory);
		memory->length = length;
		memory->text = length ? memory_copy(kinds->text, length) : NULL;
	}
	counts->avc += memory->avc;
	counts->other += memory->other_count;
	for (size_t i = 0; i < memory->other_count; i++)
		counts->others[memory->others[i]].count++;
	counts->unreadable += memory->unreadable;
	return memory->count;
}
