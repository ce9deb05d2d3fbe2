/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "steps/host/manager.h"
#include "wizard/trust.h"
#include "wizard/util.h"

#define SYSTEMD "org.freedesktop.systemd1"

#define SERVICE SYSTEMD ".Service"

/* The system's bus, and the unit's path on it, in new memory; NULL: there is none. */
static sd_bus *open_bus(const char *unit, char **path)
{
	_cleanup_free_ char *name = str_printf("%s.service", unit);
	sd_bus *bus = NULL;

	if (sd_bus_open_system(&bus) < 0)
		return NULL;
	if (sd_bus_path_encode("/org/freedesktop/systemd1/unit", name, path) < 0)
		no_memory();
	return bus;
}

pid_t host_main_pid(const char *unit)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = open_bus(unit, &path);
	uint32_t pid = 0;

	if (bus && sd_bus_get_property_trivial(bus, SYSTEMD, path, SERVICE, "MainPID", NULL, 'u',
					       &pid) < 0)
		return 0;
	return (pid_t)pid;
}

/* A shell's command is words, too: a unit may start the server by one. */
static void add_words(char **texts, struct strings *words)
{
	bool shell = false;

	for (char **text = texts; text && *text; text++) {
		if (shell)
			strings_split(words, *text, " \t\n\"';&|()");
		else
			strings_add(words, *text);
		shell = !strcmp(*text, "-c");
		free(*text);
	}
	free(texts);
}

/* ExecStart= may stand there several times: for each its program, its words, and what became of it.
 */
static void add_commands(sd_bus *bus, const char *path, struct strings *words)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

	if (sd_bus_get_property(bus, SYSTEMD, path, SERVICE, "ExecStart", NULL, &reply,
				"a(sasbttttuii)") < 0 ||
	    sd_bus_message_enter_container(reply, 'a', "(sasbttttuii)") < 0)
		return;
	while (sd_bus_message_enter_container(reply, 'r', "sasbttttuii") > 0) {
		char **command = NULL;

		if (sd_bus_message_skip(reply, "s") < 0 ||
		    sd_bus_message_read_strv(reply, &command) < 0)
			return;
		add_words(command, words);
		if (sd_bus_message_skip(reply, "bttttuii") < 0 ||
		    sd_bus_message_exit_container(reply) < 0)
			return;
	}
}

/* "NAME=WORDS", the words perhaps in quotes. */
static void add_variable(const char *text, struct strings *words)
{
	const char *is = strchr(text, '=');

	if (is)
		strings_split(words, is + 1, " \t\"'");
}

/* Of lines that systemd reads when it starts the unit (systemd.exec(5)). What others can write, as
 * the server can what it was to start with, tells nothing. */
static void add_file(const char *path, struct strings *words)
{
	_cleanup_(strings_clear) struct strings lines = { 0 };
	_cleanup_free_ char *text = NULL;

	if (path_trusted(path, path, NULL) < 0 || file_read(path, &text, NULL, NULL) < 0)
		return;
	strings_split(&lines, text, "\n");
	for (size_t i = 0; i < lines.count; i++) {
		const char *line = lines.items[i] + strspn(lines.items[i], " \t");

		if (*line != '#' && *line != ';')
			add_variable(line, words);
	}
}

static void add_files(sd_bus *bus, const char *path, struct strings *words)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *file;
	int may_lack;

	if (sd_bus_get_property(bus, SYSTEMD, path, SERVICE, "EnvironmentFiles", NULL, &reply,
				"a(sb)") < 0 ||
	    sd_bus_message_enter_container(reply, 'a', "(sb)") < 0)
		return;
	while (sd_bus_message_read(reply, "(sb)", &file, &may_lack) > 0)
		add_file(file, words);
}

static void add_variables(sd_bus *bus, const char *path, struct strings *words)
{
	char **variables = NULL;

	if (sd_bus_get_property_strv(bus, SYSTEMD, path, SERVICE, "Environment", NULL, &variables) <
	    0)
		return;
	for (char **variable = variables; variable && *variable; variable++) {
		add_variable(*variable, words);
		free(*variable);
	}
	free(variables);
}

void host_unit_words(const char *unit, struct strings *words)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = open_bus(unit, &path);

	if (!bus)
		return;
	add_commands(bus, path, words);
	add_variables(bus, path, words);
	add_files(bus, path, words);
}
