/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "steps/reporting/drawing.h"
#include "wizard/strings.h"
#include "wizard/util.h"

#define WIDTH 760

static void begin(struct sheet *sheet, const char *id, const char *title, const char *what,
		  size_t height)
{
	sheet_wide(sheet, title);
	fprintf(sheet->out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %zu\" role=\"img\" "
		"aria-labelledby=\"%s-title %s-what\">\n<title id=\"%s-title\">",
		WIDTH, height, id, id, id);
	sheet_text(sheet, title);
	fprintf(sheet->out, "</title>\n<desc id=\"%s-what\">", id);
	sheet_text(sheet, what);
	fputs("</desc>\n", sheet->out);
}

static void end(struct sheet *sheet)
{
	fputs("</svg>\n</div>\n", sheet->out);
}

static void put_text(struct sheet *sheet, size_t x, size_t y, const char *text)
{
	fprintf(sheet->out, "<text x=\"%zu\" y=\"%zu\">", x, y);
	sheet_text(sheet, text);
	fputs("</text>\n", sheet->out);
}

static void put_line(struct sheet *sheet, const char *class, size_t x1, size_t y1, size_t x2,
		     size_t y2)
{
	fprintf(sheet->out, "<line class=\"%s\" x1=\"%zu\" y1=\"%zu\" x2=\"%zu\" y2=\"%zu\"/>\n",
		class, x1, y1, x2, y2);
}

/* ---- when ------------------------------------------------------------------------------------ */

#define BINS       120
#define BIN_WIDTH  6
#define LANE       84
#define BAR_HEIGHT 44

/* The lane's seconds, put into bins; the fullest of them. */
static json_int_t fill(const json_t *lane, json_int_t seconds, json_int_t bins[static BINS])
{
	json_int_t most = 0;

	memset(bins, 0, BINS * sizeof(*bins));
	list_each(at, json_object_get(lane, "at")) {
		json_int_t second = json_integer_value(json_array_get(at, 0));
		json_int_t *bin = &bins[second * (BINS - 1) / seconds];

		*bin += json_integer_value(json_array_get(at, 1));
		most = *bin > most ? *bin : most;
	}
	return most;
}

static void draw_lane(struct sheet *sheet, const json_t *lane, size_t top, json_int_t seconds,
		      json_int_t most)
{
	const char *role = member_text(lane, "role");
	_cleanup_free_ char *label = str_printf(
		"%s%s%s, on %s: %lld in %lld s", member_text(lane, "exercise"), *role ? ", " : "",
		role, member_text(lane, "node"), member_number(lane, "count"),
		member_number(lane, "ended") - member_number(lane, "began") + 1);
	json_int_t bins[BINS];

	fill(lane, seconds, bins);
	put_text(sheet, 10, top + 18, label);
	for (size_t i = 0; i < BINS; i++) {
		size_t height = (size_t)(bins[i] * BAR_HEIGHT / most);

		if (bins[i])
			fprintf(sheet->out,
				"<rect class=\"bar\" x=\"%zu\" y=\"%zu\" width=\"%d\" "
				"height=\"%zu\"/>\n",
				10 + i * BIN_WIDTH, top + 28 + BAR_HEIGHT - height - 1,
				BIN_WIDTH - 1, height + 1);
	}
	put_line(sheet, "line", 10, top + 28 + BAR_HEIGHT, 10 + BINS * BIN_WIDTH,
		 top + 28 + BAR_HEIGHT);
}

void draw_timeline(struct sheet *sheet, const json_t *denials)
{
	json_int_t seconds = 1, most = 1, bins[BINS];
	_cleanup_free_ char *last = NULL;
	size_t top = 0;

	list_each(lane, denials) {
		json_int_t length = member_number(lane, "ended") - member_number(lane, "began");

		seconds = length > seconds ? length : seconds;
	}
	list_each(lane, denials) {
		json_int_t fullest = fill(lane, seconds, bins);

		most = fullest > most ? fullest : most;
	}
	begin(sheet, "time", "Denials in the course of each exercise",
	      "A row for each exercise; the higher a bar, the more was denied at that time. The "
	      "table below has when each began and ended, and how much was denied.",
	      json_array_size(denials) * LANE + 30);
	list_each(lane, denials) {
		draw_lane(sheet, lane, top, seconds, most);
		top += LANE;
	}
	last = str_printf("+%lld s", seconds);
	put_text(sheet, 10, top + 18, "first denial");
	put_text(sheet, WIDTH - 80, top + 18, last);
	end(sheet);
}

/* ---- who, on what ---------------------------------------------------------------------------- */

#define ROW   24
#define TYPE  200 /* where its column begins */
#define CLASS 420

static bool is_same(const json_t *one, const json_t *other, const char *name)
{
	return one && other && member_is(one, name, member_text(other, name));
}

/* "file { open read }", or how many they are. */
static char *object_of(const json_t *rule)
{
	_cleanup_(strings_clear) struct strings names = { 0 };
	_cleanup_free_ char *all = NULL, *whole = NULL;

	list_each(permission, json_object_get(rule, "permissions"))
		strings_add(&names, item_text(permission));
	all = strings_join(&names, " ");
	whole = str_printf("%s { %s }", member_text(rule, "class"), all);
	return strlen(whole) <= 44
		       ? TAKE_PTR(whole)
		       : str_printf("%s, %zu permissions", member_text(rule, "class"), names.count);
}

static char *short_name(const char *name)
{
	return strlen(name) <= 24 ? str_copy(name) : str_printf("%.21s...", name);
}

/* The domain and the type are written once for the rows below that have the same. */
static void draw_rule(struct sheet *sheet, const json_t *rule, const json_t *before, size_t y,
		      size_t starts[static 2])
{
	bool allow = member_is(rule, "rule", "allow");
	const char *class = allow ? "allow" : "silence";
	_cleanup_free_ char *object = object_of(rule);
	_cleanup_free_ char *source = short_name(member_text(rule, "source"));
	_cleanup_free_ char *target = short_name(member_text(rule, "target"));
	_cleanup_free_ char *label = str_printf("%s: %s", allow ? "allow" : "silence", object);
	bool same_source = is_same(rule, before, "source");
	bool same = same_source && is_same(rule, before, "target") && is_same(rule, before, "rule");

	if (!same_source) {
		starts[0] = y;
		put_text(sheet, 10, y + 5, source);
	}
	if (!same) {
		starts[1] = y;
		put_text(sheet, TYPE, y + 5, target);
		put_line(sheet, class, 14 + 8 * strlen(source), starts[0], TYPE - 8, y);
	}
	put_line(sheet, class, TYPE + 4 + 8 * strlen(target), starts[1], CLASS - 8, y);
	put_text(sheet, CLASS, y + 5, label);
}

void draw_graph(struct sheet *sheet, const json_t *rules)
{
	size_t count = json_array_size(rules), y = 54, starts[2] = { 0 };
	const json_t *before = NULL;

	count = count > DRAWN_MAX ? DRAWN_MAX : count;
	begin(sheet, "graph", "From the domain to types and their classes",
	      "Lines from the server's domain to each type that a rule names, and from there to "
	      "the "
	      "class. Solid lines are allowed; dashed lines are denied, and silenced. The table of "
	      "the rules has the same.",
	      count * ROW + 60);
	put_text(sheet, 10, 20, "domain");
	put_text(sheet, TYPE, 20, "type");
	put_text(sheet, CLASS, 20, "class");
	put_line(sheet, "line", 10, 30, WIDTH - 10, 30);
	list_each(rule, rules) {
		if (!count--)
			break;
		draw_rule(sheet, rule, before, y, starts);
		before = rule;
		y += ROW;
	}
	end(sheet);
}
