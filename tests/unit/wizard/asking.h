/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session with questions to ask at a prompt. */
#pragma once

#include "tests/unit/unit.h"
#include "wizard/session.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/session.h"

static int any_subject(const char *subject, const char *value, struct error *err)
{
	(void)subject, (void)value, (void)err;
	return 0;
}

static const struct question questions[] = {
	{ "ports.apply", "yes no details skip quit", "yes", "apply the port labels?",
	  .check = any_subject },
	{ "review.rule", "accept reject accept-all", NULL, "what becomes of a rule?" },
	{ "sure", "yes no", NULL, "sure?" },
	{ "donor", NULL, NULL, "the donor's name", .check = any_subject },
	{ 0 },
};
static const struct step *const steps[] = { NULL };
static const struct workflow workflow = {
	.program = "prompt-test",
	.version = "1",
	.summary = "asks",
	.follows = "nothing",
	.steps = steps,
	.questions = questions,
};

static const struct choice apply[] = {
	{ "yes", "[y]es", 'y', "all of it is done" },
	{ "details", "[d]etails", 'd' },
	{ "skip", "[s]kip", 's' },
	{ "quit", "[q]uit", 'q' },
	{ 0 },
};
static const struct choice review[] = {
	{ "accept", "[a]ccept", 'a', "it is taken" },
	{ "reject", "[r]eject", 'r' },
	{ "accept-all", "accept [A]ll that are left", 'A' },
	{ 0 },
};

static bool for_a_screen_reader;

static inline struct session *new_session(char **answers, bool yes)
{
	struct session_options options = {
		.root = "/", .answers = answers, .yes = yes, .plain = for_a_screen_reader
	};
	struct session *session = NULL;
	struct error err = { 0 };

	if (session_new(&session, &workflow, &options, &err) != 0)
		fail_msg("%s", err.what);
	return session;
}
