/* SPDX-License-Identifier: GPL-2.0-or-later */
/* node_fingerprint - the state of the system that a plan is made for, and that a run has left */
#include <inttypes.h>

#include "steps/node/logs.h"
#include "steps/node/node.h"
#include "wizard/util.h"

/* FNV-1a: it is to tell states of one system apart, not to withstand anyone. */
static void mix(uint64_t *sum, const char *text)
{
	for (const char *byte = text ?: "-";; byte++) {
		*sum = (*sum ^ (unsigned char)*byte) * UINT64_C(0x100000001b3);
		if (!*byte)
			return;
	}
}

/* path is taken over. */
static void mix_file(uint64_t *sum, char *path)
{
	_cleanup_free_ char *file = path, *text = log_stamp(file);

	mix(sum, text);
}

static void mix_list(uint64_t *sum, char *const *list)
{
	for (; list && *list; list++)
		mix(sum, *list);
	mix(sum, NULL);
}

static void mix_files(struct session *session, const char *type, uint64_t *sum)
{
	static const char *const contexts[] = { "", ".local", ".subs", ".subs_dist" };

	for (size_t i = 0; i < ARRAY_SIZE(contexts); i++) {
		_cleanup_free_ char *inside = str_printf(
			"/etc/selinux/%s/contexts/files/file_contexts%s", type, contexts[i]);

		mix_file(sum, session_in_root(session, inside));
	}
	mix_file(sum, session_path(session, MODULE_TE));
	mix_file(sum, session_path(session, MODULE_CIL));
}

static void mix_options(struct session *session, uint64_t *sum)
{
	mix_list(sum, node_options.domain);
	mix_list(sum, node_options.logs);
	mix_list(sum, node_options.evidence);
	mix_list(sum, node_options.dangerous);
	mix_list(sum, node_options.exercises);
	if (node_options.decide_again && !node_run(session)->decided_again)
		mix(sum, "decide-again");
}

int node_fingerprint(struct session *session, char **text, struct error *err)
{
	const struct galera_config *config;
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	_cleanup_free_ char *path = NULL, *loaded = NULL;
	unsigned int loads = 0;
	enum selinux_mode mode = SELINUX_MODE_DISABLED;
	struct store *store = NULL;
	struct stat st;
	int r = node_store(session, &store, err)
			?: host_selinux_mode(session->root, &mode, err)
			?: node_policy(session, &path, &st, err)
			?: node_config(session, &config, err);

	if (r < 0)
		return r;
	mix_files(session, store_type(store), &sum);
	mix(&sum, selinux_mode_name(mode));
	/* Whoever loads another one does not change the file. */
	if (!session_is_scratch(session))
		(void)host_policy_loads(&loads, NULL);
	loaded = str_printf("%u", loads);
	mix(&sum, loaded);
	mix_options(session, &sum);
	for (size_t i = 0; i < config->option_count; i++) {
		mix(&sum, config->options[i].name);
		mix(&sum, config->options[i].value);
	}
	*text = str_printf("%s %lld bytes of %lld.%09ld, inode %" PRIu64 "; %016" PRIx64, path,
			   (long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			   (uint64_t)st.st_ino, sum);
	return 0;
}
