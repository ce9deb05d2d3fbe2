/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/galera/failures.h"
#include "wizard/util.h"

#define LABEL_PORT   "see that the port is labelled: the step ports"
#define LABEL_SCRIPT "see the script's mode and label: ls -lZ, restorecon"
#define SEE_SCRIPT   "read the lines of WSREP_SST before this one, and the donor's log"
#define DONORS_AUDIT "a denial would be in the donor's audit log"
#define DENIED       "ermission denied"
#define IN_USE       "ddress already in use"

/* A row a cause, of messages with one of these texts; the first that fits counts. */
static const struct row {
	struct failure failure;
	const char *texts[4];
	const char *and_also; /* further on; NULL: nothing */
} rows[] = {
	/* The group's port. */
	{ { "the server may not use the replication port (4567)",
	    LABEL_PORT "; then, that no other program has it" },
	  { "gcomm backend connection", "Failed to open backend connection",
	    "Failed to open channel", "gcs connect failed" },
	  DENIED },
	{ { "another program has the replication port (4567)",
	    "see which: ss -ltnp 'sport = :4567'; a server that was not stopped, most likely" },
	  { "gcomm backend connection" },
	  IN_USE },
	{ { "the server does not reach the cluster",
	    "see that another node runs, that wsrep_cluster_address names it, and that the "
	    "firewall lets 4567/tcp through" },
	  { "gcomm backend connection" } },
	{ { "the server does not reach the cluster",
	    "see the message before it in the server's log" },
	  { "Failed to open backend connection", "Failed to open channel", "gcs connect failed",
	    "wsrep::connect(" } },
	{ { "the connection to the cluster was lost before a state transfer was granted",
	    "see the network and the firewall; then start the server again" },
	  { "State transfer request failed unrecoverably" } },
	{ { "this node was not the last one to leave the cluster, so it does not begin it",
	    "begin the cluster on the node that has safe_to_bootstrap: 1 in its grastate.dat" },
	  { "It may not be safe to bootstrap" } },
	/* Programs that are missing. */
	{ { "the rsync SST needs lsof, and it is not there", "install the package lsof" },
	  { "lsof tool not found", "'lsof' not found", "lsof: command not found",
	    "Neither lsof" } },
	{ { "the rsync SST needs rsync, and it is not there", "install rsync, on both nodes" },
	  { "rsync: not found", "'rsync' not found", "rsync: command not found" } },
	{ { "the SST needs socat, and it is not there", "install socat, on both nodes" },
	  { "socat: not found", "'socat' not found", "socat: command not found" } },
	{ { "the SST script needs a program that is not there",
	    "install it: rsync and lsof, or socat and mariadb-backup (xtrabackup)" },
	  { "tool not found", "' not found in ", ": command not found" } },
	{ { "the SST script is not there",
	    "see that wsrep_sst_method is spelled right, and install its package" },
	  { "posix_spawnp(wsrep_sst_" },
	  "No such file" },
	{ { "the server may not run its SST script", LABEL_SCRIPT },
	  { "posix_spawnp(wsrep_sst_", "Failed to execute: wsrep_sst_" } },
	/* The SST's port. */
	{ { "another program has the SST's port (4444)",
	    "see which: ss -ltnp 'sport = :4444'; an rsync of an earlier SST, most likely: stop "
	    "it" },
	  { "rsync daemon port" },
	  "has been taken" },
	{ { "the SST script may not use its port (4444)", LABEL_PORT },
	  { "E bind(", "TCP-LISTEN", "bind() failed" },
	  DENIED },
	{ { "the donor's SST script may not connect to the joiner's port (4444)",
	    LABEL_PORT ", on the donor" },
	  { "E connect(", "failed to connect to " },
	  DENIED },
	{ { "another program has the SST's port (4444)", "see which: ss -ltnp 'sport = :4444'" },
	  { "E bind(" },
	  IN_USE },
	{ { "what was to receive the SST ended at once: its port (4444) is taken, or it may not "
	    "use it",
	    LABEL_PORT "; then, which program has it: ss -ltnp 'sport = :4444'" },
	  { "the rsync or stunnel daemon" } },
	{ { "the donor does not reach the joiner's SST port (4444)",
	    "see that the joiner's script runs, and that the firewall lets 4444/tcp through" },
	  { "E connect(" } },
	{ { "the donor has sent nothing: it could not connect to port 4444, or its script ended",
	    "read the donor's log, and see the firewall; " DONORS_AUDIT },
	  { "receving first data from donor" } },
	/* The donor. */
	{ { "no other node can be the donor now",
	    "see that another node is Synced, and that wsrep_sst_donor names it; the server asks "
	    "again by itself",
	    .goes_on = true },
	  { "impossible to select State Transfer donor" } },
	{ { "the donor's cache (gcache) does not reach back far enough, so it is an SST",
	    "write less while the node is stopped, or make gcache.size larger" },
	  { "not found from cache" } },
	{ { "the node's own state is unknown, or not the group's: that makes it an SST",
	    "this is as it should be for an SST", .goes_on = true },
	  { "Local state" } },
	/* The IST's port. */
	{ { "another program has the IST's port (4568), so it is an SST",
	    "see which: ss -ltnp 'sport = :4568'" },
	  { "Failed to open IST listener" },
	  IN_USE },
	{ { "the server may not use the IST's port (4568), so it is an SST",
	    LABEL_PORT "; then, that no other program has it" },
	  { "Failed to open IST listener" } },
	{ { "the donor does not reach the joiner's IST port (4568)",
	    "see the firewall; " DONORS_AUDIT },
	  { "IST sender" } },
	{ { "the IST broke off", "read the donor's log; then start the server again" },
	  { "eceiving IST failed", "IST didn't contain all" } },
	/* The script's end; of a shell that may not run it, too. */
	{ { "the donor could not start its SST script",
	    "see the script's mode and label on the donor: ls -lZ, restorecon" },
	  { "thread signaled with" } },
	{ { "the server may not run its SST script, or that may not use what it needs",
	    LABEL_SCRIPT "; " SEE_SCRIPT },
	  { "Process completed with error: wsrep_sst_" },
	  DENIED },
	{ { "the SST script ended with an error", SEE_SCRIPT },
	  { "Process completed with error: wsrep_sst_", "Process was aborted" } },
	{ { "the node got no state that it could use, and ended", SEE_SCRIPT },
	  { "Will never receive state", "Application state transfer failed" } },
	{ { "the joiner's SST script ended before it could receive",
	    "read the lines of WSREP_SST before this one in the server's log" },
	  { "Failed to read 'ready", "Read: '" } },
	{ { "the joiner's SST script ended before all was received", SEE_SCRIPT },
	  { "Failed to read uuid:seqno" } },
	{ { "the donor could not send", "read the donor's log and its audit log" },
	  { "State transfer to" },
	  "failed" },
	{ { "the SST was cancelled, here or on another node", "see who did it; then repeat" },
	  { "Initiating SST cancellation" } },
	{ { "the SST failed", SEE_SCRIPT }, { "SST" } },
	/* The notification command. */
	{ { "the notification's command line is longer than the server has room for",
	    "shorten wsrep_notify_cmd, or the names and addresses of the nodes" },
	  { "Notification buffer too short" } },
	{ { "the server may not run the notification command, or what that runs",
	    "see the command's mode and label: ls -lZ, restorecon" },
	  { "Notification command failed" },
	  DENIED },
	{ { "the notification command ended with an error",
	    "run it by hand, as the server's user, with --status synced" },
	  { "Notification command failed" } },
	{ { "the SST script may not run a program, or use a file, that the message names",
	    "see its label, mode and owner: ls -lZ, restorecon" },
	  { ": line " },
	  DENIED },
	{ { "the server may not run its SST script", LABEL_SCRIPT }, { "wsrep_sst_" }, DENIED },
	{ { "the server, or a program that it runs, may not use what the message names",
	    "see its label, mode and owner: ls -lZ, restorecon; of a port: the step ports" },
	  { DENIED, "Errcode: 13)", "errno: 13)", "error number 13 " } },
	{ { "the server does not say why in this line",
	    "read the lines before it in the server's log" },
	  { "" } },
};

static bool fits(const struct row *row, const char *message)
{
	for (size_t i = 0; i < ARRAY_SIZE(row->texts) && row->texts[i]; i++) {
		const char *at = strstr(message, row->texts[i]);

		if (at && (!row->and_also || strstr(at, row->and_also)))
			return true;
	}
	return false;
}

const struct failure *failure_find(const char *message)
{
	const struct row *row = rows;

	while (!fits(row, message))
		row++;
	return &row->failure;
}

char *failure_explain(const char *message, bool permission, const struct failure_moment *moment)
{
	const struct failure *failure = failure_find(message);
	const char *then =
		failure->goes_on ? "There is no need to repeat" : "Then repeat the exercise";

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
