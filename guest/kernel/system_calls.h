/* SPDX-License-Identifier: MIT
 *
 * The system calls, as the entry stubs (ia32/entry.S, table system_call_stubs) call them: parameters and
 * results are the user's registers in the frame.
 */
#pragma once

#include "trap.h"

void sys_ipc(struct trap_frame *frame);
void sys_id_nearest(struct trap_frame *frame);
void sys_fpage_unmap(struct trap_frame *frame);
void sys_thread_switch(struct trap_frame *frame);
void sys_thread_schedule(struct trap_frame *frame);
void sys_lthread_ex_regs(struct trap_frame *frame);
void sys_task_new(struct trap_frame *frame);
void sys_thread_segment(struct trap_frame *frame);
