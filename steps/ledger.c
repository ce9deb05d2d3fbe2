/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "steps/exercising/donors.h"
#include "steps/exercising/doubts.h"
#include "steps/exercising/exercising.h"
#include "steps/exercising/results.h"
#include "steps/ledger.h"
#include "steps/case.h"
#include "steps/node/node.h"
#include "steps/others.h"
#include "wizard/util.h"

/* ---- what was observed ----------------------------------------------------------------------- */

/* In the order of enum observed: for a person, and in the session's memory. */
static const struct {
	const char *name, *result;
} observations[] = {
	[OBSERVED_MISSING] = { "missing", "" },
	[OBSERVED_NEEDLESS] = { "not configured", "n/a" },
	[OBSERVED_SKIPPED] = { "skipped", "skipped" },
	[OBSERVED_FAILED] = { "failed", "failed" },
	[OBSERVED_SEEN] = { "seen, not proved", "not seen" },
	[OBSERVED_PROVED] = { "proved", "proved" },
};

const char *observed_name(enum observed observed)
{
	return observations[observed].name;
}

/* What is without its evidence counts for nothing. */
static enum observed observed_of(struct session *session, const json_t *result)
{
	const char *file = member_text(result, "evidence");
	_cleanup_free_ char *path = *file ? session_path(session, file) : NULL;
	size_t i = ARRAY_SIZE(observations) - 1;

	if (path && access(path, F_OK) < 0)
		return OBSERVED_MISSING;
	while (i > 0 && strcmp(observations[i].result, member_text(result, "result")) != 0)
		i--;
	return (enum observed)i;
}

/* Whose logs were given to the step collect. */
static bool is_given(struct session *session, const char *node)
{
	const json_t *nodes = json_object_get(session_recall(session, "collect"), "nodes");
	json_t *name;
	size_t i;

	json_array_foreach(nodes, i,
			   name) if (donors_same(json_string_value(name), node)) return true;
	return false;
}

static void read_row(struct session *session, const struct exercise *exercise, json_int_t era,
		     struct ledger_row *row)
{
	const json_t *learning = results_get(session, PHASE_PERMISSIVE, exercise->name);
	const json_t *confined = results_of_era(session, PHASE_ENFORCING, era, exercise->name);

	*row = (struct ledger_row){
		.exercise = exercise,
		.observed = { observed_of(session, learning), observed_of(session, confined) },
		.strict = json_is_true(json_object_get(learning, "strict")),
		.hidden = json_is_true(json_object_get(learning, "hidden")),
		.donors = { member_text(learning, "donor"), member_text(confined, "donor") },
	};
	row->donor_given =
		*row->donors[LEDGER_LEARNING] && is_given(session, row->donors[LEDGER_LEARNING]);
	if (row->observed[LEDGER_CONFINED] >= OBSERVED_FAILED)
		row->doubts = doubts_from(json_object_get(confined, "doubts"));
}

/* What was seen last counts until the next confined run has begun, as long as the module is the
 * same: going back to the review begins a new era. */
static json_int_t confined_era(struct session *session, const json_t *judged)
{
	json_int_t now = results_era(session, PHASE_ENFORCING);
	json_t *loaded = session_recall(session, MODULE_LOADED);
	bool same = judged && member_number(judged, "era") == now - 1 &&
		    !strcmp(member_text(judged, "module"),
			    json_string_value(loaded) ? json_string_value(loaded) : "");

	return same && !exercising_begun(session, PHASE_ENFORCING) ? now - 1 : now;
}

int ledger_read(struct session *session, struct ledger *ledger, struct error *err)
{
	const json_t *judged = session_recall(session, LEDGER_JUDGED);
	json_int_t era = confined_era(session, judged);
	int r;

	*ledger = (struct ledger){ .rehearsed = session_is_scratch(session) };
	for (const struct exercise *e = galera_exercises; e->name; e++)
		if (results_asked(session, e) && ledger->count < LEDGER_ROWS)
			read_row(session, e, era, &ledger->rows[ledger->count++]);
	ledger->begun =
		session_recall(session, "build") || exercising_begun(session, PHASE_ENFORCING);
	ledger->judged = judged && member_number(judged, "era") == era;
	if (ledger->judged) {
		ledger->fresh = (size_t)member_number(judged, "fresh");
		ledger->denied = json_object_get(judged, "denied");
	}
	/* Nothing is confined yet, and nobody claims it. */
	r = ledger->begun ? doubts_now(session, &ledger->now, err) : 0;
	return r < 0 ? r : module_pending(session, &ledger->pending, err);
}

size_t ledger_count(const struct ledger *ledger, enum ledger_phase phase, enum observed observed)
{
	size_t count = 0;

	for (size_t i = 0; i < ledger->count; i++)
		count += ledger->rows[i].observed[phase] == observed;
	return count;
}

/* ---- what is missing ------------------------------------------------------------------------- */

static int add(json_t *list, char *what, const char *program, const char *words,
	       const char *exercise, struct error *err)
{
	_cleanup_free_ char *clause = what;
	_cleanup_free_ char *command =
		str_printf("%s%s%s%s%s", program, *words ? " " : "", words,
			   exercise ? " --exercise " : "", exercise ? exercise : "");

	if (!clause || !command ||
	    json_array_append_new(list, json_pack("{s:s, s:s}", "what", clause, "do", command)) < 0)
		return error_nomem(err);
	return 0;
}

static int add_doubts(const struct ledger_row *row, const char *program, json_t *list,
		      struct error *err)
{
	int r = 0;

	for (unsigned int doubt = 1; r == 0 && doubt < DOUBT_END; doubt <<= 1)
		if (row->doubts & doubt)
			r = add(list,
				str_printf("%s, confined: %s", row->exercise->title,
					   doubt_text(doubt)),
				program, "run verify", row->exercise->name, err);
	return r;
}

static int add_row(const struct ledger_row *row, const char *program, json_t *list,
		   struct error *err)
{
	const char *title = row->exercise->title, *name = row->exercise->name;

	switch (row->observed[LEDGER_CONFINED]) {
	case OBSERVED_MISSING:
		return add(list, str_printf("%s was not done confined", title), program,
			   "run verify", name, err);
	case OBSERVED_SKIPPED:
		return add(list, str_printf("%s was skipped, confined", title), program,
			   "run verify", name, err);
	case OBSERVED_FAILED: /* add_denials() */
		return 0;
	default:
		return add_doubts(row, program, list, err);
	}
}

/* The worst: what was denied, or failed. */
static int add_denials(const struct ledger *ledger, const char *program, json_t *list,
		       struct error *err)
{
	int r = 0;

	if (ledger->fresh)
		r = add(list,
			str_printf("%zu %s denied, confined, that nobody has decided about",
				   COUNTED(ledger->fresh, "access was", "accesses were")),
			program, "", NULL, err);
	for (size_t i = 0; r == 0 && i < ledger->count; i++)
		if (ledger->rows[i].observed[LEDGER_CONFINED] == OBSERVED_FAILED)
			r = add(list,
				str_printf("%s failed, confined", ledger->rows[i].exercise->title),
				program, "", NULL, err);
	return r;
}

/* What would keep anything from being verified at this moment. */
static int add_now(const struct ledger *ledger, const char *program, json_t *list,
		   struct error *err)
{
	int r = 0;

	if (ledger->pending)
		r = add(list, strdup("the module that was built is not loaded"), program, "", NULL,
			err);
	for (unsigned int doubt = 1; r == 0 && doubt < DOUBT_END; doubt <<= 1)
		if (ledger->now & doubt)
			r = add(list, strdup(doubt_now_text(doubt)), program,
				doubt == DOUBT_UNKNOWN ? "run check"
				: ledger->pending      ? ""
				: doubt == DOUBT_SYSTEM
					? "run enforce verify --answer enforce.system=yes"
					: "run enforce verify",
				NULL, err);
	return r;
}

int ledger_missing(const struct ledger *ledger, const char *program, json_t *list,
		   struct error *err)
{
	int r;

	if (!ledger->begun)
		return add(list, strdup("the exercises have not been repeated confined"), program,
			   "", NULL, err);
	r = add_denials(ledger, program, list, err);
	if (r == 0)
		r = add_now(ledger, program, list, err);
	for (size_t i = 0; r == 0 && i < ledger->count; i++)
		r = add_row(&ledger->rows[i], program, list, err);
	if (r == 0 && !ledger->judged && !json_array_size(list))
		r = add(list, strdup("the denials of the confined run have not been looked at"),
			program, "run verify", NULL, err);
	return r;
}

static bool is_learned(const struct ledger_row *row)
{
	enum observed observed = row->observed[LEDGER_LEARNING];

	return observed >= OBSERVED_SEEN || observed == OBSERVED_NEEDLESS;
}

int ledger_unlearned(const struct ledger *ledger, const char *program, json_t *list,
		     struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ledger->count; i++) {
		const struct ledger_row *row = &ledger->rows[i];

		if (!is_learned(row))
			r = add(list,
				str_printf("%s: %s", row->exercise->title,
					   observed_name(row->observed[LEDGER_LEARNING])),
				program, "run permissive exercise", row->exercise->name, err);
	}
	return r;
}

/* ---- what follows ---------------------------------------------------------------------------- */

enum ledger_end ledger_end(const struct ledger *ledger)
{
	bool complete = ledger->begun && ledger->judged && !ledger->now && !ledger->pending;
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

int ledger_outcome(const struct ledger *ledger)
{
	static const int outcomes[] = {
		[LEDGER_VERIFIED] = 0,
		[LEDGER_UNVERIFIED] = STEP_INCOMPLETE,
		[LEDGER_DENIALS] = STEP_DENIALS,
	};

	return outcomes[ledger_end(ledger)];
}

static const char *end_name(const struct ledger *ledger)
{
	static const char *const names[] = { "verified", "not verified", "denials" };
	enum ledger_end end = ledger_end(ledger);

	return end == LEDGER_VERIFIED && ledger->rehearsed ? "rehearsed" : names[end];
}

/* "SST, IST and notify command": what was done, in the confined phase. */
static void write_done(FILE *out, const struct ledger *ledger)
{
	size_t left = 0;

	for (size_t i = 0; i < ledger->count; i++)
		left += ledger->rows[i].observed[LEDGER_CONFINED] >= OBSERVED_SEEN;
	for (size_t i = 0, said = 0; i < ledger->count; i++)
		if (ledger->rows[i].observed[LEDGER_CONFINED] >= OBSERVED_SEEN) {
			fprintf(out, "%s%s",
				!said         ? ""
				: --left == 1 ? " and "
					      : ", ",
				ledger->rows[i].exercise->title);
			said++;
		}
}

static int write_claim(FILE *out, const struct ledger *ledger, const char *domain)
{
	json_auto_t *missing = json_array();

	if (ledger_end(ledger) == LEDGER_VERIFIED) {
		fprintf(out, "%s: %s was confined during ", end_name(ledger), domain);
		write_done(out, ledger);
		fputs(", and nothing new was denied", out);
		fputs(ledger->rehearsed
			      ? " in the recorded cluster; no kernel has confined anything"
			      : "",
		      out);
		return 0;
	}
	if (!missing || ledger_missing(ledger, "", missing, NULL) < 0)
		return -1;
	fprintf(out, "%s: %s", end_name(ledger), member_text(json_array_get(missing, 0), "what"));
	if (json_array_size(missing) > 1)
		fprintf(out, ", and %zu more", json_array_size(missing) - 1);
	return 0;
}

char *ledger_claim(const struct ledger *ledger, const char *domain)
{
	_cleanup_free_ char *claim = NULL;
	size_t length;
	FILE *out = open_memstream(&claim, &length);
	int r;

	if (!out)
		return NULL;
	r = write_claim(out, ledger, domain);
	return fclose(out) == 0 && r == 0 ? TAKE_PTR(claim) : NULL;
}

static int limit(json_t *list, char *text, struct error *err)
{
	_cleanup_free_ char *clause = text;

	return !clause || json_array_append_new(list, json_string(clause)) < 0 ? error_nomem(err)
									       : 0;
}

/* Each donor once, in each phase; what it was denied is in its own audit log alone. */
static int limit_donor(const struct ledger *ledger, size_t at, enum ledger_phase phase,
		       json_t *list, struct error *err)
{
	const struct ledger_row *row = &ledger->rows[at];
	const char *donor = row->donors[phase];

	if (!*donor || (phase == LEDGER_LEARNING && row->donor_given))
		return 0;
	for (size_t i = 0; i < at; i++)
		if (!strcmp(ledger->rows[i].donors[phase], donor))
			return 0;
	return limit(list,
		     str_printf("%s as the donor%s: its denials were not looked at", donor,
				phase == LEDGER_CONFINED ? ", confined" : ""),
		     err);
}

static int limit_row(const struct ledger *ledger, size_t at, json_t *list, struct error *err)
{
	const struct ledger_row *row = &ledger->rows[at];
	const char *title = row->exercise->title;
	int r = 0;

	if (!is_learned(row))
		r = limit(list,
			  str_printf("learned without %s: %s", title,
				     observed_name(row->observed[LEDGER_LEARNING])),
			  err);
	if (r == 0 && row->strict)
		r = limit(
			list,
			str_printf("%s was learned while confined: it may have met only the first "
				   "denial",
				   title),
			err);
	if (r == 0 && row->observed[LEDGER_CONFINED] == OBSERVED_SEEN)
		r = limit(list, str_printf("%s: %s", title, observed_name(OBSERVED_SEEN)), err);
	for (int phase = 0; r == 0 && phase < LEDGER_PHASES; phase++)
		r = limit_donor(ledger, at, (enum ledger_phase)phase, list, err);
	return r;
}

int ledger_limits(const struct ledger *ledger, json_t *list, struct error *err)
{
	bool hidden = false;
	json_t *item;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < ledger->count; i++) {
		r = limit_row(ledger, i, list, err);
		hidden = hidden || ledger->rows[i].hidden;
	}
	if (r == 0 && hidden)
		r = limit(list, strdup("learned while hidden denials (dontaudit) were not shown"),
			  err);
	json_array_foreach(ledger->denied, i,
			   item) if (json_array_append(list, item) < 0) return error_nomem(err);
	return r;
}

/* ---- told ------------------------------------------------------------------------------------ */

static const char *role_of(const struct exercise *exercise)
{
	switch (exercise->kind) {
	case EXERCISE_SST:
	case EXERCISE_IST:
	case EXERCISE_CRASH:
		return "joiner";
	default:
		return NULL;
	}
}

static int rows_json(const struct ledger *ledger, json_t *list, struct error *err)
{
	for (size_t i = 0; i < ledger->count; i++) {
		const struct ledger_row *row = &ledger->rows[i];
		const char *const *donors = row->donors;
		json_t *one = json_pack("{s:s, s:s?, s:s, s:s, s:s?, s:s?, s:b, s:o}", "exercise",
					row->exercise->name, "role", role_of(row->exercise),
					"learning", observed_name(row->observed[LEDGER_LEARNING]),
					"confined", observed_name(row->observed[LEDGER_CONFINED]),
					"donor", *donors[0] ? donors[0] : NULL, "donor_confined",
					*donors[1] ? donors[1] : NULL, "donor_seen",
					row->donor_given, "doubts", doubts_json(row->doubts));

		if (json_array_append_new(list, one) < 0)
			return error_nomem(err);
	}
	return 0;
}

/* What modules of others allow besides is no merit of ours. */
static int add_others(struct session *session, json_t *list, struct error *err)
{
	json_auto_t *others = json_array();
	json_t *other;
	size_t i;
	int r = others_active(session, others, err);

	json_array_foreach(others, i, other)
	{
		_cleanup_free_ char *wide = others_text(other);

		if (r < 0)
			return r;
		if (!wide ||
		    json_array_append_new(list, json_sprintf("module %s stays, by others: %s",
							     member_text(other, "name"), wide)) < 0)
			return error_nomem(err);
	}
	return r;
}

int ledger_json(struct session *session, json_t **object, struct error *err)
{
	json_auto_t *missing = json_array(), *limits = json_array(), *rows = json_array();
	_cleanup_free_ char *claim = NULL, *program = node_command(session, "");
	struct ledger ledger;
	int r = ledger_read(session, &ledger, err);

	if (r == 0 && program && ledger_end(&ledger) != LEDGER_VERIFIED)
		r = ledger_missing(&ledger, program, missing, err);
	if (r == 0)
		r = ledger_limits(&ledger, limits, err);
	if (r == 0 && ledger.begun)
		r = add_others(session, limits, err);
	if (r == 0)
		r = rows_json(&ledger, rows, err);
	if (r < 0)
		return r;
	claim = ledger_claim(&ledger, node_domain());
	*object = claim && program ? json_pack("{s:s, s:s, s:O, s:O, s:O}", "end",
					       end_name(&ledger), "claim", claim, "missing",
					       missing, "limits", limits, "exercises", rows)
				   : NULL;
	return *object ? 0 : error_nomem(err);
}
