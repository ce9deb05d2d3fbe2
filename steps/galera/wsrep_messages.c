/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/galera/wsrep_messages.h"

/* One row a message, with its version range. */
/* clang-format off */
const struct wsrep_message wsrep_messages[] = {
	/* The server's life. Every version loads the provider once at each real start, and only
	 * then. */
	{ "Starting MariaDB ", EVENT_BOOT, AT_START, " as process ", MARIADB_FROM_10_4 },
	{ ") starting as process ", EVENT_BOOT, ANYWHERE, 0,
	  EVERY_SERVER & ~(MARIADB_5_5 | MARIADB_11) },
	{ "mysqld_safe Starting ", EVENT_BOOT, ANYWHERE, 0, GALERA_3 },
	{ "Recovered position: ", EVENT_RECOVERY, AT_START, 0, EVERY_SERVER },
	{ "Found saved state: ", EVENT_SAVED_STATE, AT_START, 0, EVERY_SERVER },
	{ "gcomm: bootstrapping new group ", EVENT_BOOTSTRAP, AT_START, 0, EVERY_SERVER },
	{ "wsrep_load(): loading provider library '", EVENT_START, AT_START, 0, EVERY_SERVER },
	{ "wsrep_load(): Galera ", EVENT_PROVIDER, AT_START, " loaded successfully", EVERY_SERVER },

	/* A state transfer is wanted. */
	{ "State transfer required:", EVENT_TRANSFER_NEEDED, AT_START, 0, EVERY_SERVER },
	{ "Gap in state sequence. Need state transfer.", EVENT_TRANSFER_GAP, AT_START, 0,
	  GALERA_3 },
	{ "Group state: ", EVENT_GROUP_STATE, AT_START, 0, EVERY_SERVER },
	{ "Local state: ", EVENT_LOCAL_STATE, AT_START, 0, EVERY_SERVER },
	{ "Running: 'wsrep_sst_", EVENT_SCRIPT, AT_START, 0, EVERY_SERVER & ~PERCONA_8_0 },
	{ "Initiating SST/IST transfer on ", EVENT_SCRIPT, AT_START, 0, PERCONA | MARIADB_11 },
	{ "Joiner monitor thread started to monitor", EVENT_JOINER_MONITOR, AT_START, 0,
	  MARIADB_FROM_10_4 },
	{ "Prepared SST request: ", EVENT_METHOD, AT_START, 0, EVERY_SERVER },
	{ "Prepared SST/IST request: ", EVENT_METHOD, AT_START, 0, PERCONA_5_7 },
	{ "State gap can't be serviced using IST. Switching to SST", EVENT_JOINER_SST, AT_START, 0,
	  PERCONA_5_7 },
	{ "Prepared IST receiver for 0-", EVENT_JOINER_SST, AT_START, 0, GALERA_4 },
	{ "Prepared IST receiver", EVENT_IST_LISTENER, AT_START, 0, EVERY_SERVER },
	{ "Failed to prepare for incremental state transfer: Local state", EVENT_JOINER_SST,
	  ANYWHERE, 0, EVERY_SERVER },
	{ "####### IST uuid:", EVENT_JOINER, AT_START, 0, GALERA_4 },
	{ "Requesting state transfer: success", EVENT_JOINER, AT_START, 0, EVERY_SERVER },
	{ "but it is impossible to select State Transfer donor", EVENT_HINDRANCE, ANYWHERE, 0,
	  EVERY_SERVER },
	{ "Requesting state transfer failed: ", EVENT_NONE, AT_START, 0, EVERY_SERVER,
	  "no donor yet; it asks again" },
	{ "Member ", EVENT_MEMBERS, AT_START, " requested state transfer from ", EVERY_SERVER },
	{ "Node ", EVENT_MEMBERS, AT_START, " requested state transfer from ", MARIADB_5_5 },
	{ "Shifting PRIMARY -> JOINER", EVENT_SHIFT_JOINER, AT_START, 0, EVERY_SERVER },
	{ "Shifting OPEN -> PRIMARY", EVENT_NONE, AT_START, 0, EVERY_SERVER },
	{ "Shifting JOINER -> JOINED", EVENT_SHIFT_JOINED, AT_START, 0, EVERY_SERVER,
	  "catching up" },
	{ "Shifting JOINED -> SYNCED", EVENT_NONE, AT_START, 0, EVERY_SERVER },
	{ "Shifting SYNCED -> DONOR/DESYNCED", EVENT_SHIFT_DONOR, AT_START, 0, EVERY_SERVER },

	/* The donor decides, and gives. */
	{ "IST request: ", EVENT_NONE, AT_START, 0, EVERY_SERVER },
	{ "falling back to SST", EVENT_DONOR_SST, ANYWHERE, 0, EVERY_SERVER },
	/* An SST's, but it comes before the script's line, where the transfer is known to begin. */
	{ "Cert index preload: ", EVENT_NONE, AT_START, 0, GALERA_4 },
	{ "Streaming the backup to joiner at ", EVENT_DONOR_SST, AT_START, 0, HAS_BACKUP_SST },
	{ "Flushing tables for SST", EVENT_DONOR_SST, AT_START, 0, HAS_RSYNC_SST },
	{ "Tables flushed", EVENT_NONE, AT_START, 0, HAS_RSYNC_SST },
	{ "Bypassing state dump", EVENT_DONOR_IST, AT_START, 0, HAS_RSYNC_SST },
	{ "Bypassing the SST for IST", EVENT_DONOR_IST, AT_START, 0, MARIADB_10_1 },
	{ "Bypassing SST. Can work it through IST", EVENT_DONOR_IST, AT_START, 0, PERCONA },
	{ "Donor monitor thread ", EVENT_NONE, AT_START, 0, MARIADB_FROM_10_4 },
	{ "sst_donor_thread signaled with ", EVENT_DONOR_SIGNAL, AT_START, 0, MARIADB | MYSQL },
	{ "DONOR thread signaled with ", EVENT_DONOR_SIGNAL, AT_START, 0, PERCONA },
	/* Said for an SST, too, where Galera 4 preloads its index. */
	{ "async IST sender starting to serve ", EVENT_NONE, AT_START, 0, EVERY_SERVER,
	  "sending write-sets" },
	{ "async IST sender served", EVENT_NONE, AT_START, 0, EVERY_SERVER },
	{ "IST sender notifying joiner, not sending anything", EVENT_NONE, AT_START, 0,
	  EVERY_SERVER },
	{ "IST sender ", EVENT_NONE, AT_START, " -> ", EVERY_SERVER },
	{ "SST sent: ", EVENT_DONOR_SENT, AT_START, 0, GALERA_4 },
	{ "): State transfer ", EVENT_MEMBER_TRANSFER, ANYWHERE, 0, EVERY_SERVER },

	/* The joiner receives. */
	{ "Proceeding with SST", EVENT_JOINER_SST, AT_START, 0, HAS_BACKUP_SST },
	{ "Using openssl based encryption with socat", EVENT_SST_ENCRYPTED, AT_START, 0,
	  MARIADB_FROM_10_1 | PERCONA_5_7 },
	{ "Using stunnel for SSL encryption", EVENT_SST_ENCRYPTED, AT_START, 0,
	  MARIADB_FROM_10_4 },
	{ "xtrabackup_ist", EVENT_JOINER_IST, ANYWHERE, " received from donor: Running IST",
	  HAS_BACKUP_SST },
	{ "Receiving IST: ", EVENT_WRITESETS, AT_START, 0, EVERY_SERVER },
	{ "IST received: ", EVENT_IST_POSITION, AT_START, 0, EVERY_SERVER },
	{ "SST received: ", EVENT_SST_POSITION, AT_START, 0, EVERY_SERVER },
	{ "SST received", EVENT_NONE, AT_START, 0, GALERA_4 },
	{ "Installed new state from SST: ", EVENT_NONE, AT_START, 0, GALERA_4 },
	{ "Cert. index preload", EVENT_NONE, AT_START, 0, GALERA_4 },
	{ "Receiving IST... ", EVENT_NONE, AT_START, 0, GALERA_4, "receiving write-sets: ",
	  " complete" },
	{ "Waiting for SST to complete", EVENT_NONE, AT_START, 0, GALERA_3, "receiving the data" },
	{ "SST complete, status: ", EVENT_SST_STATUS, AT_START, 0, MARIADB_5_5 },
	{ "SST complete, seqno: ", EVENT_SST_RESULT, AT_START, 0, GALERA_3 },
	{ "SST succeeded for position ", EVENT_SST_RESULT, AT_START, 0, MARIADB_FROM_10_4 },

	{ "Total time on joiner: ", EVENT_NONE, AT_START, 0, HAS_BACKUP_SST },
	{ "Galera co-ords from recovery: ", EVENT_NONE, AT_START, 0,
	  MARIADB_FROM_10_1 | PERCONA_8_0 },
	{ "Joiner monitor thread ended ", EVENT_NONE, AT_START, 0, MARIADB_FROM_10_4 },

	/* The end, of this node and of others. */
	{ "Synchronized with group, ready for connections", EVENT_SYNCED, AT_START, 0,
	  EVERY_SERVER },
	{ "Server status change joined -> synced", EVENT_NONE, AT_START, 0, MARIADB_FROM_10_4 },
	{ "Server ", EVENT_NONE, AT_START, " synced with group", GALERA_4 },
	{ "Member ", EVENT_MEMBER_SYNCED, AT_START, " synced with group", EVERY_SERVER },

	/* The notification command: only its failures are logged; the first is what our own script
	 * says (templates/notify). */
	{ "galera-selinux: notify command called, status ", EVENT_NOTIFY_CALLED, AT_START, 0,
	  EVERY_SERVER },
	{ "wsrep_notify_cmd is not defined", EVENT_NOTIFY_UNDEFINED, AT_START, 0, EVERY_SERVER },
	{ "Notification command failed: ", EVENT_NOTIFY_FAILED, AT_START, 0, EVERY_SERVER },
	{ "Notification buffer too short", EVENT_NOTIFY_FAILED, AT_START, 0, EVERY_SERVER },

	/* Failures: the group's port, */
	{ "failed to open gcomm backend connection", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "Failed to open backend connection: ", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "Failed to open channel ", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "gcs connect failed: ", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "wsrep::connect(", EVENT_FAILURE, ANYWHERE, ") failed: ", EVERY_SERVER },
	{ "It may not be safe to bootstrap the cluster", EVENT_FAILURE, AT_START, 0,
	  EVERY_SERVER & ~MARIADB_5_5 },
	/* the IST, */
	{ "Failed to prepare for incremental state transfer: ", EVENT_HINDRANCE, ANYWHERE, 0,
	  EVERY_SERVER },
	/* Where the message before it has two lines. */
	{ "IST will be unavailable", EVENT_NONE, ANYWHERE, 0, EVERY_SERVER },
	{ "Failed to open IST listener at ", EVENT_HINDRANCE, ANYWHERE, 0, EVERY_SERVER },
	{ "IST sender, failed to connect ", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "async IST sender failed to serve ", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "eceiving IST failed, node restart required", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "IST didn't contain all write sets", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	/* the SST and its script, */
	{ "posix_spawnp(wsrep_sst_", EVENT_FAILURE, ANYWHERE, ") failed: ", EVERY_SERVER },
	{ "Failed to execute: wsrep_sst_", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "Failed to read 'ready <addr>'", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "Failed to read uuid:seqno ", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "SST script aborted with error ", EVENT_FAILURE, ANYWHERE, 0, PERCONA_8_0 },
	{ "Process completed with error: wsrep_sst_", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "Process was aborted.", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "SST failed: ", EVENT_FAILURE, ANYWHERE, 0, GALERA_3 },
	{ "SST failed for position ", EVENT_FAILURE, ANYWHERE, 0, MARIADB_FROM_10_4 },
	{ "SST sending failed: ", EVENT_FAILURE, ANYWHERE, 0, GALERA_4 },
	{ "SST preparation failed", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "SST request callback failed.", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "Application state transfer failed.", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "Initiating SST cancellation", EVENT_FAILURE, ANYWHERE, 0, PERCONA_8_0 },
	{ "Possible timeout in receving first data from donor", EVENT_FAILURE, ANYWHERE, 0,
	  HAS_BACKUP_SST },
	{ "rsync daemon port ", EVENT_FAILURE, ANYWHERE, " has been taken", HAS_RSYNC_SST },
	{ "lsof tool not found in PATH", EVENT_FAILURE, ANYWHERE, 0, HAS_RSYNC_SST },
	{ "Neither lsof", EVENT_CAUSE, AT_START, 0, MARIADB_FROM_10_4 },
	{ "Read: '", EVENT_READ, AT_START, 0, EVERY_SERVER },
	{ "' not found in ", EVENT_CAUSE, ANYWHERE, 0, EVERY_SERVER },
	{ ": command not found", EVENT_CAUSE, ANYWHERE, 0, EVERY_SERVER },
	{ "the rsync or stunnel daemon (", EVENT_CAUSE, AT_START, " terminated unexpectedly",
	  MARIADB_FROM_10_4 },
	{ "socat[", EVENT_FAILURE, ANYWHERE, "] E ", HAS_BACKUP_SST },
	{ "TCP-LISTEN:", EVENT_FAILURE, ANYWHERE, "Permission denied", HAS_BACKUP_SST },
	/* the operating system's word, in any message, */
	{ "ermission denied", EVENT_DENIED, ANYWHERE, 0, EVERY_SERVER },
	{ "Errcode: 13)", EVENT_DENIED, ANYWHERE, 0, EVERY_SERVER },
	{ "errno: 13)", EVENT_DENIED, ANYWHERE, 0, EVERY_SERVER },
	{ "Operating system error number 13 ", EVENT_DENIED, ANYWHERE, 0, EVERY_SERVER },
	/* and the end. */
	{ "Will never receive state. Need to abort", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "State transfer request failed unrecoverably", EVENT_FAILURE, ANYWHERE, 0, EVERY_SERVER },
	{ "Aborting", EVENT_ABORTING, AT_START, 0, EVERY_SERVER },

	/* On the way: for the eye. */
	{ "Normal shutdown", EVENT_NONE, ANYWHERE, 0, EVERY_SERVER & ~(PERCONA_8_0 | MYSQL_8_0),
	  "the server stops", 0, true },
	{ "Received shutdown signal", EVENT_NONE, ANYWHERE, 0, PERCONA | MYSQL, "the server stops",
	  0, true },
	{ "Received SHUTDOWN from user", EVENT_NONE, ANYWHERE, 0, PERCONA_8_0 | MYSQL_8_0,
	  "the server stops", 0, true },
	{ "gcomm: connecting to group ", EVENT_NONE, ANYWHERE, 0, EVERY_SERVER,
	  "looking for the group ", "," },
	{ "Failed to establish connection: ", EVENT_NONE, ANYWHERE, 0, GALERA_4,
	  "a peer does not answer: ", "" },
	{ "Cleaning the existing datadir", EVENT_NONE, ANYWHERE, 0, HAS_BACKUP_SST,
	  "the old data are removed" },
	{ "Waiting for SST streaming to complete", EVENT_NONE, ANYWHERE, 0, HAS_BACKUP_SST,
	  "receiving the data" },
	{ "Preparing the backup at", EVENT_NONE, ANYWHERE, 0, HAS_BACKUP_SST,
	  "preparing the data received" },
	{ "Moving the backup to", EVENT_NONE, ANYWHERE, 0, HAS_BACKUP_SST,
	  "moving the data into place" },
	{ "Server status change joiner -> initializing", EVENT_NONE, ANYWHERE, 0,
	  MARIADB_FROM_10_4, "the storage engines start" },
	{ "Server status change initialized -> joined", EVENT_NONE, ANYWHERE, 0,
	  MARIADB_FROM_10_4, "catching up" },
	{ "Processing event queue:... ", EVENT_NONE, ANYWHERE, 0, GALERA_4, "catching up: ",
	  " complete" },
	{ 0 },
};
/* clang-format on */

const struct wsrep_message *wsrep_message_find(struct span message)
{
	for (const struct wsrep_message *row = wsrep_messages; row->text; row++) {
		if (row->where == AT_START ? !span_starts(message, row->text)
					   : !span_has(message, row->text))
			continue;
		if (!row->and_also || span_has(span_after(message, row->text), row->and_also))
			return row;
	}
	return NULL;
}

/* A line's time, thread and level end before this byte. */
enum { PREFIX_MAX = 128 };

/* How a message of the server begins, and the lines that go on with one. */
static const char *const levels[] = { "[Note] ", "[Warning] ", "[ERROR] ", "[System] ", NULL };
static const char *const rests[] = { "Group state: ", "Local state: ", "Read: '", NULL };

static bool starts_one(struct span span, const char *const *texts)
{
	while (*texts && !span_starts(span, *texts))
		texts++;
	return *texts;
}

/* after_level - MySQL 8 has an error number and a subsystem in brackets after the level. */
static struct span after_level(struct span span)
{
	while (span_starts(span, "[") && span_has(span, "] "))
		span = span_after(span, "] ");
	if (span_starts(span, "WSREP: "))
		return span_after(span, "WSREP: ");
	/* MySQL-wsrep 8 tells the provider's from the library's. */
	return span_starts(span, "P: ") || span_starts(span, "L: ") ? span_rest(span, 3) : span;
}

/* What the line quotes from others comes later, so its first level is the server's own. */
struct span wsrep_message_of(struct span line, bool *unstamped)
{
	line = span_trim(line);
	*unstamped = false;
	for (size_t i = 0; i < line.length && i < PREFIX_MAX; i++) {
		struct span here = span_rest(line, i);

		if (starts_one(here, levels))
			return after_level(here);
		if (span_starts(here, "WSREP_SST: ["))
			return span_after(here, "] ");
		if (starts_one(here, rests))
			return here;
		*unstamped = span_starts(here, "WSREP: ");
		if (*unstamped)
			return span_after(here, "WSREP: ");
	}
	return line;
}
