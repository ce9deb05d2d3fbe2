/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs that a test has as text or as a file, and mysqld_t's denials in them. */
#pragma once

#include "steps/audit/log.h"
#include "tests/unit/unit.h"

#define FIXTURES "tests/fixtures/audit/"
#define CONTEXTS "scontext=system_u:system_r:mysqld_t:s0 tcontext=system_u:object_r:var_lib_t:s0 "

static const char *const mysqld[] = { "mysqld_t", NULL };

/* read_bytes - adds the denials of a log with this content; what audit_log_read() returned. */
static inline int read_bytes(const char *bytes, size_t length, struct denials *denials,
			     struct error *err)
{
	_cleanup_free_ char *path = scratch_file(bytes, length);
	int rc = audit_log_read(path, false, "here", mysqld, denials, err);

	unlink(path);
	return rc;
}

/* given_read - the denials of text that somebody gives. */
static inline int given_read(const char *text, size_t length, struct denials *denials,
			     struct error *err)
{
	_cleanup_free_ char *path = scratch_file(text, length);
	int r;

	memset(denials, 0, sizeof(*denials));
	r = audit_log_read(path, true, "here", mysqld, denials, err);
	unlink(path);
	return r;
}

static inline struct denials denials_of(const char *text)
{
	struct denials denials = { 0 };
	struct error err = { 0 };

	must(read_bytes(text, strlen(text), &denials, &err), &err);
	return denials;
}

static inline struct denials denials_in(const char *path)
{
	struct denials denials = { 0 };
	struct error err = { 0 };

	must(audit_log_read(path, false, "here", mysqld, &denials, &err), &err);
	return denials;
}
