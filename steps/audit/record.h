/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - one line of an audit log: whose record is it, and of which kind?
 *
 * Only the head of a line is judged here, so that the many lines that tell of no denial cost next
 * to nothing.
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

/* Which event a record belongs to. */
struct record_id {
	time_t seconds;
	unsigned int millis;
	unsigned long serial;
	char node[256]; /* "": the record names none */
};

struct record {
	enum record_kind kind;
	struct record_id id;
	const char *body; /* what follows the id; points into the line */
};

/* record_parse - line is NUL-terminated, without its newline. */
void record_parse(const char *line, struct record *record);

bool record_same_event(const struct record_id *one, const struct record_id *other);

/* record_tells_loss - does this line say that the kernel or auditd dropped events? */
bool record_tells_loss(const char *line, const struct record *record);

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
