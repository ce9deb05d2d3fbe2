/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * step.h - READ FIRST: what a step is
 *
 * A workflow is an ordered table of steps. The runner takes each in turn:
 *
 *   detect   is the system already as this step would leave it?  then: next step
 *   plan     the changes that apply would make now, as data
 *   ask      the dialogue; without one, or after it (STEP_ASKS_FIRST), the runner asks "apply?" of
 *            what changes the system: the question NAME.apply, "yes skip quit", of the workflow
 *            journal: begin, with the changes (each holds the state before: "from")
 *   apply    makes exactly the changes that were planned, shown and journaled
 *   detect   must now say satisfied
 *            journal: done
 *
 * The system is the truth and the journal is memory: after a crash between begin and done, detect
 * decides whether the step is still to do. Undo walks backwards over every begin that has not been
 * reversed and hands its changes back to the step. What was satisfied before the wizard came has no
 * begin, so it is never undone.
 *
 * A step asks by prompt.h, remembers by session.h (what apply remembers, undo forgets), and speaks
 * by screen.h.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "wizard/error.h"

struct session;

/* What ask and apply return beside 0 (go on) and a negative errno (failed: by plan
 * the runner tells what apply has changed by then). */
enum step_outcome {
	STEP_PAUSED = 1, /* waits for the operator; leave, and print how to resume (exit 3) */
	STEP_SKIPPED,    /* the operator passes over this step in this run */
	STEP_DECLINED,   /* the operator said no or quit (exit 3) */
	STEP_BACK,       /* go back to the step named by session_go_back() */
	STEP_DENIALS,    /* denials were found that the policy does not allow (exit 4) */
	STEP_BLOCKED,    /* a finding must be settled first, as the screen has told (exit 1) */
	STEP_INCOMPLETE, /* something is missing, as the screen has told with what to do (exit 3) */
};

/* What the program returns; the man page has the same table. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_PAUSED = 3,  /* paused, declined or interrupted: start again to resume */
	EXIT_DENIALS = 4, /* denials found that the policy does not allow */
};

/* What a command returns that is to exit so, whatever it found: a monitor's plugin. */
#define COMMAND_EXIT(status) (0x1000 + (status))

enum step_flags {
	STEP_CHANGES_SYSTEM = 1 << 0, /* plan lists system changes; asked about before apply */
	STEP_EVERY_RUN = 1 << 1,      /* done anew in each run of the program, as a check is */
	STEP_NO_PLAN_YET = 1 << 2,    /* what it will do depends on steps before it */
	STEP_ASKS_FIRST = 1 << 3,     /* after its ask, the runner still asks "apply?" */
};

/*
 * A change is a JSON object. The runner shows and journals it, and knows these string members:
 *   "what"     the thing that changes: "4567/tcp", "module galera"
 *   "from"     its state before, in words
 *   "to"       its state after, in words
 *   "note"     optional, a few words shown behind the change
 *   "command"  optional, the documented command that does the same
 *   "undo"     optional, the command that takes it back
 * A step adds members of its own, for its apply and undo.
 */
struct step {
	const char *name;   /* stable: journal key, `run NAME`, test name */
	const char *title;  /* the heading a person sees */
	const char *why;    /* one or two sentences before the question */
	unsigned int flags; /* enum step_flags */

	/* Sets *done: has apply nothing to do? Never changes anything. NULL: there is something to
	 * do as long as plan finds something; without a plan, always. */
	int (*detect)(struct session *session, bool *done, struct error *err);

	/* Appends to changes, a JSON array, what apply would do now. Never changes anything. May be
	 * NULL: the step changes nothing that can be listed. */
	int (*plan)(struct session *session, json_t *changes, struct error *err);

	/* The dialogue; changes nothing but the session's memory, and may strike out of changes
	 * what the operator declines: the rest is journaled and applied. May be NULL. */
	int (*ask)(struct session *session, json_t *changes, struct error *err);

	/* The only one that changes the system. May be NULL: nothing to apply. */
	int (*apply)(struct session *session, const json_t *changes, struct error *err);

	/* Takes journaled changes back; idempotent. May be NULL: nothing to take back. */
	int (*undo)(struct session *session, const json_t *changes, struct error *err);
};

/* What the runner shows of a change, as above; NULL: left out. */
struct change {
	const char *what, *from, *to, *note, *command, *undo;
};

/* change_add - append to changes one of which this is shown, behind members of the step's own,
 * which are taken over. Returns it, borrowed, for further ones. */
json_t *change_add(json_t *changes, json_t *own, const struct change *shown);

/* A question that the workflow can ask. Every prompt names one of these; `--answer KEY=VALUE` and a
 * line `KEY = VALUE` in the answers file settle it. A prompt may add a subject, for one question
 * asked about many things: `KEY[SUBJECT]` is looked up before `KEY`. */
struct question {
	const char *key;         /* "ports.apply" */
	const char *choices;     /* values that are accepted, "yes no skip"; NULL: any text */
	const char *recommended; /* what --yes answers; NULL: --yes does not answer it */
	const char *meaning;     /* one line, for the man page and the answers example */

	/* Are these an answer's subject (NULL: none) and value? Else -EINVAL, with what to write
	 * instead. Called at the start. NULL: it takes no subject, and each of its values. */
	int (*check)(const char *subject, const char *value, struct error *err);
	/* Does an answer's subject mean the thing that is asked about? NULL: if it is the same. */
	bool (*same)(const char *given, const char *asked);
	/* Where the subjects of two answers mean one thing: the value that wins. NULL: the
	 * first. */
	const char *strict;
};

/* step_detect - as the step's detect, or as it is said there where it has none. */
int step_detect(struct session *session, const struct step *step, bool *done, struct error *err);

struct poptOption;
struct strings;

/* How a command uses the session: see session_open(). */
enum session_use { SESSION_CLOSED, SESSION_TO_WRITE, SESSION_TO_READ };

/* A command that the workflow adds to the engine's own (plan, run, steps, status, undo, ...). */
struct command {
	const char *name;
	const char *summary; /* one line for --help */
	/* session->arguments is what stands after the name. Returns as a step's apply. */
	int (*run)(struct session *session, struct error *err);
	const struct poptOption *options; /* of this command alone; may be NULL */
	const char *arguments;            /* for its --help: "[LOG...]"; NULL: takes none */
	const char *example;              /* for its --help, without the program's name */
	enum session_use opens_session;   /* the engine does it first */
};

/* For a shell, the script that has it ask this program what can stand in a command line. */
struct completion {
	const char *shell, *script;
};

struct workflow {
	const char *program; /* "galera-selinux": names the binary and its session directory */
	const char *version;
	const char *summary;                   /* one line for --help */
	const char *follows;                   /* whose procedure: shown in the first lines */
	const struct step *const *steps;       /* NULL-terminated */
	const struct question *questions;      /* up to one with key NULL */
	const struct command *const *commands; /* NULL-terminated; may be NULL */
	const struct poptOption *options; /* the workflow's own, for every command; may be NULL */

	const struct completion *completions; /* up to one with shell NULL; may be NULL */

	/* Adds the values that one of the workflow's options can have, where these are names that
	 * are known beforehand. May be NULL. */
	void (*names_of)(const char *option, struct strings *names);
	/* Do the values of the workflow's options make sense? Called at the start; -EINVAL. May be
	 * NULL. */
	int (*check)(struct error *err);
	/* One line that says where we are: "node db3, Debian 12, SELinux enforcing". Caller frees
	 * *line. May be NULL. */
	int (*describe)(struct session *session, char **line, struct error *err);
	/* The state that a plan is made for, as a short text that changes when the system does.
	 * Caller frees. May be NULL. */
	int (*fingerprint)(struct session *session, char **text, struct error *err);
	/* Undo takes many steps back: from hold on, what their undo changes may wait for release,
	 * which makes all of it real, or without commit none. Both or neither may be NULL. */
	int (*hold)(struct session *session, struct error *err);
	int (*release)(struct session *session, bool commit, struct error *err);
	/* Every step is satisfied: remember what is to be compared with the system later on. May be
	 * NULL. */
	int (*settle)(struct session *session, struct error *err);
	/* What somebody else has changed since that needs the operator: appends to changes, a JSON
	 * array, objects with the strings "kind" (stable), "what", "why" and "do". Changes nothing.
	 * May be NULL. */
	int (*drift)(struct session *session, json_t *changes, struct error *err);
	/* What was reached, printed when a whole run has come to its last step. May be NULL. */
	int (*summary_of)(struct session *session, struct error *err);
	/* What may be claimed at this moment, as JSON with the string "claim", and perhaps "open"
	 * (what is left open) and "note": status shows them first; and "lines", strings that it
	 * shows below the steps. *standing is new (caller decrefs). May be NULL. */
	int (*standing_of)(struct session *session, json_t **standing, struct error *err);
	/* Of a status report, as runner_status() has it but for "steps": is all as it was made, for
	 * a monitor? *verdict (caller decrefs): {"state": "ok", "todo" or "wrong", "line": what to
	 * tell, "figures": {NAME: number or boolean}}. An error: it cannot be told. May be NULL. */
	int (*verdict_of)(struct session *session, const json_t *report, json_t **verdict,
			  struct error *err);
	/* What is to be done on this machine and on the others that belong to it, for whoever does
	 * it by hand: *runbook (caller decrefs) is {"title", "lines": [TEXT], "stages": [{"title",
	 * "why" (or null), "commands": [{"where", "command"}]}]}, and more for JSON alone. Changes
	 * nothing. May be NULL. */
	int (*runbook)(struct session *session, json_t **runbook, struct error *err);
	/* What will be of it with what is about to be installed, at path: tells it, and returns as
	 * a step's apply. The session is open to be read. May be NULL. */
	int (*against)(struct session *session, const char *path, struct error *err);
	/* The journal is damaged: append to changes, a JSON array, those that a person makes by
	 * hand to leave nothing open, with their commands, as the system itself says. May be NULL.
	 */
	int (*by_hand)(struct session *session, json_t *changes, struct error *err);
	/* Called last, whatever ends a command that may change the system: what is left open, with
	 * the ways out. May be NULL. */
	void (*leave)(struct session *session);
	/* Called once when the session opens and when it closes; *data is session->data. */
	int (*open)(struct session *session, void **data, struct error *err);
	void (*close)(void *data);
};

/* workflow_find_step - the index of the workflow's step with this name, or -EINVAL. */
int workflow_find_step(const struct workflow *workflow, const char *name, struct error *err);

/* wizard_main - options -> session -> runner -> exit status, for any workflow. Prints errors, with
 * their remedies, and, where a run stopped before its end, the command that resumes it. */
int wizard_main(int argc, char **argv, const struct workflow *workflow);
