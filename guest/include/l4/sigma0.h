/* SPDX-License-Identifier: MIT
 *
 * The protocol of sigma0, the initial pager that owns all memory (virtual = physical). A request is a call with two
 * words; a page comes back as a mapping in the receive window, a refusal as a short message with w0 = 0. A page
 * fault is a request too, so a task whose pager is sigma0 simply touches the frame it wants.
 */
#ifndef L4_SIGMA0_H
#define L4_SIGMA0_H

#include <l4/ipc.h>

#define L4_SIGMA0_ANY_PAGE 0xfffffffcu /* w0: any free page */
enum {
	L4_SIGMA0_INFO = 1,               /* w0; with w1 = 1: the kernel info page */
	L4_SIGMA0_INFO_PAGE = 1,          /* w1 */
	L4_SIGMA0_SUPERPAGE_LOG2 = 22,    /* w1 = 22 << 2 with w0 = address | 1: 4 MB at once */
};
/* An address a between these means device memory at a + 1 GB; it comes in 4 MB pages. */
#define L4_SIGMA0_DEVICE_BASE 0x40000000u
#define L4_SIGMA0_DEVICE_END 0xc0000000u

static inline struct l4_threadid l4_sigma0(void)
{
	return l4_make_id(L4_TASK_SIGMA0, 0, 1, L4_TASK_ROOT, 0, 0);
}

static inline struct l4_threadid l4_root_task(void)
{
	return l4_make_id(L4_TASK_ROOT, 0, 1, L4_TASK_ROOT, 0, 0);
}

/* One request; the page arrives at the (page-aligned) address. True if it came. */
static inline int l4_sigma0_request(unsigned w0, unsigned w1, unsigned address, unsigned size_log2)
{
	struct l4_message answer = l4_ipc_call(l4_sigma0(), L4_SEND_SHORT, w0, w1,
					       l4_receive_window(l4_make_fpage(address, size_log2, 0)), L4_NEVER);
	return l4_error(answer.result) == L4_OK && (answer.result & L4_RESULT_MAPPED) != 0;
}

/* The frame at a physical address, writable. */
static inline int l4_sigma0_get_frame(unsigned physical, unsigned address)
{
	return l4_sigma0_request(physical & L4_PAGE_MASK, 0, address, L4_PAGE_SIZE_LOG2);
}

/* Any free frame. */
static inline int l4_sigma0_get_any(unsigned address)
{
	return l4_sigma0_request(L4_SIGMA0_ANY_PAGE, 0, address, L4_PAGE_SIZE_LOG2);
}

/* The 4 MB of device memory that a physical address from 2 GB on is in. */
static inline int l4_sigma0_get_device(unsigned physical, unsigned address)
{
	return l4_sigma0_request((physical - 0x40000000u) & L4_PAGE_MASK, 0, address, L4_SIGMA0_SUPERPAGE_LOG2);
}

/* 4 MB of frames one-to-one, as many of them as sigma0 may give. */
static inline int l4_sigma0_get_superpage(unsigned physical, unsigned address)
{
	return l4_sigma0_request(physical | 1, L4_SIGMA0_SUPERPAGE_LOG2 << L4_FPAGE_SIZE_SHIFT, address,
				 L4_SIGMA0_SUPERPAGE_LOG2);
}

static inline int l4_sigma0_get_info_page(unsigned address)
{
	return l4_sigma0_request(L4_SIGMA0_INFO, L4_SIGMA0_INFO_PAGE, address, L4_PAGE_SIZE_LOG2);
}

#endif
