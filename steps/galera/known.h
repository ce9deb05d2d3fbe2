/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * known.h - denials known in Galera clusters, and the right fix of each
 */
#pragma once

#include "steps/advice/finding.h"

/* Most specific first, up to one with why NULL. */
extern const struct known_denial galera_known_denials[];

/* As words of match_words(): names of data files, wherever they are; the policy's own types of the
 * server, which may be right for one. */
extern const char galera_data_files[];
extern const char galera_own_types[];

/* Booleans that are not to be recommended, as words. */
extern const char galera_bad_booleans[];
