/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wizard/output.h"
#include "wizard/prompt.h"
#include "wizard/terminal.h"
#include "wizard/util.h"

bool output_is_stdout(const char *path)
{
	return strcmp(path, "-") == 0;
}

static bool same_file(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* What path names, "-" being this descriptor. */
static int look(const char *path, int descriptor, struct stat *st)
{
	return strcmp(path, "-") ? stat(path, st) : fstat(descriptor, st);
}

int output_guard(const char *path, const char *input, const char *what, struct error *err)
{
	struct stat out, in;

	/* A terminal or a pipe may well be both. */
	if (look(path, STDOUT_FILENO, &out) < 0 || look(input, STDIN_FILENO, &in) < 0 ||
	    !S_ISREG(in.st_mode) || !same_file(&out, &in))
		return 0;
	return error_set(err, EINVAL, "write to another file", "%s is %s: it is never written to",
			 output_is_stdout(path) ? "standard output" : path, what);
}

static int write_stdout(const void *bytes, size_t length, struct error *err)
{
	if (fwrite(bytes, 1, length, stdout) == length && fflush(stdout) == 0)
		return 0;
	return error_set(err, errno, "see where standard output leads",
			 "cannot write to standard output: %s", strerror(errno));
}

static int may_replace(struct session *session, const char *path, struct error *err)
{
	static const char key[] = "output.replace";
	_cleanup_free_ char *text = str_printf("%s is there already. Replace what is in it?", path);
	bool yes = session->options.force;
	int r = 0;

	if (!yes && (terminal_present() || prompt_is_answered(session, key, NULL)))
		r = prompt_yes_no(session, key, NULL, text, false, &yes, err);
	if (r < 0 || yes)
		return r;
	return error_set(err, EEXIST, "give the name of a new file, or --force to replace it",
			 "%s is there already: it is left as it is", path);
}

int output_write(struct session *session, const char *path, const void *bytes, size_t length,
		 mode_t mode, struct error *err)
{
	struct stat out, st;
	bool there;
	int r = 0;

	if (output_is_stdout(path))
		return write_stdout(bytes, length, err);
	if (lstat(path, &st) < 0 && errno == ENOENT)
		return file_write(path, bytes, length, mode, err);
	there = stat(path, &st) == 0; /* else a link to what is not there yet */
	if (there && fstat(STDOUT_FILENO, &out) == 0 && same_file(&out, &st))
		return write_stdout(bytes, length, err);
	if (there && S_ISREG(st.st_mode))
		r = may_replace(session, path, err);
	return r < 0 ? r : file_write_into(path, bytes, length, mode, err);
}
