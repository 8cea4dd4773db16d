/* SPDX-License-Identifier: MIT
 *
 * Flexpages: mapping a send-fpage into a receive window, and the system call fpage_unmap. L4 reference manual,
 * "Flexpages" and "fpage_unmap". Pages that the sender does not have are left out, silently.
 */
#include "fpage.h"

#include <l4/probes.h>

#include "ia32/cpu.h"
#include "memory.h"
#include "system_calls.h"
#include "tcb.h"

enum { PREEMPTION_DISTANCE = 1 << MAPPED_AT_ONCE_LOG2 };

static unsigned offset_mask(unsigned size_log2)
{
	return size_log2 >= L4_WHOLE_SPACE_LOG2 ? ~0u : (1u << size_log2) - 1;
}

static unsigned base_of(l4_fpage fpage)
{
	return fpage & L4_PAGE_MASK & ~offset_mask(l4_fpage_size_log2(fpage));
}

bool fpage_is_valid(l4_fpage fpage)
{
	unsigned size_log2 = l4_fpage_size_log2(fpage);
	return size_log2 >= L4_PAGE_SIZE_LOG2 && size_log2 <= L4_WHOLE_SPACE_LOG2;
}

/* The source's and destination's addresses are below the user limit, or the page is not mapped. */
static bool map_pages(struct map_request *request, unsigned last_offset, bool preemptible)
{
	unsigned source = request->source;
	unsigned destination = request->destination;
	unsigned offset = 0;
	for (;;) {
		request->source = source + offset;
		request->destination = destination + offset;
		if (request->source >= USER_LIMIT || request->destination >= USER_LIMIT) {
			return true;
		}
		request->left = last_offset - offset;
		if (mapping_map(request) == MAP_NO_MEMORY) {
			return false;
		}
		if (request->done > request->left) {
			return true;
		}
		offset += request->done;
		if (preemptible && offset % PREEMPTION_DISTANCE == 0) {
			preemption_point();
		}
	}
}

bool fpage_map(struct space *from, struct space *to, struct send_fpage item, l4_fpage receive_window, bool preemptible)
{
	unsigned send_mask = offset_mask(l4_fpage_size_log2(item.fpage));
	unsigned window_mask = offset_mask(l4_fpage_size_log2(receive_window));
	struct map_request request = {
		.from = from,
		.to = to,
		.source = base_of(item.fpage),
		.destination = base_of(receive_window),
		.writable = (item.fpage & L4_FPAGE_WRITABLE) != 0,
		.grant = (item.fpage & L4_FPAGE_GRANT) != 0,
	};
	unsigned size_log2 = l4_fpage_size_log2(item.fpage);
	if (send_mask > window_mask) {
		/* Only the window-sized part that the send base selects. */
		request.source += item.send_base & send_mask & ~window_mask;
		size_log2 = l4_fpage_size_log2(receive_window);
	} else {
		request.destination += item.send_base & window_mask & ~send_mask;
	}
	if (from == to || to == sigma0_space) {
		return true; /* maps within a task are ignored; sigma0's mappings are roots */
	}
	unsigned source = request.source, destination = request.destination;
	bool done = map_pages(&request, offset_mask(size_log2) & L4_PAGE_MASK, preemptible);
	if (request.grant) {
		L4_PROBE6("l4", "grant", from, to, source, destination, size_log2, request.writable);
	} else {
		L4_PROBE6("l4", "map", from, to, source, destination, size_log2, request.writable);
	}
	return done;
}

void sys_fpage_unmap(struct trap_frame *frame)
{
	l4_fpage fpage = frame->eax;
	unsigned mask = frame->ecx;
	if (!fpage_is_valid(fpage)) {
		return;
	}
	struct space *space = current->space;
	unsigned address = base_of(fpage);
	unsigned size_log2 = l4_fpage_size_log2(fpage);
	unsigned last = address + (offset_mask(size_log2) & L4_PAGE_MASK);
	bool own = (mask & L4_UNMAP_ALL_SPACES) != 0;
	bool write_access_only = !(mask & L4_UNMAP_PAGE);
	while (address <= last && address < USER_LIMIT) {
		unsigned done = mapping_unmap(space, address, last - address, own, write_access_only);
		address += done;
		if (done == 0 || address % PREEMPTION_DISTANCE == 0) {
			preemption_point();
		}
	}
	L4_PROBE4("l4", "unmap", space, base_of(fpage), size_log2, mask);
}
