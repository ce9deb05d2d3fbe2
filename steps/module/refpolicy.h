/* SPDX-License-Identifier: GPL-2.0-or-later */
/* refpolicy.h - the rules as a source module, as refpolicy and mysql-selinux have them */
#pragma once

#include "steps/module/text.h"

/*
 * refpolicy_texts - MODULE.te and MODULE.if, each in new memory (caller frees). The rules of each
 * source stand in an interface of its own, which the te calls and another module may; those about
 * other modules' types are optional. calls[i]: the interface of another module to be called in
 * place of rule i, see interfaces_find(); NULL: none, as most open more than a rule that was made
 * of what was seen. header: its comment goes into the te. -EINVAL: as rules_check().
 */
int refpolicy_texts(const struct module_header *header, const struct rules *rules,
		    char *const *calls, char **te, char **interfaces, struct error *err);
