/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "steps/host/manager.h"
#include "wizard/util.h"

#define SYSTEMD "org.freedesktop.systemd1"

pid_t host_main_pid(const char *unit)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_free_ char *name = str_printf("%s.service", unit), *path = NULL;
	uint32_t pid = 0;

	if (sd_bus_open_system(&bus) < 0)
		return 0;
	if (sd_bus_path_encode("/org/freedesktop/systemd1/unit", name, &path) < 0)
		return 0;
	if (sd_bus_get_property_trivial(bus, SYSTEMD, path, SYSTEMD ".Service", "MainPID", NULL,
					'u', &pid) < 0)
		return 0;
	return (pid_t)pid;
}
