/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "wizard/util.h"

void cleanup_free(void *pointer_to_pointer)
{
	void *memory;

	memcpy(&memory, pointer_to_pointer, sizeof(memory));
	free(memory);
}

void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void cleanup_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

void cleanup_closedir(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

void cleanup_fts(FTS **tree)
{
	if (*tree)
		fts_close(*tree);
}

/* ---- memory --------------------------------------------------------------------------------- */

static char resume_command[4096];

void no_memory_resume(const char *command)
{
	snprintf(resume_command, sizeof(resume_command), "%s", command);
}

/* Allocates nothing. */
static void stop(const char *what, const char *remedy) __attribute__((noreturn));
static void stop(const char *what, const char *remedy)
{
	const char *words[] = { "\n",           what, "; nothing is lost. ", remedy, "\n  ",
				resume_command, "\n" };
	struct iovec parts[ARRAY_SIZE(words)];

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		parts[i] = (struct iovec){ (void *)words[i], strlen(words[i]) };
	/* Where that fails, too, there is nobody left to tell. */
	(void)!writev(STDERR_FILENO, parts, ARRAY_SIZE(parts));
	_exit(EXIT_FAILURE);
}

void no_memory(void)
{
	stop("Out of memory", "Free some, then go on:");
}

void *memory_new(size_t count, size_t size)
{
	void *memory = calloc(count ?: 1, size);

	if (!memory)
		no_memory();
	return memory;
}

void *memory_resize(void *memory, size_t count, size_t size)
{
	memory = reallocarray(memory, count ?: 1, size);
	if (!memory)
		no_memory();
	return memory;
}

void *memory_copy(const void *bytes, size_t length)
{
	char *copy = memory_new(length + 1, 1);

	memcpy(copy, bytes, length);
	return copy;
}

void *array_push(void *pointer_to_items, size_t *count, size_t item_size)
{
	char *items;

	memcpy(&items, pointer_to_items, sizeof(items));
	if ((*count & (*count - 1)) == 0) {
		items = memory_resize(items, *count ? 2 * *count : 1, item_size);
		memcpy(pointer_to_items, &items, sizeof(items));
	}
	items += *count * item_size;
	memset(items, 0, item_size);
	(*count)++;
	return items;
}

char *str_copy(const char *text)
{
	return text ? memory_copy(text, strlen(text)) : NULL;
}

char *str_vprintf(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		no_memory();
	return text;
}

char *str_printf(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = str_vprintf(format, args);
	va_end(args);
	return text;
}

FILE *stream_open(char **text, size_t *length)
{
	static size_t unasked;
	FILE *stream = open_memstream(text, length ?: &unasked);

	if (!stream)
		no_memory();
	return stream;
}

void stream_close(FILE **stream)
{
	FILE *closed = TAKE_PTR(*stream);

	/* It writes to memory alone. */
	if (fclose(closed) != 0)
		no_memory();
}

json_t *json_made(json_t *value)
{
	if (!value)
		stop("A text that is not UTF-8 was met where none may be", "To go on:");
	return value;
}

void member_set(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, json_made(value)) < 0)
		no_memory();
}

void list_add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, json_made(value)) < 0)
		no_memory();
}

const char *member_or_null(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

const char *item_text(const json_t *value)
{
	return json_is_string(value) ? json_string_value(value) : "";
}

const char *member_text(const json_t *object, const char *name)
{
	return item_text(json_object_get(object, name));
}

bool member_is(const json_t *object, const char *name, const char *text)
{
	return strcmp(member_text(object, name), text) == 0;
}

json_int_t member_number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

bool member_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

json_t *list_find(const json_t *array, const char *name, const char *text)
{
	list_each(item, array)
		if (member_is(item, name, text))
			return item;
	return NULL;
}

const char *str_starts(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) ? NULL : text + length;
}

const char *str_field(const char *text, size_t length, char separator, int number,
		      size_t *field_length)
{
	const char *end = text + length, *stop;

	for (; text && number > 0; number--) {
		text = memchr(text, separator, (size_t)(end - text));
		if (text)
			text++;
	}
	if (!text)
		return NULL;
	stop = memchr(text, separator, (size_t)(end - text));
	*field_length = (size_t)((stop ?: end) - text);
	return *field_length ? text : NULL;
}

char *text_setting(const char *text, const char *key)
{
	char *value = NULL;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *found;

		line += *line == '\n';
		line += strspn(line, " \t");
		found = str_starts(line, key);
		if (!found)
			continue;
		found += strspn(found, " \t");
		if (*found++ != '=')
			continue;
		found += strspn(found, " \t");
		free(value);
		value = memory_copy(found, strcspn(found, " \t\r\n#"));
	}
	return value;
}

char *path_in_root(const char *root, const char *path)
{
	return str_printf("%s%s%s", root && strcmp(root, "/") ? root : "", *path == '/' ? "" : "/",
			  path);
}

char *str_trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return text;
}

/* An operating system's error on a path, with what usually helps. */
static int path_error(struct error *err, int code, const char *verb, const char *path)
{
	const char *remedy = "settle that, then start again: nothing is lost";

	if (code == ENOENT || code == ENOTDIR || code == EISDIR)
		remedy = "check the path";
	else if (code == EACCES || code == EPERM)
		remedy = "run it as root, or give a path that you have access to";
	else if (code == ENOSPC || code == EDQUOT)
		remedy = "free some space there, then start again: nothing is lost";
	else if (code == EROFS)
		remedy = "remount the file system read-write, then start again";
	return error_set(err, code, remedy, "cannot %s %s: %s", verb, path, strerror(code));
}

ssize_t bytes_read(struct bytes *bytes, int fd)
{
	ssize_t got;

	/* One byte is kept for the NUL. */
	if (bytes->room - bytes->used < 2) {
		bytes->room = bytes->room ? bytes->room * 2 : 4096;
		bytes->text = memory_resize(bytes->text, bytes->room, 1);
	}
	got = read(fd, bytes->text + bytes->used, bytes->room - bytes->used - 1);
	if (got < 0)
		return -errno;
	bytes->used += (size_t)got;
	bytes->text[bytes->used] = '\0';
	return got;
}

int file_read(const char *path, char **text, size_t *length, struct error *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	_cleanup_close_ int opened = is_stdin ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	int fd = is_stdin ? STDIN_FILENO : opened;
	struct bytes bytes = { 0 };
	ssize_t got;

	if (is_stdin)
		path = "standard input";
	if (fd < 0)
		return path_error(err, errno, "open", path);
	do
		got = bytes_read(&bytes, fd);
	while (got > 0 || got == -EINTR);
	if (got < 0) {
		free(bytes.text);
		return path_error(err, (int)-got, "read", path);
	}
	if (length)
		*length = bytes.used;
	*text = bytes.text;
	return 0;
}

int bytes_write(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t put = TEMP_FAILURE_RETRY(write(fd, bytes, length));

		if (put < 0)
			return -errno;
		bytes += put;
		length -= (size_t)put;
	}
	return 0;
}

int sync_directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *directory =
		slash ? memory_copy(path, (size_t)(slash - path) + 1) : str_copy(".");
	_cleanup_close_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return errno == EINVAL ? 0 : -errno;
	return 0;
}

static int write_beside(const char *path, const char *beside, int fd, const void *bytes,
			size_t length, mode_t mode)
{
	int r = bytes_write(fd, bytes, length);

	if (r < 0)
		return r;
	if (fchmod(fd, mode) < 0 || fsync(fd) < 0 || rename(beside, path) < 0)
		return -errno;
	return 0;
}

int file_write(const char *path, const void *bytes, size_t length, mode_t mode, struct error *err)
{
	_cleanup_free_ char *beside = str_printf("%s.XXXXXX", path);
	_cleanup_close_ int fd = mkostemp(beside, O_CLOEXEC);
	int r;

	if (fd < 0)
		return path_error(err, errno, "write", path);
	r = write_beside(path, beside, fd, bytes, length, mode);
	if (r < 0) {
		unlink(beside);
		return path_error(err, -r, "write", path);
	}
	/* What can be done is done, and the file is complete either way. */
	sync_directory_of(path);
	return 0;
}

/* 0 or a negative errno: then the file is as it was. */
static int reserve(int fd, const struct stat *before, size_t length)
{
	int code;

	if (!length || fallocate(fd, 0, 0, (off_t)length) == 0)
		return 0;
	code = errno;
	if (code == EOPNOTSUPP)
		return 0;
	/* It may have grown before there was no more room. */
	return ftruncate(fd, before->st_size) < 0 ? -errno : -code;
}

static int overwrite(int fd, const void *bytes, size_t length)
{
	struct stat before;
	bool file;
	int r;

	if (fstat(fd, &before) < 0)
		return -errno;
	file = S_ISREG(before.st_mode);
	r = file ? reserve(fd, &before, length) : 0;
	if (r == 0)
		r = bytes_write(fd, bytes, length);
	if (r == 0 && file && (ftruncate(fd, (off_t)length) < 0 || fsync(fd) < 0))
		return -errno;
	return r;
}

int file_write_into(const char *path, const void *bytes, size_t length, mode_t mode,
		    struct error *err)
{
	int create = access(path, F_OK) == 0 ? 0 : O_CREAT;
	_cleanup_close_ int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC | create, mode);
	int r = fd < 0 ? -errno : overwrite(fd, bytes, length);

	return r < 0 ? path_error(err, -r, "write", path) : 0;
}

static int make_one(const char *path, mode_t mode)
{
	struct stat info;

	if (mkdir(path, mode) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (stat(path, &info) < 0)
		return errno == ENOENT ? -ENOTDIR : -errno; /* a dangling link */
	return S_ISDIR(info.st_mode) ? 0 : -ENOTDIR;
}

int make_directories(const char *path, mode_t mode, struct error *err)
{
	/* A leading slash is the root directory, which is there. */
	const char *end = path + (*path == '/');

	do {
		_cleanup_free_ char *part = NULL;
		int r;

		end = strchrnul(end, '/');
		part = memory_copy(path, (size_t)(end - path));
		r = make_one(part, mode);
		if (r < 0)
			return path_error(err, -r, "create", part);
	} while (*end++);
	return 0;
}
