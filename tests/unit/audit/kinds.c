/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The denials that are counted are those of a plain walk by libauparse, record by record. */
#include <auparse.h>
#include <glob.h>
#include <libaudit.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/audit/made.h"
#include "wizard/util.h"

/* A denial a text; many. */
struct texts {
	char **items;
	size_t count;
};

static void texts_add(struct texts *texts, char *text)
{
	char **slot = array_push(&texts->items, &texts->count, sizeof(*slot));

	assert_non_null(slot);
	assert_non_null(text);
	*slot = text;
}

static void texts_clear(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->items[i]);
	free(texts->items);
	*texts = (struct texts){ 0 };
}

static int compare(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

/* ---- the plain walk -------------------------------------------------------------------------- */

static char *field(auparse_state_t *au, const char *name, bool decoded)
{
	const char *raw, *value;

	auparse_first_field(au);
	raw = auparse_find_field(au, name) ? auparse_get_field_str(au) : NULL;
	if (!raw || !strcmp(raw, "(null)") || !strcmp(raw, "?"))
		return NULL;
	value = decoded ? auparse_interpret_field(au) : raw;
	return value && *value ? strdup(value) : NULL;
}

/* In this record, not in one behind it, as auparse_find_field would look on. */
static bool has_field(auparse_state_t *au, const char *name)
{
	auparse_first_field(au);
	do {
		const char *field_name = auparse_get_field_name(au);

		if (field_name && !strcmp(field_name, name))
			return true;
	} while (auparse_next_field(au) > 0);
	return false;
}

static char *own_field(auparse_state_t *au, const char *name, bool decoded)
{
	return has_field(au, name) ? field(au, name, decoded) : NULL;
}

/* The only PATH record of the event at hand with this inode and last component; else, the name. */
static char *whole_path(auparse_state_t *au, unsigned int avc, char *name, const char *inode)
{
	char *found = NULL;
	size_t matches = 0;

	for (unsigned int i = 0; name && i < auparse_get_num_records(au); i++) {
		_cleanup_free_ char *number = NULL, *path = NULL;
		const char *last;

		auparse_goto_record_num(au, i);
		if (auparse_get_type(au) != AUDIT_PATH)
			continue;
		number = own_field(au, "inode", false);
		path = own_field(au, "name", true);
		last = path ? strrchr(path, '/') : NULL;
		if (!number || !inode || !last || *path != '/' || strcmp(last + 1, name) ||
		    strcmp(number, inode))
			continue;
		matches++;
		free(found);
		found = TAKE_PTR(path);
	}
	auparse_goto_record_num(au, avc);
	if (matches == 1) {
		free(name);
		return found;
	}
	free(found);
	return name;
}

static char *event_exe(auparse_state_t *au, unsigned int avc)
{
	char *exe = NULL;

	for (unsigned int i = 0; !exe && i < auparse_get_num_records(au); i++) {
		auparse_goto_record_num(au, i);
		if (auparse_get_type(au) == AUDIT_SYSCALL)
			exe = own_field(au, "exe", true);
	}
	auparse_goto_record_num(au, avc);
	return exe;
}

static void add_plain(auparse_state_t *au, unsigned int at, struct texts *texts)
{
	_cleanup_free_ char *result = own_field(au, "seresult", false);
	_cleanup_free_ char *permissions = own_field(au, "seperms", false);
	_cleanup_free_ char *source = own_field(au, "scontext", false);
	_cleanup_free_ char *target = own_field(au, "tcontext", false);
	_cleanup_free_ char *tclass = own_field(au, "tclass", false);
	_cleanup_free_ char *comm = own_field(au, "comm", true);
	_cleanup_free_ char *path = own_field(au, "path", true);
	_cleanup_free_ char *inode = own_field(au, "ino", false);
	_cleanup_free_ char *permissive = own_field(au, "permissive", false);
	_cleanup_free_ char *port = own_field(au, "src", false) ?: own_field(au, "dest", false);
	_cleanup_free_ char *exe = event_exe(au, at);

	if (!result || strcmp(result, "denied") || !source || !strstr(source, ":mysqld_t:"))
		return;
	if (!path)
		path = whole_path(au, at, own_field(au, "name", true), inode);
	for (char *comma = permissions; (comma = strchr(comma, ','));)
		*comma = ' ';
	texts_add(texts, str_printf("%s %s %s {%s} comm=%s exe=%s path=%s permissive=%s port=%s",
				    source, target, tclass, permissions, comm ?: "", exe ?: "",
				    path ?: "", permissive ?: "0", port ?: "0"));
}

static void walk_plainly(const char *path, struct texts *texts)
{
	auparse_state_t *au = auparse_init(AUSOURCE_FILE, path);

	assert_non_null(au);
	auparse_set_escape_mode(au, AUPARSE_ESC_RAW);
	while (auparse_next_event(au) > 0) {
		for (unsigned int i = 0; i < auparse_get_num_records(au); i++) {
			auparse_goto_record_num(au, i);
			if (auparse_get_type(au) == AUDIT_AVC)
				add_plain(au, i, texts);
		}
	}
	auparse_destroy(au);
}

/* ---- the program's --------------------------------------------------------------------------- */

static void add_denial(const struct denial *denial, struct texts *texts)
{
	_cleanup_free_ char *permissions = strdup(denial->permissions.items[0]);

	if (denial->userspace)
		return;
	for (size_t i = 1; i < denial->permissions.count; i++) {
		char *more = str_printf("%s %s", permissions, denial->permissions.items[i]);

		free(permissions);
		permissions = more;
	}
	for (size_t i = 0; i < denial_records(denial); i++)
		texts_add(texts,
			  str_printf("%s %s %s {%s} comm=%s exe=%s path=%s permissive=%d port=%u",
				     denial->source_context, denial->target_context, denial->tclass,
				     permissions, denial->comm ?: "", denial->exe ?: "",
				     denial->path ?: "", denial->permissive, denial->port));
}

static size_t read_log(const char *path, struct texts *texts)
{
	struct denials denials = denials_in(path);
	size_t kinds = denials.count;

	for (size_t i = 0; i < denials.count; i++) {
		assert_int_equal(denials.items[i].unlike, 0);
		add_denial(&denials.items[i], texts);
	}
	denials_clear(&denials);
	if (texts->count)
		qsort(texts->items, texts->count, sizeof(*texts->items), compare);
	return kinds;
}

/* compare_log - returns how many denials the log has, and of how many kinds. */
static size_t compare_log(const char *path, size_t *kinds)
{
	struct texts plain = { 0 }, ours = { 0 };
	size_t count;

	walk_plainly(path, &plain);
	if (plain.count)
		qsort(plain.items, plain.count, sizeof(*plain.items), compare);
	*kinds = read_log(path, &ours);
	for (size_t i = 0; i < plain.count && i < ours.count; i++)
		if (strcmp(plain.items[i], ours.items[i]))
			fail_msg("%s\nplainly: %s\nhere:    %s", path, plain.items[i],
				 ours.items[i]);
	assert_int_equal(plain.count, ours.count);
	count = plain.count;
	texts_clear(&ours);
	texts_clear(&plain);
	return count;
}

static void recorded_logs_are_read_as_by_a_plain_walk(void **state)
{
	glob_t logs;
	size_t all = 0, kinds = 0, some;

	assert_int_equal(glob(CLUSTER "*/*/audit.log", 0, NULL, &logs), 0);
	assert_int_equal(glob("tests/fixtures/audit/[ks]*.log", GLOB_APPEND, NULL, &logs), 0);
	for (size_t i = 0; i < logs.gl_pathc; i++) {
		all += compare_log(logs.gl_pathv[i], &some);
		kinds += some;
	}
	assert_true(all > 4000);
	assert_true(kinds < all / 2);
	globfree(&logs);
}

/* ---- logs made up ---------------------------------------------------------------------------- */

static void logs_made_up_are_read_as_by_a_plain_walk(void **state)
{
	_cleanup_free_ char *path = scratch_file("", 0);
	size_t all = 0, kinds = 0, some;

	for (unsigned int round = 1; round <= 20; round++) {
		unsigned int serial = 0;
		FILE *out = fopen(path, "w");

		assert_non_null(out);
		seed = round;
		for (int i = 0; i < 600; i++)
			write_events(out, &serial);
		assert_int_equal(fclose(out), 0);
		all += compare_log(path, &some);
		kinds += some;
	}
	unlink(path);
	assert_true(all > 10000);
	assert_true(kinds < all / 10 * 9);
}

/* ---- many kinds ------------------------------------------------------------------------------ */

static struct denials denials_written(FILE *out, char **text, const size_t *length)
{
	struct denials denials = { 0 };

	assert_int_equal(fclose(out), 0);
	assert_int_equal(read_bytes(*text, *length, &denials, NULL), 0);
	free(*text);
	return denials;
}

static void first_last_and_count_are_kept(void **state)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	struct denials denials;

	for (int i = 0; i < 3; i++)
		fprintf(out,
			"type=AVC msg=audit(%d.250:%d): avc:  denied  { read } for  pid=%d "
			"comm=\"ps\" name=\"stat\" dev=\"proc\" ino=%d " CONTEXTS
			"tclass=file permissive=0\n",
			100 + i, i, 7 + i, i);
	denials = denials_written(out, &text, &length);
	assert_int_equal(denials.count, 1);
	assert_int_equal(denial_records(denials.items), 3);
	assert_int_equal(denials.items->seconds, 100);
	assert_int_equal(denials.items->millis, 250);
	assert_int_equal(denials.items->serial, 0);
	assert_int_equal(denials.items->pid, 7);
	assert_int_equal(denial_last(denials.items), 102);
	assert_int_equal(denials.avc, 3);
	denials_clear(&denials);
}

/* No access is lost, and no record; but of the names of one access, only so many are kept apart. */
static void an_access_has_a_bounded_number_of_kinds(void **state)
{
	char *text = NULL;
	size_t length, most = 0;
	FILE *out = open_memstream(&text, &length);
	struct denials denials;

	for (int i = 1; i <= 20000; i++)
		fprintf(out,
			"type=AVC msg=audit(%d.001:%d): avc:  denied  { %s } for  pid=1 "
			"comm=\"%s\" "
			"path=\"/%s/%d\" " CONTEXTS "tclass=file permissive=0\n",
			i, i, i == 20000 ? "write" : "read", i % 2 ? "a" : "b", i % 2 ? "a" : "b",
			i);
	denials = denials_written(out, &text, &length);
	assert_int_equal(denials.count, DENIALS_OF_AN_ACCESS + 1);
	assert_int_equal(denials_total(&denials), 20000);
	assert_string_equal(denials.items[DENIALS_OF_AN_ACCESS].permissions.items[0], "write");
	for (size_t i = 0; i < DENIALS_OF_AN_ACCESS; i++) {
		const struct denial *denial = &denials.items[i];

		/* Each counts those that are most like it: the same program's. */
		assert_int_equal(denial->path[1], denial->comm[0]);
		assert_int_equal(denial->unlike, denial->more);
		most += denial->unlike;
	}
	assert_int_equal(most, 20000 - DENIALS_OF_AN_ACCESS - 1);
	denials_clear(&denials);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_logs_are_read_as_by_a_plain_walk),
		cmocka_unit_test(logs_made_up_are_read_as_by_a_plain_walk),
		cmocka_unit_test(first_last_and_count_are_kept),
		cmocka_unit_test(an_access_has_a_bounded_number_of_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
