/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drawing.h - what the HTML report draws, as SVG in the page: with a title and a description for
 * those who do not see it, and nothing that a table beside it does not have
 */
#pragma once

#include <jansson.h>

#include "steps/reporting/sheet.h"

/* draw_timeline - of "denials" (report.h) a row for each exercise: when in it how much was denied.
 * Each begins at its first denial, and a second is equally long in all. */
void draw_timeline(struct sheet *sheet, const json_t *denials);

/* draw_graph - of "rules" the lines from domain to type to class: allowed or silenced. At most
 * DRAWN_MAX rules, allow rules first, as they are sorted. */
#define DRAWN_MAX 60
void draw_graph(struct sheet *sheet, const json_t *rules);
