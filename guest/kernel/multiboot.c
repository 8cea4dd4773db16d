/* SPDX-License-Identifier: MIT
 *
 * The start of the machine's memory: Multiboot specification 0.6.96, section 3.3 (boot information format), and
 * guest/README.md, "Boot". Modules are moved to the top of the user's memory (or of its first 64 MB), because sigma0
 * and the root task are linked at addresses where a loader may have put them.
 *
 *   0         640K  1M       2M       4M                                                    memory_end
 *   | user    | dev | kernel | sigma0 | root task ...  user ...  | information | modules | pool |
 */
#include "multiboot.h"

#include "console.h"
#include "elf.h"
#include "kip.h"
#include "memory.h"
#include "string.h"

struct multiboot_information {
	unsigned flags, memory_lower, memory_upper, boot_device, command_line, modules_count, modules_address;
	unsigned rest[22]; /* nothing that the kernel passes on */
};

struct multiboot_module {
	unsigned start, end, string, reserved;
};

enum {
	INFORMATION_MEMORY = 1 << 0,
	INFORMATION_MODULES = 1 << 3,
	MAX_MODULES = 8,
	MAX_STRING = 256,
	POOL_SHARE = 8, /* the kernel's share of memory is 1/8 */
	MEGABYTE = 1 << 20,
	KILOBYTE = 1 << 10,
	DEVICE_MEMORY = 640 * KILOBYTE,
};

struct boot_page {
	struct multiboot_information information;
	struct multiboot_module modules[MAX_MODULES];
	char strings[MAX_MODULES][MAX_STRING];
};
_Static_assert(sizeof(struct boot_page) <= FRAME_SIZE, "one frame");

enum { SIGMA0_MODULE, ROOT_MODULE, REQUIRED_MODULES };

extern char kernel_image_start[], kernel_image_end[];

/* All that is wanted of the loader's data, before anything is moved over it. */
static struct boot_page saved;

static unsigned page_down(unsigned address)
{
	return address & ~(FRAME_SIZE - 1u);
}

static void save(const struct multiboot_information *information)
{
	if (!(information->flags & INFORMATION_MEMORY) || !(information->flags & INFORMATION_MODULES)) {
		panic("the boot loader names no memory or no modules");
	}
	if (information->modules_count < REQUIRED_MODULES || information->modules_count > MAX_MODULES) {
		panic("the modules must be sigma0, a root task, and at most six more");
	}
	saved.information = (struct multiboot_information){
		.flags = INFORMATION_MEMORY | INFORMATION_MODULES,
		.memory_lower = information->memory_lower,
		.memory_upper = information->memory_upper,
		.modules_count = information->modules_count,
	};
	const struct multiboot_module *modules = window(information->modules_address);
	for (unsigned i = 0; i < information->modules_count; i++) {
		saved.modules[i] = modules[i];
		const char *string = modules[i].string ? window(modules[i].string) : "";
		for (unsigned c = 0; c < MAX_STRING - 1 && string[c]; c++) {
			saved.strings[i][c] = string[c];
		}
	}
}

/* Below limit, the last module first; returns where they begin now. */
static unsigned move_modules(unsigned limit)
{
	for (unsigned i = saved.information.modules_count; i-- > 0;) {
		struct multiboot_module *module = &saved.modules[i];
		unsigned size = module->end - module->start;
		if (size > limit) {
			panic("the modules do not fit into memory");
		}
		unsigned start = page_down(limit - size);
		for (unsigned other = 0; other < i; other++) {
			if (start < saved.modules[other].end && saved.modules[other].start < start + size) {
				panic("the modules do not fit into memory");
			}
		}
		memmove(window(start), window(module->start), size);
		module->start = start;
		module->end = start + size;
		limit = start;
	}
	return limit;
}

/* Where the modules shall end: within reach of a root task in a small space, if half of one is enough for them. */
static unsigned modules_limit(unsigned pool)
{
	unsigned total = 0;
	for (unsigned i = 0; i < saved.information.modules_count; i++) {
		total += saved.modules[i].end - saved.modules[i].start;
	}
	return total <= FIRST_SMALL_SLOT_SIZE / 2 && pool > FIRST_SMALL_SLOT_SIZE ? FIRST_SMALL_SLOT_SIZE : pool;
}

static unsigned write_boot_page(unsigned address)
{
	for (unsigned i = 0; i < saved.information.modules_count; i++) {
		saved.modules[i].string = address + __builtin_offsetof(struct boot_page, strings) + i * MAX_STRING;
	}
	saved.information.modules_address = address + __builtin_offsetof(struct boot_page, modules);
	memcpy(window(address), &saved, sizeof saved);
	return address;
}

static void load_task(struct l4_boot_task *task, unsigned module, unsigned limit)
{
	struct l4_memory_range allowed = {physical_of(kernel_image_end), limit};
	task->memory = (struct l4_memory_range){saved.modules[module].start, saved.modules[module].end};
	if (!elf_load(&task->memory, allowed, &task->eip)) {
		panic(module == SIGMA0_MODULE ? "module 0 is no ELF image that fits between the kernel and the modules"
					      : "module 1 is no ELF image that fits between the kernel and the modules");
	}
}

unsigned multiboot_prepare(unsigned information)
{
	save(window(information));
	unsigned memory_end = WINDOW_SIZE;
	if (saved.information.memory_upper < (WINDOW_SIZE - MEGABYTE) / KILOBYTE) {
		memory_end = page_down(MEGABYTE + saved.information.memory_upper * KILOBYTE);
	}
	unsigned pool = page_down(memory_end - memory_end / POOL_SHARE);
	unsigned limit = modules_limit(pool);
	unsigned boot_page = write_boot_page(move_modules(limit) - FRAME_SIZE);

	kernel_info.main_memory = (struct l4_memory_range){0, memory_end};
	kernel_info.kernel_code =
		(struct l4_memory_range){physical_of(kernel_image_start), physical_of(kernel_image_end)};
	kernel_info.kernel_data = (struct l4_memory_range){pool, memory_end};
	kernel_info.dedicated[0] = (struct l4_memory_range){DEVICE_MEMORY, MEGABYTE};
	kernel_info.dedicated[1] = (struct l4_memory_range){boot_page, limit};
	load_task(&kernel_info.sigma0, SIGMA0_MODULE, boot_page);
	load_task(&kernel_info.root, ROOT_MODULE, boot_page);
	return boot_page;
}
