/* SPDX-License-Identifier: MIT
 *
 * Sigma0's protocol and the kernel info page.
 */
#include "check.h"

void check_sigma0(void)
{
	check("sigma0 maps the kernel info page", l4_sigma0_get_info_page(INFO_PAGE));
	const struct l4_kernel_info *info = kernel_info_page();
	check_equal("kernel info page magic", info->magic, L4_KIP_MAGIC);
	check("main memory is known", info->main_memory.high > 8 << 20);

	check("sigma0 maps any page", l4_sigma0_get_any(SCRATCH));
	*(volatile unsigned *)SCRATCH = 0x12345678;
	check_equal("any page is writable", *(volatile unsigned *)SCRATCH, 0x12345678);

	check("sigma0 maps a frame by its address", l4_sigma0_get_frame(8 << 20, SCRATCH + L4_PAGE_SIZE));
	check("sigma0 maps it again to its owner", l4_sigma0_get_frame(8 << 20, SCRATCH + 2 * L4_PAGE_SIZE));
	*(volatile unsigned *)(SCRATCH + L4_PAGE_SIZE) = 77;
	check_equal("both addresses show one frame", *(volatile unsigned *)(SCRATCH + 2 * L4_PAGE_SIZE), 77);

	check("sigma0 denies the kernel's code", !l4_sigma0_get_frame(info->kernel_code.low, SCRATCH));
	check("sigma0 denies the kernel's data", !l4_sigma0_get_frame(info->kernel_data.low, SCRATCH));
	check("sigma0 denies its own memory", !l4_sigma0_get_frame(info->sigma0.memory.low, SCRATCH));
	check("sigma0 maps 4 MB at once", l4_sigma0_get_superpage(8 << 20, 8 << 20));
	*(volatile unsigned *)((12 << 20) - 4) = 99;
	check_equal("the last page of the 4 MB is there", *(volatile unsigned *)((12 << 20) - 4), 99);
	l4_fpage_unmap(l4_make_fpage(SCRATCH, 14, 0), L4_UNMAP_PAGE | L4_UNMAP_ALL_SPACES);
}

void check_ids(void)
{
	check_equal("id_nearest of nil is my id, low", l4_myself().low, 0x00080001);
	check_equal("id_nearest of nil is my id, high", l4_myself().high, 0x00080000);
	struct l4_nearest nearest = l4_id_nearest(l4_sigma0());
	check("sigma0 is in my clan", nearest.type == L4_SAME_CLAN && l4_same_thread(nearest.id, l4_sigma0()));
	nearest = l4_id_nearest(l4_make_id(UNUSED_TASK, 0, 1, L4_TASK_ROOT, 0, 0));
	check("an unknown thread is outside", nearest.type == L4_OUTER_CLAN);
}
