/* SPDX-License-Identifier: GPL-2.0-or-later */
/* node_private.h - what node.c and node_policy.c share */
#ifndef STEPS_NODE_PRIVATE_H
#define STEPS_NODE_PRIVATE_H

#include "steps/node/node.h"

struct node {
	struct galera_config config;
	bool config_read;
	struct galera_port ports[GALERA_PORTS_MAX];
	int port_count; /* -1: not looked at yet */
	struct store *store;
	struct file_labels *labels;
	struct oracle *loaded;
	struct oracle *base;
	void *slot; /* node_slot */
	void (*release)(void *);
	char *audit_log;
	struct player *player;
};

#endif
