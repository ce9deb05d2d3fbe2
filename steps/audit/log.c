/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/kinds.h"
#include "steps/audit/log.h"
#include "steps/audit/parts.h"
#include "steps/audit/reader.h"
#include "steps/audit/source.h"
#include "wizard/util.h"

struct counted {
	const char *origin;
	const char *const *domains;
	struct kinds *kinds;
	struct denials *counts;
};

static void counted_clear(struct counted *counted)
{
	kinds_free(&counted->kinds);
}

static int take_event(void *data, struct event *event, struct error *err)
{
	struct counted *counted = data;

	return kinds_add(counted->kinds, event, 0, 0, counted->counts, err);
}

static int read_blocks(struct source *source, struct counted *counted, size_t *records,
		       struct error *err)
{
	_cleanup_(reader_free) struct reader *reader =
		reader_new(source_name(source), take_event, counted, counted->counts);
	const char *block;
	size_t size;
	int rc;

	if (!reader)
		return error_nomem(err);
	while ((rc = source_next(source, &block, &size, err)) == 0 && size) {
		rc = reader_take(reader, block, size, err);
		if (rc < 0)
			return rc;
	}
	if (rc == 0)
		rc = reader_end(reader, err);
	*records = reader_records(reader);
	return rc;
}

/* read_parts - false: the log is to be read in one. */
static bool read_parts(const struct source *source, struct counted *counted, size_t *records,
		       int *rc, struct error *err)
{
	struct parts_log log = { .name = source_name(source) };
	const struct denials before = *counted->counts;

	log.fd = source_plain(source, &log.size);
	log.threads = log.fd >= 0 ? parts_threads(log.size, &log.part) : 1;
	if (log.threads < 2)
		return false;
	*rc = parts_read(&log, counted->kinds, counted->counts, records, err);
	if (*rc != -EAGAIN)
		return true;
	*counted->counts = before;
	kinds_free(&counted->kinds);
	counted->kinds = kinds_new(counted->origin, counted->domains);
	return false;
}

static int read_log(struct source *source, struct counted *counted, struct error *err)
{
	size_t unreadable = counted->counts->unreadable, records = 0;
	int rc;

	if (!read_parts(source, counted, &records, &rc, err))
		rc = counted->kinds ? read_blocks(source, counted, &records, err)
				    : error_nomem(err);
	if (rc < 0)
		return rc;
	if (!records && counted->counts->unreadable > unreadable)
		return error_set(
			err, EINVAL,
			"give an audit log (usually /var/log/audit/audit.log), or what "
			"`ausearch --raw -m avc,user_avc` prints, without -i (--interpret)",
			"%s is no audit log: no line of it is an audit record that can "
			"be read",
			source_name(source));
	return 0;
}

int audit_log_read(const char *path, const char *origin, const char *const *domains,
		   struct denials *denials, struct error *err)
{
	_cleanup_(source_close) struct source *source = NULL;
	struct denials read = *denials;
	_cleanup_(counted_clear) struct counted counted = { origin, domains,
							    kinds_new(origin, domains), &read };
	int rc;

	if (!counted.kinds)
		return error_nomem(err);
	rc = source_open(path, &source, err);
	if (rc == 0)
		rc = read_log(source, &counted, err);
	if (rc == 0)
		rc = kinds_take(counted.kinds, &read, err);
	if (rc == 0)
		*denials = read;
	denials->items = read.items;
	return rc;
}
