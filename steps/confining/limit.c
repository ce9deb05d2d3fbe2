/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "steps/confining/confine.h"
#include "steps/confining/limit.h"
#include "steps/host/timer.h"
#include "steps/host/who.h"
#include "steps/node/node.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/step.h"
#include "wizard/text.h"
#include "wizard/util.h"

#define TIMER   "galera-selinux-limit"
#define LIMIT   "limit" /* memory: as limit_json(), but for "timer" */
#define NONE    "none"
#define MEMBER  "limit" /* of a change: the answer */
#define USUAL   "24h"
#define LONGEST (30LL * 24 * 60 * 60 * 1000) /* who forgets it that long means none */

static bool is_none(const char *text)
{
	return strcmp(text, NONE) == 0;
}

int limit_check(const char *subject, const char *value, struct error *err)
{
	if (subject)
		return error_set(err, EINVAL, "permissive.limit = " USUAL,
				 "permissive.limit takes no subject (%s)", subject);
	if (is_none(value) || (text_duration(value) >= 1000 && text_duration(value) <= LONGEST))
		return 0;
	return error_set(err, EINVAL, "write it as 24h, 90m or 2d (30d at most), or " NONE,
			 "%s is no length of time that can be a limit", value);
}

static bool timer_waits(void)
{
	bool waits = false;

	return host_timer_waits(TIMER, &waits, NULL) == 0 && waits;
}

int limit_plan(struct session *session, json_t *changes, struct error *err)
{
	_cleanup_free_ char *what = str_printf("limit of %s", node_domain());
	bool permissive = false;
	int r;

	if (session_is_scratch(session) || confine_among(changes, "domain") ||
	    !session_recall(session, LIMIT) || !confine_made_permissive(session))
		return 0;
	r = node_is_permissive(session, &permissive, err);
	if (r == 0 && permissive && !timer_waits())
		change_add(changes, json_pack("{s:s}", "confine", "limit"),
			   &(struct change){ .what = what,
					     .from = "no timer is there any more",
					     .to = "a timer confines it again",
					     .command = "systemctl status " TIMER ".timer" });
	return r;
}

/* The change that makes the domain permissive, or sets the timer anew; NULL: none of them does. */
static json_t *limited(const json_t *changes)
{
	list_each(change, changes)
		if (confine_is(change, "limit") ||
		    (confine_is(change, "domain") && member_is(change, "to", "permissive")))
			return change;
	return NULL;
}

int limit_ask(struct session *session, json_t *changes, struct error *err)
{
	json_t *change = limited(changes);
	struct error wrong = { 0 };
	int r = 0;

	if (!change)
		return 0;
	screen_say(
		"If nobody comes back to this wizard, nothing would confine the server for good. "
		"After a limit it is confined again by itself, unless that was done before.");
	for (bool right = false; !right;) {
		_cleanup_free_ char *answer = NULL;

		r = prompt_text(session, "permissive.limit", NULL,
				"Confine it again after (24h, 90m, ...; none)?", USUAL, &answer,
				err);
		if (r < 0)
			return r;
		right = limit_check(NULL, answer, &wrong) == 0;
		if (right)
			member_set(change, MEMBER, json_string(answer));
		else
			screen_mark(MARK_WARN, "%s: %s", wrong.what, wrong.remedy);
	}
	return 0;
}

/* The timer starts this very program, for the same domain. By the shell: systemd's own domain may
 * run a program only where programs are installed, the one in which scripts run everywhere. */
static int start_timer(uint64_t seconds, struct error *err)
{
	_cleanup_free_ char *domain = str_printf("--domain=%s", node_domain());
	_cleanup_free_ char *description = str_printf("the limit of permissive %s", node_domain());
	char exe[PATH_MAX];
	const char *const argv[] = { "/bin/sh", "-c", "exec \"$0\" \"$@\"", exe, "confine",
				     domain,    NULL };
	struct host_timer timer = { TIMER, description, argv, seconds };
	ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (length < 0)
		return error_set(err, errno, "mount /proc", "cannot read /proc/self/exe: %m");
	exe[length] = '\0';
	return host_timer_start(&timer, err);
}

static int without(int r, struct error *err)
{
	_cleanup_free_ char *remedy = str_copy(err->remedy);

	error_remedy(err, "%s; without a limit: --answer permissive.limit=none", remedy);
	return r;
}

int limit_start(struct session *session, const json_t *changes, struct error *err)
{
	const char *answer = member_or_null(limited(changes), MEMBER);
	time_t until = time(NULL);
	int64_t seconds;
	char when[32];
	int r = 0;

	if (!answer)
		return 0;
	limit_end(session);
	if (is_none(answer))
		return 0;
	seconds = text_duration(answer) / 1000;
	until += seconds;
	if (!session_is_scratch(session))
		r = start_timer((uint64_t)seconds, err);
	if (r < 0)
		return without(r, err);
	screen_time(until, when, sizeof(when));
	if (session_is_scratch(session))
		screen_mark(MARK_OK, "limited until %s; in a scratch root no timer is started",
			    when);
	else
		screen_mark(MARK_OK, "limited until %s: then the timer " TIMER " confines it",
			    when);
	return session_remember(session, LIMIT,
				json_pack("{s:s, s:I}", "for", answer, "until", (json_int_t)until),
				err);
}

int limit_over(struct session *session, struct error *err)
{
	const json_t *limit = session_recall(session, LIMIT);
	json_int_t now = time(NULL);
	json_t *over;

	if (!json_is_object(limit) || member_number(limit, "until") > now)
		return 0;
	if (!session_is_scratch(session))
		host_note(session->workflow->program, "the limit of permissive %s (%s) is over",
			  node_domain(), member_text(limit, "for"));
	over = json_copy((json_t *)limit);
	member_set(over, "over", json_integer(now));
	return session_remember(session, LIMIT, over, err);
}

void limit_end(struct session *session)
{
	bool why = node_run(session)->confine_now &&
		   json_object_get(session_recall(session, LIMIT), "over");
	struct error failure = { 0 };

	if (!session_recall(session, LIMIT))
		return;
	/* It finds nothing to do when it comes all the same. */
	if ((!session_is_scratch(session) && host_timer_stop(TIMER, &failure) < 0) ||
	    (!why && session_remember(session, LIMIT, NULL, &failure) < 0))
		screen_mark(MARK_WARN, "%s", failure.what);
}

/* ---- what is told ---------------------------------------------------------------------------- */

json_t *limit_json(const struct session *session)
{
	const json_t *limit = session_recall(session, LIMIT);
	json_t *over = json_object_get(limit, "over");

	if (!json_is_object(limit))
		return NULL;
	return json_pack("{s:s, s:I, s:O, s:o}", "for", member_text(limit, "for"), "until",
			 member_number(limit, "until"), "over", over ?: json_null(), "timer",
			 session_is_scratch(session) ? json_null() : json_boolean(timer_waits()));
}

char *limit_text(const json_t *limit, bool permissive, bool *wrong)
{
	json_int_t until = member_number(limit, "until"), over = member_number(limit, "over");
	char then[32], when[32];

	*wrong = true;
	screen_time((time_t)until, then, sizeof(then));
	screen_time((time_t)over, when, sizeof(when));
	if (!permissive && over)
		return str_printf(
			"%s was confined again at %s: the limit of permissive (%s) was over",
			node_domain(), when, member_text(limit, "for"));
	if (!permissive || !limit)
		return NULL;
	if (until <= time(NULL))
		return str_printf("its limit (%s) was over at %s", member_text(limit, "for"), then);
	if (json_is_false(json_object_get(limit, "timer")))
		return str_printf("its limit, %s, has no timer any more", then);
	*wrong = false;
	return str_printf("until %s at the latest", then);
}
