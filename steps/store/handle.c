/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "steps/store/handle.h"
#include "wizard/util.h"

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

struct store_capture store_capture_begin(void)
{
	struct store_capture capture = { -1, memfd_create("policy-messages", MFD_CLOEXEC) };

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

void store_capture_end(struct store *store, struct store_capture *capture)
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

int store_connect(struct store *store, bool create, struct error *err)
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
	r = store_connect(store, false, err);
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
