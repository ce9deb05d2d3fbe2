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

#include "steps/host/manager.h"
#include "steps/host/server.h"
#include "steps/host/tree.h"
#include "wizard/util.h"

#define LAST_SYSTEM_USER 999 /* SYS_UID_MAX of login.defs, and systemd's */

/* ---- processes ------------------------------------------------------------------------------- */

void server_process_clear(struct server_process *process)
{
	free(process->exe);
	free(process->name);
	free(process->unit);
	*process = (struct server_process){ 0 };
}

bool server_is_instance(const struct server_process *process, const char *instance)
{
	const char *at = process->unit ? strchr(process->unit, '@') : NULL;

	return at && instance && !strcmp(at + 1, instance);
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

/* Whose it is, by its effective user; (uid_t)-1: it is gone. */
static uid_t user_of(const char *proc, const char *pid)
{
	_cleanup_free_ char *path = str_printf("%s/%s/status", proc, pid), *text = NULL;
	unsigned int real, effective;
	const char *at;

	/* The owner of /proc/PID is root where the process wants it so. */
	if (file_read(path, &text, NULL, NULL) < 0)
		return (uid_t)-1;
	at = strstr(text, "\nUid:");
	return at && sscanf(at, " Uid: %u %u", &real, &effective) == 2 ? effective : (uid_t)-1;
}

/* Is the process one of these names? Its executable, and when it was started. */
static bool is_named(const char *proc, const char *pid, const char *const *names,
		     char exe[PATH_MAX], unsigned long long *started)
{
	if (!isdigit((unsigned char)*pid) || !executable(proc, pid, exe) ||
	    !is_one_of(basename(exe), names))
		return false;
	*started = start_time(proc, pid);
	return *started != ULLONG_MAX;
}

/* Is it a container's, or in a root of its own? */
static bool is_elsewhere(const char *pid)
{
	static const char *const places[] = { "root/", "ns/pid" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *path = str_printf("/proc/%s/%s", pid, places[i]);
		_cleanup_free_ char *own = str_printf("/proc/self/%s", places[i]);
		struct stat its, ours;

		if (stat(path, &its) < 0 || stat(own, &ours) < 0 || its.st_dev != ours.st_dev ||
		    its.st_ino != ours.st_ino)
			return true;
	}
	return false;
}

/* Anybody may have a program of that name, and run it: a server is what systemd has started as one
 * of these units, or else what a system account runs. */
static bool is_server(const char *pid, const char *const *units, struct server_process *process)
{
	uid_t user = user_of("/proc", pid);

	process->unit = host_running_unit(process->pid, units);
	process->is_main = process->unit && host_main_pid(process->unit) == process->pid;
	return !is_elsewhere(pid) &&
	       (process->unit || user <= LAST_SYSTEM_USER || user == geteuid());
}

static bool is_better(const struct server_process *one, const struct server_process *other,
		      const char *instance)
{
	if (server_is_instance(one, instance) != server_is_instance(other, instance))
		return server_is_instance(one, instance);
	if (!one->unit != !other->unit)
		return one->unit;
	if (one->is_main != other->is_main)
		return one->is_main;
	return one->started < other->started;
}

/* The unit's processes are one server. */
static bool is_other(const struct server_process *one, const struct server_process *other)
{
	return one != other && !(one->unit && other->unit && !strcmp(one->unit, other->unit));
}

struct servers {
	struct server_process *items;
	size_t count;
};

static void servers_clear(struct servers *servers)
{
	for (size_t i = 0; i < servers->count; i++)
		server_process_clear(&servers->items[i]);
	free(servers->items);
}

static void choose(struct servers *servers, const char *instance, struct server_process *process)
{
	struct server_process *best = NULL;
	size_t others = 0;

	for (size_t i = 0; i < servers->count; i++) {
		struct server_process *one = &servers->items[i];

		if (!best || is_better(one, best, instance))
			best = one;
	}
	for (size_t i = 0; i < servers->count; i++)
		others += is_other(&servers->items[i], best);
	*process = best ? *best : (struct server_process){ 0 };
	process->others = others;
	if (best)
		*best = (struct server_process){ 0 };
}

int host_find_server(const char *const *names, const char *const *units, const char *instance,
		     struct server_process *process, struct error *err)
{
	_cleanup_closedir_ DIR *proc = opendir("/proc");
	_cleanup_(servers_clear) struct servers servers = { 0 };
	unsigned long long started;
	struct dirent *entry;
	char exe[PATH_MAX];

	if (!proc)
		return error_set(err, errno, "mount /proc",
				 "cannot list the processes in /proc: %m");
	while ((entry = readdir(proc))) {
		if (!is_named("/proc", entry->d_name, names, exe, &started))
			continue;
		struct server_process found = { .pid = (pid_t)strtol(entry->d_name, NULL, 10),
						.exe = str_copy(exe),
						.name = str_copy(basename(exe)),
						.started = started };
		struct server_process *server;

		if (!is_server(entry->d_name, units, &found)) {
			server_process_clear(&found);
			continue;
		}
		server = array_push(&servers.items, &servers.count, sizeof(found));
		*server = found;
	}
	choose(&servers, instance, process);
	return 0;
}

/* Does the process work in that directory, as one of its owners? */
static bool works_in(const char *proc, const char *pid, const struct stat *data, uid_t owner)
{
	_cleanup_free_ char *path = str_printf("%s/%s/cwd", proc, pid);
	uid_t user = user_of(proc, pid);
	struct stat here;

	return stat(path, &here) == 0 && here.st_ino == data->st_ino &&
	       here.st_dev == data->st_dev && (user == data->st_uid || user == owner) &&
	       user != (uid_t)-1;
}

/* Where servers are looked for. */
struct server_search {
	const char *proc;
	const char *const *names;
	struct stat data;
	uid_t owner; /* of what the server keeps in it */
};

static void take_server(const struct server_search *search, const char *pid,
			struct server_life *life)
{
	unsigned long long started;
	char exe[PATH_MAX];

	if (is_named(search->proc, pid, search->names, exe, &started) &&
	    (!life->pid || started < life->started) &&
	    works_in(search->proc, pid, &search->data, search->owner))
		*life = (struct server_life){ (pid_t)strtol(pid, NULL, 10), started };
}

int host_server_of(const char *root, const char *data, const char *const *names, long pid,
		   struct server_life *life, struct error *err)
{
	_cleanup_free_ char *proc = path_in_root(root, "/proc"), *inside = path_in_root(root, data),
			    *state = str_printf("%s/grastate.dat", inside),
			    *only = str_printf("%ld", pid);
	_cleanup_closedir_ DIR *processes = opendir(proc);
	struct server_search search = { .proc = proc, .names = names };
	struct dirent *entry;
	struct stat file;

	*life = (struct server_life){ 0 };
	if ((!processes && errno == ENOENT) || stat(inside, &search.data) < 0)
		return 0;
	if (!processes)
		return error_set(err, errno, "mount /proc", "cannot list the processes in %s: %m",
				 proc);
	search.owner = stat(state, &file) < 0 ? search.data.st_uid : file.st_uid;
	if (pid)
		take_server(&search, only, life);
	while (!pid && (entry = readdir(processes)))
		take_server(&search, entry->d_name, life);
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
				 "cannot tell the free space at %s: %m", path);
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
	_cleanup_free_ char *real = realpath(path, NULL);
	const struct tree tree = { .path = real, .stay = true };

	if (!real)
		return error_set(err, errno, "look whether the path is right",
				 "cannot look into %s: %m", path);
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

/* "/system.slice/system-mariadb.slice/mariadb@node2.service": above a unit of the system's are
 * slices alone. What a user's manager or a container calls a unit is none. */
static char *system_unit(const char *path, size_t length)
{
	const char *part;
	size_t size;

	for (int i = 1; (part = str_field(path, length, '/', i, &size)); i++) {
		_cleanup_free_ char *name = memory_copy(part, size);

		if (fnmatch("?*.slice", name, 0) != 0)
			return unit_name(name);
	}
	return NULL;
}

char *units_in_cgroup(const char *text, const char *const *names)
{
	/* "0::PATH", a line a hierarchy. */
	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *path;
		_cleanup_free_ char *unit = NULL;
		size_t length;

		line += *line == '\n';
		length = strcspn(line, "\n");
		path = memchr(line, '/', length);
		unit = path ? system_unit(path, length - (size_t)(path - line)) : NULL;
		if (unit && is_one_of(unit, names))
			return TAKE_PTR(unit);
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
