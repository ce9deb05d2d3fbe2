/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stddef.h>

#include "wizard/engine.h"

static volatile sig_atomic_t interrupted;

static void note_signal(int number)
{
	(void)number;
	interrupted = 1;
}

void session_watch_signals(void)
{
	/* No SA_RESTART: a prompt that waits must wake up. */
	struct sigaction note = { .sa_handler = note_signal }, ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &note, NULL);
	sigaction(SIGTERM, &note, NULL);
	sigaction(SIGHUP, &note, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

bool session_interrupted(void)
{
	return interrupted;
}
