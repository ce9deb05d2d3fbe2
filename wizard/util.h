/* SPDX-License-Identifier: GPL-2.0-or-later */
/* util.h - clean-up helpers, growing arrays, texts, small files */
#pragma once

#include <dirent.h>
#include <fts.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "wizard/error.h"

/* A variable declared with one of these is released when it goes out of scope. A descriptor is -1
 * from then on, as before it was opened. */
#define _cleanup_(function) __attribute__((cleanup(function)))
#define _cleanup_free_      _cleanup_(cleanup_free)
#define _cleanup_close_     _cleanup_(cleanup_close)
#define _cleanup_fclose_    _cleanup_(cleanup_fclose)
#define _cleanup_closedir_  _cleanup_(cleanup_closedir)
#define _cleanup_fts_       _cleanup_(cleanup_fts)

void cleanup_free(void *pointer_to_pointer);
void cleanup_close(int *fd);
void cleanup_fclose(FILE **file);
void cleanup_closedir(DIR **directory);
void cleanup_fts(FTS **tree);

/* TAKE_PTR - the pointer's value; the variable becomes NULL, so that its clean-up does nothing. */
#define TAKE_PTR(pointer)                                                                          \
	({                                                                                         \
		__typeof__(pointer) taken_ = (pointer);                                            \
		(pointer) = NULL;                                                                  \
		taken_;                                                                            \
	})

/* COUNTED - two arguments, for "%zu %s": a number, and the word for so many. */
#define COUNTED(number, one, many) (number), (number) == 1 ? (one) : (many)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Memory. A program of this size gets what it asks for, or the machine is in trouble; and what it
 * has done stands in the journal, so that the next run goes on from there. Therefore nothing here
 * returns NULL: no_memory() ends the program. */

/* no_memory - say so, and how to go on, and end the program with status 1. Allocates nothing. */
void no_memory(void) __attribute__((noreturn, cold));

/* no_memory_resume - the command, copied, that no_memory() tells to go on with; at first none. */
void no_memory_resume(const char *command);

/* memory_new - zeroed memory for count items of that size. Caller frees. */
void *memory_new(size_t count, size_t size) __attribute__((malloc, returns_nonnull));

/* memory_resize - room for count items of that size; memory may be NULL. Caller frees. */
void *memory_resize(void *memory, size_t count, size_t size) __attribute__((returns_nonnull));

/* memory_copy - a copy of these bytes, and a NUL behind them. Caller frees. */
void *memory_copy(const void *bytes, size_t length) __attribute__((malloc, returns_nonnull));

/* array_push - make room for one more item at the end of *items and count it; the new item, zeroed.
 * Room is doubled when *count is zero or a power of two, so an array must only ever grow through
 * this function. Usage: struct foo *foo = array_push(&list->items, &list->count, sizeof(*foo)); */
void *array_push(void *pointer_to_items, size_t *count, size_t item_size)
	__attribute__((returns_nonnull));

/* str_copy - text in new memory (caller frees); NULL for NULL. */
char *str_copy(const char *text) __attribute__((malloc));

/* str_printf - a formatted string in new memory (caller frees). */
char *str_printf(const char *format, ...)
	__attribute__((malloc, returns_nonnull, format(printf, 1, 2)));
char *str_vprintf(const char *format, va_list args)
	__attribute__((malloc, returns_nonnull, format(printf, 1, 0)));

/* stream_open - write to what becomes *text in new memory (caller frees), and *length its bytes
 * (may be NULL), at stream_close(). */
FILE *stream_open(char **text, size_t *length) __attribute__((returns_nonnull));

/* stream_close - complete the text. The variable becomes NULL, so it may be a _cleanup_fclose_. */
void stream_close(FILE **stream);

/* json_made - what jansson has made. That it has made nothing ends the program: text that is not
 * UTF-8 must not come so far. Usage: json_made(json_pack(...)). */
json_t *json_made(json_t *value) __attribute__((returns_nonnull));

/* member_set - a member of an object; takes over the value, as json_made() does. */
void member_set(json_t *object, const char *name, json_t *value);

/* list_add - one more item of an array; takes over the value, as json_made() does. */
void list_add(json_t *array, json_t *value);

/* list_each - a loop over a JSON array (NULL: an empty one); json_t *item is its own. */
#define list_each(item, array)                                                                     \
	for (size_t item##_next = 0; !item##_next;)                                                \
		for (json_t *item; /* NOLINT(bugprone-macro-parentheses): a name */                \
		     ((item) = json_array_get(array, item##_next++));)

/* item_text - the text of a JSON string, borrowed; "" where it is none. */
const char *item_text(const json_t *value);

/* member_text - a string member of a JSON object, borrowed; "" where it has none. */
const char *member_text(const json_t *object, const char *name);

/* member_or_null - the same, but NULL where it has none. */
const char *member_or_null(const json_t *object, const char *name);

/* member_is - is member_text() this text? */
bool member_is(const json_t *object, const char *name, const char *text);

/* member_number - an integer member; 0 where it has none. */
json_int_t member_number(const json_t *object, const char *name);

/* member_true - has it this member, and is it true? */
bool member_true(const json_t *object, const char *name);

/* list_find - of an array of objects the first of which member_is() this text; NULL: none. */
json_t *list_find(const json_t *array, const char *name, const char *text);

/* str_starts - the rest of text after prefix, or NULL when it does not start so. */
const char *str_starts(const char *text, const char *prefix);

/* str_field - the field of that number, from 0 on, of a text that separators divide, and its
 * length; NULL: it has none, or an empty one. */
const char *str_field(const char *text, size_t length, char separator, int number,
		      size_t *field_length);

/* text_setting - the value in the last line "KEY=VALUE" of a configuration, up to white space or
 * "#", in new memory (caller frees); NULL: no line sets the key. */
char *text_setting(const char *text, const char *key);

/* path_in_root - path, with or without a slash at its beginning, below root; NULL, "" and "/" are
 * the machine's own. In new memory (caller frees). */
char *path_in_root(const char *root, const char *path);

/* str_trim - cut white space off both ends: text is altered, and what is left of it returned. */
char *str_trim(char *text);

/* What is read from a descriptor; a NUL stands behind it as soon as something was read. */
struct bytes {
	char *text;
	size_t used, room;
};

/* bytes_read - some more of it, as read(2) gives it, or a negative errno. Caller frees the text. */
ssize_t bytes_read(struct bytes *bytes, int fd);

/* bytes_write - all of these bytes. 0 or a negative errno. */
int bytes_write(int fd, const char *bytes, size_t length);

/* file_read - a whole file into new memory (caller frees), NUL-terminated. *length (may be NULL)
 * gets its bytes without the NUL. path "-" is standard input. Errors: as open(2) and read(2). */
int file_read(const char *path, char **text, size_t *length, struct error *err);

/* file_write - replace path by these bytes: written beside it, fsynced, renamed over it, so that
 * a reader or a power cut sees the old file or the new one. The mode is not subject to the umask.
 * A link at path is replaced, not followed. Errors: as open(2), write(2), rename(2); the old file
 * is intact then, and nothing stays beside it. */
int file_write(const char *path, const void *bytes, size_t length, mode_t mode, struct error *err);

/* file_write_into - write these bytes into what is at path, links followed: a device node or a pipe
 * gets them; a file has nothing else in it afterwards, and stays the same file. Where a link leads
 * to nothing, a file is made with mode. Errors: as open(2), write(2); a file's room is reserved
 * before its content is touched, so that for want of space nothing is lost. */
int file_write_into(const char *path, const void *bytes, size_t length, mode_t mode,
		    struct error *err);

/* sync_directory_of - put a new name on the disk: that of path, in its directory. 0 or a negative
 * errno; a file system that cannot has done what it can. */
int sync_directory_of(const char *path);

/* make_directories - mkdir -p with mode for what is created. */
int make_directories(const char *path, mode_t mode, struct error *err);
