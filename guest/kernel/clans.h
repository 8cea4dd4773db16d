/* SPDX-License-Identifier: MIT
 *
 * Clans and chiefs: through whom a message goes.
 */
#pragma once

#include <l4/syscalls.h>

#include "tcb.h"

/* To whom a message of self for destination really goes, and whether that lies inside or outside its clan.
 * A destination that does not exist is outside. */
struct l4_threadid clans_nearest(const struct tcb *self, struct l4_threadid destination, enum l4_nearest_type *type);

/* The space is in the clan of this task, or in a clan within it. */
bool clans_inside(const struct space *space, unsigned chief);
