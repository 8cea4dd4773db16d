/* SPDX-License-Identifier: MIT
 * Reads the Multiboot information (Multiboot specification 0.6.96, section 3.3) into the server's own memory.
 */
#include "boot.h"
#include "arch.h"
#include "printk.h"

#define FLAG_MEMORY 0x01u
#define FLAG_MODULES 0x08u
#define MODULE_LIMIT 8
#define ONE_MEGABYTE 0x100000u

struct multiboot_information {
	unsigned flags, memory_lower, memory_upper, boot_device, command_line;
	unsigned module_count, modules;
};

struct multiboot_module {
	unsigned start, end, string, reserved;
};

unsigned boot_memory_end;

static struct boot_module modules[MODULE_LIMIT];
static unsigned module_count;

static void copy_string(char *to, unsigned from, unsigned size)
{
	const char *string = from ? direct_map + from : "";
	unsigned length = 0;

	for (; length + 1 < size && string[length]; length++) {
		to[length] = string[length];
	}
	to[length] = 0;
}

void boot_read(unsigned magic, unsigned information_address)
{
	const struct multiboot_information *information = (void *)(direct_map + information_address);

	if (magic != MULTIBOOT_MAGIC) {
		panic("not started by a Multiboot loader");
	}
	if (!(information->flags & FLAG_MEMORY)) {
		panic("the boot loader did not say how much memory there is");
	}
	boot_memory_end = ONE_MEGABYTE + information->memory_upper * 1024;
	if (!(information->flags & FLAG_MODULES)) {
		return;
	}
	const struct multiboot_module *list = (void *)(direct_map + information->modules);
	for (; module_count < information->module_count && module_count < MODULE_LIMIT; module_count++) {
		struct boot_module *module = &modules[module_count];
		module->start = list[module_count].start;
		module->end = list[module_count].end;
		copy_string(module->command_line, list[module_count].string, sizeof(module->command_line));
	}
}

const struct boot_module *boot_module(unsigned n) { return n < module_count ? &modules[n] : NULL; }

const struct boot_module *boot_arguments(void)
{
	const struct boot_module *second = boot_module(arch_modules_before + 1);
	const struct boot_module *first = boot_module(arch_modules_before);

	return second || !first || strcmp(first->command_line, "arguments") != 0 ? second : first;
}

const struct boot_module *boot_program(void)
{
	const struct boot_module *first = boot_module(arch_modules_before);

	return first == boot_arguments() ? NULL : first;
}
