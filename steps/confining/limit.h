/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limit.h - the dead man's switch: until when the domain may stay permissive
 *
 * On a live host a transient timer of systemd's (host/timer.h) runs `galera-selinux confine` then;
 * in a scratch root nothing is started. Until when is in the session's memory, from where it is
 * told. A reboot takes the timer: the step permissive sets it anew.
 */
#pragma once

#include <stdbool.h>

#include "wizard/session.h"

/* limit_check - an answer's value: a length of time (text_duration()), or "none". */
int limit_check(const char *subject, const char *value, struct error *err);

/* limit_plan - append a change where the domain is permissive by us and its timer is lost. */
int limit_plan(struct session *session, json_t *changes, struct error *err);
/* limit_ask - how long, if the domain becomes permissive by these changes, or its timer is lost;
 * written into the change as "limit". */
int limit_ask(struct session *session, json_t *changes, struct error *err);
/* limit_start - before they are made: the timer, and the memory of it. */
int limit_start(struct session *session, const json_t *changes, struct error *err);

/* limit_over - it is `confine` that confines the domain now: if the limit is over, that is why. */
int limit_over(struct session *session, struct error *err);
/* limit_end - the domain is confined: no timer any more, and no memory but of why. */
void limit_end(struct session *session);

/* limit_json - {"for": "24h", "until": seconds since the epoch, "over": when it confined the
 * domain, or null, "timer": is there one? null: in a scratch root}; new, NULL: there is no limit.
 */
json_t *limit_json(const struct session *session);
/* limit_text - what is to be told while the domain is permissive, or where the limit has confined
 * it; new memory (caller frees), NULL: nothing. *wrong: it needs the operator. */
char *limit_text(const json_t *limit, bool permissive, bool *wrong);
