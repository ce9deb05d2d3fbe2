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

static enum in_kernel ask_kernel(const struct oracle *oracle)
{
	struct oracle *loaded = NULL;
	struct error err = { 0 };
	enum in_kernel found = IN_KERNEL_UNSEEN;

	if (oracle_open(&loaded, host_loaded_policy(), &err) < 0)
		screen_mark(MARK_WARN,
			    "Whether the kernel has loaded the policy was not looked at: %s",
			    err.what);
	else
		found = oracle_same(loaded, oracle) ? IN_KERNEL_SAME : IN_KERNEL_OTHER;
	oracle_close(loaded);
	return found;
}

int whole_kernel(struct session *session, const struct oracle *oracle, const char *path,
		 enum in_kernel *found, struct error *err)
{
	enum selinux_mode mode = SELINUX_MODE_DISABLED;
	int r = session_is_scratch(session) ? 0 : host_selinux_mode(session->root, &mode, err);

	*found = IN_KERNEL_SAME;
	if (r < 0 || mode == SELINUX_MODE_DISABLED || !session->is_open)
		return r;
	*found = ask_kernel(oracle);
	if (*found != IN_KERNEL_OTHER)
		return 0;
	if (session->is_read_only) {
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
	*found = ask_kernel(oracle);
	if (*found == IN_KERNEL_OTHER)
		screen_mark(MARK_WARN,
			    "The kernel still has another policy than %s: see whether "
			    "load_policy loads another file.",
			    path);
	else if (*found == IN_KERNEL_SAME)
		screen_mark(MARK_OK, "It is loaded now.");
	return 0;
}
