/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - one line of an audit log: whose record is it, and of which kind?
 *
 * Only the head of a line is judged here, in the bytes as they were read, so that the many lines
 * that tell of no denial cost next to nothing.
 */
#ifndef STEPS_AUDIT_RECORD_H
#define STEPS_AUDIT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "steps/audit/denial.h"

enum record_kind {
	RECORD_NONE,        /* no audit record */
	RECORD_INTERPRETED, /* a record as `ausearch -i` shows it */
	RECORD_DECORATION,  /* what `ausearch` without --raw puts between events; an empty line */
	RECORD_AVC,
	RECORD_USER_AVC,
	RECORD_SYSCALL,
	RECORD_PATH,
	RECORD_OTHER,
};

#define RECORD_NODE_MAX 255

/* Which event a record belongs to. */
struct record_id {
	time_t seconds;
	unsigned int millis;
	unsigned long serial;
	const char *node;   /* not ended by a NUL */
	size_t node_length; /* 0: the record names none; at most RECORD_NODE_MAX */
};

struct record {
	enum record_kind kind;
	struct record_id id;
	const char *type; /* points into the line, as the others */
	const char *body; /* what follows the id */
	const char *end;  /* of the line */
};

/* record_parse - line is without its newline; line[length] must be there to be read: a newline, or
 * a NUL. */
void record_parse(const char *line, size_t length, struct record *record);

bool record_same_event(const struct record_id *one, const struct record_id *other);

/* record_tells_loss - does this line say that the kernel or auditd dropped events? */
bool record_tells_loss(const struct record *record);

/* record_is_whole - of an AVC record at the end of a log, without a newline behind it: has it all
 * its fields? old_kernel: its AVC records do not end by "permissive=". */
bool record_is_whole(const struct record *record, bool old_kernel);

enum verdict {
	VERDICT_NONE, /* a notice of the security server, no decision */
	VERDICT_DENIED,
	VERDICT_GRANTED,
};

/* record_verdict - what an AVC or USER_AVC record tells. */
enum verdict record_verdict(const struct record *record);

/*
 * record_user_avc - the denial in a USER_AVC record, whose text each program composes for itself,
 * into *denial (empty before). False: a field that is needed is missing, or out of memory (errno is
 * ENOMEM then).
 */
bool record_user_avc(const struct record *record, struct denial *denial);

/* record_set_contexts - the contexts and the types in them; false as above. */
bool record_set_contexts(struct denial *denial, const char *source, size_t source_length,
			 const char *target, size_t target_length);

/* record_set_permissions - those of a list with this separator between them; false as above. */
bool record_set_permissions(struct denial *denial, const char *list, size_t length, char separator);

#endif
