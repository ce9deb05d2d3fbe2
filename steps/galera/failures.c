/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/galera/failures.h"
#include "wizard/util.h"

#define PORT_DENIED "the server may not use the replication port (4567)"
#define LABEL_PORT                                                                                 \
	"see that the port is labelled: the step ports; then, that no other program has it"
#define NOT_REACHED  "the server does not reach the cluster"
#define SEE_BEFORE   "see the message before it in the server's log"
#define SCRIPT_ERROR "the SST script ended with an error"
#define NO_STATE     "the node got no state that it could use, and ended"
#define SEE_SCRIPT   "read the lines of WSREP_SST before this one, and the donor's log"

/* One row a message; the first that fits counts. */
static const struct row {
	const char *text;
	const char *and_also; /* further on; NULL: nothing */
	struct failure failure;
} rows[] = {
	/* The group's port. */
	{ "gcomm backend connection", "ermission denied", { PORT_DENIED, LABEL_PORT, true } },
	{ "gcomm backend connection",
	  "ddress already in use",
	  { "another program has the replication port (4567)",
	    "see which: ss -ltnp 'sport = :4567'; a server that was not stopped, most likely",
	    true } },
	{ "gcomm backend connection",
	  NULL,
	  { "the server does not reach the cluster",
	    "see that another node runs, that wsrep_cluster_address names it, and that the "
	    "firewall lets 4567/tcp through",
	    true } },
	{ "Failed to open backend connection",
	  "ermission denied",
	  { PORT_DENIED, LABEL_PORT, true } },
	{ "Failed to open channel", "ermission denied", { PORT_DENIED, LABEL_PORT, true } },
	{ "gcs connect failed", "ermission denied", { PORT_DENIED, LABEL_PORT, true } },
	{ "Failed to open backend connection", NULL, { NOT_REACHED, SEE_BEFORE, true } },
	{ "Failed to open channel", NULL, { NOT_REACHED, SEE_BEFORE, true } },
	{ "gcs connect failed", NULL, { NOT_REACHED, SEE_BEFORE, true } },
	{ "wsrep::connect(", NULL, { NOT_REACHED, SEE_BEFORE, true } },
	{ "State transfer request failed unrecoverably",
	  NULL,
	  { "the connection to the cluster was lost before a state transfer was granted",
	    "see the network and the firewall; then start the server again", true } },
	/* Programs that are missing. */
	{ "lsof tool not found",
	  NULL,
	  { "the rsync SST needs lsof, and it is not there", "install the package lsof", true } },
	{ "tool not found",
	  NULL,
	  { "the SST script needs a program that is not there",
	    "install it: rsync and lsof, or socat and mariadb-backup (xtrabackup)", true } },
	{ "rsync: not found",
	  NULL,
	  { "the rsync SST needs rsync, and it is not there", "install rsync, on both nodes",
	    true } },
	{ "socat: not found",
	  NULL,
	  { "the SST needs socat, and it is not there", "install socat, on both nodes", true } },
	{ "posix_spawnp(wsrep_sst_",
	  "No such file",
	  { "the SST script is not there",
	    "see that wsrep_sst_method is spelled right, and install its package", true } },
	{ "posix_spawnp(wsrep_sst_",
	  NULL,
	  { "the server may not run its SST script",
	    "see the script's mode and label: ls -lZ, restorecon", true } },
	{ "Failed to execute: wsrep_sst_",
	  NULL,
	  { "the server may not run its SST script",
	    "see the script's mode and label: ls -lZ, restorecon", true } },
	/* The SST's port. */
	{ "rsync daemon port",
	  "has been taken",
	  { "another program has the SST's port (4444)",
	    "see which: ss -ltnp 'sport = :4444'; an rsync of an earlier SST, most likely: stop it",
	    true } },
	{ "E bind(",
	  "ermission denied",
	  { "the SST script may not use its port (4444)",
	    "see that the port is labelled: the step ports", true } },
	{ "TCP-LISTEN",
	  "ermission denied",
	  { "the SST script may not use its port (4444)",
	    "see that the port is labelled: the step ports", true } },
	{ "E bind(",
	  "ddress already in use",
	  { "another program has the SST's port (4444)", "see which: ss -ltnp 'sport = :4444'",
	    true } },
	{ "E connect(",
	  NULL,
	  { "the donor does not reach the joiner's SST port (4444)",
	    "see that the joiner's script runs, and that the firewall lets 4444/tcp through",
	    true } },
	{ "receving first data from donor",
	  NULL,
	  { "the donor has sent nothing: it could not connect to port 4444, or its script ended",
	    "read the donor's log, and see the firewall; a denial would be in the donor's audit "
	    "log",
	    true } },
	/* The donor. */
	{ "impossible to select State Transfer donor",
	  NULL,
	  { "no other node can be the donor now",
	    "see that another node is Synced, and that wsrep_sst_donor names it; the server asks "
	    "again by itself",
	    false } },
	{ "not found from cache",
	  NULL,
	  { "the donor's cache (gcache) does not reach back far enough, so it is an SST",
	    "write less while the node is stopped, or make gcache.size larger", true } },
	{ "Local state",
	  NULL,
	  { "the node's own state is unknown, or not the group's: that makes it an SST",
	    "this is as it should be for an SST", false } },
	/* The IST's port. */
	{ "Failed to open IST listener",
	  NULL,
	  { "the server may not use the IST's port (4568), so it is an SST",
	    "see that the port is labelled: the step ports; then, that no other program has it",
	    true } },
	{ "IST sender",
	  NULL,
	  { "the donor does not reach the joiner's IST port (4568)",
	    "see the firewall; a denial would be in the donor's audit log", true } },
	{ "eceiving IST failed",
	  NULL,
	  { "the IST broke off", "read the donor's log; then start the server again", true } },
	{ "IST didn't contain all",
	  NULL,
	  { "the IST broke off", "read the donor's log; then start the server again", true } },
	/* The script's end. */
	{ "thread signaled with",
	  NULL,
	  { "the donor could not start its SST script",
	    "see the script's mode and label on the donor: ls -lZ, restorecon", true } },
	{ "Process completed with error: wsrep_sst_", NULL, { SCRIPT_ERROR, SEE_SCRIPT, true } },
	{ "Process was aborted", NULL, { SCRIPT_ERROR, SEE_SCRIPT, true } },
	{ "Will never receive state", NULL, { NO_STATE, SEE_SCRIPT, true } },
	{ "Application state transfer failed", NULL, { NO_STATE, SEE_SCRIPT, true } },
	{ "Failed to read 'ready",
	  NULL,
	  { "the joiner's SST script ended before it could receive",
	    "read the lines of WSREP_SST before this one in the server's log", true } },
	{ "Failed to read uuid:seqno",
	  NULL,
	  { "the joiner's SST script ended before all was received",
	    "read the lines of WSREP_SST before this one, and the donor's log", true } },
	{ "State transfer to",
	  "failed",
	  { "the donor could not send", "read the donor's log and its audit log", true } },
	{ "Initiating SST cancellation",
	  NULL,
	  { "the SST was cancelled, here or on another node", "see who did it; then repeat",
	    true } },
	{ "SST",
	  NULL,
	  { "the SST failed", "read the lines of WSREP_SST before this one, and the donor's log",
	    true } },
	/* The notification command. */
	{ "Notification buffer too short",
	  NULL,
	  { "the notification's command line is longer than the server has room for",
	    "shorten wsrep_notify_cmd, or the names and addresses of the nodes", true } },
	{ "Notification command failed",
	  "ermission denied",
	  { "the server may not run the notification command, or what that runs",
	    "see the command's mode and label: ls -lZ, restorecon", true } },
	{ "Notification command failed",
	  NULL,
	  { "the notification command ended with an error",
	    "run it by hand, as the server's user, with --status synced", true } },
	{ "",
	  NULL,
	  { "the server does not say why in this line",
	    "read the lines before it in the server's log", true } },
};

const struct failure *failure_find(const char *message)
{
	const struct row *row = rows;

	for (;; row++) {
		const char *at = strstr(message, row->text);

		if (at && (!row->and_also || strstr(at, row->and_also)))
			return &row->failure;
	}
}

char *failure_explain(const char *message, bool permission, const struct failure_moment *moment)
{
	const struct failure *failure = failure_find(message);
	const char *then =
		failure->again ? "Then repeat the exercise" : "There is no need to repeat";

	if (moment->denied)
		return str_printf(
			"That is: %s. SELinux denied %zu access%s at that moment, which is "
			"most likely why. Label the ports (the step ports); what else "
			"was denied, review finds. Then repeat the exercise.",
			failure->what, moment->denied, moment->denied == 1 ? "" : "es");
	if (moment->granted)
		return str_printf(
			"That is: %s. It is not for SELinux: what it logged at that moment "
			"(%zu) it also granted, the domain being permissive. What to do: "
			"%s. %s.",
			failure->what, moment->granted, failure->remedy, then);
	if (permission)
		return str_printf("That is: %s. Permission was denied, and no denial was logged at "
				  "that moment: a rule may hide it (semodule -DB shows all), or "
				  "the file's mode and owner forbid it. What to do: %s. %s.",
				  failure->what, failure->remedy, then);
	return str_printf("That is: %s. No denial was logged at that moment, so SELinux is hardly "
			  "the cause. What to do: %s. %s.",
			  failure->what, failure->remedy, then);
}
