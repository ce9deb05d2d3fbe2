/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "steps/host/selinux.h"
#include "steps/node/whole.h"
#include "wizard/screen.h"
#include "wizard/util.h"

static int refuse(struct session *session, const char *what, struct error *err)
{
	_cleanup_free_ char *start = session_command(session, "");

	error_set(
		err, EUCLEAN, NULL,
		"a change of the policy was cut off before its end: %s is not as the policy store "
		"has it",
		what);
	return error_remedy(err, "start the wizard, which builds it anew and goes on: %s",
			    str_trim(start));
}

int whole_files(struct session *session, struct store *store, bool *built, struct error *err)
{
	_cleanup_free_ char *what = NULL, *still = NULL;
	int r = store_cut(store, &what, err);

	*built = false;
	if (r < 0 || !what)
		return r;
	if (session->is_read_only)
		return refuse(session, what, err);
	screen_mark(MARK_WARN,
		    "A change of the policy was cut off before its end: %s is not as the policy "
		    "store has it.",
		    what);
	if (!session->is_open)
		return 0;
	screen_say("Building it anew; this usually takes 5 to 15 seconds ...");
	r = store_mend(store, err) ?: store_cut(store, &still, err);
	if (r < 0)
		return r;
	*built = true;
	if (still)
		screen_mark(MARK_WARN,
			    "%s is still not as the policy store has it: look for what "
			    "else writes it.",
			    still);
	else
		screen_mark(MARK_OK, "The policy is built anew, from the policy store.");
	return 0;
}

/* 1: it has another; 0: the same, or it cannot be told, as was said. */
static int kernel_differs(const struct oracle *oracle)
{
	struct oracle *loaded = NULL;
	struct error err = { 0 };
	int r = oracle_open(&loaded, host_loaded_policy(), &err);

	if (r < 0)
		screen_mark(MARK_WARN,
			    "Whether the kernel has loaded the policy was not looked at: %s",
			    err.what);
	else
		r = !oracle_same(loaded, oracle);
	oracle_close(loaded);
	return r > 0;
}

int whole_kernel(struct session *session, const struct oracle *oracle, const char *path,
		 bool *unloaded, struct error *err)
{
	enum selinux_mode mode = SELINUX_MODE_DISABLED;
	int r = session_is_scratch(session) ? 0 : host_selinux_mode(session->root, &mode, err);

	if (r < 0 || mode == SELINUX_MODE_DISABLED || !session->is_open || !kernel_differs(oracle))
		return r;
	if (session->is_read_only) {
		*unloaded = true;
		screen_mark(MARK_WARN,
			    "The kernel has not loaded %s: load_policy does, and so does "
			    "the next run.",
			    path);
		return 0;
	}
	screen_mark(MARK_WARN,
		    "A change of the policy was cut off before its end, or made without loading "
		    "it: the kernel had not loaded %s.",
		    path);
	r = host_policy_reload(err);
	if (r < 0)
		return r;
	if (kernel_differs(oracle))
		screen_mark(MARK_WARN,
			    "The kernel still has another policy than %s: see whether "
			    "load_policy loads another file.",
			    path);
	else
		screen_mark(MARK_OK, "It is loaded now.");
	return 0;
}
