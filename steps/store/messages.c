/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "steps/store/private.h"
#include "wizard/util.h"

static void message_add(struct store *store, const char *text, size_t length)
{
	char *grown = realloc(store->messages, store->messages_length + length + 2);

	/* A message lost for want of memory is no reason to fail what it was about. */
	if (!grown)
		return;
	store->messages = grown;
	memcpy(grown + store->messages_length, text, length);
	store->messages_length += length;
	grown[store->messages_length++] = '\n';
	grown[store->messages_length] = '\0';
}

static void error_note(struct store *store, const char *text, size_t length)
{
	if (!store->first_error[0])
		snprintf(store->first_error, sizeof(store->first_error), "%.*s", (int)length, text);
}

/* A trailing full stop or white space does not fit inside a sentence of ours. */
static size_t message_length(const char *text, size_t length)
{
	while (length && (isspace((unsigned char)text[length - 1]) || text[length - 1] == '.'))
		length--;
	return length;
}

__attribute__((format(printf, 3, 4))) static void
message_from_library(void *data, semanage_handle_t *handle, const char *format, ...)
{
	struct store *store = data;
	_cleanup_free_ char *text = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0) {
		text = NULL;
		return;
	}
	message_add(store, text, message_length(text, (size_t)length));
	if (semanage_msg_get_level(handle) == SEMANAGE_MSG_ERR)
		error_note(store, text, message_length(text, (size_t)length));
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
	_cleanup_free_ char *text = NULL;
	char *line, *rest;
	ssize_t got;
	off_t size;

	if (capture->saved < 0)
		return;
	fflush(stderr);
	dup2(capture->saved, STDERR_FILENO);
	close(capture->saved);
	size = lseek(memory, 0, SEEK_END);
	text = size > 0 ? malloc((size_t)size + 1) : NULL;
	got = text ? pread(memory, text, (size_t)size, 0) : 0;
	if (got <= 0)
		return;
	text[got] = '\0';
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		size_t used = message_length(line, strlen(line));

		if (!used)
			continue;
		message_add(store, line, used);
		error_note(store, line, used);
	}
}

void store_listen(struct store *store)
{
	semanage_msg_set_callback(store->handle, message_from_library, store);
}

int store_error(const struct store *store, struct error *err, int code, const char *remedy,
		const char *what, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list arguments;
	int length;

	va_start(arguments, what);
	length = vasprintf(&text, what, arguments);
	va_end(arguments);
	if (length < 0) {
		text = NULL;
		return error_nomem(err);
	}
	if (!store->first_error[0])
		return error_set(err, code, remedy, "%s", text);
	return error_set(err, code, remedy, "%s: %s", text, store->first_error);
}

const char *store_messages(const struct store *store)
{
	return store->messages ? store->messages : "";
}
