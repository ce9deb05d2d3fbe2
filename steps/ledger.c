/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "steps/exercising/evidence.h"
#include "steps/exercising/roles.h"
#include "steps/ledger.h"
#include "steps/case.h"
#include "steps/node/node.h"
#include "steps/confining/others.h"
#include "wizard/text.h"
#include "wizard/util.h"

/* ---- what was observed ----------------------------------------------------------------------- */

static void read_row(struct session *session, const struct exercise *exercise, json_int_t era,
		     struct ledger_row *row)
{
	const json_t *learning = results_get(session, PHASE_PERMISSIVE, exercise->name);
	const json_t *confined = results_of_era(session, PHASE_ENFORCING, era, exercise->name);

	*row = (struct ledger_row){
		.exercise = exercise,
		.observed = { results_observed(session, learning),
			      results_observed(session, confined) },
		.strict = member_true(learning, "strict"),
		.hidden = member_true(learning, "hidden"),
		.donors = { member_text(learning, "donor"), member_text(confined, "donor") },
		.began = { member_number(learning, "began"), member_number(confined, "began") },
		.ended = { member_number(learning, "ended"), member_number(confined, "ended") },
	};
	row->donor_given = *row->donors[LEDGER_LEARNING] &&
			   roles_donor_seen(session, row->donors[LEDGER_LEARNING],
					    row->ended[LEDGER_LEARNING]);
	if (row->observed[LEDGER_CONFINED] >= OBSERVED_FAILED)
		row->doubts = doubts_from(json_object_get(confined, "doubts"));
}

/* What was seen last counts until the next confined run has begun, as long as the module is the
 * same: going back to the review begins a new era. */
static json_int_t confined_era(struct session *session, const json_t *judged)
{
	json_int_t now = results_era(session, PHASE_ENFORCING);
	const char *loaded = json_string_value(session_recall(session, MODULE_LOADED));
	bool same = judged && member_number(judged, "era") == now - 1 &&
		    member_is(judged, "module", loaded ?: "");

	return same && !results_begun(session, PHASE_ENFORCING) ? now - 1 : now;
}

int ledger_read(struct session *session, struct ledger *ledger, struct error *err)
{
	const json_t *judged = session_recall(session, LEDGER_JUDGED);
	json_int_t era = confined_era(session, judged);
	int r;

	*ledger = (struct ledger){ .rehearsed = session_is_scratch(session) };
	for (const struct exercise *e = galera_exercises; e->name; e++)
		if (wanted_in_session(session, e) && ledger->count < LEDGER_ROWS)
			read_row(session, e, era, &ledger->rows[ledger->count++]);
	ledger->begun = session_recall(session, "build") || results_begun(session, PHASE_ENFORCING);
	ledger->judged = judged && member_number(judged, "era") == era;
	if (ledger->judged) {
		ledger->fresh = (size_t)member_number(judged, "fresh");
		ledger->unread = (size_t)member_number(judged, "unread");
		ledger->denied = json_object_get(judged, "denied");
	}
	/* Nothing is confined yet, and nobody claims it. */
	r = ledger->begun ? doubts_now(session, &ledger->now, err) : 0;
	return r < 0 ? r : case_pending(session, &ledger->pending, err);
}

size_t ledger_count(const struct ledger *ledger, enum ledger_phase phase, enum observed observed)
{
	size_t count = 0;

	for (size_t i = 0; i < ledger->count; i++)
		count += ledger->rows[i].observed[phase] == observed;
	return count;
}

/* ---- what is missing ------------------------------------------------------------------------- */

/* What is to be appended to, and how each command begins. */
struct gaps {
	json_t *list;
	const char *program;
};

/* Takes what over. exercise: NULL, or the one that the command is to be about. */
static void add(const struct gaps *gaps, json_t *what, const char *words, const char *exercise)
{
	_cleanup_free_ char *command =
		str_printf("%s%s%s%s%s", gaps->program, *words ? " " : "", words,
			   exercise ? " --exercise " : "", exercise ?: "");

	list_add(gaps->list,
		 json_pack("{s:o, s:o}", "what", json_made(what), "do", text_json(command)));
}

static void add_row(const struct gaps *gaps, const struct ledger_row *row)
{
	const char *title = row->exercise->title, *name = row->exercise->name;

	switch (row->observed[LEDGER_CONFINED]) {
	case OBSERVED_MISSING:
		add(gaps, json_sprintf("%s was not done confined", title), "run verify", name);
		return;
	case OBSERVED_SKIPPED:
		add(gaps, json_sprintf("%s was skipped, confined", title), "run verify", name);
		return;
	case OBSERVED_FAILED: /* add_denials() */
		return;
	default:
		for (unsigned int doubt = 1; doubt < DOUBT_END; doubt <<= 1)
			if (row->doubts & doubt)
				add(gaps,
				    json_sprintf("%s, confined: %s", title, doubt_text(doubt)),
				    "run verify", name);
	}
}

/* The worst: what was denied, or failed. */
static void add_denials(const struct gaps *gaps, const struct ledger *ledger)
{
	if (ledger->fresh)
		add(gaps,
		    json_sprintf("%zu %s denied, confined, that nobody has decided about",
				 COUNTED(ledger->fresh, "access was", "accesses were")),
		    "", NULL);
	for (size_t i = 0; i < ledger->count; i++)
		if (ledger->rows[i].observed[LEDGER_CONFINED] == OBSERVED_FAILED)
			add(gaps,
			    json_sprintf("%s failed, confined", ledger->rows[i].exercise->title),
			    "", NULL);
}

/* What would keep anything from being verified at this moment. */
static void add_now(const struct gaps *gaps, const struct ledger *ledger)
{
	if (ledger->pending)
		add(gaps, json_string("the module that was built is not loaded"), "", NULL);
	for (unsigned int doubt = 1; doubt < DOUBT_END; doubt <<= 1)
		if (ledger->now & doubt)
			add(gaps, json_string(doubt_now_text(doubt)),
			    doubt == DOUBT_UNKNOWN ? "run check"
			    : ledger->pending      ? ""
			    : doubt == DOUBT_SYSTEM
				    ? "run enforce verify --answer enforce.system=yes"
				    : "run enforce verify",
			    NULL);
}

void ledger_missing(const struct ledger *ledger, const char *program, json_t *list)
{
	const struct gaps gaps = { list, program };

	if (!ledger->begun) {
		add(&gaps, json_string("the exercises have not been repeated confined"), "", NULL);
		return;
	}
	add_denials(&gaps, ledger);
	if (ledger->unread)
		add(&gaps,
		    json_sprintf("%zu %s of the confined run's evidence could not be read",
				 COUNTED(ledger->unread, "line", "lines")),
		    "run verify", NULL);
	add_now(&gaps, ledger);
	for (size_t i = 0; i < ledger->count; i++)
		add_row(&gaps, &ledger->rows[i]);
	if (!ledger->judged && !json_array_size(list))
		add(&gaps, json_string("the denials of the confined run have not been looked at"),
		    "run verify", NULL);
}

static bool is_learned(const struct ledger_row *row)
{
	enum observed observed = row->observed[LEDGER_LEARNING];

	return observed >= OBSERVED_SEEN || observed == OBSERVED_NEEDLESS;
}

void ledger_unlearned(const struct ledger *ledger, const char *program, json_t *list)
{
	const struct gaps gaps = { list, program };

	for (size_t i = 0; i < ledger->count; i++) {
		const struct ledger_row *row = &ledger->rows[i];

		if (!is_learned(row))
			add(&gaps,
			    json_sprintf("%s: %s", row->exercise->title,
					 observed_name(row->observed[LEDGER_LEARNING])),
			    "run permissive exercise", row->exercise->name);
	}
}

/* ---- what follows ---------------------------------------------------------------------------- */

enum ledger_end ledger_end(const struct ledger *ledger)
{
	bool complete = ledger->begun && ledger->judged && !ledger->unread && !ledger->now &&
			!ledger->pending;
	bool failed = ledger->judged && ledger->fresh;

	for (size_t i = 0; i < ledger->count; i++) {
		const struct ledger_row *row = &ledger->rows[i];
		enum observed confined = row->observed[LEDGER_CONFINED];

		failed = failed || confined == OBSERVED_FAILED;
		complete = complete && !row->doubts &&
			   (confined >= OBSERVED_SEEN || confined == OBSERVED_NEEDLESS);
	}
	return failed ? LEDGER_DENIALS : complete ? LEDGER_VERIFIED : LEDGER_UNVERIFIED;
}

static const char *end_name(const struct ledger *ledger)
{
	switch (ledger_end(ledger)) {
	case LEDGER_VERIFIED:
		return ledger->rehearsed ? "rehearsed" : "verified";
	case LEDGER_DENIALS:
		return "denials";
	default:
		return "not verified";
	}
}

static bool is_done(const struct ledger_row *row)
{
	return row->observed[LEDGER_CONFINED] >= OBSERVED_SEEN;
}

/* "SST, IST and notify command": what was done, in the confined phase. */
static void write_done(FILE *out, const struct ledger *ledger)
{
	size_t left = 0;
	const char *between = "";

	for (size_t i = 0; i < ledger->count; i++)
		left += is_done(&ledger->rows[i]);
	for (size_t i = 0; i < ledger->count; i++) {
		if (!is_done(&ledger->rows[i]))
			continue;
		fprintf(out, "%s%s", between, ledger->rows[i].exercise->title);
		between = --left == 1 ? " and " : ", ";
	}
}

char *ledger_claim(const struct ledger *ledger, const char *domain)
{
	json_auto_t *missing = json_array();
	char *claim;
	FILE *out = stream_open(&claim, NULL);

	if (ledger_end(ledger) == LEDGER_VERIFIED) {
		fprintf(out, "%s: %s was confined during ", end_name(ledger), domain);
		write_done(out, ledger);
		fprintf(out, ", and nothing new was denied%s",
			ledger->rehearsed
				? " in the recorded cluster; no kernel has confined anything"
				: "");
	} else {
		ledger_missing(ledger, "", missing);
		fprintf(out, "%s: %s", end_name(ledger),
			member_text(json_array_get(missing, 0), "what"));
		if (json_array_size(missing) > 1)
			fprintf(out, ", and %zu more", json_array_size(missing) - 1);
	}
	stream_close(&out);
	return claim;
}

/* Each donor once, in each phase; what it was denied is in its own audit log alone. */
static void limit_donor(const struct ledger *ledger, size_t at, enum ledger_phase phase,
			json_t *list)
{
	const struct ledger_row *row = &ledger->rows[at];
	const char *donor = row->donors[phase];

	if (!*donor || (phase == LEDGER_LEARNING && row->donor_given))
		return;
	for (size_t i = 0; i < at; i++)
		if (!strcmp(ledger->rows[i].donors[phase], donor))
			return;
	list_add(list, json_sprintf("%s as the donor%s: its denials were not looked at", donor,
				    phase == LEDGER_CONFINED ? ", confined" : ""));
}

static void limit_row(const struct ledger *ledger, size_t at, json_t *list)
{
	const struct ledger_row *row = &ledger->rows[at];
	const char *title = row->exercise->title;

	if (!is_learned(row))
		list_add(list, json_sprintf("learned without %s: %s", title,
					    observed_name(row->observed[LEDGER_LEARNING])));
	if (row->strict)
		list_add(list,
			 json_sprintf("%s was learned while confined: it may have met only the "
				      "first denial",
				      title));
	if (row->observed[LEDGER_CONFINED] == OBSERVED_SEEN)
		list_add(list, json_sprintf("%s: %s", title, observed_name(OBSERVED_SEEN)));
	limit_donor(ledger, at, LEDGER_LEARNING, list);
	limit_donor(ledger, at, LEDGER_CONFINED, list);
}

void ledger_limits(const struct ledger *ledger, json_t *list)
{
	bool hidden = false;

	for (size_t i = 0; i < ledger->count; i++) {
		limit_row(ledger, i, list);
		hidden = hidden || ledger->rows[i].hidden;
	}
	if (hidden)
		list_add(list,
			 json_string("learned while hidden denials (dontaudit) were not shown"));
	list_each(item, ledger->denied)
		json_array_append(list, item);
}

/* ---- told ------------------------------------------------------------------------------------ */

static const char *role_of(const struct exercise *exercise)
{
	enum exercise_kind kind = exercise->kind;

	return kind == EXERCISE_SST || kind == EXERCISE_IST || kind == EXERCISE_CRASH ? "joiner"
										      : NULL;
}

static json_t *rows_json(const struct ledger *ledger)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ledger->count; i++) {
		const struct ledger_row *row = &ledger->rows[i];
		const char *const *donors = row->donors;

		list_add(
			list,
			json_pack("{s:s, s:s?, s:s, s:s, s:s?, s:s?, s:b, s:o, s:I, s:I, s:I, s:I}",
				  "exercise", row->exercise->name, "role", role_of(row->exercise),
				  "learning", observed_name(row->observed[LEDGER_LEARNING]),
				  "confined", observed_name(row->observed[LEDGER_CONFINED]),
				  "donor", *donors[0] ? donors[0] : NULL, "donor_confined",
				  *donors[1] ? donors[1] : NULL, "donor_seen", row->donor_given,
				  "doubts", doubts_json(row->doubts), "began", row->began[0],
				  "ended", row->ended[0], "began_confined", row->began[1],
				  "ended_confined", row->ended[1]));
	}
	return list;
}

/* What modules of others allow besides is no merit of ours. */
static int add_others(struct session *session, json_t *list, struct error *err)
{
	json_auto_t *others = json_array();
	int r = others_active(session, others, err);

	if (r < 0)
		return r;
	list_each(other, others) {
		_cleanup_free_ char *wide = others_text(other);

		list_add(list, json_sprintf("module %s stays, by others: %s",
					    member_text(other, "name"), wide));
	}
	return 0;
}

int ledger_json(struct session *session, json_t **object, struct error *err)
{
	json_auto_t *missing = json_array(), *limits = json_array(), *rows = NULL;
	_cleanup_free_ char *claim = NULL, *program = node_command(session, "");
	struct ledger ledger;
	int r = ledger_read(session, &ledger, err);

	if (r < 0)
		return r;
	ledger_limits(&ledger, limits);
	r = ledger.begun ? add_others(session, limits, err) : 0;
	if (r < 0)
		return r;
	if (ledger_end(&ledger) != LEDGER_VERIFIED)
		ledger_missing(&ledger, program, missing);
	claim = ledger_claim(&ledger, node_domain());
	rows = rows_json(&ledger);
	*object = json_made(json_pack("{s:s, s:s, s:O, s:O, s:O, s:o}", "end", end_name(&ledger),
				      "claim", claim, "missing", missing, "limits", limits,
				      "exercises", rows, "cluster", ledger_cluster(session, rows)));
	return 0;
}
