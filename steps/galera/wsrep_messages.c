/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/galera/wsrep_messages.h"

/* One row a message. */
/* clang-format off */
const struct wsrep_message wsrep_messages[] = {
	/* The server's life. Every version loads the provider once at each real start, and only
	 * then. */
	{ "Starting MariaDB ", EVENT_BOOT, AT_START, " as process " },
	{ ") starting as process ", EVENT_BOOT, ANYWHERE, 0 },
	{ "mysqld_safe Starting ", EVENT_BOOT, ANYWHERE, 0 },
	{ "Recovered position: ", EVENT_RECOVERY, AT_START, 0 },
	{ "wsrep_load(): loading provider library '", EVENT_START, AT_START, 0 },
	{ "Synchronized with group, ready for connections", EVENT_SYNCED, AT_START, 0 },

	/* A state transfer is wanted. */
	{ "State transfer required:", EVENT_TRANSFER_NEEDED, AT_START, 0 },
	{ "Gap in state sequence. Need state transfer.", EVENT_TRANSFER_GAP, AT_START, 0 },
	{ "Group state: ", EVENT_GROUP_STATE, AT_START, 0 },
	{ "Local state: ", EVENT_LOCAL_STATE, AT_START, 0 },
	{ "Running: 'wsrep_sst_", EVENT_SCRIPT, AT_START, 0 },
	{ "Initiating SST/IST transfer on ", EVENT_SCRIPT, AT_START, 0 },
	{ "Joiner monitor thread started to monitor", EVENT_JOINER_MONITOR, AT_START, 0 },
	{ "Prepared SST request: ", EVENT_METHOD, AT_START, 0 },
	{ "Prepared IST receiver for 0-", EVENT_JOINER_SST, AT_START, 0 },
	{ "Prepared IST receiver", EVENT_JOINER, AT_START, 0 },
	{ "Failed to prepare for incremental state transfer: Local state", EVENT_JOINER_SST,
	  ANYWHERE, 0 },
	{ "Requesting state transfer: success", EVENT_JOINER, AT_START, 0 },
	{ "but it is impossible to select State Transfer donor", EVENT_HINDRANCE, ANYWHERE, 0 },
	{ "Member ", EVENT_MEMBERS, AT_START, " requested state transfer from " },
	{ "Node ", EVENT_MEMBERS, AT_START, " requested state transfer from " },
	{ "Shifting PRIMARY -> JOINER", EVENT_SHIFT_JOINER, AT_START, 0 },
	{ "Shifting SYNCED -> DONOR/DESYNCED", EVENT_SHIFT_DONOR, AT_START, 0 },

	/* The donor decides, and gives. */
	{ "falling back to SST", EVENT_DONOR_SST, ANYWHERE, 0 },
	{ "Streaming the backup to joiner at ", EVENT_DONOR_SST, AT_START, 0 },
	{ "Flushing tables for SST", EVENT_DONOR_SST, AT_START, 0 },
	{ "Bypassing state dump", EVENT_DONOR_IST, AT_START, 0 },
	{ "Bypassing the SST for IST", EVENT_DONOR_IST, AT_START, 0 },
	{ "Bypassing SST. Can work it through IST", EVENT_DONOR_IST, AT_START, 0 },
	{ "SST sent: ", EVENT_DONOR_SENT, AT_START, 0 },
	{ "): State transfer ", EVENT_MEMBER_TRANSFER, ANYWHERE, 0 },

	/* The joiner receives. */
	{ "Proceeding with SST", EVENT_JOINER_SST, AT_START, 0 },
	{ "xtrabackup_ist", EVENT_JOINER_IST, ANYWHERE, " received from donor: Running IST" },
	{ "Receiving IST: ", EVENT_WRITESETS, AT_START, 0 },
	{ "IST received: ", EVENT_POSITION, AT_START, 0 },
	{ "SST received: ", EVENT_POSITION, AT_START, 0 },
	{ "SST complete, seqno: ", EVENT_SST_RESULT, AT_START, 0 },
	{ "SST succeeded for position ", EVENT_SST_RESULT, AT_START, 0 },

	/* The notification command: only its failures are logged. */
	{ "wsrep_notify_cmd is not defined", EVENT_NOTIFY_UNDEFINED, AT_START, 0 },
	{ "Notification command failed: ", EVENT_NOTIFY_FAILED, AT_START, 0 },
	{ "Notification buffer too short", EVENT_NOTIFY_FAILED, AT_START, 0 },

	/* Failures: the group's port, */
	{ "failed to open gcomm backend connection", EVENT_FAILURE, ANYWHERE, 0 },
	{ "Failed to open backend connection: ", EVENT_FAILURE, ANYWHERE, 0 },
	{ "Failed to open channel ", EVENT_FAILURE, ANYWHERE, 0 },
	{ "gcs connect failed: ", EVENT_FAILURE, ANYWHERE, 0 },
	{ "wsrep::connect(", EVENT_FAILURE, ANYWHERE, ") failed: " },
	/* the IST, */
	{ "Failed to prepare for incremental state transfer: ", EVENT_HINDRANCE, ANYWHERE, 0 },
	{ "Failed to open IST listener at ", EVENT_HINDRANCE, ANYWHERE, 0 },
	{ "IST sender, failed to connect ", EVENT_FAILURE, ANYWHERE, 0 },
	{ "async IST sender failed to serve ", EVENT_FAILURE, ANYWHERE, 0 },
	{ "eceiving IST failed, node restart required", EVENT_FAILURE, ANYWHERE, 0 },
	{ "IST didn't contain all write sets", EVENT_FAILURE, ANYWHERE, 0 },
	/* the SST and its script, */
	{ "posix_spawnp(wsrep_sst_", EVENT_FAILURE, ANYWHERE, ") failed: " },
	{ "Failed to execute: wsrep_sst_", EVENT_FAILURE, ANYWHERE, 0 },
	{ "Failed to read 'ready <addr>'", EVENT_FAILURE, ANYWHERE, 0 },
	{ "Failed to read uuid:seqno ", EVENT_FAILURE, ANYWHERE, 0 },
	{ "SST script aborted with error ", EVENT_FAILURE, ANYWHERE, 0 },
	{ "Process completed with error: wsrep_sst_", EVENT_FAILURE, ANYWHERE, 0 },
	{ "Process was aborted.", EVENT_FAILURE, ANYWHERE, 0 },
	{ "SST failed: ", EVENT_FAILURE, ANYWHERE, 0 },
	{ "SST failed for position ", EVENT_FAILURE, ANYWHERE, 0 },
	{ "SST sending failed: ", EVENT_FAILURE, ANYWHERE, 0 },
	{ "SST preparation failed", EVENT_FAILURE, ANYWHERE, 0 },
	{ "SST request callback failed.", EVENT_FAILURE, ANYWHERE, 0 },
	{ "Application state transfer failed.", EVENT_FAILURE, ANYWHERE, 0 },
	{ "Initiating SST cancellation", EVENT_FAILURE, ANYWHERE, 0 },
	{ "Possible timeout in receving first data from donor", EVENT_FAILURE, ANYWHERE, 0 },
	{ "rsync daemon port ", EVENT_FAILURE, ANYWHERE, " has been taken" },
	{ "lsof tool not found in PATH", EVENT_FAILURE, ANYWHERE, 0 },
	{ "socat[", EVENT_FAILURE, ANYWHERE, "] E " },
	{ "TCP-LISTEN:", EVENT_FAILURE, ANYWHERE, "Permission denied" },
	/* and the end. */
	{ "Will never receive state. Need to abort", EVENT_FAILURE, ANYWHERE, 0 },
	{ "State transfer request failed unrecoverably", EVENT_FAILURE, ANYWHERE, 0 },
	{ "Aborting", EVENT_ABORTING, AT_START, 0 },
	{ 0 },
};
/* clang-format on */
