/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * labels.h - the labels of the server's files: what is wrong with them, and how it is mended
 *
 * A file has the label that the policy wants for its path; where the policy knows the path for
 * nothing, or for something else (a data directory that was moved), a local file-context rule comes
 * first. What `check` tells and what the step `ports` does are the same list.
 */
#pragma once

#include <jansson.h>

#include "steps/host/label_tree.h"
#include "steps/store/store.h"
#include "wizard/session.h"

enum label_state {
	LABEL_RIGHT,
	LABEL_WRONG, /* the policy knows the path: relabel */
	LABEL_RULE,  /* it does not: a rule, then relabel */
	LABEL_PLACE, /* no label helps here; advice says what does */
};

struct label {
	enum label_state state;
	const char *name; /* "label-datadir": what --ignore waives */
	const char *what; /* "the data directory" */
	char *path;
	char *type;          /* now; NULL: none */
	char *wanted;        /* NULL: the policy says nothing */
	bool alone;          /* without what is below it */
	mode_t mode;         /* its S_IFMT */
	size_t wrong, files; /* LABEL_WRONG: how many of how many */
	char *first;         /* LABEL_WRONG: one of them */
	char *spec;          /* LABEL_RULE: the rule's expression */
	char *advice;        /* LABEL_PLACE: a sentence */
};

#define LABEL_WAY "label-way" /* the name of a directory above the server's files */

struct labels {
	struct label *items;
	size_t count;
};

/* labels_look - every file of the server's that exists; labels_clear, whatever it returns. */
int labels_look(struct session *session, struct labels *labels, struct error *err);
void labels_clear(struct labels *labels);

/* labels_tree - how the server's files are walked; path is borrowed. */
struct label_tree labels_tree(struct session *session, struct file_labels *wants, const char *path,
			      bool alone);

/* labels_rule - the expression of a file-context rule for path, below: and for all that is in it;
 * in new memory (caller frees). *alias (may be NULL): the policy takes the path for another
 * (/usr/sbin/x for /usr/bin/x), which the rule names: semanage refuses one for the path itself. */
int labels_rule(const struct file_labels *wants, const char *path, bool below, char **rule,
		bool *alias, struct error *err);

/* labels_kind - which files its rule is about: what is labelled alone is of one kind. */
enum store_files labels_kind(const struct label *label);

/* labels_command - the documented commands that mend LABEL_WRONG or LABEL_RULE; new memory (caller
 * frees). modify: there is a rule already. */
char *labels_command(const struct label *label, bool modify);

/* labels_plan - append a change for each that is not right, not waived by --ignore and not
 * declined. They have a member "path". */
int labels_plan(struct session *session, json_t *changes, struct error *err);
/* labels_decline - strike these changes, and remember that they are not wanted. */
int labels_decline(struct session *session, json_t *changes, struct error *err);
/* labels_declined - has the operator declined to have this path labelled? */
bool labels_declined(struct session *session, const char *path);

/* Of these changes, those with a path. In a transaction: the rules, and the rules as before. */
size_t labels_rules(const json_t *changes); /* how many rules */
int labels_set(struct store *store, const json_t *changes, bool back, struct error *err);
/* After it: the files. labels_relabel keeps their labels in the session's directory first. */
int labels_relabel(struct session *session, const json_t *changes, struct error *err);
int labels_restore(struct session *session, const json_t *changes, struct error *err);
