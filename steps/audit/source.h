/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source.h - the bytes of a log, a block at a time (libarchive)
 *
 * A log compressed by gzip, bzip2, xz or zstd, as logrotate leaves it, is decompressed on the way,
 * by a second thread, while the caller looks at what has been decompressed.
 */
#ifndef STEPS_AUDIT_SOURCE_H
#define STEPS_AUDIT_SOURCE_H

#include <stddef.h>
#include <sys/types.h>

#include "wizard/error.h"

struct source;

/* source_open - path "-" is standard input. Errors: as open(2); -ENOMEM. */
int source_open(const char *path, struct source **source, struct error *err);

/*
 * source_next - the next block, which stays until the next call; *size is 0 at the end. Errors: as
 * read(2); -EIO: the compressed log is damaged.
 */
int source_next(struct source *source, const char **block, size_t *size, struct error *err);

/* source_plain - its descriptor, if it is a regular file that is not compressed, and the file's
 * size; else -1. To read such a log by offsets, do not call source_next(). */
int source_plain(const struct source *source, off_t *size);

/* source_name - the path for messages. */
const char *source_name(const struct source *source);

/* source_close - a clean-up helper: for a variable of type struct source *. */
void source_close(struct source **source);

#endif
