/* SPDX-License-Identifier: MIT
 * ELF for i386, as far as a static program needs it (System V ABI, chapters 4 and 5, and i386 supplement).
 */
#ifndef LINUX_ELF_H
#define LINUX_ELF_H

#define ELFCLASS32 1
#define ELFDATA2LSB 1
#define EV_CURRENT 1
#define EM_386 3
#define PF_X 1u
#define PF_W 2u
#define PF_R 4u

enum elf_type { ET_REL = 1, ET_EXEC = 2, ET_DYN = 3, ET_CORE = 4 };
enum segment_type { PT_LOAD = 1, PT_DYNAMIC = 2, PT_INTERP = 3 };

struct elf_header {
	unsigned char magic[4];
	unsigned char class, data, ident_version, padding[9];
	unsigned short type, machine;
	unsigned version, entry, program_headers, section_headers, flags;
	unsigned short header_size, program_header_size, program_header_count;
	unsigned short section_header_size, section_header_count, section_names;
};

struct program_header {
	unsigned type, offset, virtual_address, physical_address;
	unsigned file_size, memory_size, flags, alignment;
};

#endif
