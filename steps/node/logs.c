/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "steps/audit/log.h"
#include "steps/node/logs.h"
#include "wizard/util.h"

struct log {
	char *path;  /* without links */
	char *stamp; /* as it was when it was read; NULL: it could not be read */
	struct denials denials;
};

void logs_clear(struct logs *logs)
{
	for (size_t i = 0; i < logs->count; i++) {
		free(logs->items[i].path);
		free(logs->items[i].stamp);
		denials_clear(&logs->items[i].denials);
	}
	free(logs->items);
	*logs = (struct logs){ 0 };
}

char *log_stamp(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return str_printf("%d", errno);
	return str_printf("%" PRIu64 " %lld %lld.%09ld", (uint64_t)st.st_ino, (long long)st.st_size,
			  (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static struct log *log_at(struct logs *logs, const char *path)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	struct log *log;

	if (real)
		path = real;
	for (size_t i = 0; i < logs->count; i++)
		if (!strcmp(logs->items[i].path, path))
			return &logs->items[i];
	log = array_push(&logs->items, &logs->count, sizeof(*log));
	log->path = str_copy(path);
	return log;
}

int logs_read(struct logs *logs, const char *path, bool given, const char *origin,
	      const char *const *domains, struct denials *denials, struct error *err)
{
	_cleanup_free_ char *stamp = log_stamp(path);
	struct log *log = log_at(logs, path);

	if (!log->stamp || strcmp(log->stamp, stamp) != 0) {
		int r;

		free(log->stamp);
		log->stamp = NULL;
		denials_clear(&log->denials);
		r = audit_log_read(path, given, "", domains, &log->denials, err);
		if (r < 0)
			return r;
		log->stamp = TAKE_PTR(stamp);
	}
	denials_append(denials, &log->denials, origin);
	return 0;
}
