/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/audit/denial.h"
#include "tests/unit/unit.h"
#include "wizard/util.h"

static void clear_accepts_nothing(void **state)
{
	struct denials empty = { 0 };

	denials_clear(&empty);
	assert_null(empty.items);
}

/* Leaks are seen by the sanitizers: every member is filled here. */
static void clear_leaves_an_empty_value(void **state)
{
	static const struct denials nothing;
	struct denials denials = { .lines = 7, .avc = 1 };
	struct denial *denial = array_push(&denials.items, &denials.count, sizeof(*denial));

	assert_non_null(denial);
	for (char ***text = (char **[]){ &denial->origin, &denial->node, &denial->source_context,
					 &denial->target_context, &denial->source, &denial->target,
					 &denial->tclass, &denial->invalid_context, &denial->comm,
					 &denial->exe, &denial->path, &denial->capability, NULL };
	     *text; text++)
		**text = strdup("x");
	strings_add(&denial->permissions, "read");
	assert_non_null(denial->permissions.items);
	denials_clear(&denials);
	assert_memory_equal(&denials, &nothing, sizeof(nothing));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clear_accepts_nothing),
		cmocka_unit_test(clear_leaves_an_empty_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
