/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * relabel.h - how to give a mislabelled object its label
 */
#pragma once

#include "steps/advice/finding.h"
#include "steps/audit/denial.h"

/* relabel_expected - the type that the policy wants the denial's object to have (caller frees), or
 * *type NULL: it is no file, its path is not known, or the policy says nothing. */
int relabel_expected(const struct advisor *advisor, const struct denial *denial, char **type,
		     struct error *err);

/* relabel_advice - the command, or the sentence where no command is sure to be right; new memory
 * (caller frees). expected: as relabel_expected() found it. Errors: of the advisor's functions. */
int relabel_advice(const struct advisor *advisor, const struct denial *denial,
		   const char *permission, const char *expected, char **advice, struct error *err);

/* relabel_is_data - is the denial's object, by its name, a file of the service's data, and its
 * label not one of the service's own? */
bool relabel_is_data(const struct advisor *advisor, const struct denial *denial);

/* relabel_data_advice - of such a file: as relabel_advice(). */
int relabel_data_advice(const struct advisor *advisor, const struct denial *denial,
			const char *permission, char **advice, struct error *err);
