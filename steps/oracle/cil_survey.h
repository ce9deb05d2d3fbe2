/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cil_survey.h - what the text of a module is about
 */
#ifndef STEPS_ORACLE_CIL_SURVEY_H
#define STEPS_ORACLE_CIL_SURVEY_H

#include <stdbool.h>
#include <stddef.h>

struct cil_survey {
	size_t allows;  /* allow rules whose source is one of the domains, conditional ones, too */
	bool only_ours; /* there is nothing but these domains' rules, and what rules require */
};

/* cil_survey - of the domains, by their names as they stand there (NULL-terminated). What it does
 * not know is taken for something else than rules of these domains. */
struct cil_survey cil_survey(const char *text, const char *const *domains);

#endif
