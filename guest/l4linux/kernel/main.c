/* SPDX-License-Identifier: MIT
 * The server comes to life: memory, devices, the first process, and then the main loop.
 */
#include "arch.h"
#include "boot.h"
#include "clock.h"
#include "disk.h"
#include "exec.h"
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "printk.h"

static void keep_modules(void)
{
	for (unsigned i = 0; boot_module(i); i++) {
		memory_exclude(boot_module(i)->start, boot_module(i)->end);
	}
}

void linux_main(void)
{
	arch_memory();
	keep_modules();
	memory_ready();
	printk("linux: %u KB of memory\n", memory_size() / 1024);
	clock_start();
	disk_start();

	const struct boot_module *program = boot_program();
	struct process *process = process_create(program ? program->command_line : "sh", first_program);
	if (!process) {
		panic("no memory for the first process");
	}
	serial_start(); /* after the process: what has been typed already, ^C too, is for it */
	process->umask = 022;
	if (!serial_files_open(process)) {
		panic("no memory for the first process's files");
	}
	make_ready(process);
	arch_main_loop();
}
