/* SPDX-License-Identifier: GPL-2.0-or-later */
/* node_name - what this node is called, and what its policy's package */
#include <string.h>
#include <unistd.h>

#include "steps/node/node.h"
#include "wizard/process.h"
#include "wizard/util.h"

#define NAME_LENGTH_MAX 64

bool node_is_name(const char *name)
{
	size_t length = strlen(name);

	return length && length <= NAME_LENGTH_MAX && *name != '-' && *name != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
		       length;
}

void node_name(const struct session *session, char name[static NODE_NAME_SIZE])
{
	struct galera_config config = { 0 };

	memset(name, 0, NODE_NAME_SIZE);
	if (node_config_read(session, &config, NULL) == 0 && config.node_name &&
	    node_is_name(config.node_name))
		snprintf(name, NODE_NAME_SIZE, "%s", config.node_name);
	else
		gethostname(name, NODE_NAME_SIZE - 1);
	galera_config_clear(&config);
}

/* What a command prints, without its last newline; "" where it cannot be had. */
static char *printed(const char *const argv[])
{
	_cleanup_free_ char *output = NULL;

	if (process_capture(argv, &output, NULL, NULL) != 0)
		return str_copy("");
	output[strcspn(output, "\n")] = '\0';
	return TAKE_PTR(output);
}

char *node_policy_package(const struct session *session, const char *type)
{
	_cleanup_free_ char *package = str_printf("selinux-policy-%s", type), *found = NULL;
	const char *const debian[] = { "dpkg-query", "-W", "-f", "${Package} ${Version}",
				       package,      NULL },
			  *const redhat[] = { "rpm", "-q", package, NULL };

	if (session_is_scratch(session))
		return str_copy("");
	found = printed(debian);
	return *found ? TAKE_PTR(found) : printed(redhat);
}
