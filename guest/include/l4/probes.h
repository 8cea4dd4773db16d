/* SPDX-License-Identifier: MIT
 *
 * Static probes: the places where the guest's code says "this happened".
 *
 * A probe is one NOP in the code and an ELF note in the .note.stapsdt format (SystemTap's) that says where the
 * NOP stands and where its arguments are at that moment. Nothing reads the note in the guest: a debugger does,
 * so an event breakpoint, a trace or a profile costs the guest exactly one NOP, listened to or not.
 *
 * The table: provider, name, arguments in order, and when. Pointers are to the structures of the image that
 * holds the probe; ids are l4_threadid halves; addresses are virtual in the space named beside them.
 *
 * provider "l4" (the kernel)
 *   ipc-send       tcb sender, to.low, to.high, send_descriptor, receive_descriptor, w0, w1
 *                  once for each ipc system call with a send phase, before any check of the destination
 *   ipc-receive    tcb receiver, from.low, from.high, w0, w1, result
 *                  a message of a thread has reached its receiver; before the receiver returns to user mode
 *   page-fault     tcb thread, address, error_code, eip
 *                  once for each page fault taken in user mode or on a user address; before it is handled
 *   pf-rpc         tcb thread, pager.low, pager.high, w0 (address | 2 on a write), w1 (eip)
 *                  the kernel sends a page-fault message on behalf of the thread
 *   map            space from, space to, from_address, to_address, size_log2, writable
 *                  one flexpage (cut to the receive window) has been mapped
 *   grant          as map
 *   unmap          space invoker, address, size_log2, mask
 *                  fpage_unmap has been carried out
 *   thread-switch  tcb from, tcb to             before the switch of stacks
 *   switch-space   space from, space to         after the address space has been switched, by whatever means
 *   small-space-switch  space from, space to    the same, if the segments were all that changed: no CR3 load
 *   tlb-flush      space                        CR3 has been loaded, which empties the TLB unless it is tagged
 *   segment-flip   tcb thread, selector, expands_down, eip
 *                  one of the thread's own segments now reaches the other side of its base (syscalls.h,
 *                  l4_thread_segment); the instruction is tried again
 *   irq-ipc        irq, tcb thread              an interrupt is delivered as a message
 *   exception      tcb thread, vector, error_code, eip    before delivery to the thread's own IDT, or its shutdown
 *   thread-create  tcb thread
 *   thread-delete  tcb thread
 *   wakeup         tcb thread                   its timeout has run out
 *   panic          message (char *)             the kernel gives up; it halts after this
 *
 * provider "linux" (the Linux server, and the native kernel)
 *   linux-syscall         process, number, frame (struct syscall_frame *, in server memory)   before dispatch
 *   linux-syscall-return  process, number, result                                             after it
 *   coroutine-switch      process from (0: the message loop), process to
 *   exec                  process             a program has been loaded
 *   exit                  process, status     wait(2) status
 *   fork                  process parent, process child
 *   signal-deliver        process, signal
 *   panic                 message (char *)
 *
 * provider "emulation" (the emulation library in each process)
 *   syscall-entry         number              the library's entry has been called
 *   syscall-exit          result
 *   trampoline            number              int 0x80 has been caught at user level
 *
 * Arguments are 32-bit unless written. A reader must accept: registers, immediates, disp(base,index,scale), and
 * symbol+offset.
 */
#ifndef L4_PROBES_H
#define L4_PROBES_H

#ifdef __ASSEMBLER__

/* PROBE_ASM provider, name, "4@%eax 4@$7 ..." */
.macro PROBE_ASM provider:req, name:req, arguments
990:	nop
	.pushsection .note.stapsdt, "", "note"
	.balign 4
	.4byte 992f - 991f, 994f - 993f, 3
991:	.asciz "stapsdt"
992:	.balign 4
993:	.4byte 990b, 0, 0
	.asciz "\provider"
	.asciz "\name"
	.asciz "\arguments"
994:	.balign 4
	.popsection
.endm

#else

#define L4_PROBE_NOTE(provider, name, arguments)                                                   \
	"990:	nop\n"                                                                             \
	"	.pushsection .note.stapsdt, \"\", \"note\"\n"                                      \
	"	.balign 4\n"                                                                       \
	"	.4byte 992f - 991f, 994f - 993f, 3\n"                                              \
	"991:	.asciz \"stapsdt\"\n"                                                              \
	"992:	.balign 4\n"                                                                       \
	"993:	.4byte 990b, 0, 0\n"                                                               \
	"	.asciz \"" provider "\"\n"                                                         \
	"	.asciz \"" name "\"\n"                                                             \
	"	.asciz \"" arguments "\"\n"                                                        \
	"994:	.balign 4\n"                                                                       \
	"	.popsection"

#define L4_ARG(x) "nor"((unsigned)(x))

#define L4_PROBE1(provider, name, a)                                                               \
	__asm__ volatile(L4_PROBE_NOTE(provider, name, "4@%0") : : L4_ARG(a))
#define L4_PROBE2(provider, name, a, b)                                                            \
	__asm__ volatile(L4_PROBE_NOTE(provider, name, "4@%0 4@%1") : : L4_ARG(a), L4_ARG(b))
#define L4_PROBE3(provider, name, a, b, c)                                                         \
	__asm__ volatile(L4_PROBE_NOTE(provider, name, "4@%0 4@%1 4@%2")                           \
			 :                                                                         \
			 : L4_ARG(a), L4_ARG(b), L4_ARG(c))
#define L4_PROBE4(provider, name, a, b, c, d)                                                      \
	__asm__ volatile(L4_PROBE_NOTE(provider, name, "4@%0 4@%1 4@%2 4@%3")                      \
			 :                                                                         \
			 : L4_ARG(a), L4_ARG(b), L4_ARG(c), L4_ARG(d))
#define L4_PROBE5(provider, name, a, b, c, d, e)                                                   \
	__asm__ volatile(L4_PROBE_NOTE(provider, name, "4@%0 4@%1 4@%2 4@%3 4@%4")                 \
			 :                                                                         \
			 : L4_ARG(a), L4_ARG(b), L4_ARG(c), L4_ARG(d), L4_ARG(e))
#define L4_PROBE6(provider, name, a, b, c, d, e, f)                                                \
	__asm__ volatile(L4_PROBE_NOTE(provider, name, "4@%0 4@%1 4@%2 4@%3 4@%4 4@%5")            \
			 :                                                                         \
			 : L4_ARG(a), L4_ARG(b), L4_ARG(c), L4_ARG(d), L4_ARG(e), L4_ARG(f))
#define L4_PROBE7(provider, name, a, b, c, d, e, f, g)                                             \
	__asm__ volatile(L4_PROBE_NOTE(provider, name, "4@%0 4@%1 4@%2 4@%3 4@%4 4@%5 4@%6")       \
			 :                                                                         \
			 : L4_ARG(a), L4_ARG(b), L4_ARG(c), L4_ARG(d), L4_ARG(e), L4_ARG(f),       \
			   L4_ARG(g))

#endif /* __ASSEMBLER__ */
#endif
