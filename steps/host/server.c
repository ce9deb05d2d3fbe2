/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "steps/host/server.h"
#include "steps/host/tree.h"
#include "wizard/util.h"

/* ---- processes ------------------------------------------------------------------------------- */

void server_process_clear(struct server_process *process)
{
	free(process->exe);
	free(process->name);
	*process = (struct server_process){ 0 };
}

/* Of a process; false: it has none (a kernel thread, a zombie), is gone, or is another user's. */
static bool executable(const char *proc, const char *pid, char path[PATH_MAX])
{
	/* What the kernel says of a program that an upgrade replaced while it ran. */
	static const char deleted[] = " (deleted)";
	_cleanup_free_ char *link = str_printf("%s/%s/exe", proc, pid);
	ssize_t length;

	length = readlink(link, path, PATH_MAX - 1);
	if (length <= 0)
		return false;
	path[length] = '\0';
	length -= (ssize_t)strlen(deleted);
	if (length > 0 && !strcmp(path + length, deleted))
		path[length] = '\0';
	return true;
}

/* In clock ticks since boot; ULLONG_MAX: the process is gone. */
static unsigned long long start_time(const char *proc, const char *pid)
{
	_cleanup_free_ char *path = str_printf("%s/%s/stat", proc, pid), *text = NULL;
	struct error gone;
	unsigned long long ticks;
	const char *at;

	if (file_read(path, &text, NULL, &gone) < 0)
		return ULLONG_MAX;
	/* The second field is the name, in brackets, and may hold anything; the start is the 22nd.
	 */
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at && sscanf(at, "%llu", &ticks) == 1 ? ticks : ULLONG_MAX;
}

static bool is_one_of(const char *name, const char *const *patterns)
{
	for (; *patterns; patterns++)
		if (fnmatch(*patterns, name, 0) == 0)
			return true;
	return false;
}

/* The next process of one of these names: its executable and when it was started. NULL: there is
 * no other. */
static const char *next_server(DIR *proc, const char *path, const char *const *names,
			       char exe[PATH_MAX], unsigned long long *started)
{
	struct dirent *entry;

	while ((entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !executable(path, entry->d_name, exe) || !is_one_of(basename(exe), names))
			continue;
		*started = start_time(path, entry->d_name);
		if (*started != ULLONG_MAX)
			return entry->d_name;
	}
	return NULL;
}

int host_find_server(const char *const *names, struct server_process *process, struct error *err)
{
	_cleanup_closedir_ DIR *proc = opendir("/proc");
	struct server_process found = { 0 };
	unsigned long long started, oldest = ULLONG_MAX;
	char exe[PATH_MAX];
	const char *pid;
	size_t servers = 0;

	if (!proc)
		return error_set(err, errno, "mount /proc",
				 "cannot list the processes in /proc: %s", strerror(errno));
	while ((pid = next_server(proc, "/proc", names, exe, &started))) {
		servers++;
		if (started >= oldest)
			continue;
		oldest = started;
		server_process_clear(&found);
		found.pid = (pid_t)strtol(pid, NULL, 10);
		found.exe = str_copy(exe);
		found.name = str_copy(basename(exe));
	}
	found.others = servers ? servers - 1 : 0;
	*process = found;
	return 0;
}

/* Does the process work in that directory, as one of its owners? */
static bool works_in(const char *proc, const char *pid, const struct stat *data, uid_t owner)
{
	_cleanup_free_ char *path = str_printf("%s/%s/cwd", proc, pid);
	_cleanup_free_ char *status = str_printf("%s/%s/status", proc, pid), *text = NULL;
	struct stat here;
	struct error gone;
	unsigned int effective;
	const char *at;

	if (stat(path, &here) < 0 || here.st_ino != data->st_ino || here.st_dev != data->st_dev ||
	    file_read(status, &text, NULL, &gone) < 0)
		return false;
	/* Of a process that has changed its user, /proc itself belongs to root. */
	at = strstr(text, "\nUid:");
	return at && sscanf(at, " Uid: %*u %u", &effective) == 1 &&
	       (effective == data->st_uid || effective == owner);
}

int host_server_of(const char *root, const char *data, const char *const *names,
		   struct server_life *life, struct error *err)
{
	_cleanup_free_ char *proc = path_in_root(root, "/proc"), *inside = path_in_root(root, data),
			    *state = str_printf("%s/grastate.dat", inside);
	_cleanup_closedir_ DIR *processes = opendir(proc);
	struct stat directory, file = { .st_uid = (uid_t)-1 };
	unsigned long long started;
	char exe[PATH_MAX];
	const char *pid;

	*life = (struct server_life){ 0 };
	if ((!processes && errno == ENOENT) || stat(inside, &directory) < 0)
		return 0;
	if (!processes)
		return error_set(err, errno, "mount /proc", "cannot list the processes in %s: %s",
				 proc, strerror(errno));
	if (stat(state, &file) < 0)
		file.st_uid = directory.st_uid;
	while ((pid = next_server(processes, proc, names, exe, &started)))
		if ((!life->pid || started < life->started) &&
		    works_in(proc, pid, &directory, file.st_uid))
			*life = (struct server_life){ (pid_t)strtol(pid, NULL, 10), started };
	return 0;
}

/* ---- files ----------------------------------------------------------------------------------- */

char *host_program_path(const char *root, const char *const *names)
{
	static const char *const directories[] = {
		"/usr/sbin",      "/usr/bin",           "/usr/libexec", "/usr/local/sbin",
		"/usr/local/bin", "/usr/local/libexec", "/sbin",        "/bin",
	};

	for (size_t i = 0; names[i]; i++) {
		for (size_t j = 0; j < ARRAY_SIZE(directories); j++) {
			_cleanup_free_ char *path = str_printf("%s/%s", directories[j], names[i]);
			_cleanup_free_ char *full = path_in_root(root, path);
			struct stat status;

			if (stat(full, &status) == 0 && S_ISREG(status.st_mode) &&
			    (status.st_mode & 0111))
				return TAKE_PTR(path);
		}
	}
	return NULL;
}

int host_free_bytes(const char *path, uint64_t *bytes, struct error *err)
{
	struct statvfs status;

	if (statvfs(path, &status) < 0)
		return error_set(err, errno, "look whether the path is right",
				 "cannot tell the free space at %s: %s", path, strerror(errno));
	*bytes = (uint64_t)status.f_bavail * status.f_frsize;
	return 0;
}

static int add_bytes(void *sum, struct tree_file *file, struct error *err)
{
	(void)err;
	*(uint64_t *)sum += (uint64_t)file->status.st_blocks * 512;
	return 0;
}

int host_tree_bytes(const char *path, uint64_t *bytes, struct error *err)
{
	const struct tree tree = { .path = path, .stay = true };
	struct stat status;

	if (lstat(path, &status) < 0)
		return error_set(err, errno, "look whether the path is right",
				 "cannot look into %s: %s", path, strerror(errno));
	*bytes = 0;
	return tree_walk(&tree, add_bytes, bytes, NULL, err);
}

/* ---- systemd units --------------------------------------------------------------------------- */

#define SUFFIX ".service"

/* Where systemd looks, the first place before the others. */
static const char *const places[] = { "etc/systemd/system", "run/systemd/system",
				      "usr/local/lib/systemd/system", "usr/lib/systemd/system",
				      "lib/systemd/system" };

/* Out of that of its file, in new memory; NULL: it is none of a service. */
static char *unit_name(const char *file)
{
	ssize_t length = (ssize_t)strlen(file) - (ssize_t)strlen(SUFFIX);

	return length > 0 && !strcmp(file + length, SUFFIX) ? memory_copy(file, (size_t)length)
							    : NULL;
}

char *units_in_cgroup(const char *text, const char *const *names)
{
	/* "0::/system.slice/system-mariadb.slice/mariadb@node2.service", a line a hierarchy. */
	for (const char *at = text; (at = strstr(at, SUFFIX)) != NULL; at += strlen(SUFFIX)) {
		const char *begin = at;
		_cleanup_free_ char *name = NULL;

		while (begin > text && begin[-1] != '/' && begin[-1] != '\n')
			begin--;
		name = memory_copy(begin, (size_t)(at - begin));
		if (is_one_of(name, names))
			return TAKE_PTR(name);
	}
	return NULL;
}

char *host_running_unit(pid_t pid, const char *const *names)
{
	_cleanup_free_ char *path = str_printf("/proc/%d/cgroup", (int)pid), *text = NULL;

	return file_read(path, &text, NULL, NULL) < 0 ? NULL : units_in_cgroup(text, names);
}

/* What the file of a unit is called in the end; NULL: it is masked, or no unit. */
static char *canonical(const char *path)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	struct stat st;
	char *unit;

	if (length < 0)
		return lstat(path, &st) == 0 && st.st_size == 0 ? NULL : unit_name(basename(path));
	target[length] = '\0';
	if (!strcmp(target, "/dev/null"))
		return NULL;
	unit = unit_name(basename(target));
	/* A link of another kind, as one to a file kept elsewhere. */
	return unit ? unit : unit_name(basename(path));
}

/* Of a unit, in the first place that has it. */
static char *find_file(const char *root, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *path = str_printf("%s/%s/%s" SUFFIX, root, places[i], name);
		struct stat st;

		if (lstat(path, &st) == 0)
			return canonical(path);
	}
	return NULL;
}

/* The first that a target wants. An instance's name is that of its link. */
static char *find_enabled(const char *root, const char *name)
{
	_cleanup_free_ char *pattern = str_printf("%s/%s/*.wants/%s" SUFFIX, root, places[0], name);
	_cleanup_(globfree) glob_t found = { 0 };

	if (glob(pattern, 0, NULL, &found) != 0 || !found.gl_pathc)
		return NULL;
	return strchr(name, '@') ? unit_name(basename(found.gl_pathv[0]))
				 : canonical(found.gl_pathv[0]);
}

/* Of the first template that is there. */
static char *find_instance(const char *root, const char *const *names, const char *instance)
{
	for (; *names; names++) {
		const char *at = strchr(*names, '@');
		_cleanup_free_ char *template =
			at ? memory_copy(*names, (size_t)(at + 1 - *names)) : NULL;
		_cleanup_free_ char *found = at ? find_file(root, template) : NULL;

		if (found)
			return str_printf("%s%s", found, instance);
	}
	return NULL;
}

char *host_installed_unit(const char *root, const char *const *names, const char *instance)
{
	char *unit = NULL;

	if (!strcmp(root, "/"))
		root = "";
	if (instance && *instance)
		unit = find_instance(root, names, instance);
	for (const char *const *name = names; !unit && *name; name++)
		unit = find_enabled(root, *name);
	for (const char *const *name = names; !unit && *name; name++)
		if (!strchr(*name, '@'))
			unit = find_file(root, *name);
	return unit;
}
