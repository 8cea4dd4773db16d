/* SPDX-License-Identifier: MIT
 * The waist: everything that the architecture-independent server needs from what it runs on. arch/l4 (an L4
 * task) and arch/native (the bare machine) both implement exactly this; what is not here may not be used above.
 * arch_process.h, found on the include path of each port, gives struct arch_process.
 */
#ifndef LINUX_ARCH_H
#define LINUX_ARCH_H

#include "abi.h"
#include "types.h"

struct process;
struct coroutine;
struct user_state;
struct user_registers;
struct memory_range;

/* Physical address p is seen by the server at direct_map + p; the linker script of each port says where. */
extern char direct_map[];

/* How many Multiboot modules stand before the first program's. */
extern const unsigned arch_modules_before;

/* Frames from this physical address on are given out last; the port hears when none of them is in use any more. */
extern const unsigned arch_far_memory;
void arch_far_memory_is_free(void);

/* Adds the physical memory that is the server's own, its image left out, by memory_add(). */
void arch_memory(void);

/* Starts taking interrupt irq: top_half runs at each, before the line is acknowledged at the 8259. */
void arch_interrupt_start(unsigned irq, void (*top_half)(void));

/* From a top half: bottom_half_run() is to be called soon, outside the top half. */
void arch_bottom_half_raise(void);

/* From anywhere: a process has become ready; whoever runs ready coroutines should look. */
void arch_wakeup(void);

/* A process gets an empty user address space, besides what the port keeps there; false: none is left. */
bool arch_space_create(struct process *process);

/* For execve(): the user address space is empty again, as after arch_space_create(); false: no memory. */
bool arch_space_renew(struct process *process);
void arch_space_delete(struct process *process);

/* The logical page table no longer allows what it did for this page, whose frame is given. */
void arch_page_changed(struct process *process, unsigned address, unsigned frame);

/* The same when only the permission to write has gone. */
void arch_page_write_protected(struct process *process, unsigned address, unsigned frame);

/* The port's share of the auxiliary vector; returns how many entries (at most 2) it wrote. */
unsigned arch_auxiliary(struct process *process, struct auxiliary_entry *entries);

/* In the process's coroutine: enter user mode there, and serve the process from now on. */
void arch_run_user(struct process *process, unsigned eip, unsigned esp) __attribute__((noreturn));

/* In the parent's coroutine, during its system call: what the child needs for arch_run_child(). */
void arch_fork(const struct process *parent, struct process *child);

/* In the child's coroutine: it returns from its parent's system call, with 0. */
void arch_run_child(struct process *child) __attribute__((noreturn));

/* Thread areas have these numbers from the first on; a selector is eight times the number, plus 3. */
extern const unsigned arch_first_thread_area;
void arch_thread_area_changed(struct process *process, unsigned n);

/* The process's local descriptor table: numbers below arch_ldt_entries; 0: there are none. All are free at first. */
extern const unsigned arch_ldt_entries;
bool arch_ldt_exists(const struct process *process); /* something has been written */
unsigned long long arch_ldt_read(const struct process *process, unsigned n);
int arch_ldt_write(struct process *process, unsigned n, unsigned long long descriptor); /* 0 or -ENOMEM */
bool arch_ldt_copy(const struct process *parent, struct process *child); /* for fork(); false: no memory */

/* A process that runs user code now has a signal: make its coroutine see it. */
void arch_interrupt_user(struct process *process);

/* Selectors of the flat segments of programs, and whether a program could load this one. */
extern const unsigned arch_user_code, arch_user_data;
bool arch_selector_is_loadable(const struct process *process, unsigned selector);
bool arch_code_selector_is_loadable(const struct process *process, unsigned selector);

/* --- in the process's coroutine, during its system call */

/* ESP as the program has it. */
unsigned arch_user_stack(const struct process *process);

/* The program goes on with this state instead of the call's; of EFLAGS only those bits count. */
void arch_replace_user_state(struct process *process, const struct user_state *state, unsigned eflags);

/* These registers are those behind the call, but EAX is its number: make them those before it. */
void arch_restart_call(const struct process *process, struct user_registers *registers);

/* Where the code of sigreturn(2) or rt_sigreturn(2) lies in every process; 0: nowhere. */
unsigned arch_sigreturn_address(bool rt);

/* fork() begins: get hold of what arch_fork() will copy. Waits. */
void arch_before_fork(struct process *parent);

/* How long the process has executed its own code, in ticks of the clock. */
unsigned arch_user_ticks(const struct process *process);

/* The loop that runs ready coroutines for ever; the machine's main thread of control ends up here. */
void arch_main_loop(void) __attribute__((noreturn));

void arch_coroutine_create(struct coroutine *coroutine, void (*start)(struct process *),
			   struct process *process);
void arch_coroutine_switch(struct coroutine *from, struct coroutine *to);

void arch_halt(void) __attribute__((noreturn));

#endif
