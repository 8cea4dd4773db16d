/* SPDX-License-Identifier: MIT
 *
 * Flexpages: regions of a space whose size is a power of two, mapped as a loop over pages.
 */
#pragma once

#include <l4/types.h>

#include "mapping.h"

/* A send-fpage: where in the window it goes, and what it is. */
struct send_fpage {
	unsigned send_base;
	l4_fpage fpage;
};

/* At least a page, at most the whole space. */
bool fpage_is_valid(l4_fpage fpage);

/* So many bytes are mapped or unmapped before interrupts are let in. */
enum { MAPPED_AT_ONCE_LOG2 = 18 };

/* Maps or grants a valid fpage of one space into the receive window of another; false: out of memory. If it may be preempted,
 * the two spaces stay until it is done or its thread's stack is thrown away. */
bool fpage_map(struct space *from, struct space *to, struct send_fpage item, l4_fpage receive_window, bool preemptible);
