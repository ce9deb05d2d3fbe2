/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * small.h - a small workflow for the engine's tests
 *
 * Its system is a folder of files below the root, its steps:
 *   look    every run; counts its runs in a file that is no part of the system
 *   one     the file "one" shall say "new"
 *   two     "two" and "three" shall say "new"
 *   talk    no change of the system: remembers that it was asked
 *   four    "four" shall say "new"; needs talk's memory to plan
 *   verify  every run; goes back to talk as long as the file "rounds" says so
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "wizard/session.h"
#include "wizard/prompt.h"
#include "wizard/runner.h"
#include "wizard/screen.h"
#include "wizard/util.h"

#define small_unused __attribute__((unused))

/* What a test makes the steps do. */
struct small_knobs {
	const char *crash_in;    /* the step whose apply ends the process half-way */
	const char *fail_in;     /* the step whose apply fails before it changes anything */
	const char *half_in;     /* the step whose apply fails after its first change */
	const char *undo_fails;  /* at a change of this thing */
	const char *broken_in;   /* the step whose apply does nothing and says that it did */
	const char *unsure_in;   /* the step whose detect fails */
	const char *fingerprint; /* NULL: "fp-1" */
	const char *stop_in;     /* the step whose apply gets a SIGTERM */
	const char *pause_in;    /* the step whose apply says STEP_PAUSED */
	bool restless;           /* verify goes back for ever */
	bool aimless;            /* it says once where to, and then goes back without */
};

static struct small_knobs knobs small_unused;
static char *small_root small_unused;

/* ---- the system ----------------------------------------------------------------------------- */

static small_unused char *small_path(const char *name)
{
	static char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", small_root, name);
	return path;
}

/* A file's text in new memory; "absent" where there is none. */
static small_unused char *small_get(const char *name)
{
	struct error err = { 0 };
	char *text = NULL;
	int r = file_read(small_path(name), &text, NULL, &err);

	return r == -ENOENT ? strdup("absent") : r < 0 ? NULL : text;
}

static small_unused void small_put(const char *name, const char *text)
{
	struct error err = { 0 };

	if (strcmp(text, "absent") == 0)
		unlink(small_path(name));
	else if (file_write(small_path(name), text, strlen(text), 0644, &err) < 0)
		abort();
}

static small_unused bool small_is(const char *name, const char *expected)
{
	_cleanup_free_ char *text = small_get(name);

	if (text && strcmp(text, expected) == 0)
		return true;
	fprintf(stderr, "%s is \"%s\", not \"%s\"\n", name, text ? text : "?", expected);
	return false;
}

static small_unused bool small_is_new(void)
{
	return small_is("one", "new") && small_is("two", "new") && small_is("three", "new") &&
	       small_is("four", "new");
}

static small_unused bool small_is_old(void)
{
	return small_is("one", "old one") && small_is("two", "absent") &&
	       small_is("three", "old three") && small_is("four", "old four");
}

/* ---- the steps ------------------------------------------------------------------------------ */

static small_unused bool small_knob(const char *knob, const char *step)
{
	return knob && strcmp(knob, step) == 0;
}

static small_unused int small_detect(const char *step, const char *const *names, bool *done,
				     struct error *err)
{
	*done = true;
	if (small_knob(knobs.unsure_in, step))
		return error_set(err, EIO, "look at it", "cannot look at %s", step);
	for (; *names; names++) {
		_cleanup_free_ char *text = small_get(*names);

		if (!text)
			return error_set(err, EIO, NULL, "cannot read %s", *names);
		if (strcmp(text, "new") != 0)
			*done = false;
	}
	return 0;
}

static small_unused int small_plan(const char *const *names, json_t *changes, struct error *err)
{
	for (; *names; names++) {
		_cleanup_free_ char *text = small_get(*names);

		if (!text)
			return error_set(err, EIO, NULL, "cannot read %s", *names);
		if (strcmp(text, "new") == 0)
			continue;
		json_array_append_new(changes,
				      json_pack("{ss ss ss ss*}", "what", *names, "from", text,
						"to", "new", "command", "echo new > file"));
	}
	return 0;
}

static small_unused int small_apply(const char *step, const json_t *changes, struct error *err)
{
	json_t *change;
	size_t index;

	if (small_knob(knobs.fail_in, step))
		return error_set(err, EIO, "mend it", "the thing resists");
	if (small_knob(knobs.pause_in, step))
		return STEP_PAUSED;
	if (small_knob(knobs.broken_in, step))
		return 0;
	if (small_knob(knobs.stop_in, step))
		raise(SIGTERM);
	json_array_foreach(changes, index, change)
	{
		small_put(json_string_value(json_object_get(change, "what")), "new");
		if (small_knob(knobs.crash_in, step))
			_exit(42);
		if (small_knob(knobs.half_in, step))
			return error_set(err, EIO, "mend it", "the thing resists");
	}
	return 0;
}

static small_unused int small_undo(struct session *session, const json_t *changes,
				   struct error *err)
{
	json_t *change;
	size_t index;

	(void)session;
	json_array_foreach(changes, index, change)
	{
		if (small_knob(knobs.undo_fails,
			       json_string_value(json_object_get(change, "what"))))
			return error_set(err, EIO, "mend it", "the thing resists");
		small_put(json_string_value(json_object_get(change, "what")),
			  json_string_value(json_object_get(change, "from")));
	}
	return 0;
}

#define SMALL_STEP(step, ...)                                                                      \
	static const char *const step##_names[] = { __VA_ARGS__, NULL };                           \
	static small_unused int step##_detect(struct session *session, bool *done,                 \
					      struct error *err)                                   \
	{                                                                                          \
		(void)session;                                                                     \
		return small_detect(#step, step##_names, done, err);                               \
	}                                                                                          \
	static small_unused int step##_plan(struct session *session, json_t *changes,              \
					    struct error *err)                                     \
	{                                                                                          \
		(void)session;                                                                     \
		return small_plan(step##_names, changes, err);                                     \
	}                                                                                          \
	static small_unused int step##_apply(struct session *session, const json_t *changes,       \
					     struct error *err)                                    \
	{                                                                                          \
		(void)session;                                                                     \
		return small_apply(#step, changes, err);                                           \
	}

SMALL_STEP(one, "one")
SMALL_STEP(two, "two", "three")
SMALL_STEP(four, "four")

static small_unused int always_todo(struct session *session, bool *done, struct error *err)
{
	(void)session;
	(void)err;
	*done = false;
	return 0;
}

static small_unused int look_apply(struct session *session, const json_t *changes,
				   struct error *err)
{
	_cleanup_free_ char *looks = small_get("looks");
	char more[64];

	(void)session;
	(void)changes;
	(void)err;
	snprintf(more, sizeof(more), "%d", atoi(looks) + 1);
	small_put("looks", more);
	return 0;
}

static small_unused int talk_detect(struct session *session, bool *done, struct error *err)
{
	json_int_t asked = json_integer_value(session_recall(session, "asked"));

	(void)err;
	*done = asked >= (json_int_t)session->round;
	return 0;
}

static small_unused int talk_ask(struct session *session, json_t *changes, struct error *err)
{
	bool yes;
	int r = prompt_yes_no(session, "talk.ready", NULL, "Are you ready?", true, &yes, err);

	(void)changes;
	if (r < 0)
		return r;
	if (!yes)
		return STEP_DECLINED;
	return session_remember(session, "asked", json_integer(session->round), err);
}

static small_unused int verify_apply(struct session *session, const json_t *changes,
				     struct error *err)
{
	_cleanup_free_ char *rounds = small_get("rounds");
	int r;

	(void)changes;
	if (!knobs.restless && (int)session->round >= atoi(rounds))
		return 0;
	r = knobs.aimless && session->round > 1 ? 0 : session_go_back(session, "talk", err);
	return r < 0 ? r : STEP_BACK;
}

static const struct step look_step small_unused = {
	.name = "look",
	.title = "Look around",
	.why = "Because.",
	.flags = STEP_EVERY_RUN,
	.detect = always_todo,
	.apply = look_apply,
};
static const struct step one_step small_unused = {
	.name = "one",
	.title = "Renew one",
	.why = "It is old.",
	.flags = STEP_CHANGES_SYSTEM,
	.detect = one_detect,
	.plan = one_plan,
	.apply = one_apply,
	.undo = small_undo,
};
static const struct step two_step small_unused = {
	.name = "two",
	.title = "Renew two and three",
	.flags = STEP_CHANGES_SYSTEM,
	.detect = two_detect,
	.plan = two_plan,
	.apply = two_apply,
	.undo = small_undo,
};
static const struct step talk_step small_unused = {
	.name = "talk",
	.title = "Talk",
	.detect = talk_detect,
	.ask = talk_ask,
};
static const struct step four_step small_unused = {
	.name = "four",
	.title = "Renew four",
	.flags = STEP_CHANGES_SYSTEM | STEP_NO_PLAN_YET,
	.detect = four_detect,
	.plan = four_plan,
	.apply = four_apply,
	.undo = small_undo,
};
static const struct step verify_step small_unused = {
	.name = "verify",
	.title = "Verify",
	.flags = STEP_EVERY_RUN,
	.detect = always_todo,
	.apply = verify_apply,
};

static const struct step *const small_steps[] small_unused = {
	&look_step, &one_step, &two_step, &talk_step, &four_step, &verify_step, NULL,
};

static small_unused int small_check(const char *subject, const char *value, struct error *err)
{
	(void)value;
	return subject && !strcmp(subject, "nobody")
		       ? error_set(err, EINVAL, "ask somebody", "nobody is nobody")
		       : 0;
}

/* "a,b" means each of its letters. */
static small_unused bool small_same(const char *given, const char *asked)
{
	return strpbrk(given, ",") && strpbrk(given, asked);
}

static const struct question small_questions[] small_unused = {
	{ "one.apply", "yes skip quit", "yes", "renew one?", .check = small_check },
	{ "two.apply", "yes skip quit", "yes", "renew two and three?", .check = small_check },
	{ "four.apply", "yes skip quit", "yes", "renew four?", small_check, small_same, "quit" },
	{ "talk.ready", "yes no", "yes", "ready?", .check = small_check },
	{ "name", NULL, NULL, "any text" },
	{ 0 },
};

static small_unused int small_fingerprint(struct session *session, char **text, struct error *err)
{
	(void)session;
	(void)err;
	*text = strdup(knobs.fingerprint ? knobs.fingerprint : "fp-1");
	return 0;
}

static small_unused int small_drift(struct session *session, json_t *changes, struct error *err)
{
	(void)session;
	(void)err;
	list_add(changes, json_pack("{ss ss ss ss}", "kind", "lost", "what", "one", "why",
				    "it is gone", "do", "renew it"));
	return 0;
}

/* A file that is new is open. */
static small_unused int small_by_hand(struct session *session, json_t *changes, struct error *err)
{
	(void)session;
	if (small_knob(knobs.unsure_in, "hand"))
		return error_set(err, EIO, NULL, "cannot look by hand");
	if (small_is("one", "new"))
		list_add(changes, json_pack("{ss ss ss ss}", "what", "one", "from", "new", "to",
					    "old one", "command", "echo old one > one"));
	return 0;
}

static const struct workflow small_workflow small_unused = {
	.program = "small",
	.version = "0.1",
	.summary = "renews files",
	.follows = "the book of files",
	.steps = small_steps,
	.questions = small_questions,
	.fingerprint = small_fingerprint,
	.drift = small_drift,
	.by_hand = small_by_hand,
};

/* ---- a test's surroundings ------------------------------------------------------------------ */

static small_unused int small_set_up(void **state)
{
	(void)state;
	knobs = (struct small_knobs){ 0 };
	small_root = scratch_directory();
	small_put("one", "old one");
	small_put("three", "old three");
	small_put("four", "old four");
	small_put("rounds", "1");
	return 0;
}

static small_unused int small_tear_down(void **state)
{
	(void)state;
	scratch_remove(small_root);
	return 0;
}

/* What a child that ran to its end, or not, left behind. */
struct small_result {
	int status; /* exit status, or 128 + signal */
	char *out;
	char *err;
};

static small_unused void small_result_clear(struct small_result *result)
{
	free(result->out);
	free(result->err);
}

#define small_result_auto struct small_result __attribute__((cleanup(small_result_clear)))

static small_unused void small_redirect(int fd, const char *name)
{
	int file = open(small_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (file < 0 || dup2(file, fd) < 0)
		abort();
	close(file);
}

/* Run work(data) in a child with its outputs captured; what it returns is its exit status. */
static small_unused struct small_result small_child(int (*work)(void *data), void *data)
{
	struct small_result result = { 0 };
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		small_redirect(STDOUT_FILENO, "stdout");
		small_redirect(STDERR_FILENO, "stderr");
		status = work(data);
		fflush(NULL);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	result.out = small_get("stdout");
	result.err = small_get("stderr");
	return result;
}

static small_unused int small_main(void *data)
{
	char **argv = data;
	int argc = 0;

	while (argv[argc])
		argc++;
	return wizard_main(argc, argv, &small_workflow);
}

/* Run the program with these words; the first is its name. */
static small_unused struct small_result small_run_words(const char *const *words)
{
	char *argv[16] = { NULL };

	for (size_t i = 0; words[i]; i++) {
		assert_true(i + 1 < ARRAY_SIZE(argv));
		argv[i] = (char *)(uintptr_t)words[i];
	}
	return small_child(small_main, argv);
}

/* Run the program with these words behind --root. */
#define small_run(...)                                                                             \
	small_run_words((const char *const[]){ "small", "--root", small_root, ##__VA_ARGS__, NULL })

static small_unused bool small_has(const char *text, const char *part)
{
	if (text && strstr(text, part))
		return true;
	fprintf(stderr, "no \"%s\" in:\n%s\n", part, text ? text : "(nothing)");
	return false;
}
