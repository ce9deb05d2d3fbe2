/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build - the module as text to read, compiled in memory with the store's own modules, its neverallow
 * rules checked, every denial replayed against it: before anything is installed.
 */
#include <errno.h>
#include <string.h>

#include "steps/module.h"
#include "steps/node.h"
#include "steps/replay.h"
#include "steps/steps.h"
#include "wizard/screen.h"
#include "wizard/util.h"

static bool file_equals(struct session *session, const char *name, const char *text)
{
	_cleanup_free_ char *path = session_path(session, name);
	_cleanup_free_ char *present = NULL;

	if (!path || file_read(path, &present, NULL, NULL) < 0)
		return !text;
	return text && !strcmp(present, text);
}

static int detect(struct session *session, enum step_state *state, struct error *err)
{
	_cleanup_free_ char *te = NULL;
	_cleanup_free_ char *cil = NULL;
	int r;

	*state = STEP_TODO;
	r = step_review.detect(session, state, err);
	if (r < 0 || *state == STEP_TODO)
		return r;
	r = module_texts(session, &te, &cil, err);
	if (r < 0)
		return r;
	*state = session_recall(session, "build") && file_equals(session, MODULE_TE, te) &&
				 file_equals(session, MODULE_CIL, cil)
			 ? STEP_SATISFIED
			 : STEP_TODO;
	return 0;
}

static int compile(struct session *session, const char *cil, struct oracle **with,
		   struct error *err)
{
	struct store_cil *modules = NULL;
	struct store *store;
	size_t count = 0;
	int r = node_store(session, &store, err);

	if (r < 0)
		return r;
	r = store_all_modules(store, MODULE_NAME, &modules, &count, err);
	if (r < 0)
		return r;
	screen_say("Compiling it in memory with the store's %zu modules ...", count);
	r = oracle_compile(with, modules, count, MODULE_NAME, cil, err);
	store_cils_free(modules, count);
	return r < 0 ? error_prefix(err, "the module does not fit the policy") : 0;
}

static int prove(struct session *session, struct oracle *with, struct replay *replay,
		 struct error *err)
{
	const struct findings *findings;
	const struct denials *denials;
	int r = module_findings(session, &findings, &denials, err);

	if (r < 0)
		return r;
	r = replay_denials(with, findings, denials, replay, err);
	if (r < 0)
		return r;
	if (replay->broken)
		return error_set(err, EPERM, "reject that finding in review; see what its details say",
				 "%zu accesses would still be denied with the module: %s",
				 replay->broken, replay->failure);
	screen_mark(MARK_OK, "replayed %zu denied accesses: %zu allowed now, %zu silenced, %zu left",
		    replay->replayed, replay->allowed, replay->silenced, replay->left);
	return 0;
}

static int write_text(struct session *session, const char *name, const char *text, struct error *err)
{
	_cleanup_free_ char *path = session_path(session, name);
	int r;

	if (!path)
		return error_nomem(err);
	r = file_write(path, text, strlen(text), 0600, err);
	if (r == 0)
		screen_detail("%s", path);
	return r;
}

/* Files of a module that has become empty would be taken for the present one. */
static int remove_texts(struct session *session, struct error *err)
{
	static const char *const names[] = { MODULE_TE, MODULE_CIL };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = session_path(session, names[i]);

		if (!path)
			return error_nomem(err);
		if (remove(path) < 0 && errno != ENOENT)
			return error_set(err, errno, "remove it by hand", "removing %s: %m", path);
	}
	return 0;
}

static int remember(struct session *session, const struct replay *replay, struct error *err)
{
	struct rules rules = { 0 };
	json_t *value;
	int r = module_rules(session, &rules, err);

	if (r < 0)
		return r;
	value = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "rules", (json_int_t)rules.count,
			  "permissions", (json_int_t)rules_permissions(&rules, RULE_ALLOW),
			  "replayed", (json_int_t)replay->replayed, "allowed",
			  (json_int_t)replay->allowed, "silenced", (json_int_t)replay->silenced, "left",
			  (json_int_t)replay->left);
	rules_clear(&rules);
	return value ? session_remember(session, "build", value, err) : error_nomem(err);
}

static int apply(struct session *session, const json_t *changes, struct error *err)
{
	_cleanup_free_ char *te = NULL;
	_cleanup_free_ char *cil = NULL;
	struct oracle *with = NULL;
	struct replay replay = { 0 };
	int r = module_texts(session, &te, &cil, err);

	(void)changes;
	if (r < 0)
		return r;
	if (!te) {
		screen_mark(MARK_OK, "no rule is needed: there is no module to build");
		r = remove_texts(session, err);
		return r < 0 ? r : remember(session, &replay, err);
	}
	r = compile(session, cil, &with, err);
	if (r == 0) {
		screen_mark(MARK_OK, "it compiles, and violates no neverallow rule");
		r = prove(session, with, &replay, err);
	}
	oracle_close(with);
	if (r == 0)
		r = write_text(session, MODULE_TE, te, err);
	if (r == 0)
		r = write_text(session, MODULE_CIL, cil, err);
	screen_detail("as: checkmodule -M -m " MODULE_TE " -o " MODULE_NAME ".mod");
	screen_detail("    semodule_package -m " MODULE_NAME ".mod -o " MODULE_NAME ".pp");
	return r < 0 ? r : remember(session, &replay, err);
}

const struct step step_build = {
	.name = "build",
	.title = "Build the module",
	.why = "As text that you can read, and checked against the policy in memory. Nothing is "
	       "installed yet.",
	.flags = STEP_NO_PLAN_YET,
	.detect = detect,
	.apply = apply,
};
