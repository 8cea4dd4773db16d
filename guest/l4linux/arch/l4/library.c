/* SPDX-License-Identifier: MIT
 * The emulation library as the server handles it: copied once to frames of its own, mapped into every process just
 * under 3 GB, announced to programs unless the boot command line says syscalls=trampoline.
 */
#include "arch.h"
#include "boot.h"
#include "elf.h"
#include "l4_port.h"
#include "landmarks.h"
#include "memory.h"
#include "printk.h"

#define SYMBOL_ENTRY "__kernel_vsyscall"
#define SYMBOL_SIGRETURN "__kernel_sigreturn"
#define SYMBOL_RT_SIGRETURN "__kernel_rt_sigreturn"
#define DT_HASH 4
#define DT_STRTAB 5
#define DT_SYMTAB 6

struct dynamic_entry {
	unsigned tag, value;
};

struct symbol {
	unsigned name, value, size;
	unsigned char info, other;
	unsigned short section;
};

extern const char library_file[], library_file_end[];

static unsigned first_frame;
static unsigned entry_address, sigreturn_address, rt_sigreturn_address;
static struct library_landmarks landmarks;
static bool announced;

/* The library is linked to its place; this is where the server sees one of its addresses. */
static const void *inside(unsigned address) { return library_file + (address - LIBRARY_BASE); }

static unsigned dynamic_value(const struct dynamic_entry *dynamic, unsigned tag)
{
	for (; dynamic->tag != 0; dynamic++) {
		if (dynamic->tag == tag) {
			return dynamic->value;
		}
	}
	panic("the emulation library lacks a dynamic entry");
}

static unsigned find_symbol(const char *name)
{
	const struct elf_header *header = (const void *)library_file;
	const struct program_header *segments = (const void *)(library_file + header->program_headers);
	unsigned i = 0;

	while (i < header->program_header_count && segments[i].type != PT_DYNAMIC) {
		i++;
	}
	if (i == header->program_header_count) {
		panic("the emulation library has no dynamic segment");
	}
	const struct dynamic_entry *dynamic = inside(segments[i].virtual_address);
	const struct symbol *symbols = inside(dynamic_value(dynamic, DT_SYMTAB));
	const char *strings = inside(dynamic_value(dynamic, DT_STRTAB));
	const unsigned *hash = inside(dynamic_value(dynamic, DT_HASH));
	for (unsigned n = 0; n < hash[1]; n++) {
		if (strcmp(strings + symbols[n].name, name) == 0) {
			return symbols[n].value;
		}
	}
	panic("the emulation library has no entry");
}

static bool trampoline_wanted(void)
{
	const struct boot_module *self = boot_module(arch_modules_before - 1);

	return self && strstr(self->command_line, "syscalls=trampoline");
}

/* In the library each is relative to its own place. */
static void landmarks_load(void)
{
	unsigned *words = (unsigned *)&landmarks;

	memcpy(words, inside(LIBRARY_LANDMARKS), sizeof(landmarks));
	for (unsigned i = 0; i < sizeof(landmarks) / sizeof(*words); i++) {
		words[i] += LIBRARY_LANDMARKS + i * sizeof(*words);
	}
}

static void library_load(void)
{
	const struct elf_header *header = (const void *)library_file;
	const struct program_header *segment = (const void *)(library_file + header->program_headers);

	if (memcmp(header->magic, "\177ELF", 4) != 0 || segment->type != PT_LOAD || segment->offset != 0 ||
	    segment->virtual_address != LIBRARY_BASE || segment->file_size > LIBRARY_PAGES * PAGE_SIZE) {
		panic("the emulation library is not what this server was built for");
	}
	first_frame = frame_allocate();
	for (unsigned page = 0; page < LIBRARY_PAGES; page++) {
		unsigned frame = page == 0 ? first_frame : frame_allocate();
		if (frame != first_frame + page * PAGE_SIZE) {
			panic("no memory for the emulation library");
		}
		memset(frame_address(frame), 0, PAGE_SIZE);
	}
	memcpy(frame_address(first_frame), library_file, segment->file_size);
	entry_address = find_symbol(SYMBOL_ENTRY);
	sigreturn_address = find_symbol(SYMBOL_SIGRETURN);
	rt_sigreturn_address = find_symbol(SYMBOL_RT_SIGRETURN);
	landmarks_load();
	announced = !trampoline_wanted();
}

static bool signal_page_map(struct process *process)
{
	if (!process->arch.signal_page) {
		process->arch.signal_page = frame_allocate();
	}
	struct region *region = process->arch.signal_page
					? region_add(process, SIGNAL_PAGE, SIGNAL_PAGE + PAGE_SIZE, PROT_READ | PROT_WRITE)
					: NULL;

	if (region) {
		region->fixed_frame = process->arch.signal_page;
		memset(frame_address(region->fixed_frame), 0, PAGE_SIZE);
	}
	return region != NULL;
}

/* The first process brings the library into memory. */
bool library_map(struct process *process)
{
	if (!first_frame) {
		library_load();
	}
	struct region *region = region_add(process, LIBRARY_BASE, LIBRARY_BASE + LIBRARY_PAGES * PAGE_SIZE,
					   PROT_READ | PROT_EXEC);

	if (region) {
		region->fixed_frame = first_frame;
	}
	return region && signal_page_map(process);
}

unsigned library_start_address(void) { return ((const struct elf_header *)library_file)->entry; }

unsigned library_stop_stack(void) { return SIGNAL_PAGE + offsetof(struct register_image, eip); }

const struct library_landmarks *library_landmarks(void) { return &landmarks; }

unsigned arch_sigreturn_address(bool rt) { return rt ? rt_sigreturn_address : sigreturn_address; }

unsigned arch_auxiliary(struct process *process, struct auxiliary_entry *entries)
{
	(void)process;
	if (!announced) {
		return 0;
	}
	entries[0] = (struct auxiliary_entry){ AT_SYSINFO, entry_address };
	entries[1] = (struct auxiliary_entry){ AT_SYSINFO_EHDR, LIBRARY_BASE };
	return 2;
}
