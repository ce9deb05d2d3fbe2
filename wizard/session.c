/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wizard/answers.h"
#include "wizard/engine.h"
#include "wizard/lock.h"
#include "wizard/names.h"
#include "wizard/util.h"

struct session {
	const struct workflow *workflow;
	struct answers *answers;
	char *root;
	bool yes, json, force, lines;
	char *const *arguments;
	char *resume; /* NULL: the usual one */

	/* From session_open() on. */
	bool is_open, is_read_only;
	bool unchanged; /* since a run came to its end */
	int lock;
	struct journal *journal; /* NULL: nothing was ever written */
	json_t *memory;
	unsigned int round;
	int back_to; /* a step's index; -1: nowhere */
	void *data;
};

static char *copy_root(const char *root)
{
	size_t length = strlen(root);

	while (length > 1 && root[length - 1] == '/')
		length--;
	return strndup(root, length);
}

int session_new(struct session **session, const struct workflow *workflow,
		const struct session_options *options, struct error *err)
{
	static char *const no_arguments[] = { NULL };
	struct session *made = calloc(1, sizeof(*made));
	int r;

	if (!made)
		return error_nomem(err);
	made->workflow = workflow;
	made->root = copy_root(options->root);
	made->yes = options->yes;
	made->json = options->json;
	made->force = options->force;
	made->lines = options->lines;
	made->arguments = no_arguments;
	made->lock = -1;
	made->memory = json_object();
	made->round = 1;
	made->back_to = -1;
	r = made->root && made->memory ? answers_new(&made->answers, workflow, options, err)
				       : error_nomem(err);
	if (r == 0 && workflow->check)
		r = workflow->check(err);
	if (r < 0) {
		session_free(made);
		return r;
	}
	*session = made;
	return 0;
}

void session_free(struct session *session)
{
	if (!session)
		return;
	if (session->is_open && session->workflow->close)
		session->workflow->close(session->data);
	journal_close(session->journal);
	json_decref(session->memory);
	answers_free(session->answers);
	cleanup_close(&session->lock);
	free(session->root);
	free(session->resume);
	free(session);
}

static char *session_directory(const struct session *session)
{
	return str_printf("%s/var/lib/%s", session_is_scratch(session) ? session->root : "",
			  session->workflow->program);
}

static int create_directory(const struct session *session, const char *directory, struct error *err)
{
	_cleanup_free_ char *parent = session_in_root(session, "/var/lib");
	int r;

	if (!parent)
		return error_nomem(err);
	if (access(directory, F_OK) == 0)
		return 0;
	r = make_directories(parent, 0755, err);
	if (r == 0)
		r = make_directories(directory, 0700, err);
	if (r == -EACCES || r == -EPERM)
		error_remedy(err, "run %s as root, or give a scratch root with --root DIR",
			     session->workflow->program);
	return r;
}

/* A record's meaning for the memory. What is not ours to replay is the runner's. */
static int replay(struct session *session, const json_t *record, struct error *err)
{
	const char *event = json_string_value(json_object_get(record, "event"));
	const char *key = json_string_value(json_object_get(record, "key"));
	json_t *value = json_object_get(record, "value");

	if (!event)
		return error_set(err, EBADMSG, "move it away to start from the beginning",
				 "the journal holds a record without an event");
	if (strcmp(event, "reset") == 0) {
		json_object_clear(session->memory);
		session->round = 1;
	} else if (strcmp(event, "back") == 0) {
		session->round++;
	} else if (strcmp(event, "remember") == 0 && key) {
		if (!value || json_is_null(value))
			json_object_del(session->memory, key);
		else if (json_object_set(session->memory, key, value) < 0)
			return error_nomem(err);
	}
	return 0;
}

static int open_journal(struct session *session, struct error *err)
{
	_cleanup_free_ char *path = session_path(session, "journal");
	json_t *record;
	size_t index;
	int r;

	if (!path)
		return error_nomem(err);
	r = journal_open(&session->journal, path, session->is_read_only, err);
	if (r < 0)
		return r;
	json_array_foreach(journal_records(session->journal), index, record)
	{
		r = replay(session, record, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int take_directory(struct session *session, struct error *err)
{
	_cleanup_free_ char *directory = session_directory(session);
	_cleanup_free_ char *lock = session_path(session, "lock");
	int r;

	if (!directory || !lock)
		return error_nomem(err);
	r = create_directory(session, directory, err);
	if (r == 0)
		session->lock = lock_take(lock, session->workflow->program, err);
	return r < 0 ? r : session->lock < 0 ? session->lock : 0;
}

int session_open(struct session *session, bool read_only, struct error *err)
{
	int r = 0;

	if (session->is_open)
		return error_set(err, EALREADY, NULL, "the session is open already");
	session->is_read_only = read_only;
	if (!read_only)
		r = take_directory(session, err);
	if (r == 0)
		r = open_journal(session, err);
	if (r == 0 && session->workflow->open)
		r = session->workflow->open(session, &session->data, err);
	session->is_open = r == 0;
	return r;
}

int session_move(struct session *session, const char *root, struct error *err)
{
	char *copy;

	if (session->is_open)
		return error_set(err, EALREADY, NULL, "an open session cannot move to %s", root);
	copy = copy_root(root);
	if (!copy)
		return error_nomem(err);
	free(session->root);
	session->root = copy;
	return 0;
}

const struct workflow *session_workflow(const struct session *session)
{
	return session->workflow;
}

void *session_data(const struct session *session)
{
	return session->data;
}

const char *session_root(const struct session *session)
{
	return session->root;
}

bool session_is_scratch(const struct session *session)
{
	return strcmp(session->root, "/") != 0;
}

bool session_json(const struct session *session)
{
	return session->json;
}

bool session_yes(const struct session *session)
{
	return session->yes;
}

bool session_force(const struct session *session)
{
	return session->force;
}

bool session_lines(const struct session *session)
{
	return session->lines;
}

bool session_unchanged(const struct session *session)
{
	return session->unchanged;
}

void session_set_unchanged(struct session *session, bool unchanged)
{
	session->unchanged = unchanged;
}

bool session_is_open(const struct session *session)
{
	return session->is_open;
}

bool session_read_only(const struct session *session)
{
	return session->is_read_only;
}

char *const *session_arguments(const struct session *session)
{
	return session->arguments;
}

void session_set_arguments(struct session *session, char *const *arguments)
{
	session->arguments = arguments;
}

bool session_takes(const struct session *session, const char *step)
{
	char *const *word = session->arguments;
	bool all = !word || !*word;

	while (!all && *word && strcmp(*word, step) != 0)
		word++;
	return all || *word;
}

char *session_in_root(const struct session *session, const char *path)
{
	return path_in_root(session->root, path);
}

char *session_path(const struct session *session, const char *name)
{
	_cleanup_free_ char *directory = session_directory(session);

	return directory ? str_printf("%s/%s", directory, name) : NULL;
}

json_t *session_recall(const struct session *session, const char *key)
{
	return json_object_get(session->memory, key);
}

json_t *session_memory(const struct session *session)
{
	return session->memory;
}

const json_t *session_records(const struct session *session)
{
	return session->journal ? journal_records(session->journal) : NULL;
}

bool session_torn(const struct session *session)
{
	return session->journal && journal_torn(session->journal);
}

/* Journal the record (stolen), then do what it says. A read-only session writes nothing. */
static int enact(struct session *session, json_t *record, struct error *err)
{
	int r = 0;

	if (!record)
		return error_nomem(err);
	json_incref(record);
	if (session->is_read_only)
		json_decref(record);
	else
		r = session_record(session, record, err);
	if (r == 0)
		r = replay(session, record, err);
	json_decref(record);
	return r;
}

int session_record(struct session *session, json_t *record, struct error *err)
{
	if (!session->journal) {
		json_decref(record);
		return error_set(err, EBADF, NULL, "the session is not open: nothing is journaled");
	}
	return journal_append(session->journal, record, err);
}

int session_remember(struct session *session, const char *key, json_t *value, struct error *err)
{
	json_t *old = session_recall(session, key);

	if (!value)
		value = json_null();
	/* What is on the disk already is not written again. An object or list that was recalled and
	 * altered in place is equal to itself, and not on the disk. */
	if ((old != value || !(json_is_object(value) || json_is_array(value))) &&
	    (old ? json_equal(old, value) : json_is_null(value))) {
		json_decref(value);
		return 0;
	}
	return enact(session,
		     json_pack("{ss ss so}", "event", "remember", "key", key, "value", value), err);
}

int session_note(struct session *session, const char *key, const char *name, struct error *err)
{
	json_t *before = session_recall(session, key);
	json_t *names = before ? json_copy(before) : json_object();

	member_set(names, name, json_true());
	return session_remember(session, key, names, err);
}

int session_go_back(struct session *session, const char *step, struct error *err)
{
	int index = workflow_find_step(session->workflow, step), r;

	if (index < 0)
		return workflow_unknown_step(session->workflow, step, err);
	r = enact(session,
		  json_pack("{ss ss si}", "event", "back", "step", step, "round",
			    (int)session->round + 1),
		  err);
	if (r == 0)
		session->back_to = index;
	return r;
}

const char *session_take_back(struct session *session)
{
	int index = session->back_to;

	session->back_to = -1;
	return index < 0 ? NULL : session->workflow->steps[index]->name;
}

unsigned int session_round(const struct session *session)
{
	return session->round;
}

int session_reset(struct session *session, struct error *err)
{
	return enact(session, json_pack("{ss}", "event", "reset"), err);
}

const char *session_answer(const struct session *session, const char *key, const char *subject,
			   const char **origin)
{
	return answers_find(session->answers, key, subject, origin);
}

const char *session_take_answer(struct session *session, const char *key, const char *subject,
				const char **origin)
{
	return answers_take(session->answers, key, subject, origin);
}

const char *session_unused_answer(const struct session *session, const char *key, const char *value,
				  size_t *at)
{
	return answers_unused(session->answers, key, value, at);
}

void session_say_unused_answers(const struct session *session)
{
	if (session->is_open && !session->is_read_only)
		answers_say_unused(session->answers);
}

const struct question *session_question(const struct session *session, const char *key)
{
	return answers_question(session->answers, key);
}

void session_set_resume(struct session *session, const char *command)
{
	free(session->resume);
	session->resume = str_copy(command);
	no_memory_resume(command);
}

char *session_command(const struct session *session, const char *words)
{
	const char *program = session->workflow->program;
	_cleanup_free_ char *root = str_quoted(session->root);

	if (!root)
		return NULL;
	return str_printf("%s%s%s%s%s", program, session_is_scratch(session) ? " --root " : "",
			  session_is_scratch(session) ? root : "", *words ? " " : "", words);
}

char *session_resume(const struct session *session)
{
	return session->resume ? strdup(session->resume) : session_command(session, "");
}
