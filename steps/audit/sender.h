/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sender.h - who sent a message that stands in a file of syslog, or in the kernel's log
 */
#pragma once

#include <stdbool.h>

#include "wizard/piece.h"

/* sender_is_anybody - what stands before a record: does it name a program, as in a file of syslog
 * behind a time, and one that does not hand on what the kernel says? */
bool sender_is_anybody(struct piece before);

/* sender_is_kernel - is this what stands before a message of the kernel, and of nobody else? */
bool sender_is_kernel(struct piece before);
