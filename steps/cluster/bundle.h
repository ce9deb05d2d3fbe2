/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bundle.h - a file that one node makes for others: a tar, packed by zstd or gzip (libarchive)
 *
 * Its first member, manifest.json, has the format's name and version, and of each other member its
 * size and sha256. All members are texts in UTF-8. galera-selinux-evidence(5) has it whole.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "wizard/error.h"

#define BUNDLE_MANIFEST "manifest.json"

/* What is read of one at most, packed and unpacked: a stock auditd keeps 40 MB. */
#define BUNDLE_FILE_MAX (64U * 1024 * 1024)
#define BUNDLE_TEXT_MAX (128U * 1024 * 1024)

struct bundle_format {
	const char *name; /* in the manifest */
	json_int_t version;
	const char *const *members; /* each is there, and no other; NULL-terminated */
	const char *title;          /* "an evidence file" */
	const char *made_by;        /* the command that makes one */
};

/* bundle_is_named - does path end as such a file's name does, .tar.zst or .tar.gz? */
bool bundle_is_named(const char *path);

/* bundle_pack - the bytes of a file that is to be called path, with these members, an object NAME:
 * TEXT; new memory (caller frees). -EFBIG: nobody would read it; -ENOTSUP: this libarchive cannot
 * pack so. */
int bundle_pack(const char *path, const struct bundle_format *format, const json_t *members,
		char **bytes, size_t *length, struct error *err);

/*
 * bundle_read - of the file at path {"sha256": its own, "members": {NAME: TEXT}}, new (caller
 * decrefs). It is read apart (wizard/apart.h) and into memory alone, and what is not as said above
 * is refused: -EBADMSG: another name, link, order, size or sum, or no such file at all; -EFBIG;
 * -ENOTSUP: a newer version's; -EPROTO; and as open(2). The texts are as hostile as whoever has
 * made it.
 */
int bundle_read(const char *path, const struct bundle_format *format, json_t **object,
		struct error *err);

/* bundle_sum - the sha256 of these bytes, in hex. */
#define BUNDLE_SUM_SIZE 65
int bundle_sum(const char *bytes, size_t length, char sum[static BUNDLE_SUM_SIZE],
	       struct error *err);
