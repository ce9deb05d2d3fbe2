/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interfaces.h - interfaces of the installed policy that do exactly what a rule does */
#pragma once

#include "steps/module/rules.h"

/* Where the package selinux-policy-dev (-devel) has the Makefile and the interfaces. */
#define INTERFACES_HEADERS "/usr/share/selinux/devel"

/*
 * interfaces_find - expand every interface that takes a domain by the headers' own Makefile, in the
 * empty directory work, and compare: names[i] becomes, for rule i, the name of the first that is
 * that rule alone, in new memory (caller frees), or NULL. *known: how many were compared; 0: there
 * are no headers. Takes 5 s.
 */
int interfaces_find(const char *headers, const char *work, const struct rules *rules, char **names,
		    size_t *known, struct error *err);
