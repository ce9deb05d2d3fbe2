/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "steps/host/timer.h"
#include "wizard/util.h"

#define SYSTEMD     "org.freedesktop.systemd1"
#define MANAGER     SYSTEMD ".Manager"
#define UNIT        SYSTEMD ".Unit"
#define NO_UNIT     SYSTEMD ".NoSuchUnit"
#define UNIT_EXISTS SYSTEMD ".UnitExists"
#define PATH        "/org/freedesktop/systemd1"

#define SECOND      UINT64_C(1000000) /* systemd counts microseconds */
#define AGAIN_AFTER (300 * SECOND)    /* where the program has failed */
#define STOPPING    20                /* tenths of a second that a unit may take to come or go */

#define _cleanup_bus_     _cleanup_(sd_bus_flush_close_unrefp)
#define _cleanup_message_ _cleanup_(sd_bus_message_unrefp)
#define _cleanup_said_    _cleanup_(sd_bus_error_free)

static int failed(int r, const sd_bus_error *said, const char *what, const char *name,
		  struct error *err)
{
	return error_set(err, -r, "look whether systemd is well: systemctl status",
			 "systemd: cannot %s the timer %s: %s", what, name,
			 said->message ? said->message : strerror(-r));
}

static int connect_to(sd_bus **bus, const char *name, struct error *err)
{
	sd_bus_error nothing = SD_BUS_ERROR_NULL;
	int r = sd_bus_open_system(bus);

	return r < 0 ? failed(r, &nothing, "reach", name, err) : 0;
}

/* ---- start ----------------------------------------------------------------------------------- */

static int add_timer(sd_bus_message *message, const struct host_timer *timer, const char *unit)
{
	/* OnActiveSec is the name that every version of systemd takes. */
	return sd_bus_message_append(
		message, "ssa(sv)", unit, "fail", 5, "Description", "s", timer->description,
		"OnActiveSec", "t", timer->seconds * SECOND, "AccuracyUSec", "t", SECOND,
		"RemainAfterElapse", "b", 0, "CollectMode", "s", "inactive-or-failed");
}

/* "ExecStart" is a list of commands: path, arguments, whether a failure is none. */
static int add_command(sd_bus_message *message, const char *const *argv)
{
	int r = sd_bus_message_open_container(message, 'r', "sv");

	if (r >= 0)
		r = sd_bus_message_append(message, "s", "ExecStart");
	if (r >= 0)
		r = sd_bus_message_open_container(message, 'v', "a(sasb)");
	if (r >= 0)
		r = sd_bus_message_open_container(message, 'a', "(sasb)");
	if (r >= 0)
		r = sd_bus_message_open_container(message, 'r', "sasb");
	if (r >= 0)
		r = sd_bus_message_append(message, "s", argv[0]);
	if (r >= 0)
		r = sd_bus_message_append_strv(message, (char **)argv);
	if (r >= 0)
		r = sd_bus_message_append(message, "b", 0);
	for (int depth = 0; r >= 0 && depth < 4; depth++)
		r = sd_bus_message_close_container(message);
	return r;
}

static int add_service(sd_bus_message *message, const struct host_timer *timer, const char *unit)
{
	int r = sd_bus_message_open_container(message, 'a', "(sa(sv))");

	if (r >= 0)
		r = sd_bus_message_open_container(message, 'r', "sa(sv)");
	if (r >= 0)
		r = sd_bus_message_append(message, "s", unit);
	if (r >= 0)
		r = sd_bus_message_open_container(message, 'a', "(sv)");
	if (r >= 0)
		r = sd_bus_message_append(message, "(sv)(sv)(sv)(sv)", "Description", "s",
					  timer->description, "Restart", "s", "on-failure",
					  "RestartUSec", "t", AGAIN_AFTER, "CollectMode", "s",
					  "inactive-or-failed");
	if (r >= 0)
		r = add_command(message, timer->argv);
	for (int depth = 0; r >= 0 && depth < 3; depth++)
		r = sd_bus_message_close_container(message);
	return r;
}

static int start(sd_bus *bus, const struct host_timer *timer, sd_bus_error *said)
{
	_cleanup_message_ sd_bus_message *message = NULL;
	_cleanup_free_ char *unit = str_printf("%s.timer", timer->name);
	_cleanup_free_ char *service = str_printf("%s.service", timer->name);
	int r = sd_bus_message_new_method_call(bus, &message, SYSTEMD, PATH, MANAGER,
					       "StartTransientUnit");

	if (r >= 0)
		r = add_timer(message, timer, unit);
	if (r >= 0)
		r = add_service(message, timer, service);
	return r < 0 ? r : sd_bus_call(bus, message, 0, said, NULL);
}

/* One that is not there is stopped. */
static int stop(sd_bus *bus, const char *name, const char *kind, sd_bus_error *said)
{
	_cleanup_free_ char *unit = str_printf("%s.%s", name, kind);
	int r = sd_bus_call_method(bus, SYSTEMD, PATH, MANAGER, "StopUnit", said, NULL, "ss", unit,
				   "replace");

	return r < 0 && sd_bus_error_has_name(said, NO_UNIT) ? 0 : r;
}

/* systemd answers before it has done it. One that is over by then has come and gone. */
static int wait_for_it(const char *name, struct error *err)
{
	bool waits = false;
	int r = 0;

	for (int tried = 0; r == 0 && !waits && tried < STOPPING; tried++) {
		r = host_timer_waits(name, &waits, err);
		if (!waits)
			usleep(100000);
	}
	return r;
}

int host_timer_start(const struct host_timer *timer, struct error *err)
{
	_cleanup_bus_ sd_bus *bus = NULL;
	int r = connect_to(&bus, timer->name, err);

	if (r < 0)
		return r;
	for (int tried = 0;; tried++) {
		_cleanup_said_ sd_bus_error said = SD_BUS_ERROR_NULL, old = SD_BUS_ERROR_NULL;

		r = start(bus, timer, &said);
		if (r >= 0)
			return wait_for_it(timer->name, err);
		if (!sd_bus_error_has_name(&said, UNIT_EXISTS) || tried == STOPPING)
			return failed(r, &said, "start", timer->name, err);
		if (tried == 0) {
			stop(bus, timer->name, "timer", &old);
			sd_bus_error_free(&old);
			stop(bus, timer->name, "service", &old);
		}
		usleep(100000);
	}
}

int host_timer_stop(const char *name, struct error *err)
{
	_cleanup_said_ sd_bus_error said = SD_BUS_ERROR_NULL;
	_cleanup_bus_ sd_bus *bus = NULL;
	int r = connect_to(&bus, name, err);

	if (r < 0)
		return r;
	r = stop(bus, name, "timer", &said);
	return r < 0 ? failed(r, &said, "stop", name, err) : 0;
}

/* ---- is it there? ---------------------------------------------------------------------------- */

static int is_active(sd_bus *bus, const char *name, const char *kind, bool *active,
		     sd_bus_error *said)
{
	_cleanup_free_ char *unit = str_printf("%s.%s", name, kind), *state = NULL;
	_cleanup_message_ sd_bus_message *reply = NULL;
	const char *path;
	int r = sd_bus_call_method(bus, SYSTEMD, PATH, MANAGER, "GetUnit", said, &reply, "s", unit);

	*active = false;
	if (r < 0 && sd_bus_error_has_name(said, NO_UNIT))
		return 0;
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &path);
	if (r >= 0)
		r = sd_bus_get_property_string(bus, SYSTEMD, path, UNIT, "ActiveState", said,
					       &state);
	if (r >= 0)
		*active = strcmp(state, "inactive") != 0 && strcmp(state, "failed") != 0;
	return r;
}

int host_timer_waits(const char *name, bool *waits, struct error *err)
{
	static const char *const kinds[] = { "timer", "service" };
	_cleanup_bus_ sd_bus *bus = NULL;
	int r = connect_to(&bus, name, err);

	*waits = false;
	for (size_t i = 0; r == 0 && !*waits && i < ARRAY_SIZE(kinds); i++) {
		_cleanup_said_ sd_bus_error said = SD_BUS_ERROR_NULL;

		r = is_active(bus, name, kinds[i], waits, &said);
		r = r < 0 ? failed(r, &said, "look at", name, err) : 0;
	}
	return r;
}
