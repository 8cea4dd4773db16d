/* SPDX-License-Identifier: MIT
 * Thread areas on L4: the µ-kernel gives each thread three segments of its own (l4_thread_segment), which reach
 * nothing outside its space whatever their base and limit.
 */
#include "arch.h"
#include "l4_port.h"

#define FIRST_SELECTOR 0x3B /* what l4_thread_segment() returns for number 0 */

_Static_assert(THREAD_AREAS == (int)L4_THREAD_SEGMENTS, "as many as the kernel has");

const unsigned arch_first_thread_area = FIRST_SELECTOR / 8;

void arch_thread_area_changed(struct process *process, unsigned n)
{
	const struct thread_area *area = &process->thread_areas[n];

	if (l4_is_nil(process->arch.thread)) {
		return; /* thread_areas_start() will */
	}
	l4_thread_segment(process->arch.thread, n, area->base, area->limit);
}

/* The µ-kernel gives a task no descriptors but those, so there is no local table. */
const unsigned arch_ldt_entries = 0;

bool arch_ldt_exists(const struct process *process)
{
	(void)process;
	return false;
}

unsigned long long arch_ldt_read(const struct process *process, unsigned n)
{
	(void)process;
	(void)n;
	return 0;
}

int arch_ldt_write(struct process *process, unsigned n, unsigned long long descriptor)
{
	(void)process;
	(void)n;
	(void)descriptor;
	return -ENOMEM;
}

bool arch_ldt_copy(const struct process *parent, struct process *child)
{
	(void)parent;
	(void)child;
	return true;
}

/* The process has a new main thread, which has not run yet. */
void thread_areas_start(struct process *process)
{
	for (unsigned n = 0; n < THREAD_AREAS; n++) {
		if (process->thread_areas[n].limit) {
			arch_thread_area_changed(process, n);
		}
	}
}
