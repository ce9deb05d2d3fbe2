/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "wizard/history.h"
#include "wizard/util.h"

static bool is_event(const json_t *record, const char *event, const char *step)
{
	return strcmp(member_text(record, "event"), event) == 0 &&
	       (!step || strcmp(member_text(record, "step"), step) == 0);
}

int history_init(struct history *history, const json_t *records, struct error *err)
{
	size_t count = json_array_size(records), index;
	json_t *record;

	*history = (struct history){ .records = records };
	history->undone = calloc(count + 1, sizeof(*history->undone));
	if (!history->undone)
		return error_nomem(err);
	json_array_foreach(records, index, record)
	{
		json_int_t begin = member_number(record, "begin");

		if (is_event(record, "undone", NULL) && begin >= 0 && (size_t)begin < index)
			history->undone[begin] = true;
		if (is_event(record, "reset", NULL))
			history->last_reset = index + 1;
	}
	return 0;
}

void history_clear(struct history *history)
{
	free(history->undone);
	*history = (struct history){ 0 };
}

int history_open_begin(const struct history *history, const char *step)
{
	for (size_t i = json_array_size(history->records); i-- > 0;) {
		const json_t *record = json_array_get(history->records, i);

		if (is_event(record, "done", step))
			return -1;
		if (is_event(record, "begin", step))
			return history->undone[i] ? -1 : (int)i;
	}
	return -1;
}

json_int_t history_done_at(const struct history *history, const char *step)
{
	for (size_t i = json_array_size(history->records); i-- > history->last_reset;) {
		const json_t *record = json_array_get(history->records, i);

		if (is_event(record, "undone", step))
			return -1;
		if (is_event(record, "done", step))
			return member_number(record, "time");
	}
	return -1;
}

int history_to_undo(const struct history *history, size_t before, const char *step)
{
	size_t count = json_array_size(history->records);

	for (size_t i = before < count ? before : count; i-- > 0;) {
		const json_t *record = json_array_get(history->records, i);

		if (is_event(record, "begin", step) && !history->undone[i] &&
		    json_array_size(json_object_get(record, "changes")) > 0)
			return (int)i;
	}
	return -1;
}

bool history_undo_unfinished(const struct history *history)
{
	for (size_t i = history->last_reset; i < json_array_size(history->records); i++)
		if (is_event(json_array_get(history->records, i), "undone", NULL))
			return true;
	return false;
}
