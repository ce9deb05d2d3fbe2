/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit.h - what unit tests share: cmocka, with what it wants before it; places to write to; what is
 * said on a stream
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* cmocka 2 has a macro of this name, and warns of what cmocka 1 has alone. */
#undef stop
#ifndef assert_uint_in_range
#define assert_uint_in_range assert_in_range
#endif

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wizard/error.h"
#include "wizard/util.h"

/* The recorded cluster. */
#define CLUSTER "tests/fixtures/clusters/debian12-mariadb10.11/"

/* must - the test fails here when result is an error, and says which. */
#define must(result, err)                                                                          \
	do {                                                                                       \
		if ((result) < 0)                                                                  \
			fail_msg("%s (%s)", (err)->what, (err)->remedy);                           \
	} while (0)

/* assert_text_or_null - it is this one; NULL: there is none. */
static inline void assert_text_or_null(const char *text, const char *expected)
{
	if (expected)
		assert_string_equal(text ?: "none", expected);
	else
		assert_null(text);
}

/* policy_root - below it is the policy that tests copy and judge by: STORE (make check STORE=ROOT),
 * else this host's. */
static inline const char *policy_root(void)
{
	const char *root = getenv("STORE");

	return root && *root ? root : "/";
}

/* ---- places to write to --------------------------------------------------------------------- */

static inline char *scratch_template(void)
{
	return str_printf("%s/unit.XXXXXX", getenv("TMPDIR") ?: "/tmp");
}

/* scratch_directory - a new one; scratch_remove() takes it. */
static inline char *scratch_directory(void)
{
	char *directory = scratch_template();

	assert_non_null(mkdtemp(directory));
	return directory;
}

static inline int scratch_remove_one(const char *path, const struct stat *status, int type,
				     struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

/* scratch_remove - the directory with all that is in it; frees its name. */
static inline void scratch_remove(char *directory)
{
	assert_int_equal(nftw(directory, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(directory);
}

/* scratch_file - a new one with these bytes; the caller unlinks it and frees its name. */
static inline char *scratch_file(const char *bytes, size_t length)
{
	char *path = scratch_template();
	_cleanup_close_ int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	return path;
}

/* put_file - directory/name, with the directories that it needs; the caller frees its path. */
static inline char *put_file(const char *directory, const char *name, const char *text)
{
	char *path = str_printf("%s/%s", directory, name);
	_cleanup_free_ char *parent = strndup(path, (size_t)(strrchr(path, '/') - path));
	struct error err = { 0 };

	must(make_directories(parent, 0755, &err), &err);
	must(file_write(path, text, strlen(text), 0644, &err), &err);
	return path;
}

/* ---- what is said on a stream --------------------------------------------------------------- */

struct capture {
	int fd, saved;
	FILE *file;
	char text[16384];
};

/* capture_start - what is written to fd goes to capture, up to capture_end(). */
static inline void capture_start(struct capture *capture, int fd)
{
	fflush(NULL);
	capture->fd = fd;
	capture->saved = dup(fd);
	capture->file = tmpfile();
	assert_non_null(capture->file);
	assert_int_equal(dup2(fileno(capture->file), fd), fd);
}

/* capture_end - what was written, which is capture->text. */
static inline const char *capture_end(struct capture *capture)
{
	size_t length;

	fflush(NULL);
	dup2(capture->saved, capture->fd);
	close(capture->saved);
	rewind(capture->file);
	length = fread(capture->text, 1, sizeof(capture->text) - 1, capture->file);
	capture->text[length] = '\0';
	fclose(capture->file);
	return capture->text;
}
