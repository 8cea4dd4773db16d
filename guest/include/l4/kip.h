/* SPDX-License-Identifier: MIT
 *
 * The kernel info page: what the kernel tells user level about itself and the memory (L4 reference manual,
 * "Kernel Info Page"). The kernel owns and updates it; sigma0 maps it read-only to whoever asks (sigma0.h).
 */
#ifndef L4_KIP_H
#define L4_KIP_H

#define L4_KIP_MAGIC 0x4be6344cu /* "L4", 0xe6, "K" */

struct l4_memory_range {
	unsigned low;
	unsigned high; /* the first byte behind it; 0: an empty entry */
};

struct l4_boot_task {
	unsigned esp;
	unsigned eip;
	struct l4_memory_range memory;
};

enum { L4_KIP_DEDICATED = 5 };

struct l4_kernel_info {
	unsigned magic;
	unsigned version;
	unsigned char strings_offset; /* in 16 bytes */
	unsigned char layout;
	unsigned short reserved0;
	unsigned link;
	struct {
		unsigned init;
		unsigned exception;
		struct l4_memory_range memory;
	} kernel_debugger;
	struct l4_boot_task sigma0;
	struct l4_boot_task sigma1;
	struct l4_boot_task root;
	unsigned configuration[4];
	struct l4_memory_range main_memory;
	struct l4_memory_range kernel_code;                /* reserved_mem0 */
	struct l4_memory_range kernel_data;                /* reserved_mem1: top of memory */
	struct l4_memory_range dedicated[L4_KIP_DEDICATED]; /* given out only when asked for by address */
	volatile unsigned clock_low;                        /* microseconds */
	volatile unsigned clock_high;
	unsigned reserved1[2];
	volatile unsigned processor_hertz; /* 0: not measured yet (it takes 40 ticks), or not measurable */
	unsigned bus_hertz;                /* 0: not known */
};

_Static_assert(__builtin_offsetof(struct l4_kernel_info, sigma0) == 0x20, "sigma0 at 0x20");
_Static_assert(__builtin_offsetof(struct l4_kernel_info, main_memory) == 0x60, "main memory at 0x60");
_Static_assert(__builtin_offsetof(struct l4_kernel_info, clock_low) == 0xa0, "clock at 0xa0");
_Static_assert(__builtin_offsetof(struct l4_kernel_info, processor_hertz) == 0xb0, "frequency at 0xb0");

/* The clock's two halves are written one after the other: read again until the high one stands still. */
static inline unsigned long long l4_clock(const struct l4_kernel_info *info)
{
	unsigned high, low;
	do {
		high = info->clock_high;
		low = info->clock_low;
	} while (high != info->clock_high);
	return (unsigned long long)high << 32 | low;
}

#endif
