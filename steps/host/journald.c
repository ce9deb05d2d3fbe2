/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "steps/host/journald.h"
#include "steps/host/logfile.h"
#include "wizard/util.h"

/* What a server prints comes in lines of 48 KiB at most; what it gives to journald itself can be of
 * any length. */
#define MESSAGE_MOST ((size_t)64 << 10)

static int failed(int rc, struct error *err)
{
	return error_set(err, -rc,
			 "look whether `journalctl -n 1` works as root, or let the server log to a "
			 "file (log_error)",
			 "cannot read the systemd journal: %s", strerror(-rc));
}

static int open_journal(const char *directory, sd_journal **journal, struct error *err)
{
	int rc = directory ? sd_journal_open_directory(journal, directory, 0)
			   : sd_journal_open(journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);

	if (rc < 0)
		return failed(rc, err);
	rc = sd_journal_set_data_threshold(*journal, MESSAGE_MOST);
	return rc < 0 ? failed(rc, err) : 0;
}

/*
 * The mark is the last entry of all, not of the units: it is the youngest, so that the journal
 * drops it last.
 */
int journald_mark(const char *directory, json_t **mark, struct error *err)
{
	_cleanup_(sd_journal_closep) sd_journal *journal = NULL;
	_cleanup_free_ char *cursor = NULL;
	int rc = open_journal(directory, &journal, err);

	if (rc < 0)
		return rc;
	rc = sd_journal_seek_tail(journal);
	if (rc >= 0)
		rc = sd_journal_previous(journal);
	if (rc > 0)
		rc = sd_journal_get_cursor(journal, &cursor) < 0 ? -EIO : 1;
	if (rc < 0)
		return failed(rc, err);
	*mark = json_made(rc ? json_pack("{s:s}", "cursor", cursor)
			     : json_pack("{s:b}", "missing", 1));
	return 0;
}

/* The entry's, of which many have none. */
static int write_message(sd_journal *journal, FILE *out)
{
	static const char field[] = "MESSAGE=";
	const char *message;
	size_t length;
	int rc = sd_journal_get_data(journal, "MESSAGE", (const void **)&message, &length);

	if (rc < 0)
		return rc == -ENOENT || rc == -EBADMSG ? 0 : rc;
	message += strlen(field);
	length -= strlen(field);
	fwrite(message, 1, length < MESSAGE_MOST ? length : MESSAGE_MOST, out);
	fputc('\n', out);
	return 0;
}

/* The units' messages behind the place where the journal stands, so many at a time. */
static int write_rest(sd_journal *journal, const char *cursor, FILE *out)
{
	int rc = 0;

	while (ftello(out) < (off_t)LOG_MOST && (rc = sd_journal_next(journal)) > 0) {
		/* The marked entry itself, if it is one of the units': that was then. */
		if (cursor && sd_journal_test_cursor(journal, cursor) > 0)
			continue;
		rc = write_message(journal, out);
		if (rc < 0)
			break;
	}
	return rc;
}

struct journald {
	sd_journal *journal;
	char *cursor; /* of the mark, until it has been passed */
	bool lost;    /* the mark is not there any more */
};

void journald_close(struct journald *journald)
{
	if (!journald)
		return;
	sd_journal_close(journald->journal);
	free(journald->cursor);
	free(journald);
}

/* Of these units alone, each perhaps without ".service". */
static int add_matches(sd_journal *journal, const char *const *units)
{
	int rc = 0;

	for (; rc >= 0 && *units; units++) {
		_cleanup_free_ char *match = str_printf("_SYSTEMD_UNIT=%s%s", *units,
							strchr(*units, '.') ? "" : ".service");

		rc = sd_journal_add_match(journal, match, 0);
	}
	return rc;
}

/* Behind the marked entry, where that is still there; it need not be one of the units'. */
static int place(struct journald *journald, const char *cursor, const char *const *units,
		 struct error *err)
{
	sd_journal *journal = journald->journal;
	int rc = cursor ? sd_journal_seek_cursor(journal, cursor) : 0;

	journald->cursor = str_copy(cursor);
	if (rc >= 0 && cursor)
		rc = sd_journal_next(journal);
	if (rc > 0 && cursor)
		rc = sd_journal_test_cursor(journal, cursor);
	journald->lost = cursor && rc == 0;
	if (rc >= 0)
		rc = add_matches(journal, units);
	if (rc >= 0)
		rc = cursor ? sd_journal_seek_cursor(journal, cursor)
			    : sd_journal_seek_head(journal);
	return rc < 0 ? failed(rc, err) : 0;
}

int journald_open(struct journald **journald, const char *directory, const char *const *units,
		  const json_t *mark, struct error *err)
{
	struct journald *made = memory_new(1, sizeof(*made));
	int rc = open_journal(directory, &made->journal, err)
			 ?: place(made, member_or_null(mark, "cursor"), units, err);

	if (rc == 0)
		*journald = made;
	else
		journald_close(made);
	return rc;
}

int journald_fd(struct journald *journald, struct error *err)
{
	int fd = sd_journal_get_fd(journald->journal);

	return fd < 0 ? failed(fd, err) : fd;
}

int journald_read(struct journald *journald, char **text, size_t *length, bool *gap,
		  struct error *err)
{
	_cleanup_free_ char *messages = NULL;
	FILE *out;
	int rc;

	/* Takes what the descriptor has to say off it; files that rotation made are opened here. */
	rc = sd_journal_process(journald->journal);
	if (rc < 0)
		return failed(rc, err);
	out = stream_open(&messages, length);
	rc = write_rest(journald->journal, journald->cursor, out);
	stream_close(&out);
	if (rc < 0)
		return failed(rc, err);
	*text = TAKE_PTR(messages);
	*gap = journald->lost;
	journald->lost = false;
	return 0;
}
