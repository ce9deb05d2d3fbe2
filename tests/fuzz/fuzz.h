/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz.h - what the targets share: a claim, a file with the bytes, the domains that are asked for
 */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "wizard/util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* claim - what must hold whatever the bytes are. */
#define claim(holds, ...)                                                                          \
	do {                                                                                       \
		if (!(holds)) {                                                                    \
			fprintf(stderr, "%s:%d: " #holds ": ", __FILE__, __LINE__);                \
			fprintf(stderr, __VA_ARGS__);                                              \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static const char *const mysqld[] = { "mysqld_t", NULL };

/* In memory; close() takes it away. path is where it can be opened. */
static inline int file_of(const void *bytes, size_t size, char path[32])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || bytes_write(fd, bytes, size) < 0)
		abort();
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}
