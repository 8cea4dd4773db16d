/* SPDX-License-Identifier: MIT
 * Inside the native port only: traps, descriptor tables, interrupt controller (Intel manual, volume 3).
 */
#ifndef NATIVE_H
#define NATIVE_H

#include "process.h"

#define KERNEL_CODE 0x08
#define KERNEL_DATA 0x10
#define USER_CODE 0x1B
#define USER_DATA 0x23
#define TASK_SEGMENT 0x28
#define LOCAL_TABLE_SEGMENT 0x30
#define FIRST_THREAD_AREA 7 /* as on L4, so that programs see the same */

#define VECTOR_PAGE_FAULT 14
#define VECTOR_IRQ_BASE 32
#define VECTOR_TIMER VECTOR_IRQ_BASE
#define VECTOR_SYSTEM_CALL 0x80
#define IRQ_COUNT 16

/* What entry.S leaves on the kernel stack of a trap or interrupt. */
struct trap_frame {
	unsigned es, ds;
	struct syscall_frame user;
	unsigned vector, error_code;
	unsigned eip, cs, eflags, esp, ss; /* esp and ss only if it came from user mode */
};

_Static_assert(sizeof(struct trap_frame) == COROUTINE_RESERVED, "entry.S leaves it at the stack's end");

extern unsigned boot_page_directory[1024];

void native_start(unsigned magic, unsigned information);
void segments_load(void);
void segments_set_kernel_stack(unsigned esp0);
void segments_load_user(struct process *process);
void segments_fork(const struct process *parent, struct process *child);
void segments_keep(const struct process *process); /* FS and GS in process->arch */
void segments_release(const struct process *process);
void ldt_delete(struct process *process);
void interrupt_table_load(void);
void interrupt_controller_start(void);
void interrupt_dispatch(unsigned irq);
void trap(struct trap_frame *frame);
struct trap_frame *user_frame(const struct process *process); /* of its last way into the kernel */
void return_to_user(struct process *process);
void user_signals(struct process *process); /* acts on them, and leads the trap frame into a handler */
void resume_user(struct trap_frame *frame) __attribute__((noreturn));
extern const char return_es[], return_ds[], return_iret[]; /* its instructions that a program's selectors can fail */
void space_load(struct process *process);
void space_forget(unsigned address); /* the processor's own copy of the page's entry */
void fpu_start(void);
void fpu_initialize(struct process *process);
void fpu_load(struct process *process);
void fpu_keep(const struct process *process); /* in memory, in process->arch.fpu */
void fpu_fork(const struct process *parent, struct process *child);
void fpu_release(const struct process *process);

#endif
