/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source.h - a log, some lines at a time (libarchive)
 *
 * A log compressed by gzip, bzip2, xz or zstd, as logrotate leaves it, is decompressed on the way.
 */
#pragma once

#include <stddef.h>

#include "wizard/error.h"

/* A line with more bytes is no record: the kernel's are below 8970, and enriching does not double
 * that. */
#define LINE_MAX_BYTES 65536
/* Lines are looked at some bytes at a time, before it is known where they end: so many bytes can be
 * read behind the last one's newline, whatever they are. */
#define LINE_SLACK 32

struct log_source;

/* source_open - path "-" is standard input. Errors: as open(2); -EINVAL: another device,
 * which may have no end. */
int source_open(const char *path, struct log_source **source, struct error *err);

/*
 * source_next - the next lines, which stay until the next call; *size is 0 at the end. Each ends in
 * a newline, but for the log's last one; behind it are LINE_SLACK newlines. Of a line longer than
 * LINE_MAX_BYTES the rest may be left out. Errors: as read(2); -EIO: the compressed log is damaged.
 */
int source_next(struct log_source *source, const char **lines, size_t *size, struct error *err);

/* source_name - the path for messages. */
const char *source_name(const struct log_source *source);

/* source_close - a clean-up helper: for a variable of type struct log_source *. */
void source_close(struct log_source **source);
