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
	unsigned long inodes[INODES_MAX];
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

static void put_inode(struct canonical *canonical, unsigned long inode)
{
	size_t i = 0;
	char text[2] = { 0, PLACEHOLDER };

	while (i < canonical->inode_count && canonical->inodes[i] != inode)
		i++;
	if (i == INODES_MAX) {
		canonical->full = true;
		return;
	}
	if (i == canonical->inode_count)
		canonical->inodes[canonical->inode_count++] = inode;
	text[0] = (char)('A' + i);
	put(canonical, text, sizeof(text));
}

/* word_number - the number of a word NAME=NUMBER (up to a space or the end); NULL: it is none.
 * Returns where the number begins. */
static const char *word_number(const char *word, const char *stop, const char *name, size_t length,
			       unsigned long *number)
{
	const char *at = word + length;

	/* A longer number does not fit, and 0 is no inode. */
	if ((size_t)(stop - word) <= length || stop - at > 18 || memcmp(word, name, length) != 0 ||
	    *at == '0')
		return NULL;
	for (*number = 0; at < stop; at++) {
		if (*at < '0' || *at > '9')
			return NULL;
		*number = *number * 10 + (unsigned long)(*at - '0');
	}
	return word + length;
}

/* put_words - a text of words between spaces, without the numbers of processes and inodes. */
static void put_words(struct canonical *canonical, const char *at, const char *end, bool user)
{
	const char *from = at;

	while (at < end) {
		const char *space = memchr(at, ' ', (size_t)(end - at)), *number = NULL;
		const char *stop = space ? space : end;
		unsigned long value;
		bool inode = false;

		if (*at == 'p')
			number = word_number(at, stop, "pid=", 4, &value);
		else if (*at == 's' && user)
			number = word_number(at, stop, "spid=", 5, &value);
		else if (*at == 't' && user)
			number = word_number(at, stop, "tpid=", 5, &value);
		else if (*at == 'i' && !user)
			number = (inode = true,
				  word_number(at, stop, "ino=", 4, &value)
					  ?: word_number(at, stop, "inode=", 6, &value));
		if (number) {
			put(canonical, from, (size_t)(number - from));
			if (inode)
				put_inode(canonical, value);
			else
				put(canonical, &(char){ PLACEHOLDER }, 1);
			from = stop;
		}
		at = stop + 1;
	}
	if (from < end)
		put(canonical, from, (size_t)(end - from));
}

size_t canonical_text(const char *text, size_t length, char *out, size_t size)
{
	struct canonical canonical = { .at = out, .end = out + size };

	for (const char *line = text, *end = text + length; line < end && !canonical.full;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		struct record record;

		record_parse(line, (size_t)(stop - line), &record);
		put(&canonical, &(char){ (char)('0' + record.kind) }, 1);
		put(&canonical, record.id.node, record.id.node_length);
		if (record.kind == RECORD_SYSCALL) {
			/* Only this is read of it, and arguments differ each time. */
			const char *exe = memmem(record.body, (size_t)(stop - record.body),
						 " exe=", strlen(" exe="));

			put(&canonical, exe ? exe : stop, exe ? (size_t)(stop - exe) : 0);
		} else {
			put_words(&canonical, record.body, stop, record.kind == RECORD_USER_AVC);
		}
		put(&canonical, "\n", 1);
		line = stop + 1;
	}
	return canonical.full ? 0 : (size_t)(canonical.at - out);
}

uint64_t canonical_hash(const char *text, size_t length)
{
	uint64_t hash = length, word = 0;

	for (; length >= 8; text += 8, length -= 8) {
		memcpy(&word, text, 8);
		hash = (hash ^ word) * 0x9e3779b97f4a7c15;
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, text, length);
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}
