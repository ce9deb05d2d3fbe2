/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world.h - what the tests of the advice share: a scratch copy of a store, as a real
 * policy with its real file contexts, and denials made by hand
 */
#pragma once

#include <errno.h>
#include <selinux/label.h>
#include <selinux/selinux.h>
#include <string.h>
#include <sys/stat.h>

#include "steps/galera/known.h"
#include "steps/advice/advice.h"
#include "tests/unit/store/scratch.h"
#include "wizard/util.h"

/* Data made by hand: the structures own their strings, these tests lend them literals. */
#pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"
#pragma GCC diagnostic ignored "-Wunused-function"

static const struct advice_port ports[] = {
	{ "tcp", 4567, "mysqld_port_t" },
	{ "udp", 4567, "mysqld_port_t" },
	{ "tcp", 4568, "mysqld_port_t" },
	{ "tcp", 4444, "mysqld_port_t" },
};

/* Of the server's configuration. */
static char *directory_names[] = { "/data/mysql", "/da ta(x/my", "/da ta/my", "/srv/mysql", NULL };
static const struct strings directories = { directory_names, 4 };

static struct world {
	struct selabel_handle *labels;
	struct advisor advisor;
	bool labelled; /* Galera's ports have their label */
	int port_calls;
} world;

static int port_label(void *data, const char *proto, unsigned int number, char **type,
		      struct error *err)
{
	world.port_calls++;
	assert_ptr_equal(data, &world);
	if (!world.labelled)
		return store_port_label(store, proto, number, type, NULL, err);
	*type = str_copy("mysqld_port_t");
	return 0;
}

static int path_label(void *data, const struct denial *denial, char **type, struct error *err)
{
	char *context = NULL, *rest, *word = NULL;
	mode_t mode = strcmp(denial->tclass, "dir") == 0 ? S_IFDIR : S_IFREG;

	assert_ptr_equal(data, &world);
	if (selabel_lookup_raw(world.labels, &context, denial->path, (int)mode) < 0)
		return errno == ENOENT ? 0 : error_set(err, errno, NULL, "%s", denial->path);
	rest = context;
	for (int i = 0; i < 3; i++)
		word = strsep(&rest, ":");
	*type = strdup(word);
	freecon(context);
	return 0;
}

#define ALIASED "/srv/db" /* by the equivalences of this world, /mnt/db */

static int path_rule(void *data, const char *path, bool below, char **rule, bool *alias,
		     struct error *err)
{
	const char *rest = str_starts(path, ALIASED);
	_cleanup_free_ char *named = rest ? str_printf("/mnt/db%s", rest) : str_copy(path);

	(void)err;
	assert_ptr_equal(data, &world);
	*alias = rest;
	*rule = store_fcontext_spec(named, below);
	return 0;
}

static int setup(void **state)
{
	_cleanup_free_ char *policy = NULL, *contexts = NULL;
	struct error err = { 0 };

	scratch_store_open();
	must(store_kernel_policy(store, &policy, &err), &err);
	must(oracle_open(&world.advisor.oracle, policy, &err), &err);
	contexts = str_printf("%s/etc/selinux/%s/contexts/files/file_contexts", root,
			      store_type(store));
	const struct selinux_opt options[] = { { SELABEL_OPT_PATH, contexts } };
	world.labels = selabel_open(SELABEL_CTX_FILE, options, 1);
	assert_non_null(world.labels);
	world.advisor.known = galera_known_denials;
	world.advisor.ports = ports;
	world.advisor.port_count = ARRAY_SIZE(ports);
	world.advisor.domain = "mysqld_t";
	world.advisor.data_directory = "/var/lib/mysql";
	world.advisor.data_files = galera_data_files;
	world.advisor.own_types = galera_own_types;
	world.advisor.directories = &directories;
	world.advisor.port_label = port_label;
	world.advisor.path_label = path_label;
	world.advisor.path_rule = path_rule;
	world.advisor.data = &world;
	return 0;
}

static int teardown(void **state)
{
	selabel_close(world.labels);
	oracle_close(world.advisor.oracle);
	scratch_store_close();
	return 0;
}

/* ---- denials made by hand ------------------------------------------------------------------- */

static struct findings judge(struct denial *items, size_t count)
{
	struct denials denials = { .items = items, .count = count };
	struct findings findings = { 0 };
	struct error err = { 0 };

	must(advice_judge(&world.advisor, &denials, &findings, &err), &err);
	assert_int_equal(findings.denials, denials_total(&denials));
	return findings;
}

#define DENIAL(...) ((struct denial){ __VA_ARGS__ })

/* Contexts out of the types, as a log has them; the test frees them. */
static struct denial with_contexts(struct denial denial)
{
	if (!denial.source)
		denial.source = "mysqld_t";
	denial.source_context = str_printf("system_u:system_r:%s:s0", denial.source);
	denial.target_context = str_printf(
		"system_u:%s:%s:s0", strcmp(denial.source, denial.target) ? "object_r" : "system_r",
		denial.target);
	return denial;
}

static struct finding *only(struct findings *findings)
{
	assert_int_equal(findings->count, 1);
	return &findings->items[0];
}
