/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "steps/host/who.h"
#include "wizard/util.h"

char *who_named(const char *loginuid, const char *sudo_user, uid_t user)
{
	char *end = NULL;
	uintmax_t number = loginuid ? strtoumax(loginuid, &end, 10) : 0;
	/* (uid_t)-1: not set, as in what was started at boot. */
	bool set = loginuid && end != loginuid && number < (uid_t)-1;
	const struct passwd *known = set ? getpwuid((uid_t)number) : NULL;

	if (!known && sudo_user)
		known = getpwnam(sudo_user);
	if (!known)
		known = getpwuid(user);
	return known ? str_copy(known->pw_name) : str_printf("uid %ju", (uintmax_t)user);
}

char *host_who(void)
{
	_cleanup_free_ char *loginuid = NULL;

	/* A kernel without audit has no such file. */
	(void)file_read("/proc/self/loginuid", &loginuid, NULL, NULL);
	return who_named(loginuid, getenv("SUDO_USER"), getuid());
}

void host_note(const char *program, const char *format, ...)
{
	va_list args;

	openlog(program, LOG_PID, LOG_AUTHPRIV);
	va_start(args, format);
	vsyslog(LOG_NOTICE, format, args);
	va_end(args);
	closelog();
}
