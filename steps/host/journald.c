/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "steps/host/journald.h"
#include "steps/host/logfile.h"
#include "wizard/util.h"

static int failed(int rc, struct error *err)
{
	if (rc == -ENOMEM)
		return error_nomem(err);
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
	/* A message is read whole, however long. */
	rc = sd_journal_set_data_threshold(*journal, 0);
	return rc < 0 ? failed(rc, err) : 0;
}

/*
 * The mark is the last entry of all, not of the units: it is the youngest, so that the journal
 * drops it last.
 */
int journald_mark_in(const char *directory, json_t **mark, struct error *err)
{
	_cleanup_(sd_journal_closep) sd_journal *journal = NULL;
	_cleanup_free_ char *cursor = NULL;
	json_t *made;
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
	made = rc ? json_pack("{s:s}", "cursor", cursor) : json_pack("{s:b}", "missing", 1);
	if (!made)
		return error_nomem(err);
	*mark = made;
	return 0;
}

/* find_mark - is the marked entry still there? */
static int find_mark(sd_journal *journal, const char *cursor)
{
	int rc = sd_journal_seek_cursor(journal, cursor);

	if (rc >= 0)
		rc = sd_journal_next(journal);
	return rc > 0 ? sd_journal_test_cursor(journal, cursor) : rc;
}

static int match_units(sd_journal *journal, const char *const *units)
{
	for (size_t i = 0; units[i]; i++) {
		_cleanup_free_ char *match = str_printf("_SYSTEMD_UNIT=%s%s", units[i],
							strchr(units[i], '.') ? "" : ".service");
		int rc = match ? sd_journal_add_match(journal, match, 0) : -ENOMEM;

		/* Of the same field: either of them. */
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int write_message(sd_journal *journal, FILE *out)
{
	static const char field[] = "MESSAGE=";
	const void *data;
	size_t length;
	int rc = sd_journal_get_data(journal, "MESSAGE", &data, &length);

	if (rc == -ENOENT || rc == -EBADMSG)
		return 0;
	if (rc < 0)
		return rc;
	fwrite((const char *)data + strlen(field), 1, length - strlen(field), out);
	fputc('\n', out);
	return 0;
}

static int write_messages(sd_journal *journal, const char *cursor, FILE *out)
{
	int rc = cursor ? sd_journal_seek_cursor(journal, cursor) : sd_journal_seek_head(journal);

	while (rc >= 0 && (rc = sd_journal_next(journal)) > 0) {
		/* The marked entry itself, if it is one of the units': that was then. */
		if (cursor && sd_journal_test_cursor(journal, cursor) > 0)
			continue;
		rc = write_message(journal, out);
	}
	return rc;
}

int journald_since_in(const char *directory, const char *const *units, const json_t *mark,
		      char **text, size_t *length, bool *gap, struct error *err)
{
	_cleanup_(sd_journal_closep) sd_journal *journal = NULL;
	_cleanup_free_ char *messages = NULL;
	const char *cursor = json_string_value(json_object_get(mark, "cursor"));
	size_t size;
	bool lost = false;
	FILE *out;
	int rc = open_journal(directory, &journal, err);

	if (rc < 0)
		return rc;
	if (cursor) {
		rc = find_mark(journal, cursor);
		if (rc < 0)
			return failed(rc, err);
		lost = rc == 0;
	}
	rc = match_units(journal, units);
	if (rc < 0)
		return failed(rc, err);
	out = open_memstream(&messages, &size);
	if (!out)
		return error_nomem(err);
	/* Without a match, the journal would give the entries of all. */
	rc = units[0] ? write_messages(journal, cursor, out) : 0;
	if (fclose(out))
		rc = -ENOMEM;
	if (rc < 0)
		return failed(rc, err);
	*text = TAKE_PTR(messages);
	*length = size;
	*gap = lost;
	return 0;
}

int journald_mark(const char *const *units, json_t **mark, struct error *err)
{
	(void)units;
	return journald_mark_in(NULL, mark, err);
}

int journald_since(const char *const *units, const json_t *mark, char **text, size_t *length,
		   bool *gap, struct error *err)
{
	return journald_since_in(NULL, units, mark, text, length, gap, err);
}
