/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trust.h - may somebody else change what a path leads to? */
#pragma once

#include "wizard/error.h"

/*
 * path_trusted - -EPERM where somebody else than root and the user that this program runs as (with
 * their groups) owns path, a directory or link on the way to it, or can write to one: but for a
 * sticky one, as /tmp, in which each has what is his. What does not exist yet is trusted as far as
 * what is there is. -EILSEQ: its name is not UTF-8, and could not be kept in JSON. what: it in
 * words, for the error: "the scratch root".
 */
int path_trusted(const char *path, const char *what, struct error *err);

/*
 * path_resolve - an absolute path without links on its way or at its end, in new memory (caller
 * frees); what is not there stays as it is written. -EPERM: somebody else could have made, or could
 * change, a link on the way (as path_trusted() says of it), so it may lead anywhere; -ELOOP.
 */
int path_resolve(const char *path, char **resolved, struct error *err);
