/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * export.h - what was reached here, as one document: `export` writes it, and `report` shows it
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "wizard/session.h"

/* export_compose - put into result, an object, what was reached (man page, RESULT FILE), without
 * kind, format and sum. *built: is its module built, and so its "proof" of just these rules? If
 * not, "proof" is null. */
int export_compose(struct session *session, bool *built, json_t *result, struct error *err);
