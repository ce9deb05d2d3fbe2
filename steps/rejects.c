/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "steps/rejects.h"
#include "steps/subjects.h"
#include "wizard/util.h"

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
		char *key = finding_key(&findings->items[i]);
		int here = subjects_alike(subject, key);
		bool same = subjects_same_finding(subject, key);

		if (here > alike) {
			free(nearest);
			nearest = TAKE_PTR(key);
			alike = here;
		}
		free(key);
		if (same && finding_rule(&findings->items[i]) != FIX_ALLOWED)
			return error_set(
				err, EINVAL,
				"decide anew, with the option --decide-again; or leave the answer "
				"out",
				"the answer review.rule[%s] = reject comes too late: the rule was "
				"accepted before",
				subject);
	}
	return subjects_same_finding(subject, nearest ? nearest : "")
		       ? 0
		       : no_finding(subject, nearest ? nearest : "", err);
}

int rejects_check(const struct session *session, const struct findings *findings, struct error *err)
{
	const char *subject;
	size_t at = 0;
	int r = 0;

	while (r == 0 && (subject = session_unused_answer(session, "review.rule", "reject", &at)))
		r = check_one(subject, findings, err);
	return r;
}
