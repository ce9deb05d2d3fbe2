/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain.h - what explain has found, and how it is shown
 */
#pragma once

#include "steps/galera/config.h"
#include "steps/host/selinux.h"
#include "steps/advice/finding.h"
#include "steps/audit/denial.h"

struct explanation {
	char *policy; /* its file */
	struct oracle *oracle;
	struct file_labels *labels; /* once one was asked for (labels_asked); NULL: not known */
	bool labels_asked;
	struct advice_port ports[2 * GALERA_PORTS_MAX];
	size_t port_count;
	struct strings directories; /* of this host's configuration */
	struct denials denials;
	struct findings findings;
};

/* explanation_json - the machine interface's object, on standard output. */
void explanation_json(const struct explanation *explanation);
/* explanation_text - for people: grouped by fix, most dangerous first. */
void explanation_text(const struct explanation *explanation);
