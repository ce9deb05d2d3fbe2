/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be claimed of each combination of what was observed. */
#include <stdlib.h>
#include <string.h>

#include "steps/exercising/evidence.h"
#include "steps/galera/exercises.h"
#include "steps/ledger.h"
#include "tests/unit/unit.h"
#include "wizard/session.h"

enum { SST, IST, NOTIFY, THREE };

/* All was done, seen and judged. */
static struct ledger complete(void)
{
	static const char *const names[THREE] = { "sst", "ist", "notify" };
	struct ledger ledger = { .count = THREE, .begun = true, .judged = true };

	for (int i = 0; i < THREE; i++)
		ledger.rows[i] =
			(struct ledger_row){ .exercise = exercise_find(names[i]),
					     .observed = { OBSERVED_PROVED, OBSERVED_PROVED },
					     .donors = { "", "" } };
	return ledger;
}

static const int exits[] = { [LEDGER_VERIFIED] = 0,
			     [LEDGER_UNVERIFIED] = STEP_INCOMPLETE,
			     [LEDGER_DENIALS] = STEP_DENIALS };

/* The end, what a step returns for it, the claim, the command of the first thing that is missing
 * and the first limit; NULL: there is none. */
static void expect(const struct ledger *ledger, enum ledger_end end, const char *claim,
		   const char *command, const char *limit)
{
	json_auto_t *missing = json_array(), *limits = json_array();
	_cleanup_free_ char *said = ledger_claim(ledger, "mysqld_t");
	const json_t *first;

	assert_string_equal(said, claim);
	assert_int_equal(ledger_end(ledger), end);
	assert_int_equal(ledger_end(ledger), exits[end]);
	ledger_missing(ledger, "gs", missing);
	assert_int_equal(json_array_size(missing) == 0, end == LEDGER_VERIFIED);
	first = json_object_get(json_array_get(missing, 0), "do");
	assert_int_equal(!first, !command);
	if (command)
		assert_string_equal(json_string_value(first), command);
	ledger_limits(ledger, limits);
	assert_int_equal(json_array_size(limits), limit != NULL);
	if (limit)
		assert_string_equal(json_string_value(json_array_get(limits, 0)), limit);
}

#define ALL "mysqld_t was confined during SST, IST and notify command, and nothing new was denied"

static void one_thing_is_otherwise(void **state)
{
	static const struct {
		int row;
		enum ledger_phase phase;
		enum observed observed;
		enum ledger_end end;
		const char *claim, *command, *limit;
	} cases[] = {
		{ SST, LEDGER_LEARNING, OBSERVED_MISSING, LEDGER_VERIFIED, "verified: " ALL, NULL,
		  "learned without SST: missing" },
		{ SST, LEDGER_LEARNING, OBSERVED_SKIPPED, LEDGER_VERIFIED, "verified: " ALL, NULL,
		  "learned without SST: skipped" },
		{ SST, LEDGER_LEARNING, OBSERVED_FAILED, LEDGER_VERIFIED, "verified: " ALL, NULL,
		  "learned without SST: failed" },
		{ SST, LEDGER_LEARNING, OBSERVED_SEEN, LEDGER_VERIFIED, "verified: " ALL, NULL,
		  NULL },
		{ SST, LEDGER_CONFINED, OBSERVED_MISSING, LEDGER_UNVERIFIED,
		  "not verified: SST was not done confined", "gs run verify --exercise sst", NULL },
		{ SST, LEDGER_CONFINED, OBSERVED_SKIPPED, LEDGER_UNVERIFIED,
		  "not verified: SST was skipped, confined", "gs run verify --exercise sst", NULL },
		{ SST, LEDGER_CONFINED, OBSERVED_FAILED, LEDGER_DENIALS,
		  "denials: SST failed, confined", "gs", NULL },
		{ SST, LEDGER_CONFINED, OBSERVED_SEEN, LEDGER_VERIFIED, "verified: " ALL, NULL,
		  "SST: seen, not proved" },
		{ IST, LEDGER_LEARNING, OBSERVED_MISSING, LEDGER_VERIFIED, "verified: " ALL, NULL,
		  "learned without IST: missing" },
		{ IST, LEDGER_LEARNING, OBSERVED_SKIPPED, LEDGER_VERIFIED, "verified: " ALL, NULL,
		  "learned without IST: skipped" },
		{ IST, LEDGER_LEARNING, OBSERVED_FAILED, LEDGER_VERIFIED, "verified: " ALL, NULL,
		  "learned without IST: failed" },
		{ IST, LEDGER_LEARNING, OBSERVED_SEEN, LEDGER_VERIFIED, "verified: " ALL, NULL,
		  NULL },
		{ IST, LEDGER_CONFINED, OBSERVED_MISSING, LEDGER_UNVERIFIED,
		  "not verified: IST was not done confined", "gs run verify --exercise ist", NULL },
		{ IST, LEDGER_CONFINED, OBSERVED_SKIPPED, LEDGER_UNVERIFIED,
		  "not verified: IST was skipped, confined", "gs run verify --exercise ist", NULL },
		{ IST, LEDGER_CONFINED, OBSERVED_FAILED, LEDGER_DENIALS,
		  "denials: IST failed, confined", "gs", NULL },
		{ IST, LEDGER_CONFINED, OBSERVED_SEEN, LEDGER_VERIFIED, "verified: " ALL, NULL,
		  "IST: seen, not proved" },
		{ NOTIFY, LEDGER_LEARNING, OBSERVED_MISSING, LEDGER_VERIFIED, "verified: " ALL,
		  NULL, "learned without notify command: missing" },
		{ NOTIFY, LEDGER_LEARNING, OBSERVED_NEEDLESS, LEDGER_VERIFIED, "verified: " ALL,
		  NULL, NULL },
		{ NOTIFY, LEDGER_LEARNING, OBSERVED_SKIPPED, LEDGER_VERIFIED, "verified: " ALL,
		  NULL, "learned without notify command: skipped" },
		{ NOTIFY, LEDGER_LEARNING, OBSERVED_FAILED, LEDGER_VERIFIED, "verified: " ALL, NULL,
		  "learned without notify command: failed" },
		{ NOTIFY, LEDGER_LEARNING, OBSERVED_SEEN, LEDGER_VERIFIED, "verified: " ALL, NULL,
		  NULL },
		{ NOTIFY, LEDGER_CONFINED, OBSERVED_MISSING, LEDGER_UNVERIFIED,
		  "not verified: notify command was not done confined",
		  "gs run verify --exercise notify", NULL },
		{ NOTIFY, LEDGER_CONFINED, OBSERVED_NEEDLESS, LEDGER_VERIFIED,
		  "verified: mysqld_t was confined during SST and IST, and nothing new was denied",
		  NULL, NULL },
		{ NOTIFY, LEDGER_CONFINED, OBSERVED_SKIPPED, LEDGER_UNVERIFIED,
		  "not verified: notify command was skipped, confined",
		  "gs run verify --exercise notify", NULL },
		{ NOTIFY, LEDGER_CONFINED, OBSERVED_FAILED, LEDGER_DENIALS,
		  "denials: notify command failed, confined", "gs", NULL },
		{ NOTIFY, LEDGER_CONFINED, OBSERVED_SEEN, LEDGER_VERIFIED, "verified: " ALL, NULL,
		  "notify command: seen, not proved" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ledger ledger = complete();

		expect(&ledger, LEDGER_VERIFIED, "verified: " ALL, NULL, NULL);
		ledger.rows[cases[i].row].observed[cases[i].phase] = cases[i].observed;
		expect(&ledger, cases[i].end, cases[i].claim, cases[i].command, cases[i].limit);
	}
}

static void the_kernel_says_otherwise(void **state)
{
	static const struct {
		enum doubt doubt;
		const char *meanwhile, *now, *command;
	} cases[] = {
		{ DOUBT_SYSTEM, "not verified: IST, confined: the whole system was permissive",
		  "not verified: the whole system is permissive: nothing is confined",
		  "gs run enforce verify --answer enforce.system=yes" },
		{ DOUBT_DOMAIN, "not verified: IST, confined: the server's domain was permissive",
		  "not verified: the server's domain is permissive", "gs run enforce verify" },
		{ DOUBT_RECORDS,
		  "not verified: IST, confined: its own records say permissive=1, so what it did "
		  "was "
		  "granted, not allowed",
		  NULL, NULL },
		{ DOUBT_SHOWN,
		  "not verified: IST, confined: the policy's dontaudit rules were switched off",
		  "not verified: the policy's dontaudit rules are switched off",
		  "gs run enforce verify" },
		{ DOUBT_UNKNOWN,
		  "not verified: IST, confined: nobody has looked whether the server was confined",
		  "not verified: the kernel does not tell whether the server's domain is confined",
		  "gs run check" },
	};
	unsigned int known = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ledger meanwhile = complete(), now = complete();

		known |= cases[i].doubt;
		meanwhile.rows[IST].doubts = cases[i].doubt;
		expect(&meanwhile, LEDGER_UNVERIFIED, cases[i].meanwhile,
		       "gs run verify --exercise ist", NULL);
		/* A rehearsal is held to the same. */
		meanwhile.rehearsed = true;
		assert_int_equal(ledger_end(&meanwhile), LEDGER_UNVERIFIED);
		now.now = cases[i].doubt;
		if (cases[i].now)
			expect(&now, LEDGER_UNVERIFIED, cases[i].now, cases[i].command, NULL);
	}
	assert_int_equal(known, DOUBT_END - 1);
}

static void before_the_end(void **state)
{
	struct ledger ledger = complete();

	(void)state;
	ledger.fresh = 2;
	expect(&ledger, LEDGER_DENIALS,
	       "denials: 2 accesses were denied, confined, that nobody has decided about", "gs",
	       NULL);
	ledger.fresh = 0;
	ledger.unread = 1;
	expect(&ledger, LEDGER_UNVERIFIED,
	       "not verified: 1 line of the confined run's evidence could not be read",
	       "gs run verify", NULL);
	ledger.judged = false;
	ledger.unread = 0;
	expect(&ledger, LEDGER_UNVERIFIED,
	       "not verified: the denials of the confined run have not been looked at",
	       "gs run verify", NULL);
	ledger = (struct ledger){ 0 };
	expect(&ledger, LEDGER_UNVERIFIED,
	       "not verified: the exercises have not been repeated confined", "gs", NULL);
	ledger = complete();
	ledger.rehearsed = true;
	expect(&ledger, LEDGER_VERIFIED,
	       "rehearsed: " ALL " in the recorded cluster; no kernel has confined anything", NULL,
	       NULL);
	ledger.rehearsed = false;
	ledger.rows[SST].donors[LEDGER_LEARNING] = ledger.rows[IST].donors[LEDGER_LEARNING] = "db2";
	expect(&ledger, LEDGER_VERIFIED, "verified: " ALL, NULL,
	       "db2 as the donor: its denials were not looked at");
	ledger.rows[SST].donor_given = ledger.rows[IST].donor_given = true;
	expect(&ledger, LEDGER_VERIFIED, "verified: " ALL, NULL, NULL);
	/* Another one, confined: nobody has looked there. */
	ledger.rows[IST].donors[LEDGER_CONFINED] = "db3";
	expect(&ledger, LEDGER_VERIFIED, "verified: " ALL, NULL,
	       "db3 as the donor, confined: its denials were not looked at");
}

/* What the claim stands upon is told with it. */
static void what_limits_it(void **state)
{
	json_auto_t *denied = json_pack("[s]", "2 denials of shadow_t:file { read }: refused");
	struct ledger ledger = complete();

	(void)state;
	ledger.denied = denied;
	expect(&ledger, LEDGER_VERIFIED, "verified: " ALL, NULL,
	       "2 denials of shadow_t:file { read }: refused");
	ledger = complete();
	ledger.rows[SST].hidden = ledger.rows[NOTIFY].hidden = true;
	expect(&ledger, LEDGER_VERIFIED, "verified: " ALL, NULL,
	       "learned while hidden denials (dontaudit) were not shown");
	ledger = complete();
	ledger.rows[IST].strict = true;
	expect(&ledger, LEDGER_VERIFIED, "verified: " ALL, NULL,
	       "IST was learned while confined: it may have met only the first denial");
	/* Nothing is confined again before the module is there. */
	ledger = complete();
	ledger.pending = true;
	expect(&ledger, LEDGER_UNVERIFIED, "not verified: the module that was built is not loaded",
	       "gs", NULL);
	ledger.now = DOUBT_DOMAIN;
	expect(&ledger, LEDGER_UNVERIFIED,
	       "not verified: the module that was built is not loaded, and 1 more", "gs", NULL);
}

/* Nothing is called verified that has a gap, and no gap is without its command. */
static void every_combination(void **state)
{
	enum { STATES = OBSERVED_PROVED + 1, FLAGS = 5 };
	size_t verified = 0, combinations = 0;

	(void)state;
	for (unsigned int at = 0; at < STATES * STATES * STATES << FLAGS; at++) {
		struct ledger ledger = complete();
		json_auto_t *missing = json_array();
		unsigned int rest = at >> FLAGS;
		bool all = true, failed;

		ledger.begun = !(at & 1);
		ledger.judged = !(at & 2);
		ledger.fresh = ledger.judged && (at & 4);
		ledger.now = at & 8 ? DOUBT_SYSTEM : 0;
		ledger.rows[NOTIFY].doubts = at & 16 ? DOUBT_RECORDS : 0;
		for (int i = 0; i < THREE; i++, rest /= STATES) {
			enum observed observed = (enum observed)(rest % STATES);

			ledger.rows[i].observed[LEDGER_CONFINED] = observed;
			all = all && (observed == OBSERVED_SEEN || observed == OBSERVED_PROVED ||
				      observed == OBSERVED_NEEDLESS);
		}
		failed = ledger_count(&ledger, LEDGER_CONFINED, OBSERVED_FAILED) || ledger.fresh;
		ledger_missing(&ledger, "gs", missing);
		assert_int_equal(ledger_end(&ledger), failed ? LEDGER_DENIALS
						      : all && !(at & (1 | 2 | 8 | 16))
							      ? LEDGER_VERIFIED
							      : LEDGER_UNVERIFIED);
		assert_int_equal(json_array_size(missing) == 0,
				 ledger_end(&ledger) == LEDGER_VERIFIED);
		if (failed && ledger.begun) {
			_cleanup_free_ char *claim = ledger_claim(&ledger, "mysqld_t");

			assert_true(strstr(claim, " failed, confined") ||
				    strstr(claim, "nobody has decided"));
		}
		verified += ledger_end(&ledger) == LEDGER_VERIFIED;
		combinations++;
	}
	assert_int_equal(combinations, STATES * STATES * STATES << FLAGS);
	assert_int_equal(verified, 27); /* three states of each exercise, and nothing against it */
}

static void doubts_are_kept(void **state)
{
	(void)state;
	for (unsigned int doubts = 0; doubts < DOUBT_END; doubts++) {
		json_auto_t *list = doubts_json(doubts);

		assert_int_equal(doubts_from(list), doubts);
	}
	/* A result of before anybody looked. */
	assert_int_equal(doubts_from(NULL), DOUBT_UNKNOWN);
}

/* One that had no row would be missing from the claim, and not be missed. */
static void each_exercise_has_a_row(void **state)
{
	size_t count = 0;

	(void)state;
	while (galera_exercises[count].name)
		count++;
	assert_uint_in_range(count, THREE, LEDGER_ROWS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_thing_is_otherwise),
		cmocka_unit_test(the_kernel_says_otherwise),
		cmocka_unit_test(before_the_end),
		cmocka_unit_test(every_combination),
		cmocka_unit_test(what_limits_it),
		cmocka_unit_test(doubts_are_kept),
		cmocka_unit_test(each_exercise_has_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
