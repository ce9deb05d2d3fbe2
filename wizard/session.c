/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wizard/answers.h"
#include "wizard/journal.h"
#include "wizard/lock.h"
#include "wizard/process.h"
#include "wizard/text.h"
#include "wizard/session.h"
#include "wizard/trust.h"
#include "wizard/util.h"

static char *copy_root(const char *root)
{
	size_t length = strlen(root);

	while (length > 1 && root[length - 1] == '/')
		length--;
	return memory_copy(root, length);
}

static int read_answers(const struct session *session, struct error *err)
{
	const struct session_options *options = &session->options;
	int r = 0;

	for (char *const *answer = options->answers; r == 0 && answer && *answer; answer++)
		r = answers_add(session->answers, *answer, err);
	if (r == 0 && options->answers_file)
		r = answers_read(session->answers, options->answers_file, err);
	return r;
}

int session_new(struct session **session, const struct workflow *workflow,
		const struct session_options *options, struct error *err)
{
	static char *const no_arguments[] = { NULL };
	struct session *made = memory_new(1, sizeof(*made));
	int r;

	*made = (struct session){
		.workflow = workflow,
		.options = *options,
		.answers = answers_new(workflow->questions, options->yes),
		.root = copy_root(options->root),
		.arguments = no_arguments,
		.lock = -1,
		.memory = json_object(),
		.round = 1,
		.back_to = -1,
	};
	r = read_answers(made, err);
	if (r == 0 && workflow->check)
		r = workflow->check(err);
	if (r == 0)
		*session = made;
	else
		session_free(made);
	return r;
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

/* ---- from closed to open -------------------------------------------------------------------- */

static char *session_directory(const struct session *session)
{
	return str_printf("%s/var/lib/%s", session_is_scratch(session) ? session->root : "",
			  session->workflow->program);
}

static int create_directory(const struct session *session, const char *directory, struct error *err)
{
	_cleanup_free_ char *parent = session_in_root(session, "/var/lib");
	int r;

	if (access(directory, F_OK) == 0)
		return 0;
	r = make_directories(parent, 0755, err) ?: make_directories(directory, 0700, err);
	if (r == -EACCES || r == -EPERM)
		error_remedy(err, "run %s as root, or give a scratch root with --root DIR",
			     session->workflow->program);
	return r;
}

/* What a record of each kind has at least, as json_unpack() says it. */
static const struct shape {
	const char *event, *format, *keys[2];
} shapes[] = {
	{ "journal", "{si}", { "format" } },
	{ "begin", "{ss s[]}", { "step", "changes" } },
	{ "done", "{ss}", { "step" } },
	{ "undone", "{ss si}", { "step", "begin" } },
	{ "reset", "{}", { NULL } },
	{ "back", "{ss si}", { "step", "round" } },
	{ "remember", "{ss so}", { "key", "value" } },
};

/* What the runner shows of each. */
static bool are_changes(const json_t *changes)
{
	static const char *const words[] = { "what", "from", "to", "note", "command", "undo" };

	list_each(change, changes) {
		if (!json_is_object(change))
			return false;
		for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
			const json_t *word = json_object_get(change, words[i]);

			if (word && !json_is_string(word))
				return false;
		}
	}
	return true;
}

static bool has_shape(json_t *record)
{
	const char *event = member_text(record, "event");

	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		if (strcmp(event, shapes[i].event) == 0)
			return json_unpack_ex(record, NULL, JSON_VALIDATE_ONLY, shapes[i].format,
					      shapes[i].keys[0], shapes[i].keys[1]) == 0 &&
			       are_changes(json_object_get(record, "changes"));
	return false;
}

/* A record's meaning for the memory. What is not ours to replay is the runner's. */
static void replay(struct session *session, const json_t *record)
{
	const char *event = member_text(record, "event"), *key = member_text(record, "key");
	json_t *value = json_object_get(record, "value");

	if (strcmp(event, "reset") == 0) {
		json_object_clear(session->memory);
		session->round = 1;
	} else if (strcmp(event, "back") == 0) {
		session->round++;
	} else if (strcmp(event, "remember") == 0) {
		if (json_is_null(value))
			json_object_del(session->memory, key);
		else
			member_set(session->memory, key, json_incref(value));
	}
}

/* Is there a journal without a byte, beside files that only a run can have left? */
static bool has_lost_journal(const struct session *session, const char *journal)
{
	_cleanup_free_ char *path = session_directory(session);
	_cleanup_closedir_ DIR *directory = opendir(path);
	struct stat status;

	if (stat(journal, &status) < 0 || status.st_size > 0)
		return false;
	for (struct dirent *entry; directory && (entry = readdir(directory));)
		if (*entry->d_name != '.' && strcmp(entry->d_name, "lock") != 0 &&
		    strcmp(entry->d_name, "journal") != 0)
			return true;
	return false;
}

static int open_journal(struct session *session, struct error *err)
{
	_cleanup_free_ char *path = session_path(session, "journal");
	bool lost = has_lost_journal(session, path);
	int r = path_trusted(path, "the journal", err)
			?: journal_open(&session->journal, path, session->is_read_only, err);
	json_t *records;

	if (!session->journal)
		return r;
	if (lost)
		return journal_damaged(session->journal, 0,
				       "and all behind it are gone: the file is empty, and beside "
				       "it is what a run has left",
				       err);
	records = session->journal->records;
	for (size_t i = 0; i < json_array_size(records); i++) {
		json_t *record = json_array_get(records, i);

		if (has_shape(record))
			replay(session, record);
		else if (!json_is_null(record))
			r = journal_damaged(session->journal, i,
					    "is no record that this program writes",
					    r < 0 ? NULL : err);
	}
	return r;
}

static int take_directory(struct session *session, struct error *err)
{
	_cleanup_free_ char *directory = session_directory(session);
	_cleanup_free_ char *lock = session_path(session, "lock");
	int r = create_directory(session, directory, err);

	if (r < 0)
		return r;
	session->lock = lock_take(lock, session->workflow->program, err);
	return session->lock < 0 ? session->lock : 0;
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
	if (r == -EBADMSG)
		session->is_read_only = true;
	if ((r == 0 || r == -EBADMSG) && session->workflow->open)
		r = session->workflow->open(session, &session->data, r ? NULL : err) ?: r;
	session->is_open = r == 0 || r == -EBADMSG;
	return r;
}

int session_open_instead(struct session *session, unsigned int seconds, struct error *err)
{
	_cleanup_free_ char *lock = session_path(session, "lock");

	for (unsigned int waited = 0;; waited++) {
		struct error busy = { 0 };
		int r = session_open(session, false, &busy);

		if (r != -EBUSY || waited >= 10 * seconds || process_interrupted()) {
			*err = busy;
			return r;
		}
		/* Another one may have been quicker than we. */
		if (waited % 100 == 0)
			lock_stop_holder(lock);
		usleep(100000);
	}
}

int session_move(struct session *session, const char *root, struct error *err)
{
	if (session->is_open)
		return error_set(err, EALREADY, NULL, "an open session cannot move to %s", root);
	free(session->root);
	session->root = copy_root(root);
	return 0;
}

/* ---- what it is ----------------------------------------------------------------------------- */

bool session_is_scratch(const struct session *session)
{
	return strcmp(session->root, "/") != 0;
}

bool session_takes(const struct session *session, const char *step)
{
	char *const *word = session->arguments;
	bool all = !*word;

	while (*word && strcmp(*word, step) != 0)
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

	return str_printf("%s/%s", directory, name);
}

char *session_command(const struct session *session, const char *words)
{
	_cleanup_free_ char *root = text_quoted(session->root);
	bool scratch = session_is_scratch(session);

	return str_printf("%s%s%s%s%s", session->workflow->program, scratch ? " --root " : "",
			  scratch ? root : "", *words ? " " : "", words);
}

void session_set_resume(struct session *session, const char *command)
{
	free(session->resume);
	session->resume = str_copy(command);
	no_memory_resume(command);
}

char *session_resume(const struct session *session)
{
	return session->resume ? str_copy(session->resume) : session_command(session, "");
}

/* ---- journal and memory --------------------------------------------------------------------- */

json_t *session_recall(const struct session *session, const char *key)
{
	return json_object_get(session->memory, key);
}

const json_t *session_records(const struct session *session)
{
	return session->journal ? session->journal->records : NULL;
}

/* Journal the record (stolen), then do what it says. A read-only session writes nothing. */
static int enact(struct session *session, json_t *record, struct error *err)
{
	json_auto_t *kept = json_incref(record);
	int r = 0;

	if (session->is_read_only)
		json_decref(record);
	else
		r = session_record(session, record, err);
	if (r == 0)
		replay(session, kept);
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
	return enact(
		session,
		json_made(json_pack("{ss ss so}", "event", "remember", "key", key, "value", value)),
		err);
}

int session_note(struct session *session, const char *key, const char *name, struct error *err)
{
	json_t *before = session_recall(session, key);
	json_t *names = json_is_object(before) ? json_copy(before) : json_object();

	member_set(names, name, json_true());
	return session_remember(session, key, names, err);
}

int session_go_back(struct session *session, const char *step, struct error *err)
{
	int index = workflow_find_step(session->workflow, step, err), r;

	if (index < 0)
		return index;
	r = enact(session,
		  json_made(json_pack("{ss ss si}", "event", "back", "step", step, "round",
				      (int)session->round + 1)),
		  err);
	if (r == 0)
		session->back_to = index;
	return r;
}

int session_reset(struct session *session, struct error *err)
{
	return enact(session, json_made(json_pack("{ss}", "event", "reset")), err);
}
