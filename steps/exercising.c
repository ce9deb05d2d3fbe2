/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/audit/log.h"
#include "steps/exercising.h"
#include "steps/galera/exercises.h"
#include "steps/host/auditd.h"
#include "steps/host/logfile.h"
#include "steps/module.h"
#include "steps/node.h"
#include "steps/serverlog.h"
#include "wizard/prompt.h"
#include "wizard/screen.h"
#include "wizard/template.h"
#include "wizard/util.h"

/* ---- what is remembered: results by phase, era and exercise ---- */

static json_int_t era_of(struct session *session, const char *phase)
{
	_cleanup_free_ char *key = str_printf("era %s", phase);
	json_t *era = key ? session_recall(session, key) : NULL;

	return era ? json_integer_value(era) : 1;
}

static char *result_key(const char *phase, json_int_t era, const char *exercise)
{
	return str_printf("exercise %s %lld %s", phase, (long long)era, exercise);
}

static json_t *result_of(struct session *session, const char *phase, const char *exercise)
{
	_cleanup_free_ char *key = result_key(phase, era_of(session, phase), exercise);

	return key ? session_recall(session, key) : NULL;
}

static const char *member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

bool exercising_covered(struct session *session, const char *phase)
{
	for (const struct exercise *e = galera_exercises; e->name; e++)
		if (!result_of(session, phase, e->name))
			return false;
	return true;
}

static size_t count_results(struct session *session, const char *phase, const char *result)
{
	size_t count = 0;

	for (const struct exercise *e = galera_exercises; e->name; e++)
		if (!strcmp(member(result_of(session, phase, e->name), "result"), result))
			count++;
	return count;
}

size_t exercising_skipped(struct session *session, const char *phase)
{
	return count_results(session, phase, "skipped");
}

size_t exercising_failed(struct session *session, const char *phase)
{
	return count_results(session, phase, "failed");
}

int exercising_again(struct session *session, const char *phase, struct error *err)
{
	_cleanup_free_ char *key = str_printf("era %s", phase);

	if (!key)
		return error_nomem(err);
	return session_remember(session, key, json_integer(era_of(session, phase) + 1), err);
}

int exercising_evidence(struct session *session, const char *phase, bool earlier, json_t *sources,
			struct error *err)
{
	json_int_t now = era_of(session, phase);

	for (json_int_t era = earlier ? 1 : now; era < now + (earlier ? 0 : 1); era++) {
		for (const struct exercise *e = galera_exercises; e->name; e++) {
			_cleanup_free_ char *key = result_key(phase, era, e->name);
			_cleanup_free_ char *path = NULL;
			const char *file;

			if (!key)
				return error_nomem(err);
			file = member(session_recall(session, key), "evidence");
			if (!*file)
				continue;
			path = session_path(session, file);
			if (!path || json_array_append_new(sources, json_pack("{s:s, s:s+}", "path",
									      path, "origin", e->name,
									      !strcmp(phase, PHASE_PERMISSIVE)
										      ? ""
										      : " confined")))
				return error_nomem(err);
		}
	}
	return 0;
}

void exercising_table(struct session *session, const char *phase)
{
	static const char *const header[] = { "exercise", "result", "denials" };
	enum { COLUMNS = 3, MOST = 16 };
	const char *cells[COLUMNS * MOST];
	char counts[MOST][24];
	size_t rows = 0;

	for (const struct exercise *e = galera_exercises; e->name && rows < MOST; e++, rows++) {
		json_t *result = result_of(session, phase, e->name);

		snprintf(counts[rows], sizeof(counts[rows]), "%7lld",
			 (long long)json_integer_value(json_object_get(result, "denials")));
		cells[COLUMNS * rows] = e->title;
		cells[COLUMNS * rows + 1] = result ? member(result, "result") : "-";
		cells[COLUMNS * rows + 2] = counts[rows];
	}
	screen_table(header, cells, rows, COLUMNS);
}

/* The audit log's part that belongs to an exercise. */
struct evidence {
	char *file;      /* name in the session's directory */
	size_t denials;  /* of the server's domains */
	bool gap;        /* some of it is missing */
	json_int_t lost; /* events lost by the kernel meanwhile */
};

static int finish(struct session *session, const char *phase, const struct exercise *exercise,
		  const char *result, const struct evidence *evidence, struct error *err)
{
	_cleanup_free_ char *key = result_key(phase, era_of(session, phase), exercise->name);

	if (!key)
		return error_nomem(err);
	return session_remember(session, key,
				json_pack("{s:s, s:s, s:I}", "result", result, "evidence",
					  evidence ? evidence->file : "", "denials",
					  evidence ? (json_int_t)evidence->denials : 0),
				err);
}

/* ---- marks: where the logs ended before the exercise ---- */

/* Events that the kernel has lost so far; -1 where no kernel is asked. */
static json_int_t lost_events(struct session *session)
{
	struct audit_state state;

	if (session_is_scratch(session) || host_audit_state(&state, NULL) < 0)
		return -1;
	return state.lost;
}

static char *mark_key(const char *phase, const struct exercise *exercise)
{
	return str_printf("mark %s %s", phase, exercise->name);
}

static int mark_logs(struct session *session, const char *phase, const struct exercise *exercise,
		     struct error *err)
{
	_cleanup_free_ char *key = mark_key(phase, exercise);
	const char *audit_log;
	json_t *audit = NULL, *server = NULL;
	int r;

	if (!key)
		return error_nomem(err);
	if (session_recall(session, key))
		return 0; /* resumed: what came since the first time counts */
	r = node_audit_log(session, &audit_log, err);
	if (r < 0)
		return r;
	r = logfile_mark(audit_log, &audit, err);
	if (r < 0)
		return r;
	r = serverlog_mark(session, &server, err);
	if (r < 0) {
		json_decref(audit);
		return r;
	}
	return session_remember(session, key,
				json_pack("{s:o, s:o, s:I}", "audit", audit, "server", server,
					  "lost", lost_events(session)),
				err);
}

static int forget_marks(struct session *session, const char *phase, const struct exercise *exercise,
			struct error *err)
{
	_cleanup_free_ char *key = mark_key(phase, exercise);

	return key ? session_remember(session, key, NULL, err) : error_nomem(err);
}

/* ---- evidence: the audit log's part that belongs to the exercise ---- */

static int keep_evidence(struct session *session, const char *phase,
			 const struct exercise *exercise, const json_t *mark,
			 struct evidence *evidence, struct error *err)
{
	_cleanup_free_ char *directory = session_path(session, "evidence");
	_cleanup_free_ char *path = NULL;
	_cleanup_free_ char *text = NULL;
	struct denials denials = { 0 };
	const char *audit_log;
	json_int_t before = json_integer_value(json_object_get(mark, "lost"));
	size_t length;
	int r;

	evidence->file = str_printf("evidence/%s-%lld-%s.log", phase,
				    (long long)era_of(session, phase), exercise->name);
	path = evidence->file ? session_path(session, evidence->file) : NULL;
	if (!directory || !path)
		return error_nomem(err);
	r = node_audit_log(session, &audit_log, err);
	if (r < 0)
		return r;
	r = logfile_since(audit_log, json_object_get(mark, "audit"), &text, &length, &evidence->gap,
			  err);
	if (r < 0)
		return r;
	evidence->lost = before >= 0 ? lost_events(session) - before : 0;
	r = make_directories(directory, 0700, err);
	if (r < 0)
		return r;
	r = file_write(path, text, length, 0600, err);
	if (r < 0 || length == 0)
		return r;
	r = audit_log_read(path, exercise->name, node_domains(), &denials, err);
	evidence->denials = denials.count;
	denials_clear(&denials);
	return r;
}

/* ---- the dialogue ---- */

/* The commands come from a table of ours; what is put into them comes from the configuration. */
static int show_commands(struct session *session, const struct exercise *exercise,
			 struct error *err)
{
	const struct galera_config *config;
	int r = node_config(session, &config, err);

	if (r < 0)
		return r;
	for (const char *const *command = exercise->commands; *command; command++) {
		_cleanup_free_ char *line = NULL;
		struct template_value values[] = {
			{ "datadir", config->data_directory },
			{ "service", "mariadb" },
			{ "notify", config->notify_command ? config->notify_command : "-" },
			{ 0 },
		};

		r = template_fill(*command, TEMPLATE_COMMENT, values, &line, err);
		if (r < 0)
			return r;
		screen_detail("%s", line);
	}
	return 0;
}

static int wait_for_operator(struct session *session, const struct exercise *exercise, int *chosen,
			     struct error *err)
{
	static const struct choice choices[] = {
		{ "done", "[d]one", 'd' }, { "skip", "[s]kip", 's' }, { "quit", "[q]uit", 'q' }, { 0 }
	};
	_cleanup_free_ char *text = str_printf("%s: have you done it?", exercise->title);

	if (!text)
		return error_nomem(err);
	return prompt_choice(session, "exercise.done", exercise->name, text, choices, 0, chosen, err);
}

/* What to do with an exercise that was not proved: 0 again, STEP_SKIPPED, STEP_PAUSED. */
static int ask_unproved(struct session *session, const struct exercise *exercise, struct error *err)
{
	static const struct choice choices[] = { { "again", "[a]gain", 'a' },
						 { "skip", "[s]kip", 's' },
						 { "quit", "[q]uit", 'q' },
						 { 0 } };
	_cleanup_free_ char *text =
		str_printf("%s is not proved. Look again, skip it, or stop here?", exercise->title);
	int chosen = 0;
	int r;

	if (!text)
		return error_nomem(err);
	r = prompt_choice(session, "exercise.unproved", exercise->name, text, choices, 0, &chosen,
			  err);
	if (r < 0)
		return r;
	return chosen == 0 ? 0 : chosen == 1 ? STEP_SKIPPED : STEP_PAUSED;
}

static int play(struct session *session, const char *phase, const struct exercise *exercise,
		struct error *err)
{
	_cleanup_free_ char *server = NULL;
	const char *audit_log;
	int r = node_audit_log(session, &audit_log, err);

	if (r < 0)
		return r;
	r = serverlog_path(session, &server, err);
	if (r < 0)
		return r;
	return player_play(node_player(session), phase, exercise->name, audit_log, server, err);
}

/* The lines of the server's log that tell, as they stand there. */
static void show_lines(const struct wsrep_story *story)
{
	if (*story->proof)
		screen_detail("log: %s", story->proof);
	if (*story->failure)
		screen_detail("log: %s", story->failure);
	if (*story->notify_failure)
		screen_detail("log: %s", story->notify_failure);
}

/* Read what the logs say now. Returns 0 with *result NULL when nothing is settled yet. */
static int look(struct session *session, const char *phase, const struct exercise *exercise,
		const char **result, struct error *err)
{
	_cleanup_free_ char *key = mark_key(phase, exercise);
	_cleanup_free_ char *text = NULL;
	_cleanup_free_ char *why = NULL;
	_cleanup_free_ char *file = NULL;
	struct evidence evidence = { 0 };
	struct wsrep_story story;
	const json_t *mark;
	enum proof proof;
	size_t length;
	bool gap = false;
	int r;

	*result = NULL;
	mark = key ? session_recall(session, key) : NULL;
	r = serverlog_since(session, json_object_get(mark, "server"), &text, &length, &gap, err);
	if (r < 0)
		return r;
	wsrep_log_read(text, length, &story);
	proof = exercise_judge(exercise, &story, -1, &why);
	if (!why)
		return error_nomem(err);
	show_lines(&story);
	if (proof == PROOF_NONE || proof == PROOF_WRONG || (proof == PROOF_FAILED && strcmp(phase, PHASE_ENFORCING) != 0)) {
		screen_mark(MARK_WARN, "%s", why);
		if (gap)
			screen_say("Part of the server's log is missing: it was rotated away.");
		return 0;
	}
	r = keep_evidence(session, phase, exercise, mark, &evidence, err);
	file = evidence.file;
	if (r < 0)
		return r;
	if (evidence.gap || evidence.lost > 0) {
		screen_mark(MARK_WARN, "%s, but evidence is missing: %s. Do it again.", why,
			    evidence.gap ? "the audit log was rotated away or truncated meanwhile"
					 : "the kernel lost audit events");
		return forget_marks(session, phase, exercise, err);
	}
	*result = proof == PROOF_OK ? "proved" : "failed";
	screen_mark(proof == PROOF_OK ? MARK_OK : MARK_STOP, "%s %s: %s; %zu denials",
		    exercise->title, *result, why, evidence.denials);
	return finish(session, phase, exercise, *result, &evidence, err);
}

static int exercise_one(struct session *session, const char *phase, const struct exercise *exercise,
			struct error *err)
{
	const char *result = NULL;
	int chosen = 0;
	int r;

	screen_blank();
	screen_say("%s: %s.", exercise->title, exercise->what);
	if (exercise->safety)
		screen_mark(MARK_WARN, "%s", exercise->safety);
	r = show_commands(session, exercise, err);
	while (r == 0 && !result) {
		r = mark_logs(session, phase, exercise, err);
		if (r < 0)
			return r;
		r = wait_for_operator(session, exercise, &chosen, err);
		if (r < 0)
			return r;
		if (chosen == 2)
			return STEP_PAUSED;
		if (chosen == 1)
			break;
		if (node_player(session)) {
			r = play(session, phase, exercise, err);
			if (r < 0)
				return r;
		}
		r = look(session, phase, exercise, &result, err);
		if (r == 0 && !result)
			r = ask_unproved(session, exercise, err);
	}
	if (r == STEP_SKIPPED || chosen == 1) {
		screen_mark(MARK_WARN, "%s skipped: what it needs will not be known", exercise->title);
		r = finish(session, phase, exercise, "skipped", NULL, err);
	}
	return r ? r : forget_marks(session, phase, exercise, err);
}

int exercising_run(struct session *session, const char *phase, struct error *err)
{
	const struct galera_config *config;
	int r = node_config(session, &config, err);

	if (r < 0)
		return r;
	for (const struct exercise *e = galera_exercises; e->name; e++) {
		if (result_of(session, phase, e->name))
			continue;
		if (!strcmp(e->name, "notify") && !config->notify_command)
			r = finish(session, phase, e, "n/a", NULL, err);
		else
			r = exercise_one(session, phase, e, err);
		if (r)
			return r;
	}
	screen_blank();
	exercising_table(session, phase);
	return 0;
}
