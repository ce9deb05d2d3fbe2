/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * preload.c - end the program, as a power cut would, while it writes its journal, or let there be no
 * memory any more (LD_PRELOAD)
 *
 * FAULT_RECORD=N: with the Nth record of this process; with FAULT_TEXT=TEXT, the Nth that has this
 * text in it. FAULT_HOW=after: when the record is on the disk; FAULT_HOW=torn: when half of its
 * line is; FAULT_HOW=memory: when it is on the disk, no allocation succeeds from now on. Any file whose path ends in "/journal" counts.
 */
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* As it was given: the program forgets what it does not need of its environment. */
static const char *record, *chosen, *wanted;

static void __attribute__((constructor)) look(void)
{
	record = getenv("FAULT_RECORD");
	chosen = getenv("FAULT_HOW");
	wanted = getenv("FAULT_TEXT");
	record = record ? strdup(record) : NULL;
	chosen = chosen ? strdup(chosen) : NULL;
	wanted = wanted ? strdup(wanted) : NULL;
}

static long records; /* that the program has begun to write */
static int counted;  /* was the last of them one? */
static int none_left; /* is there no memory any more? */

static int is_journal(int fd)
{
	char link[64], path[PATH_MAX];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		return 0;
	path[length] = '\0';
	return length > 8 && strcmp(path + length - 8, "/journal") == 0;
}

/* Is it now, and in this way, that the program ends? */
static int is_due(const char *how)
{
	return counted && record && strtol(record, NULL, 10) == records && chosen &&
	       !strcmp(chosen, how);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
	ssize_t (*next)(int, const void *, size_t);
	const char *text = wanted;

	*(void **)&next = dlsym(RTLD_NEXT, "write");
	if (!is_journal(fd))
		return next(fd, bytes, length);
	counted = !text || memmem(bytes, length, text, strlen(text));
	records += counted;
	if (is_due("torn")) {
		next(fd, bytes, length / 2);
		kill(getpid(), SIGKILL);
	}
	return next(fd, bytes, length);
}

int fdatasync(int fd)
{
	int (*next)(int), r;

	*(void **)&next = dlsym(RTLD_NEXT, "fdatasync");
	r = next(fd);
	if (r == 0 && is_journal(fd) && is_due("after"))
		kill(getpid(), SIGKILL);
	none_left = none_left || (r == 0 && is_journal(fd) && is_due("memory"));
	return r;
}

/* glibc's own names of its allocator: dlsym() may want memory itself. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
	return none_left ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return none_left ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	return none_left ? NULL : __libc_realloc(memory, size);
}
