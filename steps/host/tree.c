/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "steps/host/tree.h"
#include "wizard/strings.h"
#include "wizard/util.h"

#define ASK_EVERY 1024 /* files */

/* A directory on the way down. */
struct tree_level {
	size_t length; /* of its path */
	dev_t device;
	ino_t inode;
	char *inherited;
	struct strings below; /* directories in it */
	size_t next;          /* of these, to be visited */
};

struct descent {
	const struct tree *tree;
	int (*visit)(void *data, struct tree_file *file, struct error *err);
	void *data;
	size_t files;
	struct tree_level *levels;
	size_t count;
	int fd;     /* of the deepest level; -1: it is not there any more */
	char *path; /* of what is looked at */
	size_t room;
};

static void level_clear(struct tree_level *level)
{
	free(level->inherited);
	strings_clear(&level->below);
}

static void walk_clear(struct descent *walk)
{
	for (size_t i = 0; i < walk->count; i++)
		level_clear(&walk->levels[i]);
	free(walk->levels);
	free(walk->path);
	cleanup_close(&walk->fd);
}

static int cannot(const struct descent *walk, struct error *err)
{
	int code = errno;

	return error_set(err, code, "be root, and see: ls -ld on it", "cannot look at %s: %s",
			 walk->path, strerror(code));
}

/* O_PATH opens nothing: no device, no pipe is disturbed. */
static int open_entry(int parent, const char *entry)
{
	return openat(parent, entry, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* Below the root no link is followed on the way either: somebody may have put one there since. */
static int open_top(const struct tree *tree)
{
	const char *root = tree->root && *tree->root ? tree->root : "/", *at = tree->path;
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (at += strspn(at, "/"); fd >= 0 && *at; at += strspn(at, "/")) {
		_cleanup_free_ char *name = memory_copy(at, strcspn(at, "/"));
		int below = open_entry(fd, name);

		close(fd);
		fd = below;
		at += strlen(name);
	}
	return fd;
}

static void set_path(struct descent *walk, size_t length, const char *name)
{
	size_t wanted = length + strlen(name) + strlen("/") + 1;

	if (wanted > walk->room) {
		walk->room = 2 * wanted;
		walk->path = memory_resize(walk->path, walk->room, 1);
	}
	walk->path[length] = '/';
	strcpy(walk->path + length + 1, name);
}

/* ---- down ------------------------------------------------------------------------------------ */

static int look_at(struct descent *walk, int parent, const char *entry, const char *inherited,
		   struct strings *later, struct error *err);

/* What is in the deepest level: its files now, its directories one after the other later. */
static int look_below(struct descent *walk, struct error *err)
{
	struct tree_level *level = &walk->levels[walk->count - 1];
	int opened = openat(walk->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	_cleanup_closedir_ DIR *entries = opened >= 0 ? fdopendir(opened) : NULL;
	struct dirent *entry;

	if (!entries) {
		r = errno == ENOENT ? 0 : cannot(walk, err);
		cleanup_close(&opened);
		return r;
	}
	while (r == 0 && (entry = readdir(entries))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		set_path(walk, level->length, entry->d_name);
		r = look_at(walk, walk->fd, entry->d_name, level->inherited, &level->below, err);
	}
	return r;
}

/* fd is taken over. */
static int descend(struct descent *walk, int *fd, const struct tree_file *file, struct error *err)
{
	struct tree_level *level = array_push(&walk->levels, &walk->count, sizeof(*level));

	*level = (struct tree_level){ .length = strlen(walk->path),
				      .device = file->status.st_dev,
				      .inode = file->status.st_ino,
				      .inherited = str_copy(file->leaves ?: file->inherited) };
	cleanup_close(&walk->fd);
	walk->fd = *fd;
	*fd = -1;
	return look_below(walk, err);
}

static bool is_gone_into(const struct descent *walk, const struct stat *status)
{
	return S_ISDIR(status->st_mode) && !walk->tree->alone &&
	       (!walk->tree->stay || !walk->count || status->st_dev == walk->levels[0].device);
}

/* later: where a directory is only noted. */
static int look_at(struct descent *walk, int parent, const char *entry, const char *inherited,
		   struct strings *later, struct error *err)
{
	const struct tree *tree = walk->tree;
	_cleanup_close_ int fd = parent == AT_FDCWD ? open_top(tree) : open_entry(parent, entry);
	const char *name = walk->path + strlen(tree->path);
	struct tree_file file = {
		.path = walk->path, .name = *name ? name + 1 : "", .fd = fd, .inherited = inherited
	};
	int r;

	if (fd < 0 || fstat(fd, &file.status) < 0) /* a server at work removes files */
		return errno == ENOENT || (parent == AT_FDCWD && errno == ENOTDIR)
			       ? 0
			       : cannot(walk, err);
	if (later && S_ISDIR(file.status.st_mode)) {
		strings_add(later, entry);
		return 0;
	}
	if (walk->files++ % ASK_EVERY == 0 && tree->stop && tree->stop())
		return -EINTR;
	r = walk->visit(walk->data, &file, err);
	if (r == 0 && is_gone_into(walk, &file.status))
		r = descend(walk, &fd, &file, err);
	free(file.leaves);
	return r;
}

/* ---- and up ---------------------------------------------------------------------------------- */

/* Directories may have been moved about meanwhile, and the one above be anywhere. */
static bool is_level(int fd, const struct tree_level *level)
{
	struct stat status;

	return fd >= 0 && fstat(fd, &status) == 0 && status.st_dev == level->device &&
	       status.st_ino == level->inode;
}

/* By its name, from the top on: what is there now. -1: there is nothing. */
static int find_again(struct descent *walk)
{
	int fd = open_top(walk->tree);

	for (size_t i = 0; fd >= 0 && i + 1 < walk->count; i++) {
		const struct tree_level *above = &walk->levels[i];
		struct tree_level *level = &walk->levels[i + 1];
		int below = openat(fd, above->below.items[above->next - 1],
				   O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		struct stat status;

		cleanup_close(&fd);
		fd = below;
		if (fd < 0 || fstat(fd, &status) < 0)
			continue;
		level->device = status.st_dev;
		level->inode = status.st_ino;
	}
	return fd;
}

static void go_up(struct descent *walk)
{
	struct tree_level *level;
	int fd;

	level_clear(&walk->levels[--walk->count]);
	if (!walk->count)
		return;
	level = &walk->levels[walk->count - 1];
	fd = openat(walk->fd, "..", O_PATH | O_CLOEXEC);
	if (!is_level(fd, level)) {
		cleanup_close(&fd);
		fd = find_again(walk);
	}
	cleanup_close(&walk->fd);
	walk->fd = fd;
	if (fd < 0)
		level->next = level->below.count;
}

static int walk_on(struct descent *walk, struct error *err)
{
	struct tree_level *level = &walk->levels[walk->count - 1];
	const char *name;

	if (level->next == level->below.count) {
		go_up(walk);
		return 0;
	}
	name = level->below.items[level->next++];
	set_path(walk, level->length, name);
	return look_at(walk, walk->fd, name, level->inherited, NULL, err);
}

int tree_walk(const struct tree *tree,
	      int (*visit)(void *data, struct tree_file *file, struct error *err), void *data,
	      size_t *files, struct error *err)
{
	_cleanup_(walk_clear) struct descent walk = {
		.tree = tree,
		.visit = visit,
		.data = data,
		.fd = -1,
		.path = str_copy(tree->path),
		.room = strlen(tree->path) + 1,
	};
	int r = look_at(&walk, AT_FDCWD, NULL, NULL, NULL, err);

	while (r == 0 && walk.count)
		r = walk_on(&walk, err);
	if (files)
		*files = walk.files;
	return r;
}
