/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * denial.h - a denied access, as the audit log tells it
 *
 * Data only. Every string came from a log and is hostile: it is compared, looked up and escaped,
 * never trusted. Missing fields are NULL or 0.
 *
 * A log says the same thing many times. What is equal but for its time, process and inode is one
 * struct denial, which counts; so the memory depends on what was denied, not on the log's size.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "wizard/strings.h"

/* An access keeps so many denials apart by program, object or port; further ones count as the one
 * of them that is most alike. */
#define DENIALS_OF_AN_ACCESS 256

#define DENIAL_JOINER "joiner"
#define DENIAL_DONOR  "donor"

struct denial {
	size_t more;   /* records beside the first one that it stands for, ... */
	size_t unlike; /* ... of these, with another program, object or port, ... */
	time_t last;   /* ... and the time of the latest; 0: there are none */

	/* The first one. */
	char *origin;         /* where it was read: an exercise ("sst") or a file's name */
	char *node;           /* the record's node= field */
	const char *exercise; /* "sst", where it is known; static, as the role */
	const char *role; /* DENIAL_JOINER, DENIAL_DONOR: of the node in the exercise; NULL: none */
	time_t seconds;   /* event id: seconds since the epoch, ... */
	unsigned int millis;  /* ... milliseconds, ... */
	unsigned long serial; /* ... and serial number */

	char *source_context; /* scontext, as logged */
	char *target_context; /* tcontext */
	char *source;         /* its type: the source domain */
	char *target;         /* the target's type */
	char *tclass;
	struct strings permissions; /* those denied, in the record's order */
	char *invalid_context;      /* srawcon or trawcon: a label that the policy does not know */

	bool permissive; /* logged, but granted (permissive=1) */
	bool userspace;  /* a USER_AVC: decided by systemd, dbus, ... */
	pid_t pid;
	char *comm;        /* the process's name, decoded, cut to 15 bytes by the kernel */
	char *exe;         /* from the event's SYSCALL record */
	char *path;        /* the object's path, else its name: decoded */
	bool path_is_name; /* path holds the last component only */
	unsigned int port; /* src or dest port of a socket access */
	char *capability;  /* of class capability: as logged, a number */
	bool has_ioctl;
	unsigned int ioctl; /* ioctlcmd */
};

/* So many names of other domains are kept; the last one counts all further ones. */
#define OTHER_DOMAINS_MAX 256

/* How many denials one of the domains that were not asked for had. */
struct other_domain {
	char *name;
	size_t count;
};

/* So many texts of SELINUX_ERR records are kept. */
#define REFUSALS_MAX 16

struct denials {
	struct denial *items;
	size_t count; /* items; the records are denials_total() */
	struct other_domain *others;
	size_t other_count;
	struct strings refusals; /* what SELINUX_ERR records say, each text once */

	/* What was read, whatever became of it. */
	size_t lines;        /* lines of the logs */
	size_t events;       /* distinct event ids */
	size_t avc;          /* AVC and USER_AVC records read that deny something, of any domain */
	size_t other;        /* of these, those whose source is not one of the domains asked for */
	size_t granted;      /* "granted" records (auditallow), passed over */
	size_t unreadable;   /* lines that are no audit record, or deny what cannot be read */
	size_t passed;       /* of a given log, lines that are no record and tell of no denial */
	size_t pasted;       /* records that were read out of text which anyone can have written */
	size_t summaries;    /* of setroubleshoot's: no records */
	size_t apparmor;     /* AppArmor's denials: not SELinux's */
	size_t refused;      /* SELINUX_ERR records, ... */
	size_t refused_ours; /* ... and those of them that name one of the domains */
	size_t lost_notices; /* records that tell of lost events (audit_lost=, backlog limit) */
};

/* denial_records - that it stands for; at least one. */
static inline size_t denial_records(const struct denial *denial)
{
	return 1 + denial->more;
}

/* denial_last - when the latest of them was. */
static inline time_t denial_last(const struct denial *denial)
{
	return denial->last > denial->seconds ? denial->last : denial->seconds;
}

/* denials_total - the records of all items. */
size_t denials_total(const struct denials *denials);

/* denials_add_other - so many more denials of a domain that was not asked for. Returns which of
 * others it is. */
size_t denials_add_other(struct denials *denials, const char *domain, size_t count);

/* denials_add_refusal - a SELINUX_ERR record, by its fields. */
void denials_add_refusal(struct denials *denials, const char *fields, size_t length,
			 const char *const *domains);

/* denials_append - copies of more, and its counts, behind what is there; origin: theirs from now
 * on.
 */
void denials_append(struct denials *denials, const struct denials *more, const char *origin);

/* denials_write - all of it to out, for denials_read() of a program that is the same. */
void denials_write(const struct denials *denials, FILE *out);
/* denials_read - into *denials, which is empty, what denials_write() wrote, or somebody who has
 * taken its place: of any bytes something that can be used and cleared. -EBADMSG: it is none. */
int denials_read(const char *bytes, size_t length, struct denials *denials);

/* Both leave an empty, usable value. */
void denial_clear(struct denial *denial);
void denials_clear(struct denials *denials);
