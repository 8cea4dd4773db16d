/* SPDX-License-Identifier: MIT
 * The first stack of a coroutine, as arch_coroutine_switch() will unwind it. Both ports share this.
 */
#include "ia32.h"
#include "process.h"

void coroutine_begin(void);

struct coroutine_frame {
	unsigned eflags, edi, esi, ebx, ebp;
	void (*eip)(void);
};

void arch_coroutine_create(struct coroutine *coroutine, void (*start)(struct process *),
			   struct process *process)
{
	unsigned top = (unsigned)coroutine->stack + PAGE_SIZE - COROUTINE_RESERVED;
	struct coroutine_frame *frame = (struct coroutine_frame *)(top - sizeof(*frame) - 8);

	*frame = (struct coroutine_frame){
		.eflags = EFLAGS_IF,
		.ebx = (unsigned)start,
		.esi = (unsigned)process,
		.eip = coroutine_begin,
	};
	coroutine->esp = (unsigned)frame;
}
