/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/cluster/bundle.h"
#include "wizard/apart.h"
#include "wizard/piece.h"
#include "wizard/util.h"

static void cleanup_reader(struct archive **archive)
{
	archive_read_free(*archive);
}

static void cleanup_writer(struct archive **archive)
{
	archive_write_free(*archive);
}

static void cleanup_entry(struct archive_entry **entry)
{
	archive_entry_free(*entry);
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text);

	return length > strlen(end) && !strcmp(text + length - strlen(end), end);
}

bool bundle_is_named(const char *path)
{
	return ends_with(path, ".tar.zst") || ends_with(path, ".tar.gz");
}

/* ---- sums ------------------------------------------------------------------------------------ */

static int write_entry(struct archive *archive, const char *name, const char *bytes, size_t length)
{
	_cleanup_(cleanup_entry) struct archive_entry *entry = archive_entry_new();

	if (!entry)
		no_memory();
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0600);
	archive_entry_set_size(entry, (la_int64_t)length);
	if (archive_write_header(archive, entry) != ARCHIVE_OK)
		return ARCHIVE_FATAL;
	return archive_write_data(archive, bytes, length) == (la_ssize_t)length ? ARCHIVE_OK
										: ARCHIVE_FATAL;
}

/* An mtree is a list of files with their sums, and libarchive writes it. */
int bundle_sum(const char *bytes, size_t length, char sum[static BUNDLE_SUM_SIZE],
	       struct error *err)
{
	static const char key[] = " sha256digest=";
	_cleanup_(cleanup_writer) struct archive *archive = archive_write_new();
	char text[512];
	size_t used = 0;
	const char *at;

	if (!archive)
		no_memory();
	archive_write_set_bytes_in_last_block(archive, 1);
	if (archive_write_set_format_mtree(archive) == ARCHIVE_OK &&
	    archive_write_set_options(archive, "mtree:!all,mtree:sha256") == ARCHIVE_OK &&
	    archive_write_open_memory(archive, text, sizeof(text) - 1, &used) == ARCHIVE_OK &&
	    write_entry(archive, "file", bytes, length) == ARCHIVE_OK)
		archive_write_close(archive);
	text[used] = '\0';
	at = strstr(text, key);
	if (!at || strspn(at + strlen(key), "0123456789abcdef") != BUNDLE_SUM_SIZE - 1)
		return error_set(err, ENOTSUP, "install libarchive as the distribution has it",
				 "this libarchive computes no sha256");
	memcpy(sum, at + strlen(key), BUNDLE_SUM_SIZE - 1);
	sum[BUNDLE_SUM_SIZE - 1] = '\0';
	return 0;
}

/* ---- to write -------------------------------------------------------------------------------- */

static la_ssize_t keep(struct archive *archive, void *data, const void *bytes, size_t length)
{
	(void)archive;
	return (la_ssize_t)fwrite(bytes, 1, length, data);
}

static int make_manifest(const struct bundle_format *format, const json_t *members, char **text,
			 struct error *err)
{
	json_auto_t *listed = json_object(), *manifest = NULL;
	char sum[BUNDLE_SUM_SIZE];
	size_t total = 0;

	for (const char *const *name = format->members; *name; name++) {
		const char *member = member_text(members, *name);
		size_t length = strlen(member);
		int r = bundle_sum(member, length, sum, err);

		if (r < 0)
			return r;
		total += length;
		member_set(listed, *name,
			   json_pack("{s:I, s:s}", "size", (json_int_t)length, "sha256", sum));
	}
	if (total > BUNDLE_TEXT_MAX)
		return error_set(err, EFBIG, "name fewer logs: collect -o FILE LOG...",
				 "it would have %zu bytes, and nobody reads more than %u", total,
				 BUNDLE_TEXT_MAX);
	manifest = json_made(json_pack("{s:s, s:I, s:s, s:O}", "format", format->name, "version",
				       format->version, "program", PROGRAM_VERSION, "members",
				       listed));
	*text = json_dumps(manifest, JSON_INDENT(1));
	return *text ? 0 : error_set(err, EILSEQ, "report it", "what is collected is no text");
}

static int write_members(struct archive *archive, const struct bundle_format *format,
			 const char *manifest, const json_t *members)
{
	int r = write_entry(archive, BUNDLE_MANIFEST, manifest, strlen(manifest));

	for (const char *const *name = format->members; r == ARCHIVE_OK && *name; name++) {
		const char *text = member_text(members, *name);

		r = write_entry(archive, *name, text, strlen(text));
	}
	return r == ARCHIVE_OK ? archive_write_close(archive) : r;
}

int bundle_pack(const char *path, const struct bundle_format *format, const json_t *members,
		char **bytes, size_t *length, struct error *err)
{
	_cleanup_(cleanup_writer) struct archive *archive = archive_write_new();
	_cleanup_free_ char *manifest = NULL, *packed = NULL;
	FILE *out;
	int r = make_manifest(format, members, &manifest, err);

	if (r < 0)
		return r;
	if (!archive)
		no_memory();
	out = stream_open(&packed, length);
	archive_write_set_bytes_in_last_block(archive, 1);
	/* A filter that is a program of its own is a warning. */
	r = ends_with(path, ".gz") ? archive_write_add_filter_gzip(archive)
				   : archive_write_add_filter_zstd(archive);
	if (r == ARCHIVE_OK)
		r = archive_write_set_format_ustar(archive);
	if (r == ARCHIVE_OK)
		r = archive_write_open(archive, out, NULL, keep, NULL);
	if (r == ARCHIVE_OK)
		r = write_members(archive, format, manifest, members);
	stream_close(&out);
	if (r != ARCHIVE_OK)
		return error_set(err, ENOTSUP, "give it a name that ends in .tar.gz",
				 "cannot pack %s: %s", path,
				 archive_error_string(archive) ?: "libarchive does not say why");
	*bytes = TAKE_PTR(packed);
	return 0;
}

/* ---- to read --------------------------------------------------------------------------------- */

struct unpacking {
	const char *path;
	const struct bundle_format *format;
	struct archive *archive;
	json_t *members;
	size_t total;
};

static int refuse(const struct unpacking *reading, const char *why, const char *member,
		  struct error *err)
{
	error_set(err, EBADMSG, NULL, "%s is not %s as it was made: %s%s%s", reading->path,
		  reading->format->title, member ?: "", member ? " " : "", why);
	return error_remedy(err, "make it anew on its node (%s), and bring it whole",
			    reading->format->made_by);
}

static int too_big(const char *path, unsigned int most, struct error *err)
{
	return error_set(err, EFBIG, "make it of fewer logs: collect -o FILE LOG...",
			 "%s has more than %u bytes, and no more are read", path, most);
}

/* Whole, so that what is summed up is what is read. */
static int read_file(const char *path, struct bytes *bytes, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	ssize_t got = 1;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(err, errno, "give the path of a file that is there",
				 "cannot read %s: %m", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, EBADMSG, "give the file itself", "%s is no plain file", path);
	while (got > 0 && bytes->used <= BUNDLE_FILE_MAX)
		got = bytes_read(bytes, fd);
	if (got < 0)
		return error_set(err, (int)-got, "copy it again", "cannot read %s: %s", path,
				 strerror((int)-got));
	return bytes->used > BUNDLE_FILE_MAX ? too_big(path, BUNDLE_FILE_MAX, err) : 0;
}

/* The member at hand, whatever size its header says. */
static int read_text(struct unpacking *reading, const char *name, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	FILE *out = stream_open(&text, &length);
	char block[64 * 1024];
	json_t *string;
	la_ssize_t got;

	while ((got = archive_read_data(reading->archive, block, sizeof(block))) > 0) {
		reading->total += (size_t)got;
		if (reading->total > BUNDLE_TEXT_MAX)
			break;
		fwrite(block, 1, (size_t)got, out);
	}
	stream_close(&out);
	if (got < 0)
		return refuse(reading, "is damaged", name, err);
	if (got > 0)
		return too_big(reading->path, BUNDLE_TEXT_MAX, err);
	string = memchr(text, '\0', length) ? NULL : json_stringn(text, length);
	if (!string)
		return refuse(reading, "is no text", name, err);
	member_set(reading->members, name, string);
	return 0;
}

/* Of what another version writes nothing else is known. */
static int check_version(const struct unpacking *reading, json_t **manifest, struct error *err)
{
	const struct bundle_format *format = reading->format;
	json_int_t version;

	*manifest = json_loads(member_text(reading->members, BUNDLE_MANIFEST),
			       JSON_REJECT_DUPLICATES, NULL);
	if (!member_is(*manifest, "format", format->name))
		return refuse(reading, "does not name its format", BUNDLE_MANIFEST, err);
	version = member_number(*manifest, "version");
	if (version <= format->version)
		return version > 0 ? 0 : refuse(reading, "has no version", BUNDLE_MANIFEST, err);
	return error_set(err, ENOTSUP, "install that version of galera-selinux here, too",
			 "%s is of a newer galera-selinux: format %" JSON_INTEGER_FORMAT
			 ", and this one reads up to %" JSON_INTEGER_FORMAT,
			 reading->path, version, format->version);
}

static int read_entry(struct unpacking *reading, struct archive_entry *entry, json_t **manifest,
		      struct error *err)
{
	const char *name = archive_entry_pathname(entry);
	int r;

	if (!name || archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) ||
	    archive_entry_symlink(entry))
		return refuse(reading, "is no plain file", name ?: "a member", err);
	if (json_object_get(reading->members, name))
		return refuse(reading, "is there twice", name, err);
	if (!*manifest ? strcmp(name, BUNDLE_MANIFEST) != 0
		       : !piece_is_among(piece_of(name), reading->format->members))
		return refuse(reading, "has no place there", name, err);
	r = read_text(reading, name, err);
	return r < 0 || *manifest ? r : check_version(reading, manifest, err);
}

static int check_sums(const struct unpacking *reading, const json_t *manifest, struct error *err)
{
	const json_t *listed = json_object_get(manifest, "members");
	char sum[BUNDLE_SUM_SIZE];

	for (const char *const *name = reading->format->members; *name; name++) {
		const json_t *text = json_object_get(reading->members, *name);
		const json_t *said = json_object_get(listed, *name);
		int r = text ? bundle_sum(json_string_value(text), json_string_length(text), sum,
					  err)
			     : refuse(reading, "is missing", *name, err);

		if (r < 0)
			return r;
		if (member_number(said, "size") != (json_int_t)json_string_length(text) ||
		    !member_is(said, "sha256", sum))
			return refuse(reading, "is not what the manifest says", *name, err);
	}
	return 0;
}

static int open_archive(struct unpacking *reading, const struct bytes *bytes, struct error *err)
{
	struct archive *archive = reading->archive;

	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_format_tar(archive);
	if (archive_read_open_memory(archive, bytes->text, bytes->used) != ARCHIVE_OK)
		return refuse(reading, "it is no tar packed by zstd or gzip", NULL, err);
	/* One, and the file itself: what is packed again and again unpacks to no end. */
	if (archive_filter_count(archive) != 2)
		return refuse(reading, "it is not packed once", NULL, err);
	return 0;
}

static int read_members(struct unpacking *reading, const struct bytes *bytes, struct error *err)
{
	json_auto_t *manifest = NULL;
	struct archive_entry *entry;
	int r = open_archive(reading, bytes, err), got = ARCHIVE_OK;

	while (r == 0 && (got = archive_read_next_header(reading->archive, &entry)) == ARCHIVE_OK)
		r = read_entry(reading, entry, &manifest, err);
	if (r < 0)
		return r;
	if (got != ARCHIVE_EOF || !manifest)
		return refuse(reading, "it is damaged, or no such file at all", NULL, err);
	return check_sums(reading, manifest, err);
}

static int work(void *data, FILE *out, struct error *err)
{
	struct unpacking *reading = data;
	_cleanup_(cleanup_reader) struct archive *archive = archive_read_new();
	json_auto_t *members = json_object(), *said = NULL;
	struct bytes bytes = { 0 };
	char sum[BUNDLE_SUM_SIZE];
	int r = read_file(reading->path, &bytes, err);

	if (!archive)
		no_memory();
	reading->archive = archive;
	reading->members = members;
	if (r == 0)
		r = bundle_sum(bytes.text ?: "", bytes.used, sum, err)
			    ?: read_members(reading, &bytes, err);
	free(bytes.text);
	if (r < 0)
		return r;
	said = json_made(json_pack("{s:s, s:O}", "sha256", sum, "members", members));
	return json_dumpf(said, out, JSON_COMPACT) < 0 ? -EIO : 0;
}

/* Who read it may have been taken over by it. */
static bool is_sound(const json_t *object, const struct bundle_format *format)
{
	const json_t *members = json_object_get(object, "members");
	const char *sum = member_text(object, "sha256");

	for (const char *const *name = format->members; *name; name++)
		if (!json_is_string(json_object_get(members, *name)))
			return false;
	return strlen(sum) == BUNDLE_SUM_SIZE - 1 &&
	       strspn(sum, "0123456789abcdef") == BUNDLE_SUM_SIZE - 1;
}

int bundle_read(const char *path, const struct bundle_format *format, json_t **object,
		struct error *err)
{
	struct unpacking reading = { .path = path, .format = format };
	_cleanup_free_ char *said = NULL;
	json_auto_t *read = NULL;
	size_t length;
	int r = apart_run(work, &reading, path, &said, &length, err);

	if (r < 0)
		return r;
	read = json_loadb(said, length, 0, NULL);
	if (!read || !is_sound(read, format))
		return error_set(err, EBADMSG, "report it: it should have been read, or refused",
				 "what reading %s gave is damaged", path);
	*object = json_incref(read);
	return 0;
}
