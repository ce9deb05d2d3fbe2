/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "wizard/answers.h"
#include "wizard/completion.h"
#include "wizard/journal.h"
#include "wizard/options.h"
#include "wizard/process.h"
#include "wizard/text.h"
#include "wizard/runner.h"
#include "wizard/screen.h"
#include "wizard/util.h"

/* ---- the engine's commands ------------------------------------------------------------------ */

enum { RESUME, RUN, COMPLETION };

static const struct command engine_commands[] = {
	[RESUME] = { "", "start, or go on where the last run stopped", runner_run,
		     .opens_session = SESSION_TO_WRITE },
	[RUN] = { "run", "run these steps alone, in their order", runner_run,
		  .arguments = "STEP...", .opens_session = SESSION_TO_WRITE },
	[COMPLETION] = { "completion", "print the script by which a shell completes commands", NULL,
			 .arguments = "SHELL", .example = "completion bash" },
	{ "help", "tell more of a command", NULL, .arguments = "[COMMAND]", .example = "help run" },
	{ "plan", "show what would be changed; change nothing", runner_plan, plan_options,
	  .example = "plan --json", .opens_session = SESSION_TO_READ },
	{ "steps", "list the steps", runner_steps, .example = "steps --json" },
	{ "status", "show the state of each step", runner_status, status_options,
	  .example = "status --check" },
	{ "undo", "take back what was changed, the newest first", runner_undo,
	  .example = "undo --yes", .opens_session = SESSION_TO_WRITE },
	{ 0 },
};

/* ---- from the command line to an exit status ------------------------------------------------ */

/* The steps named, before anything is created. */
static int check_steps(const struct options *options, const struct workflow *workflow,
		       struct error *err)
{
	char *const *names = options->arguments.items;

	if (options->command != &engine_commands[RUN])
		return 0;
	for (; names && *names; names++)
		if (workflow_find_step(workflow, *names, err) < 0)
			return -EINVAL;
	if (options->arguments.count)
		return 0;
	error_set(err, EINVAL, NULL, "run needs the name of a step behind it");
	return error_remedy(err, "see the names: %s steps", workflow->program);
}

/* An answer that makes a run stop: KEY=quit. */
static bool is_quit(const char *answer)
{
	const char *value = strrchr(answer, '=');

	return value && strcmp(value + 1 + strspn(value + 1, " "), "quit") == 0;
}

/* What was typed is what goes on: with its options, to which the answers belong. */
static void note_resume(struct session *session, const struct options *options)
{
	_cleanup_(strings_clear) struct strings words = { 0 };
	_cleanup_free_ char *text = NULL;

	strings_add(&words, session->workflow->program);
	for (char *const *word = options->words; *word; word++) {
		bool apart = strcmp(*word, "--answer") == 0 && word[1];
		const char *answer = apart ? word[1] : str_starts(*word, "--answer=");

		if (answer && is_quit(answer))
			word += apart;
		else
			strings_take(&words, text_quoted(*word));
	}
	text = strings_join(&words, " ");
	session_set_resume(session, text);
}

static void say_stopped(const struct session *session)
{
	_cleanup_free_ char *command = session_resume(session);

	/* A rehearsal's scratch root that is removed cannot be gone on with. */
	if (!*command)
		return;
	screen_blank();
	screen_say("Stopped. To go on:");
	screen_detail("%s", command);
}

static enum exit_status failed(const struct workflow *workflow, int r, const struct error *err,
			       enum exit_status status)
{
	if (err->code)
		screen_error(workflow->program, err->what, err->remedy);
	else
		screen_error(workflow->program, strerror(-r), NULL);
	return status;
}

static enum exit_status conclude(const struct session *session, int r, const struct error *err)
{
	switch (r) {
	case 0:
		return EXIT_DONE;
	case -EINTR:
	case STEP_PAUSED:
	case STEP_SKIPPED:
	case STEP_DECLINED:
		say_stopped(session);
		return EXIT_PAUSED;
	case STEP_INCOMPLETE:
		return EXIT_PAUSED;
	case STEP_DENIALS:
		return EXIT_DENIALS;
	case STEP_BACK: /* only a runner knows where to */
	case STEP_BLOCKED:
		return EXIT_FAILED;
	case -ERROR_USAGE:
		return failed(session->workflow, r, err, EXIT_USAGE);
	default:
		if (r >= COMMAND_EXIT(0))
			return (enum exit_status)(r - COMMAND_EXIT(0));
		return failed(session->workflow, r, err, EXIT_FAILED);
	}
}

static enum exit_status run(struct session *session, const struct options *options)
{
	struct error err = { 0 }, late = { 0 };
	enum exit_status status;
	bool writes;
	int r = 0;

	if (options->arguments.count)
		session->arguments = options->arguments.items;
	note_resume(session, options);
	if (options->command->opens_session)
		r = session_open(session, options->command->opens_session == SESSION_TO_READ, &err);
	if (r == 0)
		r = options->command->run(session, &err);
	writes = session->is_open && !session->is_read_only;
	if (r >= 0 && writes)
		answers_say_unused(session->answers);
	if (r == -EBADMSG && session->is_open && session->journal->damaged)
		runner_damaged(session, &err);
	status = conclude(session, r, &err);
	if (writes && session->workflow->leave)
		session->workflow->leave(session);
	r = screen_flush(&late);
	if (r < 0 && status != EXIT_FAILED)
		status = failed(session->workflow, r, &late, EXIT_FAILED);
	return status;
}

static enum exit_status help(const struct options *options, const struct program *program)
{
	struct error err = { 0 };
	int r = 0;

	if (options->help)
		options_help(options, program);
	else if (options->command == &engine_commands[COMPLETION])
		r = completion_print(program, &options->arguments, &err);
	else
		screen_result("%s %s", program->workflow->program, program->workflow->version);
	if (r < 0)
		return failed(program->workflow, r, &err, EXIT_USAGE);
	r = screen_flush(&err);
	return r < 0 ? failed(program->workflow, r, &err, EXIT_FAILED) : EXIT_DONE;
}

/* A file that we open must not become standard output by chance. */
static void hold_standard_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	cleanup_close(&fd);
}

static void *memory_for_json(size_t size)
{
	return memory_new(1, size);
}

int wizard_main(int argc, char **argv, const struct workflow *workflow)
{
	const struct program program = { workflow, engine_commands };
	const struct options *options __attribute__((cleanup(options_clear))) = NULL;
	struct session *session = NULL;
	struct error err = { 0 };
	enum exit_status status;
	int r;

	process_clean();
	hold_standard_streams();
	json_set_alloc_funcs(memory_for_json, free);
	setlocale(LC_CTYPE, ""); /* what the terminal can show; the texts themselves are English */
	process_watch_signals();
	r = options_parse(&options, argc, argv, &program, &err);
	screen_init(options->session.no_color || options->session.plain, options->session.plain);
	if (r == 0 &&
	    (options->help || options->version || options->command == &engine_commands[COMPLETION]))
		return help(options, &program);
	if (r == 0)
		r = check_steps(options, workflow, &err)
			    ?: session_new(&session, workflow, &options->session, &err);
	if (r < 0)
		return failed(workflow, r, &err, EXIT_USAGE);
	status = run(session, options);
	session_free(session);
	return status;
}
