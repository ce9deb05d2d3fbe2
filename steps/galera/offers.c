/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offers - which optional exercises the node's configuration speaks for
 */
#include <string.h>

#include "steps/galera/exercises.h"

/* Is the method set somewhere, though a later line of the configuration sets another? */
static bool is_mentioned(const struct galera_config *config, const char *method)
{
	for (size_t i = 0; i < config->option_count; i++) {
		const struct galera_option *option = &config->options[i];

		if (strstr(option->name, "wsrep_sst_method") && option->value &&
		    !strncmp(option->value, method, strlen(method)))
			return true;
	}
	return false;
}

static bool is_percona(const struct galera_config *config)
{
	for (size_t i = 0; i < config->option_count; i++)
		if (!strncmp(config->options[i].name, "pxc_", strlen("pxc_")))
			return true;
	return false;
}

/* The configured method itself is what the SST of the three shows. */
static const char *offer_method(const char *method, const struct galera_config *config)
{
	const char *backup = is_percona(config) ? "xtrabackup" : "mariabackup";

	if (!strncmp(config->sst_method, method, strlen(method)))
		return NULL;
	if (is_mentioned(config, method))
		return "the configuration has this method, too";
	if (!strcmp(method, backup) && !strcmp(config->sst_method, "rsync") &&
	    galera_config_get(config, "wsrep_sst_auth"))
		return "wsrep_sst_auth has an account for it, which rsync does not need";
	return NULL;
}

const char *exercise_offered(const struct exercise *exercise, const struct galera_config *config)
{
	if (!exercise->optional || !config->wsrep_on)
		return NULL;
	switch (exercise->kind) {
	case EXERCISE_SST:
		if (exercise->method)
			return offer_method(exercise->method, config);
		return config->sst_encrypted ? "the group [sst] has it encrypted" : NULL;
	case EXERCISE_IST:
		return config->ist_encrypted ? "the provider has a key (socket.ssl_key)" : NULL;
	case EXERCISE_BOOTSTRAP:
		return "each cluster is begun on one of its nodes";
	case EXERCISE_ARBITRATOR:
		return config->arbitrator ? "garbd's own configuration names the nodes" : NULL;
	case EXERCISE_CRASH:
		return "each server may crash one day";
	default:
		return NULL;
	}
}
