/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What another node has made is read whole, and what nobody would make is refused. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "steps/cluster/bundle.h"
#include "tests/unit/unit.h"

#define ONE "one of the members\n"
#define TWO "{\"two\": 2}"

static const char *const names[] = { "one.txt", "two.json", NULL };
static const struct bundle_format format = {
	.name = "test", .version = 3, .members = names, .title = "a test", .made_by = "test -o FILE"
};

/* ---- archives as nobody makes them ----------------------------------------------------------- */

struct part {
	const char *name, *text;
	const char *link; /* a symbolic one; with hard: a hard one */
	bool hard;
	mode_t type; /* 0: a plain file */
	size_t size; /* of its text; 0: as long as it is */
};

struct packing {
	char *bytes;
	size_t length;
};

static la_ssize_t keep(struct archive *archive, void *data, const void *bytes, size_t length)
{
	(void)archive;
	return (la_ssize_t)fwrite(bytes, 1, length, data);
}

static void add(struct archive *archive, const struct part *part)
{
	struct archive_entry *entry = archive_entry_new();
	size_t size = part->size ?: part->text ? strlen(part->text) : 0;

	archive_entry_set_pathname(entry, part->name);
	archive_entry_set_filetype(entry, part->type ?: AE_IFREG);
	archive_entry_set_perm(entry, 0600);
	if (part->link && part->hard)
		archive_entry_set_hardlink(entry, part->link);
	else if (part->link)
		archive_entry_set_symlink(entry, part->link);
	archive_entry_set_size(entry, part->link ? 0 : (la_int64_t)size);
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	if (size && !part->link)
		assert_int_equal(archive_write_data(archive, part->text, size), size);
	archive_entry_free(entry);
}

/* Up to one without a name. raw: its text alone, and no tar. */
static struct packing packed(const struct part *parts, bool raw, bool gzip)
{
	struct archive *archive = archive_write_new();
	struct packing made = { 0 };
	FILE *out = stream_open(&made.bytes, &made.length);

	archive_write_set_bytes_in_last_block(archive, 1);
	if (gzip)
		archive_write_add_filter_gzip(archive);
	if (raw)
		archive_write_set_format_raw(archive);
	else
		archive_write_set_format_pax_restricted(archive);
	assert_int_equal(archive_write_open(archive, out, NULL, keep, NULL), ARCHIVE_OK);
	for (; parts->name; parts++)
		add(archive, parts);
	assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
	stream_close(&out);
	return made;
}

/* Of bytes: gzip's. */
static struct packing again(const struct packing *inner)
{
	const struct part parts[] = { { .name = "x", .text = inner->bytes, .size = inner->length },
				      { 0 } };

	return packed(parts, true, true);
}

static int read_bytes(const char *bytes, size_t length, json_t **object, struct error *err)
{
	_cleanup_free_ char *path = scratch_file(bytes, length);
	int r = bundle_read(path, &format, object, err);

	unlink(path);
	return r;
}

/* ---- what is made is read -------------------------------------------------------------------- */

static json_t *members(void)
{
	return json_pack("{s:s, s:s}", names[0], ONE, names[1], TWO);
}

static struct packing made(const char *path)
{
	struct packing packing = { 0 };
	struct error err = { 0 };
	json_auto_t *texts = members();

	must(bundle_pack(path, &format, texts, &packing.bytes, &packing.length, &err), &err);
	return packing;
}

static void made_is_read(void **state)
{
	static const char *const paths[] = { "x.tar.zst", "x.tar.gz" };
	static const unsigned char begins[] = { 0x28, 0x1f };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct packing packing = made(paths[i]);
		char sum[BUNDLE_SUM_SIZE];
		json_auto_t *object = NULL, *texts = members();
		struct error err = { 0 };

		assert_true(bundle_is_named(paths[i]));
		assert_int_equal((unsigned char)packing.bytes[0], begins[i]);
		must(read_bytes(packing.bytes, packing.length, &object, &err), &err);
		must(bundle_sum(packing.bytes, packing.length, sum, &err), &err);
		assert_string_equal(member_text(object, "sha256"), sum);
		json_object_del(json_object_get(object, "members"), BUNDLE_MANIFEST);
		assert_true(json_equal(json_object_get(object, "members"), texts));
		free(packing.bytes);
	}
	assert_false(bundle_is_named("db2.log"));
	assert_false(bundle_is_named(".tar.gz"));
	assert_false(bundle_is_named("-"));
}

/* FIPS 180-2, appendix B. */
static void sums_are_sha256(void **state)
{
	struct error err = { 0 };
	char sum[BUNDLE_SUM_SIZE];

	(void)state;
	must(bundle_sum("abc", 3, sum, &err), &err);
	assert_string_equal(sum,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	must(bundle_sum("", 0, sum, &err), &err);
	assert_string_equal(sum,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* ---- what is refused ------------------------------------------------------------------------- */

/* As bundle_pack() makes it, of these texts. */
static char *manifest(const char *name, int version, const char *one, const char *two)
{
	char sums[2][BUNDLE_SUM_SIZE];
	struct error err = { 0 };

	must(bundle_sum(one, strlen(one), sums[0], &err), &err);
	must(bundle_sum(two, strlen(two), sums[1], &err), &err);
	return str_printf("{\"format\": \"%s\", \"version\": %d, \"members\": {"
			  "\"one.txt\": {\"size\": %zu, \"sha256\": \"%s\"}, "
			  "\"two.json\": {\"size\": %zu, \"sha256\": \"%s\"}}}",
			  name, version, strlen(one), sums[0], strlen(two), sums[1]);
}

static void expect(const struct part *parts, int wanted, const char *what)
{
	struct packing packing = packed(parts, false, true);
	json_auto_t *object = NULL;
	struct error err = { 0 };
	int r = read_bytes(packing.bytes, packing.length, &object, &err);

	free(packing.bytes);
	assert_int_equal(r, wanted);
	if (r == 0)
		return;
	assert_null(object);
	if (!strstr(err.what, what))
		fail_msg("\"%s\", and not \"%s\"", err.what, what);
	assert_true(*err.remedy);
}

static void odd_members(void **state)
{
	_cleanup_free_ char *good = manifest("test", 3, ONE, TWO);
	const struct part head = { .name = BUNDLE_MANIFEST, .text = good };
	const struct part one = { .name = names[0], .text = ONE };
	const struct part two = { .name = names[1], .text = TWO };
	const struct {
		struct part parts[5];
		int wanted;
		const char *what;
	} cases[] = {
		{ { head, one, two }, 0, "" },
		{ { head, two, one }, 0, "" },
		{ { head, one }, -EBADMSG, "two.json is missing" },
		{ { one, two }, -EBADMSG, "one.txt has no place" },
		{ { one, two, head }, -EBADMSG, "one.txt has no place" },
		{ { head, one, two, one }, -EBADMSG, "one.txt is there twice" },
		{ { head, head, one, two }, -EBADMSG, "manifest.json is there twice" },
		{ { head, { "../one.txt", ONE }, two }, -EBADMSG, "../one.txt has no place" },
		{ { head, { "/etc/passwd", ONE }, one, two }, -EBADMSG, "/etc/passwd has no" },
		{ { head, { "./one.txt", ONE }, two }, -EBADMSG, "./one.txt has no place" },
		{ { head, { "one.txt/../../x", ONE }, two }, -EBADMSG, "has no place" },
		{ { head, { names[0], .link = "/etc/shadow", .type = AE_IFLNK }, two },
		  -EBADMSG,
		  "one.txt is no plain file" },
		{ { head, two, { names[0], .link = names[1], .hard = true } },
		  -EBADMSG,
		  "one.txt is no plain file" },
		{ { head, { names[0], .type = AE_IFDIR }, two }, -EBADMSG, "is no plain file" },
		{ { head, { names[0], .type = AE_IFIFO }, two }, -EBADMSG, "is no plain file" },
		{ { head, { names[0], .type = AE_IFCHR }, two }, -EBADMSG, "is no plain file" },
		{ { head, { names[0], "One of the members\n" }, two },
		  -EBADMSG,
		  "one.txt is not what the manifest says" },
		{ { head, { names[0], ONE "more" }, two }, -EBADMSG, "is not what" },
		{ { head, { names[0], "one\0of the members", .size = 18 }, two },
		  -EBADMSG,
		  "one.txt is no text" },
		{ { head, { names[0], "\xff\xfe" }, two }, -EBADMSG, "one.txt is no text" },
		{ { { 0 } }, -EBADMSG, "damaged, or no such file" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		expect(cases[i].parts, cases[i].wanted, cases[i].what);
}

static void odd_manifests(void **state)
{
	_cleanup_free_ char *newer = manifest("test", 4, ONE, TWO);
	_cleanup_free_ char *none = manifest("test", 0, ONE, TWO);
	_cleanup_free_ char *other = manifest("toast", 3, ONE, TWO);
	_cleanup_free_ char *size = manifest("test", 3, ONE, TWO);
	const struct part one = { .name = names[0], .text = ONE };
	const struct part two = { .name = names[1], .text = TWO };
	const struct part further = { .name = "three.txt", .text = "" };
	const struct {
		const char *manifest;
		int wanted;
		const char *what;
	} cases[] = {
		{ newer, -ENOTSUP, "of a newer galera-selinux: format 4" },
		{ none, -EBADMSG, "has no version" },
		{ other, -EBADMSG, "does not name its format" },
		{ size, -EBADMSG, "one.txt is not what the manifest says" },
		{ "[1, 2]", -EBADMSG, "does not name its format" },
		{ "no JSON", -EBADMSG, "does not name its format" },
		{ "{\"format\": \"test\", \"version\": 3}", -EBADMSG, "is not what" },
		{ "{\"format\": \"test\", \"format\": \"test\", \"version\": 3}", -EBADMSG,
		  "does not name its format" },
	};

	(void)state;
	*strstr(size, ": 19") = ',';
	strstr(size, ", 19")[0] = ':';
	strstr(size, ": 19")[2] = '2';
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct part head = { .name = BUNDLE_MANIFEST, .text = cases[i].manifest };
		/* What a newer version adds does not matter: it is told first. */
		const struct part parts[] = { head, one, two, further, { 0 } };
		const struct part usual[] = { head, one, two, { 0 } };

		expect(cases[i].wanted == -ENOTSUP ? parts : usual, cases[i].wanted, cases[i].what);
	}
}

static void expect_bytes(const char *bytes, size_t length, int wanted)
{
	json_auto_t *object = NULL;
	struct error err = { 0 };

	assert_int_equal(read_bytes(bytes, length, &object, &err), wanted);
	assert_null(object);
}

/* Wherever the copying broke off, and whatever byte it changed. */
static void damaged(void **state)
{
	struct packing packing = made("x.tar.gz");

	(void)state;
	for (size_t length = 0; length < packing.length; length += packing.length / 19)
		expect_bytes(packing.bytes, length, -EBADMSG);
	expect_bytes(packing.bytes, packing.length - 9, -EBADMSG);
	free(packing.bytes);
	expect_bytes("node=db2 type=AVC", 17, -EBADMSG);
}

static void too_much(void **state)
{
	_cleanup_free_ char *good = manifest("test", 3, ONE, TWO);
	const size_t huge = BUNDLE_TEXT_MAX + 1;
	_cleanup_free_ char *zeros = memory_new(huge, 1);
	const struct part parts[] = { { BUNDLE_MANIFEST, good },
				      { names[0], zeros, .size = huge },
				      { 0 } };

	(void)state;
	expect(parts, -EFBIG, "and no more are read");
}

/* None of them is read: the first that has no place ends it. */
static void many_members(void **state)
{
	const size_t count = 100000;
	_cleanup_free_ char *good = manifest("test", 3, ONE, TWO);
	struct part *parts = memory_new(count + 1, sizeof(*parts));
	char(*called)[16] = memory_new(count, sizeof(*called));

	(void)state;
	parts[0] = (struct part){ BUNDLE_MANIFEST, good };
	for (size_t i = 1; i < count; i++) {
		snprintf(called[i], sizeof(called[i]), "m%zu", i);
		parts[i] = (struct part){ called[i], "" };
	}
	expect(parts, -EBADMSG, "m1 has no place");
	free(parts);
	free(called);
}

/* Its header promises 7 GiB. */
static void false_size(void **state)
{
	_cleanup_free_ char *good = manifest("test", 3, ONE, TWO);
	const struct part parts[] = {
		{ BUNDLE_MANIFEST, good }, { names[0], ONE }, { names[1], TWO }, { 0 }
	};
	struct packing plain = packed(parts, false, false), outer;
	unsigned int sum = 0;
	char *header = memmem(plain.bytes, plain.length, "one.txt", 8);

	(void)state;
	assert_non_null(header);
	memcpy(header + 124, "77777777777", 11);
	memset(header + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
	outer = again(&plain);
	expect_bytes(outer.bytes, outer.length, -EBADMSG);
	free(plain.bytes);
	free(outer.bytes);
}

static void packed_again(void **state)
{
	struct packing once = made("x.tar.gz"), twice = again(&once);
	_cleanup_free_ char *good = manifest("test", 3, ONE, TWO);
	const struct part parts[] = {
		{ BUNDLE_MANIFEST, good }, { names[0], ONE }, { names[1], TWO }, { 0 }
	};
	struct packing plain = packed(parts, false, false);

	(void)state;
	expect_bytes(twice.bytes, twice.length, -EBADMSG);
	expect_bytes(plain.bytes, plain.length, -EBADMSG);
	free(once.bytes);
	free(twice.bytes);
	free(plain.bytes);
}

/* Nor does anything wait for what comes through a pipe. */
static void no_file(void **state)
{
	char *directory = scratch_directory();
	_cleanup_free_ char *fifo = str_printf("%s/fifo", directory);
	_cleanup_free_ char *missing = str_printf("%s/missing", directory);
	const struct {
		const char *path;
		int wanted;
	} cases[] = { { fifo, -EBADMSG },
		      { directory, -EBADMSG },
		      { "/dev/zero", -EBADMSG },
		      { missing, -ENOENT } };

	(void)state;
	assert_int_equal(mkfifo(fifo, 0600), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *object = NULL;
		struct error err = { 0 };

		assert_int_equal(bundle_read(cases[i].path, &format, &object, &err),
				 cases[i].wanted);
	}
	scratch_remove(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_is_read), cmocka_unit_test(sums_are_sha256),
		cmocka_unit_test(odd_members),  cmocka_unit_test(odd_manifests),
		cmocka_unit_test(damaged),      cmocka_unit_test(too_much),
		cmocka_unit_test(many_members), cmocka_unit_test(false_size),
		cmocka_unit_test(packed_again), cmocka_unit_test(no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
