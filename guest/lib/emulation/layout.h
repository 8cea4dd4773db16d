/* SPDX-License-Identifier: MIT
 * Where the library stands: two pages just under 3 GB. The first holds its ELF headers, tables and the entry; the
 * second, at fixed places, what must be known before anything is relocated. Below them is the process's signal page.
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

/* The addresses of struct library_landmarks (guest/l4linux/arch/l4/landmarks.h), relative to themselves. */
#define LANDMARKS (TABLE_DESCRIPTOR + 8)

/* The signal page: two register images (struct register_image there), as the main thread had them when it was stopped
 * and as it shall have them when it goes on. */
#define SIGNAL_PAGE 0xBFFFD000
#define IMAGE_IN SIGNAL_PAGE
#define IMAGE_OUT (SIGNAL_PAGE + 0x400)
#define IMAGE_GS 8
#define IMAGE_EIP 60 /* the end of what the main thread pushes */
#define IMAGE_ESP 64
#define IMAGE_FPU 80
#define IMAGE_FPU_MAGIC (IMAGE_FPU + 110) /* 0: what FXSAVE stores is there too */
#define IMAGE_FXSAVE (IMAGE_FPU + 112)	/* aligned to 16 bytes */
#define IMAGE_HAS_FPU 704

#define CPUID_FEATURES 1
#define CPUID_FXSAVE 0x1000000

#define LTHREAD_MAIN 0
#define LTHREAD_SIGNAL 1
#define ID_INVALID 0xFFFFFFFF

/* Word 0 of the signal thread's first message, and of the main thread's when it has been stopped. */
#define SIGNAL_THREAD_READY 0xFFFFFE00
#define STOPPED 0xFFFFFE01

#endif
