/* SPDX-License-Identifier: MIT
 *
 * The system calls besides ipc, as inline functions for any guest program: Version 2's id_nearest, fpage_unmap,
 * thread_switch, thread_schedule, lthread_ex_regs and task_new, and thread_segment, an extension. Those that use every
 * register, EBP too, go through a register block in memory.
 */
#ifndef L4_SYSCALLS_H
#define L4_SYSCALLS_H

#include <l4/ipc.h>

/* What id_nearest says of the road to a thread; the bits are those of an ipc result. */
enum l4_nearest_type {
	L4_SAME_CLAN = 0,
	L4_OUTER_CLAN = L4_RESULT_REDIRECTED,
	L4_INNER_CLAN = L4_RESULT_REDIRECTED | L4_RESULT_FROM_INNER,
};

struct l4_nearest {
	enum l4_nearest_type type;
	struct l4_threadid id;
};

static inline struct l4_nearest l4_id_nearest(struct l4_threadid destination)
{
	struct l4_nearest nearest;
	unsigned type;

	__asm__ volatile("pushl %%ebp\n" L4_CFI(".cfi_remember_state") L4_CFI(".cfi_adjust_cfa_offset 4")
			 "int %[vector]\n"
			 "popl %%ebp\n" L4_CFI(".cfi_restore_state")
			 : "=a"(type), "=S"(nearest.id.low), "=D"(nearest.id.high)
			 : [vector] "i"(L4_VECTOR_ID_NEAREST), "1"(destination.low), "2"(destination.high)
			 : "ebx", "ecx", "edx", "memory", "cc");
	nearest.type = (enum l4_nearest_type)type;
	return nearest;
}

static inline struct l4_threadid l4_myself(void)
{
	return l4_id_nearest(l4_nil()).id;
}

static inline void l4_fpage_unmap(l4_fpage fpage, unsigned mask)
{
	unsigned a = fpage;
	unsigned c = mask;

	__asm__ volatile("pushl %%ebp\n" L4_CFI(".cfi_remember_state") L4_CFI(".cfi_adjust_cfa_offset 4")
			 "int %[vector]\n"
			 "popl %%ebp\n" L4_CFI(".cfi_restore_state")
			 : "+a"(a), "+c"(c)
			 : [vector] "i"(L4_VECTOR_FPAGE_UNMAP)
			 : "ebx", "edx", "esi", "edi", "memory", "cc");
}

/* nil yields; else the rest of the time slice goes to that thread. */
static inline void l4_thread_switch(struct l4_threadid destination)
{
	unsigned low = destination.low;
	unsigned high = destination.high;

	__asm__ volatile("pushl %%ebp\n" L4_CFI(".cfi_remember_state") L4_CFI(".cfi_adjust_cfa_offset 4")
			 "int %[vector]\n"
			 "popl %%ebp\n" L4_CFI(".cfi_restore_state")
			 : "+S"(low), "+D"(high)
			 : [vector] "i"(L4_VECTOR_THREAD_SWITCH)
			 : "eax", "ebx", "ecx", "edx", "memory", "cc");
}

struct l4_registers {
	unsigned eax, ecx, edx, ebx, ebp, esi, edi;
};

/* Loads all registers from the block, traps, and stores all of them back. */
#define L4_TRAP_WITH(registers, vector_number)                                                                         \
	do {                                                                                                           \
		struct l4_registers *block = (registers);                                                              \
		__asm__ volatile("pushl %%ebp\n" L4_CFI(".cfi_remember_state") L4_CFI(".cfi_adjust_cfa_offset 4")      \
				 "pushl %%eax\n" L4_CFI(".cfi_adjust_cfa_offset 4")                                    \
				 "movl 4(%%eax), %%ecx\n"                                                              \
				 "movl 8(%%eax), %%edx\n"                                                              \
				 "movl 12(%%eax), %%ebx\n"                                                             \
				 "movl 16(%%eax), %%ebp\n"                                                             \
				 "movl 20(%%eax), %%esi\n"                                                             \
				 "movl 24(%%eax), %%edi\n"                                                             \
				 "movl (%%eax), %%eax\n"                                                               \
				 "int %[vector]\n"                                                                     \
				 "xchgl %%eax, (%%esp)\n"                                                              \
				 "movl %%ecx, 4(%%eax)\n"                                                              \
				 "movl %%edx, 8(%%eax)\n"                                                              \
				 "movl %%ebx, 12(%%eax)\n"                                                             \
				 "movl %%ebp, 16(%%eax)\n"                                                             \
				 "movl %%esi, 20(%%eax)\n"                                                             \
				 "movl %%edi, 24(%%eax)\n"                                                             \
				 "popl (%%eax)\n" L4_CFI(".cfi_adjust_cfa_offset -4")                                  \
				 "popl %%ebp\n" L4_CFI(".cfi_restore_state")                                           \
				 : "+a"(block)                                                                         \
				 : [vector] "i"(vector_number)                                                         \
				 : "ebx", "ecx", "edx", "esi", "edi", "memory", "cc");                                 \
	} while (0)

/* thread_schedule's parameter word: m_t:8 | e_t:4 | state:4 (out) | small:8 | priority:8 */
static inline unsigned l4_schedule_param(unsigned priority, unsigned slice_mantissa, unsigned slice_exponent)
{
	return slice_mantissa << 24 | slice_exponent << 20 | priority;
}

/* Small address spaces: to be or'ed to the parameter word. All have one size of S megabytes, 4 to 256 and a power of 2, in a
 * byte that says S/4 + number * S/2, with numbers below 512/S. The kernel starts with 64; whoever names another size makes
 * all tasks large, and it is the size from then on. Number 0 is no small space: the task becomes large. A byte of 0 or 255
 * leaves the task where it is, 0 is what comes back for a large one. */
enum l4_small_spaces { L4_SMALL_SPACES = 7, L4_SMALL_SPACE_MEGABYTES = 64 };

static inline unsigned l4_small_space_of(unsigned megabytes, unsigned number)
{
	return (megabytes / 4 + number * (megabytes / 2)) << 8;
}

/* Of 64 MB. */
static inline unsigned l4_small_space(unsigned number)
{
	return l4_small_space_of(L4_SMALL_SPACE_MEGABYTES, number);
}

static inline unsigned l4_small_space_number(unsigned param)
{
	return (param >> 8 & 0xff) / (L4_SMALL_SPACE_MEGABYTES / 2);
}

/* States in bits 19..16 of the parameter word that comes back. */
enum l4_schedule_state {
	L4_STATE_RUNNING = 0,
	L4_STATE_SENDING = 4,
	L4_STATE_RECEIVING = 8,
	L4_STATE_WAITING = 12,
	L4_STATE_PENDING_SEND = 13,
	L4_STATE_DEAD = 15,
	L4_STATE_PAGER_RPC = 1, /* added to receiving: for the answer to a call that the kernel makes for the thread */
	L4_STATE_INTERNAL_PREEMPTER_RPC = 2,
	L4_STATE_EXTERNAL_PREEMPTER_RPC = 3,
};

struct l4_schedule_result {
	unsigned param; /* 0xffffffff: no such thread, its priority is above the caller's maximum, or no such slot */
	struct l4_threadid preempter;
	struct l4_threadid partner;
	unsigned time_low;  /* consumed processor time in microseconds, 48 bits, with ... */
	unsigned time_high; /* ... the wakeup's mantissa and exponent in bits 31..20 */
};

/* param 0xffffffff and an invalid preempter ask only. */
static inline struct l4_schedule_result l4_thread_schedule(struct l4_threadid destination, unsigned param,
							   struct l4_threadid preempter)
{
	struct l4_registers r = {
		.eax = param,
		.ebx = preempter.low,
		.ebp = preempter.high,
		.esi = destination.low,
		.edi = destination.high,
	};
	L4_TRAP_WITH(&r, L4_VECTOR_THREAD_SCHEDULE);
	return (struct l4_schedule_result){
		.param = r.eax,
		.preempter = {r.ebx, r.ebp},
		.partner = {r.esi, r.edi},
		.time_low = r.ecx,
		.time_high = r.edx,
	};
}

#define L4_UNCHANGED 0xffffffffu

struct l4_thread_registers {
	unsigned eip;
	unsigned esp;
	unsigned eflags; /* out only */
	struct l4_threadid preempter;
	struct l4_threadid pager;
};

/* Sets what is not L4_UNCHANGED (or invalid) in a thread of the caller's task, creates it if need be, returns the old. */
static inline struct l4_thread_registers l4_lthread_ex_regs(unsigned lthread, unsigned eip, unsigned esp,
							    struct l4_threadid preempter, struct l4_threadid pager)
{
	struct l4_registers r = {
		.eax = lthread,
		.ecx = esp,
		.edx = eip,
		.ebx = preempter.low,
		.ebp = preempter.high,
		.esi = pager.low,
		.edi = pager.high,
	};
	L4_TRAP_WITH(&r, L4_VECTOR_LTHREAD_EX_REGS);
	return (struct l4_thread_registers){
		.eip = r.edx,
		.esp = r.ecx,
		.eflags = r.eax,
		.preempter = {r.ebx, r.ebp},
		.pager = {r.esi, r.edi},
	};
}

/* An extension to Version 2, beside the mcp of task_new: IN, OUT, CLI and STI are exceptions in the new task, and in
 * all that it makes in turn. Without it a task may use them, as in the first L4 for the Pentium. */
#define L4_TASK_WITHOUT_IO 0x80000000u

/* Deletes the task if it is active. With a pager: makes it anew and starts lthread 0; mcp is its maximum controlled
 * priority. Without (nil): it stays inactive, and the task of mcp_or_chief may create it from now on. The new id, or
 * nil on failure; always use the returned id, its version is new. */
static inline struct l4_threadid l4_task_new(struct l4_threadid task, unsigned mcp_or_chief, unsigned esp, unsigned eip,
					     struct l4_threadid pager)
{
	struct l4_registers r = {
		.eax = mcp_or_chief,
		.ecx = esp,
		.edx = eip,
		.ebx = pager.low,
		.ebp = pager.high,
		.esi = task.low,
		.edi = task.high,
	};
	L4_TRAP_WITH(&r, L4_VECTOR_TASK_NEW);
	return (struct l4_threadid){r.esi, r.edi};
}

/* An extension to Version 2, for thread-local storage: a thread has this many data segments of its own. Their selectors
 * are the same in all threads, so that a debugger or a libc finds them where it has left them. */
enum { L4_THREAD_SEGMENTS = 3 };
#define L4_SEGMENT_WRAPS 0xffffffffu

/* Sets a segment of a thread (nil: the caller) of the caller's task or of a task whose chief is the caller's. The base
 * is an address within the task's space, limit the last offset; L4_SEGMENT_WRAPS also allows negative offsets, down to
 * the space's first page; 0 takes the segment away. Whatever base and limit are, the segment reaches nothing outside
 * the space, and never both sides of its base at once: the kernel turns it round when it is used on the other side.
 * EAX: number, EDX: base, ECX: limit, ESI:EDI: thread; result in EAX: the selector, 0 if refused. All other registers
 * keep their values. The segment registers are the thread's own business. */
static inline unsigned l4_thread_segment(struct l4_threadid thread, unsigned number, unsigned base, unsigned limit)
{
	struct l4_registers r = {
		.eax = number,
		.ecx = limit,
		.edx = base,
		.esi = thread.low,
		.edi = thread.high,
	};
	L4_TRAP_WITH(&r, L4_VECTOR_THREAD_SEGMENT);
	return r.eax;
}

/* The thread's user-level exception table: 32 gates in hardware format. */
struct l4_idt_gate {
	unsigned short offset_low;
	unsigned short selector; /* ignored */
	unsigned short type;     /* L4_IDT_TRAP_GATE */
	unsigned short offset_high;
};
enum { L4_IDT_GATES = 32, L4_IDT_TRAP_GATE = 0xef00 };

static inline struct l4_idt_gate l4_make_gate(void (*handler)(void))
{
	unsigned address = (unsigned)handler;
	return (struct l4_idt_gate){(unsigned short)address, 0, L4_IDT_TRAP_GATE, (unsigned short)(address >> 16)};
}

/* Installs a table (emulated LIDT [EAX]); null: none. */
static inline void l4_load_idt(const struct l4_idt_gate *table)
{
	struct {
		unsigned short limit;
		unsigned base;
	} __attribute__((packed)) descriptor = {L4_IDT_GATES * sizeof(struct l4_idt_gate) - 1, (unsigned)table};

	/* Exactly LIDT [EAX]: the only form that the kernel emulates. */
	__asm__ volatile("lidt (%%eax)" : : "a"(&descriptor), "m"(descriptor) : "memory");
}

#endif
