/* SPDX-License-Identifier: GPL-2.0-or-later */ /* What my_print_defaults prints. */
/* Seeds: tests/fuzz/seeds/config */
#include "steps/galera/config.c" /* what runs the program is not to be fuzzed */
#include "tests/fuzz/fuzz.h"

/* Each line is an option, or goes on in one. */
static void options_hold(const struct galera_config *config, const char *text)
{
	size_t bytes = 0, wanted = strlen(text);
	const char *first = text[0] == '-' && text[1] == '-' ? text : strstr(text, "\n--");

	for (size_t i = 0; i < config->option_count; i++) {
		const struct galera_option *option = &config->options[i];

		claim(!strchr(option->name, '-') && !strchr(option->name, '='), "a name: %s\n",
		      option->name);
		bytes += strlen("--\n") + strlen(option->name);
		bytes += option->value ? strlen("=") + strlen(option->value) : 0;
	}
	claim(config->option_count == 0 ? !first : first != NULL, "options out of nothing\n");
	if (first) {
		wanted -= (size_t)(first - text) + (*first == '\n');
		claim(bytes == wanted + (text[strlen(text) - 1] != '\n') ||
			      /* A value that goes on behind an option without one. */
			      bytes > wanted,
		      "of %zu bytes, %zu are in options\n", wanted, bytes);
	}
}

static void ports_hold(const struct galera_config *config)
{
	struct galera_port ports[GALERA_PORTS_MAX];
	struct error err = { 0 };
	int count = galera_ports(config, ports, &err);

	claim(count >= 0 || (*err.what && *err.remedy), "no reason is given\n");
	claim(count <= GALERA_PORTS_MAX, "%d ports\n", count);
	for (int i = 0; i < count; i++) {
		claim(ports[i].number > 0 && ports[i].number < 65536, "port %u\n", ports[i].number);
		claim(memchr(ports[i].setting, '\0', sizeof(ports[i].setting)), "no end\n");
		for (int j = 0; j < i; j++)
			claim(ports[i].number != ports[j].number ||
				      strcmp(ports[i].proto, ports[j].proto) != 0,
			      "port %u twice\n", ports[i].number);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct galera_config config __attribute__((cleanup(galera_config_clear))) = { 0 };
	_cleanup_free_ char *text = memory_copy(data, size), *copy = str_copy(text);

	add_options(&config, copy);
	options_hold(&config, text);
	derive(&config);
	claim(*config.data_directory && *config.sst_method, "no default\n");
	claim(!config.error_log || *config.error_log, "a log without a name\n");
	(void)encrypts_sst(&config);
	ports_hold(&config);
	return 0;
}
