/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.h - a name that is not known, and the ones that are
 */
#ifndef WIZARD_NAMES_H
#define WIZARD_NAMES_H

#include "wizard/error.h"
#include "wizard/strings.h"

/* names_nearest - the one of names that name probably means, borrowed, or NULL. */
const char *names_nearest(const char *name, const struct strings *names);

/*
 * names_unknown - the error for an unknown name: -EINVAL, "unknown KIND "NAME"", with the nearest
 * of names, or else all of them, as the remedy.
 */
int names_unknown(const char *kind, const char *name, const struct strings *names,
		  struct error *err);

#endif
