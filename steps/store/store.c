/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connection to libsemanage, and its transactions. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "steps/store/handle.h"
#include "steps/store/store.h"
#include "wizard/util.h"

#define REMEDY_PACKAGE                                                                             \
	"install the policy package: selinux-policy-default (Debian, Ubuntu) or "                  \
	"selinux-policy-targeted (Fedora, RHEL and kin)"
#define REMEDY_SCRATCH "run it as root, or rehearse on a scratch root"

#define LOCK_TRIES    50
#define LOCK_PAUSE_NS 100000000 /* 50 times: 5 s */

/* ---- what the libraries say ----------------------------------------------------------------- */

/* A trailing full stop or white space does not fit inside a sentence of ours. */
static void first_error_trim(struct store *store)
{
	char *text = store->first_error;
	size_t length = strlen(text);

	while (length && (isspace((unsigned char)text[length - 1]) || text[length - 1] == '.'))
		text[--length] = '\0';
}

__attribute__((format(printf, 3, 4))) static void
message_from_library(void *data, semanage_handle_t *handle, const char *format, ...)
{
	struct store *store = data;
	va_list arguments;

	if (store->first_error[0] || semanage_msg_get_level(handle) != SEMANAGE_MSG_ERR)
		return;
	va_start(arguments, format);
	vsnprintf(store->first_error, sizeof(store->first_error), format, arguments);
	va_end(arguments);
	first_error_trim(store);
}

/*
 * The CIL compiler, setfiles and genhomedircon write to standard error: it is turned to memory
 * while they run, and what they said first is an error of this operation afterwards. Where that is
 * not possible (saved is -1) they are heard on the screen.
 */
struct capture {
	int saved, memory;
};

static struct capture capture_begin(void)
{
	struct capture capture = { -1, memfd_create("policy-messages", MFD_CLOEXEC) };

	if (capture.memory < 0)
		return capture;
	fflush(stderr);
	capture.saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (capture.saved < 0 || dup2(capture.memory, STDERR_FILENO) < 0) {
		cleanup_close(&capture.saved);
		cleanup_close(&capture.memory);
		capture.saved = capture.memory = -1;
	}
	return capture;
}

static void capture_end(struct store *store, const struct capture *capture)
{
	_cleanup_close_ int memory = capture->memory;
	char text[4096], *rest = text, *line;
	ssize_t length;

	if (capture->saved < 0)
		return;
	fflush(stderr);
	dup2(capture->saved, STDERR_FILENO);
	close(capture->saved);
	length = pread(memory, text, sizeof(text) - 1, 0);
	text[length > 0 ? length : 0] = '\0';
	while (!store->first_error[0] && (line = strsep(&rest, "\n"))) {
		snprintf(store->first_error, sizeof(store->first_error), "%s", line);
		first_error_trim(store);
	}
}

int store_error(const struct store *store, struct error *err, int code, const char *remedy,
		const char *what, ...)
{
	char text[sizeof(err->what)];
	va_list arguments;

	va_start(arguments, what);
	vsnprintf(text, sizeof(text), what, arguments);
	va_end(arguments);
	return error_set(err, code, remedy, "%s%s%s", text, store->first_error[0] ? ": " : "",
			 store->first_error);
}

/* ---- the connection ------------------------------------------------------------------------- */

/* Is this the running system's own root, with a kernel that has its policy? */
static bool is_live(const struct store *store)
{
	return !store->root[0] && access("/sys/fs/selinux/enforce", F_OK) == 0;
}

/* create: the store does not exist yet, and an empty one is made. */
static int connect_to(struct store *store, bool create, struct error *err)
{
	store->handle = semanage_handle_create();
	if (!store->handle)
		return error_set(err, ENOENT, "look at /etc/selinux/semanage.conf",
				 "libsemanage cannot read its configuration below %s/",
				 store->root);
	semanage_msg_set_callback(store->handle, message_from_library, store);
	semanage_select_store(store->handle, store->type, SEMANAGE_CON_DIRECT);
	if (create)
		semanage_set_create_store(store->handle, 1);
	else if (semanage_is_managed(store->handle) != 1)
		return store_error(store, err, ENODEV,
				   "set `module-store = direct` in semanage.conf",
				   "the policy \"%s\" is not managed by libsemanage", store->type);
	if (!is_live(store)) {
		semanage_set_reload(store->handle, 0);
		semanage_set_check_contexts(store->handle, 0);
	}
	if (semanage_connect(store->handle) < 0)
		return store_error(store, err, errno == EACCES ? EACCES : EIO,
				   "run it as root, or rehearse on a scratch root",
				   "cannot connect to the policy store %s", store->directory);
	store->connected = true;
	return 0;
}

void store_disconnect(struct store *store)
{
	if (store->connected)
		semanage_disconnect(store->handle);
	if (store->handle)
		semanage_handle_destroy(store->handle);
	store->handle = NULL;
	store->connected = store->in_transaction = false;
}

int store_ready(struct store *store, struct error *err)
{
	int r;

	store->first_error[0] = '\0';
	if (store->connected)
		return 0;
	r = connect_to(store, false, err);
	if (r < 0)
		store_disconnect(store);
	return r;
}

int store_in_transaction(const struct store *store, struct error *err)
{
	if (store->in_transaction)
		return 0;
	return error_set(err, EINVAL, "report this: it is a fault of the program",
			 "no transaction of the policy store is open");
}

/* ---- opening it ---------------------------------------------------------------------------- */

/* libsemanage keeps its paths for the life of the process. */
static char *process_root, *process_type;

static void cleanup_store(struct store **store)
{
	store_close(*store);
}

int store_setting(const char *path, const char *key, char **value, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = file_read(path, &text, NULL, err);

	if (r == 0)
		*value = text_setting(text, key);
	return r;
}

static int type_read(struct store *store, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s/etc/selinux/config", store->root);
	struct error why = { 0 };
	int r = store_setting(path, "SELINUXTYPE", &store->type, &why);

	if (r == -ENOENT)
		return error_set(err, ENOENT, REMEDY_PACKAGE, "no SELinux configuration: %s", path);
	if (r < 0)
		return error_set(err, -r, r == -EACCES ? REMEDY_SCRATCH : why.remedy, "%s",
				 why.what);
	if (!store->type || !store->type[0] || strchr(store->type, '/') || store->type[0] == '.')
		return error_set(err, ENOENT, "set SELINUXTYPE to the installed policy's name",
				 "no usable SELINUXTYPE in %s", path);
	return 0;
}

static int directory_find(struct store *store, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s/etc/selinux/semanage.conf", store->root);
	_cleanup_free_ char *store_root = NULL;
	struct error why = { 0 };
	/* Systems with a read-only /var move the store, with this setting. */
	int r = store_setting(path, "store-root", &store_root, &why);

	if (r < 0 && r != -ENOENT)
		return error_set(err, -r, r == -EACCES ? REMEDY_SCRATCH : why.remedy, "%s",
				 why.what);
	store->directory = str_printf("%s%s/%s", store->root,
				      store_root ? store_root : "/var/lib/selinux", store->type);
	return 0;
}

static int directory_check(const struct store *store, struct error *err)
{
	_cleanup_free_ char *active = str_printf("%s/active", store->directory);

	if (access(active, R_OK | X_OK) == 0 || store_is_away(store))
		return 0;
	if (errno == ENOENT || errno == ENOTDIR)
		return error_set(err, ENOENT, REMEDY_PACKAGE,
				 "no policy store of type \"%s\": %s does not exist", store->type,
				 active);
	return error_set(err, errno, REMEDY_SCRATCH, "cannot read the policy store %s: %m", active);
}

static int process_claim(const struct store *store, struct error *err)
{
	if (process_root && process_type) {
		if (!strcmp(process_root, store->root) && !strcmp(process_type, store->type))
			return 0;
		return error_set(err, EBUSY, "start the program anew for another root",
				 "this process already works on the policy store \"%s\" of %s/",
				 process_type, process_root);
	}
	if (store->root[0] && semanage_set_root(store->root) < 0)
		no_memory();
	process_root = str_copy(store->root);
	process_type = str_copy(store->type);
	return 0;
}

static int open_store(struct store **result, const char *root, bool create, struct error *err)
{
	_cleanup_(cleanup_store) struct store *store = memory_new(1, sizeof(*store));
	_cleanup_free_ char *path = realpath(root, NULL);
	int r;

	if (!path)
		return error_set(err, errno, "name a directory that exists", "no root %s: %m",
				 root);
	store->root = str_copy(strcmp(path, "/") ? path : "");
	r = type_read(store, err) ?: directory_find(store, err);
	if (r == 0 && !create)
		r = directory_check(store, err);
	r = r ?: process_claim(store, err);
	if (r == 0 && (create || !store_is_away(store)))
		r = connect_to(store, create, err);
	if (r < 0)
		return r;
	*result = TAKE_PTR(store);
	return 0;
}

bool store_is_away(const struct store *store)
{
	_cleanup_free_ char *active = str_printf("%s/active", store->directory);
	_cleanup_free_ char *modules = str_printf("%s/previous/modules", store->directory);

	return access(active, F_OK) < 0 && errno == ENOENT && access(modules, F_OK) == 0;
}

int store_open(struct store **store, const char *root, struct error *err)
{
	return open_store(store, root, false, err);
}

int store_open_new(struct store **store, const char *root, struct error *err)
{
	return open_store(store, root, true, err);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store_disconnect(store);
	free(store->root);
	free(store->type);
	free(store->directory);
	free(store);
}

const char *store_type(const struct store *store)
{
	return store->type;
}

const char *store_directory(const struct store *store)
{
	return store->directory;
}

int store_newest_policy(const char *directory, char **path, struct error *err)
{
	_cleanup_closedir_ DIR *entries = opendir(directory);
	struct dirent *entry;
	long highest = 0;

	if (!entries)
		return error_set(err, errno, REMEDY_PACKAGE, "no compiled policy: %s: %m",
				 directory);
	while ((entry = readdir(entries))) {
		const char *digits = str_starts(entry->d_name, "policy.");
		char *end = NULL;
		long version;

		if (!digits || !isdigit((unsigned char)*digits))
			continue;
		version = strtol(digits, &end, 10);
		if (version > highest && !*end)
			highest = version;
	}
	if (!highest)
		return error_set(err, ENOENT, "build it: semodule -B",
				 "no compiled policy: %s has no policy.NN", directory);
	*path = str_printf("%s/policy.%ld", directory, highest);
	return 0;
}

int store_kernel_policy(struct store *store, char **path, struct error *err)
{
	_cleanup_free_ char *directory =
		str_printf("%s/etc/selinux/%s/policy", store->root, store->type);

	return store_newest_policy(directory, path, err);
}

char *store_linked_policy(const struct store *store)
{
	_cleanup_free_ char *linked = str_printf("%s/active/policy.linked", store->directory);

	return access(linked, R_OK) == 0 ? TAKE_PTR(linked) : NULL;
}

/* ---- transactions -------------------------------------------------------------------------- */

/*
 * libsemanage waits 5 s for its lock and then says only that it failed; newer versions wait for
 * ever. So the lock is tried here first, let go at once, and taken by libsemanage.
 */
int store_lock_wait(const struct store *store, struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s/semanage.trans.LOCK", store->directory);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0; /* nobody has locked it yet; what else is wrong, libsemanage will say */
	for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; tries++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return 0;
		if (tries == LOCK_TRIES) {
			error_set(err, EBUSY, NULL,
				  "another program (semodule, semanage, a package's installation) "
				  "is changing the policy and holds %s",
				  path);
			return error_remedy(
				err, "wait until it is done, or find it: fuser -v %s; then go on",
				path);
		}
		nanosleep(&(struct timespec){ .tv_nsec = LOCK_PAUSE_NS }, NULL);
	}
	return 0;
}

int store_begin(struct store *store, struct error *err)
{
	int r = store_ready(store, err);

	if (r < 0)
		return r;
	if (store->in_transaction)
		return error_set(err, EALREADY, "report this: it is a fault of the program",
				 "a transaction of the policy store is open already");
	r = store_lock_wait(store, err);
	if (r < 0)
		return r;
	errno = 0;
	if (semanage_begin_transaction(store->handle) < 0)
		return store_error(
			store, err, errno == EACCES ? EACCES : EIO,
			"see that you are root and that the disk is neither full nor read-only",
			"cannot begin a change of the policy store %s", store->directory);
	store->in_transaction = true;
	return 0;
}

int store_rebuild(struct store *store, struct error *err)
{
	int r = store_in_transaction(store, err);

	if (r == 0)
		semanage_set_rebuild(store->handle, 1);
	return r;
}

int store_shows_hidden(struct store *store, bool *shown, struct error *err)
{
	int r;

	/* libsemanage looks when it connects, and never again. */
	if (!store->in_transaction)
		store_disconnect(store);
	r = store_ready(store, err);
	if (r == 0)
		*shown = semanage_get_disable_dontaudit(store->handle) == 1;
	return r;
}

int store_show_hidden(struct store *store, bool show, struct error *err)
{
	int r = store_in_transaction(store, err);

	if (r < 0)
		return r;
	semanage_set_disable_dontaudit(store->handle, show);
	semanage_set_rebuild(store->handle, 1);
	return 0;
}

int store_commit(struct store *store, struct error *err)
{
	static const int held_back[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	struct capture capture;
	sigset_t signals, before;
	int r = store_in_transaction(store, err);

	if (r < 0)
		return r;
	/* A half-written policy is worse than a deaf program. Children (setfiles) inherit this. */
	sigemptyset(&signals);
	for (size_t i = 0; i < ARRAY_SIZE(held_back); i++)
		sigaddset(&signals, held_back[i]);
	sigprocmask(SIG_BLOCK, &signals, &before);
	capture = capture_begin();
	r = semanage_commit(store->handle);
	capture_end(store, &capture);
	store->in_transaction = false;
	semanage_set_rebuild(store->handle, 0);
	if (r < 0) {
		r = store_error(store, err, EIO, "correct the cause and run the step again",
				"the policy store did not take the change");
		/* libsemanage keeps the rejected records in memory, and would try them again. */
		store_disconnect(store);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r < 0 ? r : 0;
}

void store_abort(struct store *store)
{
	if (store && store->in_transaction)
		store_disconnect(store);
}
