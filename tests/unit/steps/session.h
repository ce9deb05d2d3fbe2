/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session of a workflow without steps, which remembers and writes nothing. */
#pragma once

#include "tests/unit/unit.h"
#include "wizard/session.h"

static inline struct session *bare_session(void)
{
	static const struct step *const no_steps[] = { NULL };
	static const struct question no_questions[] = { { 0 } };
	static const struct workflow nothing = { .program = "nothing",
						 .version = "1",
						 .summary = "",
						 .follows = "",
						 .steps = no_steps,
						 .questions = no_questions };
	_cleanup_free_ char *root = str_printf("%s/none", getenv("TMPDIR") ?: "/tmp");
	struct session_options options = { .root = root };
	struct session *session = NULL;
	struct error err = { 0 };

	must(session_new(&session, &nothing, &options, &err), &err);
	must(session_open(session, true, &err), &err);
	return session;
}
