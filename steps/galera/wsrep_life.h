/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wsrep_life.h - what a log tells of one life of the server, so far: of its state transfer, and of
 * failures (wsrep_story.h reads all of it)
 */
#pragma once

#include "steps/galera/wsrep_messages.h"

enum transfer_kind { TRANSFER_NONE, TRANSFER_SST, TRANSFER_IST };

/* "an SST", "an IST". */
static inline const char *transfer_words(enum transfer_kind kind)
{
	return kind == TRANSFER_SST ? "an SST" : "an IST";
}

enum transfer_role { ROLE_NONE, ROLE_JOINER, ROLE_DONOR };

/*
 * What was seen since the last server start in the text, or in all of it where there is none. A run
 * of the server that only recovers its position (--wsrep-recover) is no start.
 *
 * Of several transfers the last one counts; but what the node received since its start comes before
 * what it has given to others since. Texts are the messages without their time stamps, cut to fit,
 * NUL bytes as '?', a password in an --auth argument left out.
 */
struct wsrep_story {
	bool started;   /* a server start was seen */
	long pid;       /* of the server, as the line of its start names it; 0: none does */
	bool ambiguous; /* the log has two starts of one process, or more than can be told */
	bool transfer_required; /* the node asked for a state transfer */
	bool synced; /* "Synchronized with group", after the transfer where there was one */
	enum transfer_role role;
	enum transfer_kind kind;
	bool complete;    /* kind is proved, and its end was seen */
	bool late;        /* joiner: that there was a transfer was said only when clients could
			     write into the log, too */
	bool failed;      /* a failure message was seen, and no success after it: Synchronized
			     (joiner, or no transfer), "SST sent" (donor) */
	bool failed_late; /* likewise, but when clients could write into the log, too */
	char group[40];   /* the group's UUID, likewise; "" */
	char method[32];  /* rsync, mariabackup, ...; "" */
	char donor[64];   /* names, as logged; "" */
	char joiner[64];
	char position[96];      /* uuid:seqno that was reached; "" */
	long long writesets;    /* of an IST; -1 unknown */
	char proof[256];        /* the line that tells SST from IST, or "" */
	char failure[256];      /* the first failure, also of what was tried again or otherwise,
				   as an IST that became an SST; "". A success leaves it */
	bool permission_denied; /* one of these with errno 13 */
	char server[32];        /* "MariaDB 10.11.6", as it says; "" */
	char provider[24];      /* "26.4.23", of Galera, as it says; "" */
	bool server_unknown;    /* of no generation whose messages are known */
	bool bootstrapped;      /* it began a new group */
	bool crashed;           /* it had not been shut down before: its saved state had no seqno */
	bool ist_encrypted;     /* the write-sets' listener is ssl:// */
	bool sst_encrypted;     /* the SST script said that it encrypts */
	bool arbitrator;        /* a member named as garbd is by default, synced with the group */
	bool notify_failed;     /* "Notification command failed" */
	bool notify_failed_early;
	size_t notify_calls;      /* the marks of our script in front of the command */
	char notify_statuses[96]; /* what they say: "joiner, joined, synced"; "" */
	bool notify_undefined;    /* "wsrep_notify_cmd is not defined" */
	char notify_failure[256];
	size_t lines;  /* lines read */
	size_t starts; /* server starts seen */
};

/* What is known since one server start. */
struct wsrep_life {
	struct wsrep_story story;
	bool ready;          /* clients may connect */
	char group_uuid[64]; /* "": not said */
	bool local_known;
	long long local_seqno; /* before the transfer; -1: not a state of this group */
	long long sst_seqno;   /* "SST received", and what says so; -1, "": not said */
	bool sst_late;         /* ... when clients could say so, too */
	char sst_message[256];
	long long ist_seqno; /* "IST received"; -1: not said */
	char cause[256];     /* of a failure, should there be one; "" */
	bool denied;         /* ... and was one of these errno 13? */
	bool expects_result; /* this server says "SST succeeded" */
	bool result;         /* ... and did, with a position */
	bool ended;          /* donor: it has sent all */
};

/* So many starts are told apart; a server that starts more often does not come up. */
enum { STARTS_TOLD = 64 };

struct wsrep_reader {
	const char *mark; /* of our notify script; "": none counts; NULL: any */
	struct wsrep_life life;
	struct wsrep_life before; /* the life before this boot, should that be a recovery */
	bool booting;             /* the program has begun, the provider is not loaded yet */
	size_t lines, starts;
	long pids[STARTS_TOLD]; /* of the starts so far */
	size_t pid_count;
	bool ambiguous;
	char asking[64], asked[64]; /* the two of the last "Member ... requested state transfer" */
	size_t asked_line;
	char giver[64], taker[64]; /* the same two, when this node became the donor */
};

/* The number that ends uuid:seqno, or is all there is; -1: undefined, or none. */
long long wsrep_seqno(struct piece position);

/* wsrep_keep - a message, cut to fit, without a password; wsrep_hinder - where none is kept yet. */
void wsrep_keep(char *to, size_t size, struct piece message);
void wsrep_hinder(struct wsrep_story *story, char kept[256], struct piece message);
/* It failed, by this message or what was seen before it. */
void wsrep_fail(struct wsrep_life *life, struct piece message);

/* Heed a message about a transfer: value is what follows its row's text. False: it is about
 * something else. */
bool wsrep_transfer_take(struct wsrep_reader *reader, enum wsrep_event event, struct piece value,
			 struct piece message);

/* The joiner has its state. Where no message has named the kind, the positions do. */
void wsrep_transfer_conclude(struct wsrep_life *life);
