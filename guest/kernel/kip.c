/* SPDX-License-Identifier: MIT
 *
 * The kernel info page: a page of the kernel's data that sigma0 may map read-only. L4 reference manual, "Kernel
 * Info Page".
 */
#include "kip.h"

#include "memory.h"

union info_page {
	struct l4_kernel_info info;
	unsigned char bytes[FRAME_SIZE];
};

enum { STRINGS_OFFSET = 0xc0, LAYOUT_VERSION = 1, KERNEL_VERSION = 1 };

/* The page is all info: nothing else may share the frame that user level sees. */
static union info_page page __attribute__((aligned(4096))) = {
	.info = {
		.magic = L4_KIP_MAGIC,
		.version = KERNEL_VERSION,
		.strings_offset = STRINGS_OFFSET / 16,
		.layout = LAYOUT_VERSION,
	},
};
extern struct l4_kernel_info kernel_info __attribute__((alias("page")));

unsigned kip_physical(void)
{
	return physical_of(&page);
}

static bool within(struct l4_memory_range range, unsigned address)
{
	return address >= range.low && address < range.high;
}

bool kip_frame_is_info_page(unsigned physical)
{
	return (physical & L4_PAGE_MASK) == physical_of(&page);
}

bool kip_frame_is_users(unsigned physical)
{
	const struct l4_kernel_info *info = &page.info;
	return kip_frame_is_info_page(physical) ||
	       (within(info->main_memory, physical) && !within(info->kernel_code, physical) &&
		!within(info->kernel_data, physical));
}
