/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps/galera/wsrep_messages.h"
#include "wizard/util.h"

/* One row a message, with its version range. */
/* clang-format off */
const struct wsrep_message wsrep_messages[] = {
	/* The server's life. Every version loads the provider once at each real start, and only
	 * then. */
	{ "Starting MariaDB ", EVENT_BOOT, MARIADB_FROM_10_4, .and_also = " as process " },
	{ ") starting as process ", EVENT_BOOT, EVERY_SERVER & ~(MARIADB_5_5 | MARIADB_FROM_11),
	  .anywhere = true },
	{ "mysqld_safe Starting ", EVENT_BOOT, GALERA_3, .anywhere = true },
	{ "Recovered position: ", EVENT_RECOVERY },
	{ "Found saved state: ", EVENT_SAVED_STATE },
	{ "gcomm: bootstrapping new group ", EVENT_BOOTSTRAP },
	{ "wsrep_load(): loading provider library '", EVENT_START },
	{ ": ready for connections.", EVENT_READY, .anywhere = true },
	{ "wsrep_load(): Galera ", EVENT_PROVIDER, .and_also = " loaded successfully" },

	/* A state transfer is wanted. */
	{ "State transfer required:", EVENT_TRANSFER_NEEDED },
	{ "Gap in state sequence. Need state transfer.", EVENT_TRANSFER_GAP, GALERA_3 },
	{ "Group state: ", EVENT_GROUP_STATE },
	{ "Local state: ", EVENT_LOCAL_STATE },
	{ "Running: 'wsrep_sst_", EVENT_SCRIPT, EVERY_SERVER & ~PERCONA_8_0 },
	{ "Initiating SST/IST transfer on ", EVENT_SCRIPT, PERCONA | MARIADB_FROM_11 },
	{ "Joiner monitor thread started to monitor", EVENT_JOINER_MONITOR, MARIADB_FROM_10_4 },
	{ "Prepared SST request: ", EVENT_METHOD },
	{ "Prepared SST/IST request: ", EVENT_METHOD, PERCONA_5_7 },
	{ "State gap can't be serviced using IST. Switching to SST", EVENT_JOINER_SST,
	  PERCONA_5_7 },
	{ "Prepared IST receiver for 0-", EVENT_JOINER_SST, GALERA_4 },
	{ "Prepared IST receiver", EVENT_IST_LISTENER },
	{ "Failed to prepare for incremental state transfer: Local state", EVENT_JOINER_SST,
	  .anywhere = true },
	{ "####### IST uuid:", EVENT_JOINER, GALERA_4 },
	{ "Requesting state transfer: success", EVENT_JOINER },
	{ "but it is impossible to select State Transfer donor", EVENT_HINDRANCE,
	  .anywhere = true },
	{ "Requesting state transfer failed: ", EVENT_NONE,
	  .words = "no donor yet; it asks again" },
	{ "Member ", EVENT_MEMBERS, .and_also = " requested state transfer from " },
	{ "Node ", EVENT_MEMBERS, MARIADB_5_5, .and_also = " requested state transfer from " },
	{ "Shifting PRIMARY -> JOINER", EVENT_SHIFT_JOINER },
	{ "Shifting OPEN -> PRIMARY", EVENT_NONE },
	{ "Shifting JOINER -> JOINED", EVENT_SHIFT_JOINED, .words = "catching up" },
	{ "Shifting JOINED -> SYNCED", EVENT_NONE },
	{ "Shifting SYNCED -> DONOR/DESYNCED", EVENT_SHIFT_DONOR },

	/* The donor decides, and gives. */
	{ "IST request: ", EVENT_NONE },
	{ "falling back to SST", EVENT_DONOR_SST, .anywhere = true },
	/* An SST's, but it comes before the script's line, where the transfer is known to begin. */
	{ "Cert index preload: ", EVENT_NONE, GALERA_4 },
	{ "Streaming the backup to joiner at ", EVENT_DONOR_SST, HAS_BACKUP_SST },
	{ "Flushing tables for SST", EVENT_DONOR_SST, HAS_RSYNC_SST },
	{ "Tables flushed", EVENT_NONE, HAS_RSYNC_SST },
	{ "Bypassing state dump", EVENT_DONOR_IST, HAS_RSYNC_SST },
	{ "Bypassing the SST for IST", EVENT_DONOR_IST, MARIADB_10_1 },
	{ "Bypassing SST. Can work it through IST", EVENT_DONOR_IST, PERCONA },
	{ "Donor monitor thread ", EVENT_NONE, MARIADB_FROM_10_4 },
	{ "sst_donor_thread signaled with ", EVENT_DONOR_SIGNAL, MARIADB | MYSQL },
	{ "DONOR thread signaled with ", EVENT_DONOR_SIGNAL, PERCONA },
	/* Said for an SST, too, where Galera 4 preloads its index. */
	{ "async IST sender starting to serve ", EVENT_NONE, GALERA_4,
	  .and_also = ", preload starts from ", .words = "sending write-sets" },
	{ "async IST sender starting to serve ", EVENT_DONOR_IST, GALERA_3,
	  .words = "sending write-sets" },
	{ "async IST sender served", EVENT_NONE },
	{ "IST sender notifying joiner, not sending anything", EVENT_NONE },
	{ "IST sender ", EVENT_NONE, .and_also = " -> " },
	{ "SST sent: ", EVENT_DONOR_SENT, GALERA_4 },
	{ "): State transfer ", EVENT_MEMBER_TRANSFER, .anywhere = true },

	/* The joiner receives. */
	{ "Proceeding with SST", EVENT_JOINER_SST, HAS_BACKUP_SST },
	{ "Cleaning the existing datadir", EVENT_JOINER_SST, HAS_BACKUP_SST,
	  .words = "the old data are removed" },
	{ "Preparing the backup at", EVENT_JOINER_SST, HAS_BACKUP_SST,
	  .words = "preparing the data received" },
	{ "Moving the backup to", EVENT_JOINER_SST, HAS_BACKUP_SST,
	  .words = "moving the data into place" },
	{ "Using openssl based encryption with socat", EVENT_SST_ENCRYPTED,
	  MARIADB_FROM_10_1 | PERCONA_5_7 },
	{ "Using stunnel for SSL encryption", EVENT_SST_ENCRYPTED, MARIADB_FROM_10_4 },
	{ "xtrabackup_ist", EVENT_JOINER_IST, HAS_BACKUP_SST, .anywhere = true,
	  .and_also = " received from donor: Running IST" },
	{ "Receiving IST: ", EVENT_WRITESETS },
	{ "IST received: ", EVENT_IST_POSITION },
	{ "SST received: ", EVENT_SST_POSITION },
	{ "SST received", EVENT_NONE, GALERA_4 },
	{ "Installed new state from SST: ", EVENT_NONE, GALERA_4 },
	{ "Cert. index preload", EVENT_NONE, GALERA_4 },
	{ "Receiving IST... ", EVENT_NONE, GALERA_4, .words = "receiving write-sets: ",
	  .rest = " complete" },
	{ "Waiting for SST to complete", EVENT_NONE, GALERA_3, .words = "receiving the data" },
	{ "SST complete, status: ", EVENT_SST_STATUS, MARIADB_5_5 },
	{ "SST complete, seqno: ", EVENT_SST_RESULT, GALERA_3 },
	{ "SST succeeded for position ", EVENT_SST_RESULT, MARIADB_FROM_10_4 },

	{ "Total time on joiner: ", EVENT_NONE, HAS_BACKUP_SST },
	{ "Galera co-ords from recovery: ", EVENT_SST_POSITION, MARIADB_FROM_10_1 | PERCONA_8_0 },
	{ "Galera co-ords from donor: ", EVENT_SST_POSITION, MARIADB_FROM_10_4 },
	{ "Joiner monitor thread ended ", EVENT_NONE, MARIADB_FROM_10_4 },

	/* The end, of this node and of others. */
	{ "Synchronized with group, ready for connections", EVENT_SYNCED },
	{ "Server status change joined -> synced", EVENT_NONE, MARIADB_FROM_10_4 },
	{ "Server ", EVENT_NONE, GALERA_4, .and_also = " synced with group" },
	{ "Member ", EVENT_MEMBER_SYNCED, .and_also = " synced with group" },

	/* The notification command: only its failures are logged; the first is what our own script
	 * says (templates/notify). */
	{ "galera-selinux: notify command called, status ", EVENT_NOTIFY_CALLED },
	{ "wsrep_notify_cmd is not defined", EVENT_NOTIFY_UNDEFINED },
	{ "Notification command failed: ", EVENT_NOTIFY_FAILED },
	{ "Notification buffer too short", EVENT_NOTIFY_FAILED },

	/* Failures: the group's port, */
	{ "failed to open gcomm backend connection", EVENT_FAILURE, .anywhere = true },
	{ "Failed to open backend connection: ", EVENT_FAILURE, .anywhere = true },
	{ "Failed to open channel ", EVENT_FAILURE, .anywhere = true },
	{ "gcs connect failed: ", EVENT_FAILURE, .anywhere = true },
	{ "wsrep::connect(", EVENT_FAILURE, .anywhere = true, .and_also = ") failed: " },
	{ "It may not be safe to bootstrap the cluster", EVENT_FAILURE,
	  EVERY_SERVER & ~MARIADB_5_5 },
	/* the IST, */
	{ "Failed to prepare for incremental state transfer: ", EVENT_HINDRANCE, .anywhere = true },
	/* Where the message before it has two lines. */
	{ "IST will be unavailable", EVENT_NONE, .anywhere = true },
	{ "Failed to open IST listener at ", EVENT_HINDRANCE, .anywhere = true },
	{ "IST sender, failed to connect ", EVENT_FAILURE, .anywhere = true },
	{ "async IST sender failed to serve ", EVENT_FAILURE, .anywhere = true },
	{ "eceiving IST failed, node restart required", EVENT_FAILURE, .anywhere = true },
	{ "IST didn't contain all write sets", EVENT_FAILURE, .anywhere = true },
	/* the SST and its script, */
	{ "posix_spawnp(wsrep_sst_", EVENT_FAILURE, .anywhere = true, .and_also = ") failed: " },
	{ "Failed to execute: wsrep_sst_", EVENT_FAILURE, .anywhere = true },
	{ "Failed to read 'ready <addr>'", EVENT_FAILURE, .anywhere = true },
	{ "Failed to read uuid:seqno ", EVENT_FAILURE, .anywhere = true },
	{ "SST script aborted with error ", EVENT_FAILURE, PERCONA_8_0, .anywhere = true },
	{ "Process completed with error: wsrep_sst_", EVENT_FAILURE, .anywhere = true },
	{ "Process was aborted.", EVENT_FAILURE, .anywhere = true },
	{ "SST failed: ", EVENT_FAILURE, GALERA_3, .anywhere = true },
	{ "SST failed for position ", EVENT_FAILURE, MARIADB_FROM_10_4, .anywhere = true },
	{ "SST sending failed: ", EVENT_FAILURE, GALERA_4, .anywhere = true },
	{ "SST preparation failed", EVENT_FAILURE, .anywhere = true },
	{ "SST request callback failed.", EVENT_FAILURE, .anywhere = true },
	{ "Application state transfer failed.", EVENT_FAILURE, .anywhere = true },
	{ "Initiating SST cancellation", EVENT_FAILURE, PERCONA_8_0, .anywhere = true },
	{ "Possible timeout in receving first data from donor", EVENT_FAILURE, HAS_BACKUP_SST,
	  .anywhere = true },
	{ "rsync daemon port ", EVENT_FAILURE, HAS_RSYNC_SST, .anywhere = true,
	  .and_also = " has been taken" },
	{ "lsof tool not found in PATH", EVENT_FAILURE, HAS_RSYNC_SST, .anywhere = true },
	{ "Neither lsof", EVENT_CAUSE, MARIADB_FROM_10_4 },
	{ "Read: '", EVENT_READ },
	{ "' not found in ", EVENT_CAUSE, .anywhere = true },
	{ ": command not found", EVENT_CAUSE, .anywhere = true },
	{ "the rsync or stunnel daemon (", EVENT_CAUSE, MARIADB_FROM_10_4,
	  .and_also = " terminated unexpectedly" },
	{ "socat[", EVENT_FAILURE, HAS_BACKUP_SST, .anywhere = true, .and_also = "] E " },
	{ "TCP-LISTEN:", EVENT_FAILURE, HAS_BACKUP_SST, .anywhere = true,
	  .and_also = "Permission denied" },
	/* the operating system's word, in any message, */
	{ "ermission denied", EVENT_DENIED, .anywhere = true },
	{ "Errcode: 13)", EVENT_DENIED, .anywhere = true },
	{ "errno: 13)", EVENT_DENIED, .anywhere = true },
	{ "Operating system error number 13 ", EVENT_DENIED, .anywhere = true },
	/* and the end. */
	{ "Will never receive state. Need to abort", EVENT_FAILURE, .anywhere = true },
	{ "State transfer request failed unrecoverably", EVENT_FAILURE, .anywhere = true },
	{ "Aborting", EVENT_ABORTING },

	/* On the way: for the eye. */
	{ "Normal shutdown", EVENT_NONE, EVERY_SERVER & ~(PERCONA_8_0 | MYSQL_8_0),
	  .anywhere = true, .words = "the server stops", .lasting = true },
	{ "Received shutdown signal", EVENT_NONE, PERCONA | MYSQL, .anywhere = true,
	  .words = "the server stops", .lasting = true },
	{ "Received SHUTDOWN from user", EVENT_NONE, PERCONA_8_0 | MYSQL_8_0, .anywhere = true,
	  .words = "the server stops", .lasting = true },
	{ "gcomm: connecting to group ", EVENT_NONE, .words = "looking for the group ",
	  .rest = "," },
	{ "Failed to establish connection: ", EVENT_NONE, GALERA_4, .anywhere = true,
	  .words = "a peer does not answer: ", .rest = "" },
	{ "Waiting for SST streaming to complete", EVENT_NONE, HAS_BACKUP_SST, .anywhere = true,
	  .words = "receiving the data" },
	{ "Server status change joiner -> initializing", EVENT_NONE, MARIADB_FROM_10_4,
	  .words = "the storage engines start" },
	{ "Server status change initialized -> joined", EVENT_NONE, MARIADB_FROM_10_4,
	  .words = "catching up" },
	{ "Processing event queue:... ", EVENT_NONE, GALERA_4, .words = "catching up: ",
	  .rest = " complete" },
	{ 0 },
};
/* clang-format on */

const struct wsrep_message *wsrep_message_find(struct piece message)
{
	for (const struct wsrep_message *row = wsrep_messages; row->text; row++) {
		if (row->anywhere ? !piece_find(message, row->text)
				  : !piece_begins(message, row->text))
			continue;
		if (!row->and_also || piece_find(piece_after(message, row->text), row->and_also))
			return row;
	}
	return NULL;
}

/* A line's time, thread and level end before this byte. */
enum { PREFIX_MAX = 128 };

/* How a message of the server begins, and the lines that go on with one. */
static const char *const levels[] = { "[Note] ", "[Warning] ", "[ERROR] ", "[System] ", NULL };
static const char *const rests[] = { "Group state: ", "Local state: ", "Read: '", NULL };

static bool starts_one(struct piece text, const char *const *texts)
{
	while (*texts && !piece_begins(text, *texts))
		texts++;
	return *texts;
}

/* MySQL 8 has an error number and a subsystem in brackets after the level. */
static struct piece after_level(struct piece text)
{
	while (piece_begins(text, "[") && piece_find(text, "] "))
		text = piece_after(text, "] ");
	/* MySQL-wsrep 8 tells the provider's from the library's. */
	(void)(piece_passes(&text, "WSREP: ") || piece_passes(&text, "P: ") ||
	       piece_passes(&text, "L: "));
	return text;
}

/* What the line quotes from others comes later, so its first level is the server's own. */
struct piece wsrep_message_of(struct piece line, bool *unstamped)
{
	struct piece here = piece_trim(line);

	line = here;
	*unstamped = false;
	for (; here.at < here.end && here.at - line.at < PREFIX_MAX; here.at++) {
		if (starts_one(here, levels))
			return after_level(here);
		if (piece_begins(here, "WSREP_SST: ["))
			return piece_after(here, "] ");
		if (starts_one(here, rests))
			return here;
		*unstamped = piece_begins(here, "WSREP: ");
		if (*unstamped)
			return piece_after(here, "WSREP: ");
		if (piece_begins(here, "mysqld_safe "))
			return here;
	}
	*unstamped = true;
	return line;
}

/* ---- servers --------------------------------------------------------------------------------- */

static const struct generation {
	enum wsrep_server bit;
	unsigned int from, to; /* 1000 * major + minor */
	const char *words;
} generations[] = {
	{ MARIADB_5_5, 5005, 10000, "MariaDB 5.5 to 10.0" },
	{ MARIADB_10_1, 10001, 10003, "MariaDB 10.1 to 10.3" },
	{ MARIADB_10_4, 10004, 10011, "MariaDB 10.4 to 10.11" },
	{ MARIADB_11, 11000, 11999, "MariaDB 11" },
	{ PERCONA_5_7, 5005, 5007, "Percona XtraDB Cluster 5.5 to 5.7" },
	{ PERCONA_8_0, 8000, 8999, "Percona XtraDB Cluster 8" },
	{ MYSQL_5_7, 5005, 5007, "MySQL-wsrep 5.5 to 5.7" },
	{ MYSQL_8_0, 8000, 8999, "MySQL-wsrep 8" },
};

/* Those among servers that have the version. */
static unsigned int find(unsigned int servers, const char *version)
{
	unsigned int major, minor = 0, found = 0;

	if (sscanf(version, "%3u.%3u", &major, &minor) < 1)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(generations); i++) {
		const struct generation *one = &generations[i];

		if ((one->bit & servers) && 1000 * major + minor >= one->from &&
		    1000 * major + minor <= one->to)
			found |= one->bit;
	}
	return found;
}

unsigned int wsrep_server_read(struct piece message, char *name, size_t size)
{
	struct piece version = piece_after(message, "Starting MariaDB ");
	bool mariadb = piece_size(version) > 0;
	char text[32];

	if (!mariadb) {
		version = piece_until(piece_after(message, " (mysqld "), ")");
		mariadb = piece_find(version, "MariaDB");
	}
	piece_copy(text, sizeof(text), piece_word(version, "."));
	if (!*text) {
		*name = '\0';
		return EVERY_SERVER;
	}
	snprintf(name, size, "%s %s", mariadb ? "MariaDB" : "MySQL", text);
	/* Percona's numbers and those of MySQL-wsrep look alike. */
	return find(mariadb ? MARIADB : PERCONA | MYSQL, text);
}

long wsrep_server_pid(struct piece message)
{
	char number[16];

	piece_copy(number, sizeof(number), piece_word(piece_after(message, " as process "), ""));
	return strtol(number, NULL, 10);
}

void wsrep_servers_words(unsigned int servers, char *words, size_t size)
{
	size_t length = 0;

	*words = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(generations) && length < size; i++)
		if (servers & generations[i].bit)
			length += (size_t)snprintf(words + length, size - length, "%s%s",
						   length ? ", " : "", generations[i].words);
}

/* ---- the time in a line ---------------------------------------------------------------------- */

/* A time at a line's end begins in the last so many bytes. */
enum { TAIL = 32 };

/* Where the time ends, but for its zone; NULL: there is none. */
static const char *read_time(const char *text, struct tm *tm)
{
	static const char *const forms[] = { "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S",
					     "%y%m%d %H:%M:%S", "%Y%m%d %H:%M:%S" };
	const char *end = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(forms) && !end; i++) {
		*tm = (struct tm){ .tm_isdst = -1 };
		end = strptime(text, forms[i], tm);
	}
	return end ? end + strspn(end, ".0123456789") : NULL;
}

bool wsrep_time(struct piece line, bool utc, char clock[9], time_t *seconds)
{
	size_t size = piece_size(line), most = size < PREFIX_MAX ? size : PREFIX_MAX, level = 0;
	const char *script = piece_find(line, "WSREP_SST: [");
	char text[PREFIX_MAX + 1];
	const char *end = NULL;
	long offset = 0;
	struct tm tm;

	while (level < most && !starts_one((struct piece){ line.at + level, line.end }, levels))
		level++;
	/* What others put before a line may have a time of its own, in another form. */
	most = level < most ? level : 1;
	if (script && script < line.at + level)
		line = piece_after(
			(struct piece){ line.end - (size < TAIL ? size : TAIL), line.end }, "(");
	piece_copy(text, sizeof(text), line);
	for (size_t i = 0; i < most && text[i] && !end; i++)
		if (isdigit((unsigned char)text[i]) && (i == 0 || strchr(" :-|", text[i - 1])))
			end = read_time(text + i, &tm);
	if (!end)
		return false;
	strftime(clock, 9, "%H:%M:%S", &tm);
	if (*end && strchr("Z+-", *end) && strptime(end, "%z", &tm)) {
		offset = tm.tm_gmtoff;
		utc = true;
	}
	*seconds = utc ? timegm(&tm) - offset : mktime(&tm);
	return true;
}
