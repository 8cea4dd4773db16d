/* SPDX-License-Identifier: MIT
 *
 * Small address spaces: a space whose first 4 to 256 MB are shown in a slot above the user's 3 GB, under every page
 * directory, so that switching to it takes new segments but no new directory. ia32/small_space.c carries it out.
 */
#pragma once

#include "ia32/layout.h"
#include "space.h"

extern unsigned small_slot_size; /* bytes; 4 MB times a power of 2 */

/* The linear address of the space's address 0. */
static inline unsigned space_base(const struct space *space)
{
	return space->small_slot ? SMALL_SPACES_BASE + space->small_slot * small_slot_size : 0;
}

/* The bytes that its segments reach. A large one covers slot 0, too, which nobody owns. */
static inline unsigned space_size(const struct space *space)
{
	return space->small_slot ? small_slot_size : USER_LIMIT + small_slot_size;
}

/* Moves the space into a slot, whose owner becomes large; 0: makes it large. */
void small_space_assign(struct space *space, unsigned slot);

/* The same for the slot that thread_schedule's small byte names: S/4 + number * S/2, S in MB. If S is another size than slots
 * have now, all spaces become large first. */
void small_space_choose(struct space *space, unsigned small);

/* That byte; 0: it is large. */
unsigned small_space_byte(const struct space *space);

/* True: the space has a page table for the address, which the loaded directory did not show in its slot until now. */
bool small_space_show(const struct space *space, unsigned address);

/* The directory entry for an address has changed: no other directory shows it, until small_space_show does again. */
void small_space_hide(const struct space *space, unsigned address);
