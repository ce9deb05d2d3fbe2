/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * package.h - which installed packages files are from, as the package manager says (rpm, dpkg)
 */
#pragma once

#include "wizard/error.h"
#include "wizard/strings.h"

/* host_packages - add "NAME VERSION" of each package of this root that has a file which matches one
 * of patterns (glob(3), with braces; NULL-terminated), each once. Where neither package manager
 * knows such a file, none is added. Errors: of starting a program. */
int host_packages(const char *root, const char *const *patterns, struct strings *packages,
		  struct error *err);
