/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "steps/audit/canonical.h"
#include "steps/audit/record.h"

/* An event that names more inodes is not made canonical. */
#define INODES_MAX 16
/* Behind a number that was taken out. */
#define PLACEHOLDER '\x01'

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

size_t canonical_text(const char *text, size_t length, struct record *record, char *out,
		      size_t size)
{
	struct canonical canonical = { .at = out, .end = out + size };

	for (const char *line = text, *end = text + length; line < end && !canonical.full;) {
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
	return canonical.full ? 0 : (size_t)(canonical.at - out);
}

uint64_t canonical_hash(const char *text, size_t length)
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
