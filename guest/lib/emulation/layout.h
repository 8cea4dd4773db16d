/* SPDX-License-Identifier: MIT
 * Where the library stands: two pages just under 3 GB. The first holds its ELF headers, tables and the entry; the
 * second, at fixed places, what must be known before anything is relocated.
 */
#ifndef EMULATION_LAYOUT_H
#define EMULATION_LAYOUT_H

#define EXCEPTIONS 0xBFFFF000 /* emulation.ld asserts that the section stands here */
#define STUB_SIZE 16
#define STUB_COUNT 32
#define TABLE (EXCEPTIONS + STUB_COUNT * STUB_SIZE)
#define TABLE_SIZE (STUB_COUNT * 8)
#define TABLE_DESCRIPTOR (TABLE + TABLE_SIZE)

/* Word 0 of a message: a system-call number below this, this for any number beyond, or EXCEPTION | vector. */
#define NUMBER_BEYOND 4095
#define EXCEPTION 0xFFFFFF00

#define LINUX_EINTR 4

#endif
