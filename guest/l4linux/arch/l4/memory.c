/* SPDX-License-Identifier: MIT
 * The server's memory: all that σ0 gives, asked for at the start, one-to-one (L4 reference manual, "σ0 protocol").
 * By 4 MB where σ0 has them whole, by the page where it has not; the kernel info page says what is the kernel's
 * and need not be asked for.
 */
#include <l4/kip.h>
#include <l4/sigma0.h>

#include "arch.h"
#include "boot.h"
#include "memory.h"
#include "printk.h"

#define SUPERPAGE (1u << L4_SIGMA0_SUPERPAGE_LOG2)

extern char image_start[], image_end[];
extern const struct l4_kernel_info kernel_info; /* l4.ld: the page under the image, filled by get_info_page() */

static void get_info_page(void)
{
	if (!l4_sigma0_get_info_page((unsigned)&kernel_info) || kernel_info.magic != L4_KIP_MAGIC) {
		panic("there is no kernel info page");
	}
}

static bool is_in(const struct l4_memory_range *range, unsigned address)
{
	return address >= range->low && address < range->high;
}

/* log2 of what came at that address; 0: nothing. */
static unsigned ask(unsigned w0, unsigned w1, unsigned address, unsigned size_log2)
{
	struct l4_message answer = l4_ipc_call(l4_sigma0(), L4_SEND_SHORT, w0, w1,
					       l4_receive_window(l4_make_fpage(address, size_log2, 0)), L4_NEVER);

	if (l4_error(answer.result) != L4_OK || !(answer.result & L4_RESULT_MAPPED)) {
		return 0;
	}
	return l4_fpage_size_log2(answer.w1);
}

static void add_by_page(unsigned start, unsigned end)
{
	for (unsigned page = start; page < end; page += PAGE_SIZE) {
		if (is_in(&kernel_info.kernel_code, page) || is_in(&kernel_info.kernel_data, page)) {
			continue;
		}
		if (ask(page, 0, page, L4_PAGE_SIZE_LOG2)) {
			memory_add(page, page + PAGE_SIZE);
		}
	}
}

void arch_memory(void)
{
	unsigned start = (unsigned)image_start & ~(SUPERPAGE - 1);

	get_info_page();
	for (; start < boot_memory_end; start += SUPERPAGE) {
		unsigned size = is_in(&kernel_info.kernel_data, start)
					? 0
					: ask(start | 1, L4_SIGMA0_SUPERPAGE_LOG2 << L4_FPAGE_SIZE_SHIFT,
					      start, L4_SIGMA0_SUPERPAGE_LOG2);
		if (size == L4_SIGMA0_SUPERPAGE_LOG2) {
			memory_add(start, start + SUPERPAGE);
		} else {
			unsigned end = start + SUPERPAGE < boot_memory_end ? start + SUPERPAGE : boot_memory_end;
			add_by_page(start, end);
		}
	}
	memory_exclude((unsigned)image_start, (unsigned)image_end);
}
