/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "steps/checking/probes.h"

const char *const checking_names[] = {
	"audit",        "audit-exclude", "audit-log",    "audit-lost",    "audit-rate",
	"config",       "disk",          "domain",       "drift",         "executable",
	"hidden-shown", "label-binlog",  "label-config", "label-datadir", "label-innodb",
	"label-log",    "label-notify",  "label-way",    "labels",        "leftovers",
	"notify",       "notify-script", "others",       "permissive",    "permissive-misspelt",
	"policy",       "root",          "selinux",      "selinux-boot",  "server",
	"servers",      "wsrep",         NULL,
};
