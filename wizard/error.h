/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * error.h - what went wrong, on what, and what to do next
 *
 * Every function that can fail returns 0 or a negative errno, and takes a `struct error *err` last.
 * The caller owns it; it is untouched on success. Only wizard_main() prints it.
 */
#pragma once

/* In place of an errno: what stands on the command line makes no sense, and the program exits so
 * (EXIT_USAGE, step.h). */
#define ERROR_USAGE 0x1000

struct error {
	int code;         /* a positive errno */
	char what[1024];  /* what happened, and on what; one sentence, no full stop */
	char remedy[512]; /* what to do next; may be empty */
};

/*
 * error_set - fill *err (NULL is allowed) and return -code.
 *
 * remedy is a plain string or NULL; use error_remedy() for a formatted one. Text too long for its
 * field is cut. Usage: return error_set(err, ENOENT, "create it", "no such file: %s", path);
 */
int error_set(struct error *err, int code, const char *remedy, const char *what, ...)
	__attribute__((format(printf, 4, 5)));

/* error_remedy - replace the remedy of *err by a formatted text; returns -err->code. */
int error_remedy(struct error *err, const char *remedy, ...) __attribute__((format(printf, 2, 3)));

/* error_prefix - put "prefix: " before err->what, if it was set (the remedy stays); returns
 * -err->code. */
int error_prefix(struct error *err, const char *prefix, ...) __attribute__((format(printf, 2, 3)));
