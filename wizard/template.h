/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * template.h - fills templates/ with values, escaped for the format
 *
 * A template is text with {{name}} where a value goes. The texts of templates/ are compiled into
 * the program (build/templates.c), so that one binary is enough.
 */
#pragma once

#include "wizard/error.h"

enum template_format {
	TEMPLATE_TEXT,    /* values pass as text_safe() leaves them */
	TEMPLATE_COMMENT, /* and newlines become spaces: a value stays in its comment */
};

struct template_value {
	const char *name;
	const char *value;
};

/*
 * template_fill - text with every {{name}} replaced, in new memory (caller frees). values ends with
 * a NULL name. A name without a value is -ENOENT, an unclosed {{ is -EBADMSG: nothing is guessed.
 */
int template_fill(const char *text, enum template_format format,
		  const struct template_value *values, char **filled, struct error *err);
