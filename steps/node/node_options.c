/* SPDX-License-Identifier: GPL-2.0-or-later */
/* node_options - what the command line says of the server and the policy */
#include <errno.h>
#include <string.h>

#include "steps/galera/exercises.h"
#include "steps/host/manager.h"
#include "steps/node/node.h"
#include "wizard/strings.h"
#include "wizard/text.h"
#include "wizard/util.h"

struct node_options node_options;

const char *node_domain(void)
{
	return node_domains()[0];
}

const char *const *node_domains(void)
{
	return node_options.domain ? (const char *const *)node_options.domain : galera_domains;
}

/* Which files and groups the server's unit tells it to read. words own what is found. */
static int unit_source(const struct session *session, struct galera_config_source *source,
		       struct strings *words, struct error *err)
{
	_cleanup_(node_units_clear) struct node_units units = { 0 };
	int r = node_units(session, &units, err);

	if (r < 0)
		return r;
	host_unit_words(units.unit, words);
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i];
		const char *file = str_starts(word, "--defaults-file=");
		const char *suffix = str_starts(word, "--defaults-group-suffix=");

		source->defaults_file = file ?: source->defaults_file;
		source->group_suffix = suffix ?: source->group_suffix;
	}
	return 0;
}

int node_config_read(const struct session *session, struct galera_config *config, struct error *err)
{
	struct galera_config_source source = {
		.root = session->root,
		.defaults_file = node_options.defaults_file,
		.group_suffix = node_options.group_suffix,
	};
	_cleanup_(strings_clear) struct strings words = { 0 };
	bool told = source.defaults_file || source.group_suffix || session_is_scratch(session);

	return (told ? 0 : unit_source(session, &source, &words, err))
		       ?: galera_config_read(&source, config, err);
}

static void add_option(struct strings *words, const char *name, const char *value)
{
	_cleanup_free_ char *quoted = value ? text_quoted(value) : NULL;

	if (quoted)
		strings_take(words, str_printf("--%s=%s", name, quoted));
}

char *node_command(const struct session *session, const char *words)
{
	_cleanup_(strings_clear) struct strings all = { 0 };
	_cleanup_free_ char *text = NULL;

	add_option(&all, "defaults-file", node_options.defaults_file);
	add_option(&all, "defaults-group-suffix", node_options.group_suffix);
	for (char **domain = node_options.domain; domain && *domain; domain++)
		add_option(&all, "domain", *domain);
	strings_take(&all, *words ? str_copy(words) : NULL);
	text = strings_join(&all, " ");
	return session_command(session, text);
}

bool node_ignored(const char *name)
{
	for (char **ignored = node_options.ignore; ignored && *ignored; ignored++)
		if (!strcmp(*ignored, name))
			return true;
	return false;
}

/* what and name are of the error; names: what there is. */
static int unknown(const char *option, const char *what, const char *name,
		   const struct strings *names, struct error *err)
{
	const char *nearest = strings_nearest(name, names);

	error_set(err, EINVAL, NULL, "the policy has no %s %s", what, name);
	return nearest ? error_remedy(err, "did you mean %s %s?", option, nearest)
		       : error_remedy(err, "correct what is given with %s", option);
}

static int check_dangerous(struct oracle *oracle, const char *name, struct error *err)
{
	_cleanup_(strings_clear) struct strings types = { 0 }, permissions = { 0 };

	if (oracle_has_type(oracle, name))
		return 0;
	oracle_names(oracle, true, &permissions);
	if (strings_has(&permissions, name))
		return 0;
	oracle_names(oracle, false, &types);
	return unknown("--allow-dangerous", "type or permission", name,
		       strings_nearest(name, &types) ? &types : &permissions, err);
}

int node_check_names(struct oracle *oracle, struct error *err)
{
	int r = 0;

	for (char **domain = node_options.domain; domain && *domain; domain++) {
		_cleanup_(strings_clear) struct strings types = { 0 };

		if (oracle_has_type(oracle, *domain))
			continue;
		oracle_names(oracle, false, &types);
		return unknown("--domain", "domain", *domain, &types, err);
	}
	for (char **name = node_options.dangerous; r == 0 && name && *name; name++)
		r = check_dangerous(oracle, *name, err);
	return r;
}
