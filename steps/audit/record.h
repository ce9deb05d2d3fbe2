/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - one line of an audit log: whose record is it, and of which kind?
 *
 * Only the head of a line is judged here, in the bytes as they were read, so that the many lines
 * that tell of no denial cost next to nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "steps/audit/denial.h"
#include "wizard/piece.h"
#include "steps/audit/source.h"

enum record_kind {
	RECORD_NONE,        /* no audit record */
	RECORD_INTERPRETED, /* a record as `ausearch -i` shows it */
	RECORD_DECORATION,  /* what `ausearch` without --raw puts between events; an empty line */
	RECORD_AVC,
	RECORD_USER_AVC,
	RECORD_SYSCALL,
	RECORD_PATH,
	RECORD_OTHER,
	RECORD_NOTICE,      /* of the kernel's own, or of auditd's: it may tell of lost events */
	RECORD_APPARMOR,    /* a denial of another security module */
	RECORD_SELINUX_ERR, /* the policy refused something that is no access, as a transition */
};

#define RECORD_NODE_MAX 255

/* From here on an enriched record repeats its fields, decoded. */
#define ENRICHED_SEPARATOR '\x1d'

/* The second of a record that was pasted without its time: any that no log has; libauparse takes no
 * event of second 0. */
#define TIME_UNKNOWN 86399

/* Which event a record belongs to. */
struct record_id {
	time_t seconds;
	unsigned int millis;
	unsigned long serial;
	const char *node;   /* not ended by a NUL */
	size_t node_length; /* 0: the record names none; at most RECORD_NODE_MAX */
};

/* Of a serial number, all digits but the last two. */
struct hundreds {
	uint64_t digits, mask; /* as text, and where it has some */
	size_t length;
	unsigned long value;
};

struct record {
	enum record_kind kind;
	struct record_id id;
	const char *body; /* what follows the id; points into the line, as the others */
	const char *end;  /* of the line */

	/* The last second read, as text, and the hundreds of the last serial number: a log has
	 * many records of one. */
	char second[sizeof(" msg=audit(1795530349.") - 1];
	struct hundreds hundreds;
};

/* The two parts of record_parse(). The head, which is all that most lines are looked at for: what
 * is behind it; NULL: it is not as auditd writes it. What the line is then. */
const char *record_head(const char *line, struct record *record);
void record_odd(const char *line, const char *end, struct record *record);

/* record_parse - of a line that a newline ends, behind which LINE_SLACK bytes can be read.
 * *record is that of the line before, or zeroed. A line of more than LINE_MAX_BYTES is none. */
static inline void record_parse(const char *line, struct record *record)
{
	const char *body = record_head(line, record);

	record->body = body;
	record->end = rawmemchr(body ?: line, '\n');
	if (!body || record->end - line > LINE_MAX_BYTES)
		record_odd(line, record->end, record);
}

/* record_find - where the words are behind its id; NULL: nowhere. */
static inline const char *record_find(const struct record *record, const char *words)
{
	return piece_find((struct piece){ record->body, record->end }, words);
}

/* record_tells_loss - does this line say that the kernel or auditd dropped events? */
bool record_tells_loss(const struct record *record);

/* record_is_whole - of an AVC record at the end of a log, without a newline behind it: has it all
 * its fields? old_kernel: its AVC records do not end by "permissive=". */
bool record_is_whole(const struct record *record, bool old_kernel);

enum avc_verdict {
	VERDICT_NONE, /* a notice of the security server, no decision */
	VERDICT_DENIED,
	VERDICT_GRANTED,
	VERDICT_APPARMOR, /* of another security module, under the same type */
};

/* record_verdict - what an AVC or USER_AVC record tells. */
enum avc_verdict record_verdict(const struct record *record);

/*
 * record_user_avc - the denial in a USER_AVC record, whose text each program composes for itself,
 * into *denial (empty before). False: a field that is needed is missing.
 */
bool record_user_avc(const struct record *record, struct denial *denial);

/* record_set_contexts - the contexts and the types in them; false as above. */
bool record_set_contexts(struct denial *denial, const char *source, size_t source_length,
			 const char *target, size_t target_length);
