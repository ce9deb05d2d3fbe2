/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "steps/exercising/results.h"
#include "steps/subjects.h"
#include "wizard/answers.h"
#include "wizard/strings.h"
#include "wizard/util.h"

/* ---- exercises ------------------------------------------------------------------------------- */

int subjects_exercise(const char *subject, const char *value, struct error *err)
{
	(void)value;
	return subject ? wanted_check(subject, err) : 0;
}

int subjects_exercises(const char *subject, const char *value, struct error *err)
{
	_cleanup_(strings_clear) struct strings names = { 0 };
	int r = 0;

	if (subject)
		return error_set(err, EINVAL, "write exercise.also = NAME NAME ...",
				 "exercise.also has its names as its value, not in brackets");
	strings_split(&names, value, ", ");
	for (size_t i = 0; r == 0 && i < names.count; i++)
		if (strcmp(names.items[i], "none") != 0)
			r = wanted_check(names.items[i], err);
	return r;
}

int subjects_any(const char *subject, const char *value, struct error *err)
{
	(void)value;
	return subject && !*subject ? error_set(err, EINVAL, "write a name between the brackets",
						"there is nothing between the brackets")
				    : 0;
}

/* ---- findings -------------------------------------------------------------------------------- */

/* Source, target and class; alike are these, and one permission. */
enum { WORDS = 3, SAME };

struct subject {
	struct strings words;       /* the first three; what is behind them: */
	struct strings permissions; /* none: the text names no finding */
};

static void subject_clear(struct subject *subject)
{
	strings_clear(&subject->words);
	strings_clear(&subject->permissions);
}

static struct subject subject_read(const char *text)
{
	struct subject key = { 0 };

	strings_split(&key.words, text, " \t");
	for (size_t i = WORDS; i < key.words.count; i++)
		strings_split(&key.permissions, key.words.items[i], ",");
	return key;
}

int subjects_finding(const char *subject, const char *value, struct error *err)
{
	_cleanup_(subject_clear) struct subject key = subject_read(subject ?: "");

	(void)value;
	if (!subject || key.permissions.count)
		return 0;
	return error_set(err, EINVAL,
			 "write it as \"SOURCE TARGET CLASS PERMISSION,PERMISSION\": "
			 "mysqld_t rsync_exec_t file execute,open,read",
			 "\"%s\" names no finding", subject);
}

int subjects_alike(const char *one, const char *other)
{
	_cleanup_(subject_clear) struct subject a = subject_read(one);
	_cleanup_(subject_clear) struct subject b = subject_read(other);
	bool share = false;
	int alike = 0;

	if (!a.permissions.count || !b.permissions.count)
		return 0;
	for (int i = 0; i < WORDS; i++)
		alike += !strcmp(a.words.items[i], b.words.items[i]);
	for (size_t i = 0; i < a.permissions.count; i++)
		share = share || strings_has(&b.permissions, a.permissions.items[i]);
	return alike + (alike && share);
}

bool subjects_same_finding(const char *given, const char *asked)
{
	return subjects_alike(given, asked) == SAME;
}

/* ---- rejected beforehand --------------------------------------------------------------------- */

static int no_finding(const char *subject, const char *nearest, struct error *err)
{
	error_set(err, EINVAL, NULL,
		  "the answer review.rule[%s] = reject means no finding: nothing would be rejected",
		  subject);
	return *nearest ? error_remedy(err, "correct it; the nearest is review.rule[%s]", nearest)
			: error_remedy(err, "correct it, or leave it out");
}

static int check_one(const char *subject, const struct findings *findings, struct error *err)
{
	_cleanup_free_ char *nearest = NULL;
	int alike = 1; /* one word in common, as the class, makes none near */

	for (size_t i = 0; i < findings->count; i++) {
		_cleanup_free_ char *key = finding_key(&findings->items[i]);
		int here = subjects_alike(subject, key);

		if (here == SAME && finding_rule(&findings->items[i]) != FIX_ALLOWED)
			return error_set(
				err, EINVAL,
				"decide anew, with the option --decide-again; or leave the answer "
				"out",
				"the answer review.rule[%s] = reject comes too late: the rule was "
				"accepted before",
				subject);
		if (here > alike) {
			free(nearest);
			nearest = TAKE_PTR(key);
			alike = here;
		}
	}
	return alike == SAME ? 0 : no_finding(subject, nearest ?: "", err);
}

int subjects_rejects(const struct session *session, const struct findings *findings,
		     struct error *err)
{
	const char *subject;
	size_t at = 0;
	int r = 0;

	while (r == 0 && (subject = answers_unused(session->answers, "review.rule", "reject", &at)))
		r = check_one(subject, findings, err);
	return r;
}
