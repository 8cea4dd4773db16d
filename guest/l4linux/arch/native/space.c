/* SPDX-License-Identifier: MIT
 * Address spaces on the bare machine: the logical page tables are the processor's. The kernel's part, at 3 GB
 * and above, is the same in all of them.
 */
#include "arch.h"
#include "boot.h"
#include "memory.h"
#include "native.h"

#define FIRST_KERNEL_ENTRY (USER_LIMIT >> 22)
#define KERNEL_ENTRIES (1024u - FIRST_KERNEL_ENTRY)
#define MEMORY_LIMIT 0x10000000u /* what boot.S maps at 3 GB */

extern char image_end[];

const unsigned arch_modules_before = 0;
const unsigned arch_far_memory = 0xFFFFFFFF; /* all memory is as good */

void arch_far_memory_is_free(void) {}

static unsigned *loaded_directory = boot_page_directory;

static void load(unsigned *directory)
{
	if (directory != loaded_directory) {
		loaded_directory = directory;
		__asm__ volatile("movl %0, %%cr3" : : "r"(frame_of(directory)) : "memory");
	}
}

void space_load(struct process *process) { load(process->page_directory); }

bool arch_space_create(struct process *process)
{
	fpu_initialize(process);
	memcpy(process->page_directory + FIRST_KERNEL_ENTRY, boot_page_directory + FIRST_KERNEL_ENTRY,
	       KERNEL_ENTRIES * sizeof(unsigned));
	return true;
}

bool arch_space_renew(struct process *process)
{
	regions_delete(process);
	fpu_initialize(process);
	segments_release(process);
	ldt_delete(process);
	process->arch.fs = process->arch.gs = 0;
	return true;
}

void arch_space_delete(struct process *process)
{
	fpu_release(process);
	segments_release(process);
	ldt_delete(process);
	if (loaded_directory == process->page_directory) {
		load(boot_page_directory);
	}
}

void space_forget(unsigned address) { __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory"); }

void arch_page_changed(struct process *process, unsigned address, unsigned frame)
{
	(void)frame;
	if (loaded_directory == process->page_directory) {
		space_forget(address);
	}
}

void arch_page_write_protected(struct process *process, unsigned address, unsigned frame)
{
	arch_page_changed(process, address, frame);
}

unsigned arch_auxiliary(struct process *process, struct auxiliary_entry *entries)
{
	(void)process;
	(void)entries;
	return 0;
}

void arch_memory(void)
{
	memory_add(frame_of(image_end), boot_memory_end < MEMORY_LIMIT ? boot_memory_end : MEMORY_LIMIT);
}
