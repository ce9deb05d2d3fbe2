/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evidence.h - a node's evidence file: what it was denied, of which policy it is, and what was
 * exercised there. galera-selinux-evidence(5) has the format.
 */
#pragma once

#include "steps/cluster/bundle.h"

/* Its members. */
#define EVIDENCE_NODE      "node.json"
#define EVIDENCE_EXERCISES "exercises.json"
#define EVIDENCE_LABELS    "labels.json"
#define EVIDENCE_RECORDS   "records.log"

extern const struct bundle_format evidence_format;

/*
 * evidence_read - of the file at path {"sha256", "node": {...}, "exercises": [...], "labels":
 * {...}, "records": TEXT}, new (caller decrefs): of each only what the format knows, of its type
 * and of a bounded size; the records are an audit log, and as hostile as one. Errors: as
 * bundle_read(); -EBADMSG: also a node without a name.
 */
int evidence_read(const char *path, json_t **object, struct error *err);
