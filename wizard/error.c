/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wizard/error.h"

int error_set(struct error *err, int code, const char *remedy, const char *what, ...)
{
	va_list args;

	if (!err)
		return -code;
	err->code = code;
	va_start(args, what);
	vsnprintf(err->what, sizeof(err->what), what, args);
	va_end(args);
	snprintf(err->remedy, sizeof(err->remedy), "%s", remedy ?: "");
	return -code;
}

int error_remedy(struct error *err, const char *remedy, ...)
{
	va_list args;

	if (!err)
		return -EIO;
	va_start(args, remedy);
	vsnprintf(err->remedy, sizeof(err->remedy), remedy, args);
	va_end(args);
	return -err->code;
}

int error_prefix(struct error *err, const char *prefix, ...)
{
	char before[256];
	size_t length;
	va_list args;

	if (!err || !err->code)
		return -EIO;
	va_start(args, prefix);
	vsnprintf(before, sizeof(before), prefix, args);
	va_end(args);
	strncat(before, ": ", sizeof(before) - strlen(before) - 1);
	length = strlen(before);
	memmove(err->what + length, err->what, sizeof(err->what) - length);
	err->what[sizeof(err->what) - 1] = '\0';
	memcpy(err->what, before, length);
	return -err->code;
}
