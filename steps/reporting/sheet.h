/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sheet.h - one text as an HTML page, or as Markdown: headings, sentences, lists, tables, code
 *
 * What is given here may come from a log: of no text does a byte reach the page but as text
 * (text_safe(), and what a character means to the markup is escaped). The HTML is one file without
 * a script or anything from elsewhere, and well-formed as XML, too. The Markdown is GitHub's, whose
 * tables are meant.
 */
#pragma once

#include <jansson.h>
#include <stdio.h>

enum markup { SHEET_HTML, SHEET_MARKDOWN };

struct sheet {
	FILE *out;
	enum markup markup;
};

struct sheet_section {
	const char *id, *title;
	void (*write)(struct sheet *sheet, const json_t *document);
};

/* sheet_write - the whole page: its title, a sentence below it, and its sections, up to one with
 * id NULL. New memory (caller frees). */
char *sheet_write(enum markup markup, const char *title, const char *below,
		  const struct sheet_section *sections, const json_t *document);

/* sheet_text - text as itself, for what writes markup of its own (drawing.h): HTML alone. */
void sheet_text(const struct sheet *sheet, const char *text);

/* A part of a section; a sentence; what is to be seen first: a sentence with a word before it that
 * says of what kind it is. */
void sheet_heading(struct sheet *sheet, const char *title);
void sheet_say(struct sheet *sheet, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sheet_note(struct sheet *sheet, const char *word, const char *text);

/* sheet_list - a list of texts (strings); sheet_code - lines that are to be read as they stand. */
void sheet_list(struct sheet *sheet, const json_t *texts);
void sheet_code(struct sheet *sheet, const char *label, const char *text);

/* What a cell is made of. What is missing or empty is "-". */
enum cell {
	CELL_TEXT,
	CELL_NAME,  /* a name, a path, a command */
	CELL_NAMES, /* a list of them */
	CELL_NUMBER,
	CELL_RATING, /* a number out of 10 */
	CELL_TIME,   /* seconds since the epoch */
};

struct sheet_column {
	const char *title;  /* NULL: there are no more columns */
	const char *member; /* of each object */
	enum cell cell;
};

/* sheet_table - a row for each object of a list. caption: once in a page. Of a long list the first
 * 500 are shown, and the others counted. */
void sheet_table(struct sheet *sheet, const char *caption, const struct sheet_column *columns,
		 const json_t *list);

/* sheet_wide - a box that scrolls where the screen is too narrow for what stands in it. */
void sheet_wide(struct sheet *sheet, const char *label);
