/* SPDX-License-Identifier: MIT
 * The server lives in a small address space, so that calling it costs neither a CR3 load nor the TLB. Its memory is
 * one-to-one, and a small space ends at 64 MB: if it must touch a frame behind that, the µ-kernel makes it large, which
 * is slower and otherwise the same. When no such frame is in use any more it asks for its slot again.
 */
#include "arch.h"
#include "boot.h"
#include "l4_port.h"
#include "printk.h"

#define SLOT 1u

const unsigned arch_far_memory = L4_SMALL_SPACE_MEGABYTES << 20;

void small_space_enter(void)
{
	const struct boot_module *self = boot_module(arch_modules_before - 1);

	if (self && strstr(self->command_line, "space=large")) {
		return;
	}
	struct l4_schedule_result old = l4_thread_schedule(server, L4_UNCHANGED, l4_invalid());
	unsigned slice_and_priority = old.param & 0xFFF000FFu;
	if (l4_thread_schedule(server, slice_and_priority | l4_small_space(SLOT), l4_invalid()).param == L4_UNCHANGED) {
		printk("linux: the kernel has no small address space for the server; it stays large\n");
	}
}

void arch_far_memory_is_free(void) { small_space_enter(); }
