/* SPDX-License-Identifier: MIT
 *
 * Sigma0, the initial pager. It owns all memory that the kernel does not, virtual = physical, and gives each frame
 * to one task, by page fault or by request. L4 reference manual, "Sigma0 RPC protocol"; clients use l4/sigma0.h.
 */
#include <l4/kip.h>
#include <l4/sigma0.h>

#include "memory_map.h"

void sigma0_main(const struct l4_kernel_info *info) __attribute__((noreturn));

struct reply {
	unsigned send_descriptor, w0, w1;
};

enum { FAULT_WRITE = 2, SUPERPAGE_REQUEST = 1, SUPERPAGE_SIZE = 1 << L4_SIGMA0_SUPERPAGE_LOG2 };

static const struct reply denied = {L4_SEND_SHORT, 0, 0};

static struct reply map(unsigned address, unsigned size_log2, enum l4_fpage_rights rights)
{
	return (struct reply){L4_SEND_MAP, address & L4_PAGE_MASK, l4_make_fpage(address, size_log2, rights)};
}

static struct reply info_or_count(const struct l4_kernel_info *info, unsigned w1)
{
	if ((w1 & 0xff) == L4_SIGMA0_INFO_PAGE) {
		return map((unsigned)info, L4_PAGE_SIZE_LOG2, L4_FPAGE_READ_ONLY);
	}
	/* The kernel took its share when it started: none is recommended on top. */
	return denied;
}

static struct reply any_page(unsigned task)
{
	unsigned address;
	if (!memory_map_take_any(task, &address)) {
		return denied;
	}
	return map(address, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE);
}

/* All 4 MB if the task may have every frame, else the one page. */
static struct reply superpage(unsigned address, unsigned task)
{
	unsigned start = address & ~(SUPERPAGE_SIZE - 1u);
	bool whole = true;
	for (unsigned page = start; whole && page - start < SUPERPAGE_SIZE; page += L4_PAGE_SIZE) {
		whole = memory_map_allows(page, task);
	}
	if (whole) {
		for (unsigned page = start; page - start < SUPERPAGE_SIZE; page += L4_PAGE_SIZE) {
			memory_map_take(page, task);
		}
		return map(start, L4_SIGMA0_SUPERPAGE_LOG2, L4_FPAGE_WRITABLE);
	}
	return memory_map_take(address, task) ? map(address, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE) : denied;
}

static struct reply answer(const struct l4_kernel_info *info, const struct l4_message *request)
{
	unsigned task = l4_task_of(request->source);
	unsigned w0 = request->w0 & ~(unsigned)FAULT_WRITE;

	if (w0 == L4_SIGMA0_INFO) {
		return info_or_count(info, request->w1);
	}
	if (w0 == L4_SIGMA0_ANY_PAGE) {
		return any_page(task);
	}
	if (w0 & SUPERPAGE_REQUEST) {
		bool is_superpage = request->w1 == L4_SIGMA0_SUPERPAGE_LOG2 << L4_FPAGE_SIZE_SHIFT;
		return is_superpage ? superpage(w0, task) : denied;
	}
	if (w0 >= L4_SIGMA0_DEVICE_BASE && w0 < L4_SIGMA0_DEVICE_END) {
		/* Anyone's. */
		return map(w0, L4_SIGMA0_SUPERPAGE_LOG2, L4_FPAGE_WRITABLE);
	}
	return memory_map_take(w0, task) ? map(w0, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE) : denied;
}

void sigma0_main(const struct l4_kernel_info *info)
{
	memory_map_initialize(info);
	struct l4_message request = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		if (l4_error(request.result) != L4_OK) {
			/* The client did not wait for its answer: that costs the client only. */
			request = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
			continue;
		}
		struct reply reply = answer(info, &request);
		request = l4_ipc_reply_and_wait(request.source, reply.send_descriptor, reply.w0, reply.w1,
						L4_RECEIVE_SHORT, L4_SEND_AT_ONCE);
	}
}
