/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A result file of any bytes; and any document, with the sum that fits it. */
/* Seeds: tests/fuzz/seeds/result */
#include "steps/cluster/result.h"
#include "tests/fuzz/fuzz.h"
#include "wizard/text.h"

static void hold_denials(const json_t *rules)
{
	struct denials denials __attribute__((cleanup(denials_clear))) = { 0 };

	result_denials(rules, mysqld, &denials);
	for (size_t i = 0; i < denials.count; i++) {
		const struct denial *denial = &denials.items[i];

		claim(!strcmp(denial->source, mysqld[0]), "of %s\n", denial->source);
		claim(*denial->target && *denial->tclass, "a denial of nothing\n");
		claim(denial->permissions.count, "a denial without a permission\n");
	}
}

static void read_result(const void *bytes, size_t size)
{
	char path[32];
	int fd = file_of(bytes, size, path);
	json_auto_t *result = NULL;
	struct error err = { 0 };
	int r = result_read(path, &result, &err);

	close(fd);
	if (r < 0) {
		claim(*err.what && *err.remedy, "%d: %s, %s\n", r, err.what, err.remedy);
		return;
	}
	claim(json_array_size(json_object_get(result, "rules")) <= RESULT_RULES_MAX, "too many\n");
	hold_denials(json_object_get(result, "rules"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_auto_t *document = json_loadb((const char *)data, size, 0, NULL);
	_cleanup_free_ char *sealed = NULL;

	read_result(data, size);
	if (!json_is_object(document) || result_seal(document, NULL) < 0)
		return 0;
	sealed = json_dumps(document, JSON_COMPACT);
	read_result(sealed, strlen(sealed));
	return 0;
}
