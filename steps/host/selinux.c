/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <selinux/avc.h>
#include <selinux/label.h>
#include <selinux/selinux.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/host/selinux.h"
#include "wizard/util.h"

static const char remedy_config[] =
	"install the SELinux policy package, or write the file: SELINUX=permissive and "
	"SELINUXTYPE=default (Debian) or targeted";
static const char remedy_disabled[] =
	"boot with SELinux on: selinux-activate and reboot (Debian), or SELINUX=permissive in "
	"/etc/selinux/config and reboot";

static const char *const mode_names[] = {
	[SELINUX_MODE_DISABLED] = "disabled",
	[SELINUX_MODE_PERMISSIVE] = "permissive",
	[SELINUX_MODE_ENFORCING] = "enforcing",
};

const char *selinux_mode_name(enum selinux_mode mode)
{
	return (size_t)mode < ARRAY_SIZE(mode_names) ? mode_names[mode] : "unknown";
}

/* What libselinux said last: it would print it, and its errno alone is often of no help. */
static char message[256];

__attribute__((format(printf, 2, 3))) static int keep_message(int type, const char *format, ...)
{
	va_list args;

	(void)type;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	message[strcspn(message, "\n")] = '\0';
	return 0;
}

static void catch_messages(void)
{
	message[0] = '\0';
	selinux_set_callback(SELINUX_CB_LOG, (union selinux_callback){ .func_log = keep_message });
}

char *context_type(const char *context)
{
	size_t length;
	const char *type = context ? str_field(context, strlen(context), ':', 2, &length) : NULL;

	return type ? memory_copy(type, length) : NULL;
}

void cleanup_con(char **context)
{
	freecon(*context);
}

/* ---- the configuration ----------------------------------------------------------------------- */

/* What begins a value, with nothing but white space behind it on its line. */
static bool mode_of(const char *value, enum selinux_mode *mode)
{
	for (size_t i = 0; i < ARRAY_SIZE(mode_names); i++) {
		size_t length = strlen(mode_names[i]);

		if (strncasecmp(mode_names[i], value, length) != 0)
			continue;
		value += length;
		value += strspn(value, " \t\r");
		*mode = (enum selinux_mode)i;
		return !*value || *value == '\n';
	}
	return false;
}

static int read_config(const char *root, char **path, char **text, size_t *length,
		       struct error *err)
{
	int rc;

	*path = path_in_root(root, "/etc/selinux/config");
	rc = file_read(*path, text, length, err);
	if (rc < 0)
		error_remedy(err, "%s", remedy_config);
	return rc;
}

int host_selinux_config(const char *root, enum selinux_mode *mode, char **type, struct error *err)
{
	_cleanup_free_ char *path = NULL, *text = NULL, *policy = NULL;
	const char *value = NULL;
	int rc = read_config(root, &path, &text, NULL, err);

	if (rc < 0)
		return rc;
	/* As libselinux reads it: the first mode that it knows, the last type; "targeted" is what
	 * it takes where none is named. */
	for (const char *line = text; line && !value; line = strchr(line, '\n')) {
		line += *line == '\n';
		value = str_starts(line, "SELINUX=");
		if (value && !mode_of(value, mode))
			value = NULL;
	}
	if (!value)
		return error_set(err, EINVAL,
				 "write a line SELINUX=permissive (or enforcing, disabled) into it",
				 "%s does not say SELINUX=enforcing, permissive or disabled", path);
	policy = text_setting(text, "SELINUXTYPE");
	if (policy && (strchr(policy, '/') || *policy == '.'))
		return error_set(err, EINVAL, "correct its line SELINUXTYPE=",
				 "%s: SELINUXTYPE is not the name of a policy", path);
	if (type)
		*type = policy && *policy ? TAKE_PTR(policy) : str_copy("targeted");
	return 0;
}

int host_selinux_set_config(const char *root, enum selinux_mode mode, struct error *err)
{
	_cleanup_free_ char *path = NULL, *text = NULL, *changed = NULL;
	size_t length, changed_length;
	bool has_line = false, ended;
	struct stat status;
	char *line, *rest;
	FILE *out;
	int rc = read_config(root, &path, &text, &length, err);

	if (rc < 0)
		return rc;
	if (stat(path, &status) < 0)
		return error_set(err, errno, remedy_config, "cannot read %s: %m", path);
	out = stream_open(&changed, &changed_length);
	ended = !length || text[length - 1] == '\n';
	for (rest = text; (line = strsep(&rest, "\n"));) {
		bool ours = str_starts(line, "SELINUX=");

		has_line |= ours;
		fprintf(out, "%s%s%s", ours ? "SELINUX=" : line,
			ours ? selinux_mode_name(mode) : "", rest ? "\n" : "");
	}
	if (!has_line)
		fprintf(out, "%sSELINUX=%s\n", ended ? "" : "\n", selinux_mode_name(mode));
	stream_close(&out);
	return file_write(path, changed, changed_length, status.st_mode & 07777, err);
}

/* ---- the running kernel ---------------------------------------------------------------------- */

static int not_enabled(struct error *err)
{
	return error_set(err, EOPNOTSUPP, remedy_disabled, "SELinux is disabled on this machine");
}

int host_selinux_mode(const char *root, enum selinux_mode *mode, struct error *err)
{
	int enforcing;

	if (root && *root && strcmp(root, "/") != 0)
		return host_selinux_config(root, mode, NULL, err);
	if (is_selinux_enabled() <= 0) {
		*mode = SELINUX_MODE_DISABLED;
		return 0;
	}
	enforcing = security_getenforce();
	if (enforcing < 0)
		return error_set(err, errno, "look whether /sys/fs/selinux is mounted",
				 "cannot read SELinux's mode: %m");
	*mode = enforcing ? SELINUX_MODE_ENFORCING : SELINUX_MODE_PERMISSIVE;
	return 0;
}

int host_selinux_set_mode(bool enforcing, struct error *err)
{
	if (is_selinux_enabled() <= 0)
		return error_set(err, EINVAL, remedy_disabled,
				 "SELinux is disabled on this machine: its mode cannot be set");
	if (security_setenforce(enforcing) < 0)
		return error_set(err, errno,
				 "be root in a domain that may do it: try setenforce, and look at "
				 "the boolean secure_mode_policyload",
				 "cannot set SELinux to %s: %m",
				 enforcing ? "enforcing" : "permissive");
	return 0;
}

int host_policy_reload(struct error *err)
{
	if (is_selinux_enabled() <= 0)
		return not_enabled(err);
	catch_messages();
	/* With the booleans as they are set now, not as they would be after a boot. */
	if (selinux_mkload_policy(1) < 0)
		return error_set(err, errno ? errno : EIO,
				 "be root in a domain that may do it: try load_policy, and look at "
				 "the boolean secure_mode_policyload",
				 "cannot load the policy anew: %s",
				 *message ? message : strerror(errno));
	return 0;
}

const char *host_loaded_policy(void)
{
	const char *path = selinux_current_policy_path();

	return path ? path : "/sys/fs/selinux/policy";
}

int host_policy_loads(unsigned int *count, struct error *err)
{
	int loads;

	if (is_selinux_enabled() <= 0)
		return not_enabled(err);
	/* Without the netlink fallback, which only knows of what comes later. */
	if (selinux_status_open(0) < 0)
		return error_set(err, errno, "the kernel may be too old for it",
				 "cannot open the kernel's SELinux status: %m");
	loads = selinux_status_policyload();
	selinux_status_close();
	if (loads < 0)
		return error_set(err, EIO, "try again",
				 "cannot read how often a policy was loaded");
	*count = (unsigned int)loads;
	return 0;
}

int host_process_context(pid_t pid, char **context, struct error *err)
{
	_cleanup_(cleanup_con) char *raw = NULL;

	if (pid <= 0 || (kill(pid, 0) < 0 && errno == ESRCH))
		return error_set(err, ESRCH, "start it, then try again", "no process %d runs",
				 (int)pid);
	/* Other security modules answer at the same place, so ask whether it is SELinux. */
	if (is_selinux_enabled() <= 0)
		return not_enabled(err);
	if (getpidcon_raw(pid, &raw) < 0) {
		int code = errno == ENOENT ? ESRCH : errno;

		return error_set(err, code, "be root, and see: ps -Z -p PID",
				 "cannot read the domain of process %d: %s", (int)pid,
				 strerror(code));
	}
	*context = str_copy(raw);
	return 0;
}

int host_domain_is_permissive(const char *context, bool *permissive, struct error *err)
{
	security_class_t process;
	struct av_decision decision = { 0 };

	if (is_selinux_enabled() <= 0)
		return not_enabled(err);
	catch_messages();
	errno = 0;
	process = string_to_security_class("process");
	if (!process || security_compute_av_flags_raw(context, context, process, 0, &decision) < 0)
		return error_set(err, errno ? errno : EINVAL,
				 "look whether the loaded policy knows the domain: seinfo -t",
				 "cannot ask the kernel about %s: %m", context);
	*permissive = decision.flags & SELINUX_AVD_FLAGS_PERMISSIVE;
	return 0;
}

/* ---- labels ---------------------------------------------------------------------------------- */

int host_file_type(const char *path, char **type, struct error *err)
{
	_cleanup_(cleanup_con) char *raw = NULL;

	if (lgetfilecon_raw(path, &raw) < 0 && errno != ENODATA && errno != EOPNOTSUPP)
		return error_set(err, errno, "look whether the path is right, and be root",
				 "cannot read the label of %s: %m", path);
	*type = context_type(raw);
	return 0;
}

int host_exec_type(const char *domain, const char *path, char **type, struct error *err)
{
	_cleanup_free_ char *context = NULL;
	_cleanup_(cleanup_con) char *file = NULL, *made = NULL;
	security_class_t process;
	const char *level;
	size_t length;

	*type = NULL;
	if (is_selinux_enabled() <= 0 || lgetfilecon_raw(path, &file) < 0)
		return 0;
	catch_messages();
	/* The file's level goes with it, where the policy has levels. */
	level = str_field(file, strlen(file), ':', 3, &length);
	context = str_printf("system_u:system_r:%s%s%s", domain, level ? ":" : "",
			     level ? level : "");
	process = string_to_security_class("process");
	if (!process || security_compute_create_raw(context, file, process, &made) < 0)
		return error_set(err, errno ? errno : EINVAL,
				 "look whether the loaded policy knows the domain: seinfo -t",
				 "cannot ask the kernel in which domain %s runs %s: %m", domain,
				 path);
	*type = context_type(made);
	return 0;
}

struct file_labels {
	struct selabel_handle *handle;
	char *root, *type;
};

static char *contexts_file(const char *root, const char *type, const char *ending)
{
	_cleanup_free_ char *path =
		str_printf("/etc/selinux/%s/contexts/files/file_contexts%s", type, ending);

	return path_in_root(root, path);
}

static struct selabel_handle *open_beside(const char *path)
{
	const struct selinux_opt option = { .type = SELABEL_OPT_PATH, .value = path };

	return selabel_open(SELABEL_CTX_FILE, &option, 1);
}

/*
 * libselinux takes the files beside the path that it is given; and FILE.bin in place of the text,
 * with each expression compiled, of which few are needed (Debian 12: 17 MB of memory in place of
 * 2). In a directory of links it finds the texts alone. NULL: not so.
 */
static struct selabel_handle *open_texts(const char *root, const char *type)
{
	static const char *const endings[] = { "", ".homedirs", ".local", ".subs", ".subs_dist" };
	char directory[] = "/tmp/galera-selinux.XXXXXX", resolved[PATH_MAX];
	char *links[ARRAY_SIZE(endings)];
	struct selabel_handle *handle;
	bool complete = true;

	if (!mkdtemp(directory))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		_cleanup_free_ char *text = contexts_file(root, type, endings[i]);

		links[i] = str_printf("%s/file_contexts%s", directory, endings[i]);
		complete = complete && (realpath(text, resolved) ? symlink(resolved, links[i]) == 0
								 : errno == ENOENT);
	}
	handle = complete ? open_beside(links[0]) : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		unlink(links[i]);
		free(links[i]);
	}
	rmdir(directory);
	return handle;
}

int file_labels_open(struct file_labels **labels, const char *root, const char *type,
		     struct error *err)
{
	_cleanup_free_ char *path = contexts_file(root, type, "");
	struct selabel_handle *handle;

	catch_messages();
	handle = open_texts(root, type);
	if (!handle) {
		catch_messages();
		errno = 0;
		handle = open_beside(path);
	}
	if (!handle)
		return error_set(err, errno ? errno : EINVAL,
				 "look whether the policy package is wholly installed; "
				 "`semodule -B` writes the file anew",
				 "cannot read the file labels in %s: %s", path,
				 *message ? message : strerror(errno));
	*labels = memory_new(1, sizeof(**labels));
	(*labels)->handle = handle;
	(*labels)->root = str_copy(root);
	(*labels)->type = str_copy(type);
	return 0;
}

void file_labels_close(struct file_labels *labels)
{
	if (!labels)
		return;
	selabel_close(labels->handle);
	free(labels->root);
	free(labels->type);
	free(labels);
}

int file_labels_expect_whole(struct file_labels *labels, const char *path, mode_t kind,
			     char **label, struct error *err)
{
	_cleanup_(cleanup_con) char *raw = NULL;

	catch_messages();
	if (selabel_lookup_raw(labels->handle, &raw, path, (int)kind) < 0 && errno != ENOENT)
		return error_set(err, errno, "look at it with matchpathcon",
				 "cannot look up the label that %s should have: %s", path,
				 *message ? message : strerror(errno));
	*label = str_copy(raw);
	return 0;
}

int file_labels_expect(struct file_labels *labels, const char *path, mode_t kind, char **type,
		       struct error *err)
{
	_cleanup_free_ char *label = NULL;
	int r = file_labels_expect_whole(labels, path, kind, &label, err);

	if (r == 0)
		*type = context_type(label);
	return r;
}

/* ---- equivalences: libselinux applies them, and has no function that tells them -------------- */

/* The rest of path behind a directory, beginning with its slash or empty; NULL: it is not below. */
static const char *behind(const char *path, const char *directory)
{
	const char *rest = str_starts(path, directory);

	return rest && (*rest == '/' || !*rest) ? rest : NULL;
}

/* The first line "FROM TO" that holds for *path, as libselinux takes it. */
static int replace(const struct file_labels *labels, const char *ending, char **path,
		   struct error *err)
{
	_cleanup_free_ char *file = contexts_file(labels->root, labels->type, ending);
	_cleanup_free_ char *text = NULL;
	char *rest, *line;
	int r = access(file, F_OK) < 0 && errno == ENOENT ? 0 : file_read(file, &text, NULL, err);

	if (r < 0)
		return r;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		const char *from = strsep(&line, " \t"), *to, *tail;

		to = line ? line + strspn(line, " \t") : "";
		tail = *from && *from != '#' && *to ? behind(*path, from) : NULL;
		if (tail) {
			char *replaced = str_printf("%.*s%s", (int)strcspn(to, " \t\r"), to, tail);

			free(*path);
			*path = replaced;
			return 0;
		}
	}
	return 0;
}

int file_labels_alias(const struct file_labels *labels, const char *path, char **alias,
		      struct error *err)
{
	_cleanup_free_ char *found = str_copy(path);
	/* The distribution's own are applied to what the administrator's have made of it. */
	int r = replace(labels, ".subs", &found, err) ?: replace(labels, ".subs_dist", &found, err);

	if (r == 0)
		*alias = TAKE_PTR(found);
	return r;
}
