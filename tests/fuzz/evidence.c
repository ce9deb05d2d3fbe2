/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An evidence file of any bytes; and, packed as it should be, of any members. */
/* Seeds: tests/fuzz/seeds/evidence */
#include "steps/cluster/evidence.h"
#include "steps/node/node.h"
#include "tests/fuzz/fuzz.h"

static void read_file(const void *bytes, size_t size)
{
	char path[32];
	int fd = file_of(bytes, size, path);
	json_auto_t *object = NULL;
	struct error err = { 0 };
	int r = evidence_read(path, &object, &err);

	close(fd);
	if (r < 0) {
		claim(*err.what && *err.remedy, "%d: %s, %s\n", r, err.what, err.remedy);
		return;
	}
	claim(node_is_name(member_text(json_object_get(object, "node"), "node")), "no name\n");
	claim(json_is_array(json_object_get(object, "exercises")), "no exercises\n");
	claim(json_object_size(json_object_get(object, "node")) <= 10, "more than is known\n");
}

/* A member for each line, in their order; the records are the rest. */
static json_t *members_of(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = memory_copy(data, size);
	char *at = text, *member;
	json_t *members = json_object();

	for (const char *const *name = evidence_format.members; *name; name++) {
		bool last = !name[1];

		member = last ? at : strsep(&at, "\n");
		json_object_set_new(members, *name, json_string(member ?: ""));
	}
	return members;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_auto_t *members = members_of(data, size);
	_cleanup_free_ char *bytes = NULL;
	struct error err = { 0 };
	size_t length;

	read_file(data, size);
	if (bundle_pack("fuzz.tar.gz", &evidence_format, members, &bytes, &length, &err) == 0)
		read_file(bytes, length);
	return 0;
}
