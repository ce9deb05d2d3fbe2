/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "steps/exercising/evidence.h"
#include "steps/exercising/results.h"
#include "steps/galera/exercises.h"
#include "steps/galera/files.h"
#include "steps/host/auditd.h"
#include "steps/host/journald.h"
#include "steps/host/logfile.h"
#include "steps/host/selinux.h"
#include "steps/host/server.h"
#include "steps/node/node.h"
#include "wizard/piece.h"
#include "wizard/screen.h"
#include "wizard/util.h"

void evidence_clear(struct evidence *evidence)
{
	free(evidence->file);
	*evidence = (struct evidence){ 0 };
}

/* Events that the kernel has lost so far; -1 where no kernel is asked. */
static json_int_t lost_events(struct session *session)
{
	struct audit_state state;

	if (session_is_scratch(session) || host_audit_state(&state, NULL) < 0)
		return -1;
	return state.lost;
}

/* Policies loaded since boot; -1 where no kernel is asked. */
static json_int_t policy_loads(struct session *session)
{
	unsigned int loads;

	return session_is_scratch(session) || host_policy_loads(&loads, NULL) < 0
		       ? -1
		       : (json_int_t)loads;
}

/* The kernel logs a denial of a permissive domain once, and remembers it as granted, until a policy
 * is loaded. */
static void flush(struct session *session)
{
	enum selinux_mode mode;
	struct error err = { 0 };

	if (session_is_scratch(session) || host_selinux_mode("/", &mode, NULL) < 0 ||
	    mode == SELINUX_MODE_DISABLED)
		return;
	if (host_policy_reload(&err) < 0)
		screen_mark(MARK_WARN,
			    "The policy could not be loaded anew (%s): a denial that was logged "
			    "before this exercise may not be logged again.",
			    err.what);
}

/* ---- where the logs end ---------------------------------------------------------------------- */

int evidence_server_log(struct session *session, char **path, struct error *err)
{
	const struct galera_config *config;
	const char *log;
	int r = node_config(session, &config, err);

	if (r < 0)
		return r;
	log = config->error_log;
	/* There is no journal in a scratch root. */
	if (!log && session_is_scratch(session))
		log = "/var/log/mysql/error.log";
	*path = log ? session_in_root(session, log) : NULL;
	return 0;
}

/* The one on the node's data directory. pid: that one, or none; 0: any. */
static int running_server(struct session *session, long pid, struct server_life *life,
			  struct error *err)
{
	const struct galera_config *config;
	int r = node_config(session, &config, err);

	return r < 0 ? r
		     : host_server_of(session->root, config->data_directory, galera_servers, pid,
				      life, err);
}

static char *mark_key(const struct occasion *at)
{
	return str_printf("mark %s %s", at->phase, at->exercise->name);
}

int evidence_begin(const struct occasion *at, struct error *err)
{
	_cleanup_free_ char *key = mark_key(at), *server_log = NULL;
	json_auto_t *audit = NULL, *server = NULL;
	struct server_life process = { 0 };
	const char *audit_log;
	unsigned int doubts = 0;
	int r;

	if (session_recall(at->session, key))
		return 0;
	r = node_audit_log(at->session, &audit_log, err)
		    ?: (occasion_is_confined(at) ? doubts_now(at->session, &doubts, err) : 0)
		    ?: evidence_server_log(at->session, &server_log, err)
		    ?: running_server(at->session, 0, &process, err);
	if (r < 0)
		return r;
	flush(at->session);
	r = logfile_mark(audit_log, &audit, err)
		    ?: (server_log ? logfile_mark(server_log, &server, err)
				   : journald_mark(NULL, &server, err));
	if (r < 0)
		return r;
	return session_remember(
		at->session, key,
		json_made(json_pack("{s:O, s:O, s:I, s:I, s:I, s:o, s:I, s:I}", "audit", audit,
				    "server", server, "began", (json_int_t)time(NULL), "lost",
				    lost_events(at->session), "loads", policy_loads(at->session),
				    "doubts", doubts_json(doubts), "pid", (json_int_t)process.pid,
				    "started", (json_int_t)process.started)),
		err);
}

static const json_t *marks_of(const struct occasion *at)
{
	_cleanup_free_ char *key = mark_key(at);

	return session_recall(at->session, key);
}

bool evidence_is_begun(const struct occasion *at)
{
	return marks_of(at);
}

/* The server's own, under each name that it has: another instance's messages prove nothing of it.
 */
static int follow_journal_of(struct session *session, struct follow *follow, const json_t *mark,
			     struct error *err)
{
	_cleanup_(node_units_clear) struct node_units units = { 0 };
	int r = node_units(session, &units, err);
	const char *const names[] = { units.unit, units.running,
				      r == 0 && strchr(units.unit, '@') ? NULL
									: NODE_BOOTSTRAP_UNIT,
				      NULL };

	return r < 0 ? r : follow_journal(follow, NULL, names, mark, err);
}

int evidence_follow(const struct occasion *at, struct follow *follow, int *audit, int *server,
		    struct error *err)
{
	const json_t *marks = marks_of(at);
	const json_t *mark = json_object_get(marks, "server");
	_cleanup_free_ char *path = NULL;
	const char *audit_log;
	int r = node_audit_log(at->session, &audit_log, err)
			?: evidence_server_log(at->session, &path, err);

	if (r < 0)
		return r;
	*audit = follow_file(follow, audit_log, json_object_get(marks, "audit"), err);
	if (*audit < 0)
		return *audit;
	*server = path ? follow_file(follow, path, mark, err)
		       : follow_journal_of(at->session, follow, mark, err);
	return *server < 0 ? *server : 0;
}

/* A file that is not there yet will begin at 0. */
static int cut_back(const char *path, const json_t *mark, struct error *err)
{
	off_t end = member_number(mark, "size");
	struct stat status;

	if (stat(path, &status) < 0 || status.st_size <= end || truncate(path, end) == 0)
		return 0;
	return error_set(err, errno, "see that the scratch root can be written to",
			 "cannot cut %s back to where the exercise began: %m", path);
}

int evidence_cut_back(const struct occasion *at, struct error *err)
{
	const json_t *marks = marks_of(at);
	_cleanup_free_ char *server_log = NULL;
	const char *audit_log;

	if (!session_is_scratch(at->session) || !marks)
		return 0;
	return node_audit_log(at->session, &audit_log, err)
		       ?: evidence_server_log(at->session, &server_log, err)
		       ?: cut_back(audit_log, json_object_get(marks, "audit"), err)
		       ?: cut_back(server_log, json_object_get(marks, "server"), err);
}

/* Asked each time that the log grows: all processes are looked at where the two that matter are
 * not there. */
static int find_server(const struct occasion *at, long named, struct witness *witness,
		       struct error *err)
{
	const json_t *marks = marks_of(at);
	struct server_life now = { 0 };
	long before = (long)member_number(marks, "pid");
	int r = before ? running_server(at->session, before, &now, err) : 0;

	witness->restarted = !now.pid || (json_int_t)now.started != member_number(marks, "started");
	if (r == 0 && witness->restarted && named)
		r = running_server(at->session, named, &now, err);
	if (r == 0 && !now.pid)
		r = running_server(at->session, 0, &now, err);
	witness->pid = now.pid;
	return r;
}

int evidence_witness(const struct occasion *at, long named, struct witness *witness,
		     struct error *err)
{
	const struct galera_config *config;
	_cleanup_free_ char *state = NULL, *path = NULL;
	int r = node_config(at->session, &config, err) ?: find_server(at, named, witness, err);

	if (r < 0)
		return r;
	/* With mysqldump it gets its state as a client's statements. */
	witness->serves_joining =
		!strcmp(config->sst_method, "mysqldump") ||
		!strcmp(at->exercise->method ? at->exercise->method : "", "mysqldump");
	state = str_printf("%s/grastate.dat", galera_state_directory(config));
	path = session_in_root(at->session, state);
	galera_saved_group(path, witness->group);
	return 0;
}

int evidence_forget(const struct occasion *at, struct error *err)
{
	_cleanup_free_ char *key = mark_key(at);

	return session_remember(at->session, key, NULL, err);
}

/* ---- what is kept ---------------------------------------------------------------------------- */

/* By how much a counter of the kernel's has grown; 0 where none is asked, or after a boot. */
static json_int_t grown(const json_t *marks, const char *name, json_int_t now)
{
	json_int_t before = member_number(marks, name);

	return json_object_get(marks, name) && before >= 0 && now > before ? now - before : 0;
}

static int count_denials(struct session *session, const char *path, struct evidence *evidence,
			 struct error *err)
{
	_cleanup_(denials_clear) struct denials denials = { 0 };
	int r = node_log_read(session, path, "", &denials, err);

	evidence->denials = denials_total(&denials);
	evidence->notices = denials.lost_notices;
	for (size_t i = 0; i < denials.count; i++)
		if (denials.items[i].permissive)
			evidence->doubts |= DOUBT_RECORDS;
	return r;
}

/* Did somebody switch the system to permissive in between, as the kernel's own record has it? */
static bool tells_permissive(struct piece text)
{
	while ((text.at = piece_find(text, "type=MAC_STATUS "))) {
		struct piece line = piece_until(text, "\n");

		if (piece_find(line, " enforcing=0 "))
			return true;
		text.at = line.end;
	}
	return false;
}

/* What is to be said against a confined exercise: as it began, as it is now, and in between. */
static int look_for_doubts(struct session *session, const json_t *marks, struct piece text,
			   struct evidence *evidence, struct error *err)
{
	unsigned int now = 0;
	int r = doubts_now(session, &now, err);

	evidence->doubts = now | doubts_from(json_object_get(marks, "doubts"));
	if (tells_permissive(text))
		evidence->doubts |= DOUBT_SYSTEM;
	return r;
}

/* What the server may not have shown while it was learned from; without a policy nothing is known.
 */
static void look_for_limits(struct session *session, struct evidence *evidence)
{
	unsigned int now = 0;

	if (doubts_now(session, &now, NULL) < 0)
		return;
	evidence->strict = !(now & (DOUBT_SYSTEM | DOUBT_DOMAIN));
	evidence->hidden = !(now & DOUBT_SHOWN);
}

int evidence_keep(const struct occasion *at, struct evidence *evidence, struct error *err)
{
	const json_t *marks = marks_of(at);
	_cleanup_free_ char *directory = session_path(at->session, "evidence");
	_cleanup_free_ char *path = NULL, *text = NULL;
	const char *audit_log;
	size_t length = 0;
	int r = node_audit_log(at->session, &audit_log, err)
			?: logfile_since(audit_log, json_object_get(marks, "audit"), &text, &length,
					 &evidence->gap, err);

	if (r < 0)
		return r;
	evidence->file =
		str_printf("evidence/%s-%lld-%s.log", at->phase,
			   (long long)results_era(at->session, at->phase), at->exercise->name);
	evidence->lost = grown(marks, "lost", lost_events(at->session));
	evidence->began = (time_t)member_number(marks, "began");
	evidence->loads = grown(marks, "loads", policy_loads(at->session));
	if (occasion_is_confined(at))
		r = look_for_doubts(at->session, marks, (struct piece){ text, text + length },
				    evidence, err);
	else
		look_for_limits(at->session, evidence);
	path = session_path(at->session, evidence->file);
	r = r ?: make_directories(directory, 0700, err)
		    ?: file_write(path, text, length, 0600, err);
	return r < 0 || length == 0 ? r : count_denials(at->session, path, evidence, err);
}

const char *evidence_missing(const struct evidence *evidence)
{
	if (evidence->gap)
		return "the audit log was rotated away or truncated meanwhile: let auditd keep "
		       "more of it (num_logs, max_log_file)";
	if (evidence->lost > 0)
		return "the kernel lost audit events: give it more room (auditctl -b 8192) and no "
		       "rate limit (auditctl -r 0)";
	if (evidence->notices)
		return "the audit log itself tells of lost events: give the kernel more room "
		       "(auditctl -b 8192) and no rate limit (auditctl -r 0)";
	return NULL;
}

/* ---- doubts ---------------------------------------------------------------------------------- */

/* In the order of their bits. */
static const struct {
	const char *word, *was, *is;
} table[] = {
	{ "system-permissive", "the whole system was permissive",
	  "the whole system is permissive: nothing is confined" },
	{ "domain-permissive", "the server's domain was permissive",
	  "the server's domain is permissive" },
	{ "records-permissive",
	  "its own records say permissive=1, so what it did was granted, not allowed", "" },
	{ "dontaudit-off", "the policy's dontaudit rules were switched off",
	  "the policy's dontaudit rules are switched off" },
	{ "unknown", "nobody has looked whether the server was confined",
	  "the kernel does not tell whether the server's domain is confined" },
};

const char *doubt_text(enum doubt doubt)
{
	return table[ffs(doubt) - 1].was;
}

const char *doubt_now_text(enum doubt doubt)
{
	return table[ffs(doubt) - 1].is;
}

json_t *doubts_json(unsigned int doubts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (doubts & 1u << i)
			list_add(list, json_string(table[i].word));
	return list;
}

unsigned int doubts_from(const json_t *list)
{
	unsigned int doubts = json_is_array(list) ? 0 : DOUBT_UNKNOWN;

	list_each(word, list) {
		size_t i = 0;

		/* A word that is not known counts as the last one. */
		while (i < ARRAY_SIZE(table) - 1 && strcmp(table[i].word, item_text(word)) != 0)
			i++;
		doubts |= 1u << i;
	}
	return doubts;
}

/* The context that the running server has; of one that does not run, the usual one. */
static char *domain_context(const struct session *session)
{
	_cleanup_(server_process_clear) struct server_process process = { 0 };
	_cleanup_free_ char *context = NULL, *type = NULL;

	if (node_server(session, &process, NULL) == 0 && process.pid &&
	    host_process_context(process.pid, &context, NULL) == 0) {
		type = context_type(context);
		if (type && !strcmp(type, node_domain()))
			return TAKE_PTR(context);
	}
	return str_printf("system_u:system_r:%s:s0", node_domain());
}

static unsigned int ask_kernel(const struct session *session)
{
	_cleanup_free_ char *context = domain_context(session);
	bool permissive = false;

	if (host_domain_is_permissive(context, &permissive, NULL) < 0)
		return DOUBT_UNKNOWN;
	return permissive ? DOUBT_DOMAIN : 0;
}

int doubts_now(struct session *session, unsigned int *doubts, struct error *err)
{
	enum selinux_mode mode = SELINUX_MODE_DISABLED;
	bool permissive = false, shown = false;
	struct store *store;
	int r = host_selinux_mode(session->root, &mode, err);

	*doubts = r == 0 && mode != SELINUX_MODE_ENFORCING ? DOUBT_SYSTEM : 0;
	/* A run has ended with this very policy, and confined. */
	if (r == 0 && !session->unchanged)
		r = node_is_permissive(session, &permissive, err)
			    ?: node_store(session, &store, err)
			    ?: store_shows_hidden(store, &shown, err);
	*doubts |= (permissive ? DOUBT_DOMAIN : 0) | (shown ? DOUBT_SHOWN : 0);
	if (r == 0 && !session_is_scratch(session))
		*doubts |= ask_kernel(session);
	return r;
}
