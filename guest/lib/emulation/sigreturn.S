/* SPDX-License-Identifier: MIT
 *
 * Where signal handlers return to if the program gave no address: Linux's exact bytes, by which debuggers know them,
 * and unwind information that leads through the handler's frame (guest/l4linux/include/signal_frame.h) to the
 * interrupted registers (System V ABI, i386 supplement, "DWARF Register Number Mapping").
 */
	.cfi_sections .eh_frame, .debug_frame

#define SYS_SIGRETURN 119
#define SYS_RT_SIGRETURN 173

#define DW_CFA_def_cfa_expression 0x0F
#define DW_CFA_expression 0x10
#define DW_OP_breg4 0x74	/* ESP plus a number */
#define DW_OP_deref 0x06
#define SLEB128(value) ((value) & 0x7F) | 0x80, (value) >> 7	/* of 0 to 8191 */

/* One register stands at that offset from ESP. */
	.macro	STANDS_AT number, offset
	.cfi_escape DW_CFA_expression, \number, 3, DW_OP_breg4, SLEB128(\offset)
	.endm

/* struct sigcontext stands at that offset from ESP. The caller's ESP is the CFA. */
	.macro	CONTEXT_AT offset
	.cfi_escape DW_CFA_def_cfa_expression, 4, DW_OP_breg4, SLEB128(\offset + 28), DW_OP_deref
	STANDS_AT 0, (\offset + 44)	/* EAX */
	STANDS_AT 1, (\offset + 40)	/* ECX */
	STANDS_AT 2, (\offset + 36)	/* EDX */
	STANDS_AT 3, (\offset + 32)	/* EBX */
	STANDS_AT 5, (\offset + 24)	/* EBP */
	STANDS_AT 6, (\offset + 20)	/* ESI */
	STANDS_AT 7, (\offset + 16)	/* EDI */
	STANDS_AT 8, (\offset + 56)	/* EIP */
	.endm

	.text
	.balign	32
	.cfi_startproc simple
	.cfi_signal_frame
	CONTEXT_AT 4
	nop	/* an unwinder looks a return address up one byte before it */
	.globl	__kernel_sigreturn
	.type	__kernel_sigreturn, @function
__kernel_sigreturn:
	popl	%eax			/* the signal's number */
	CONTEXT_AT 0
	movl	$SYS_SIGRETURN, %eax
	int	$0x80
	.cfi_endproc
	.size	__kernel_sigreturn, . - __kernel_sigreturn

	.balign	32
	.cfi_startproc simple
	.cfi_signal_frame
	CONTEXT_AT 160
	nop
	.globl	__kernel_rt_sigreturn
	.type	__kernel_rt_sigreturn, @function
__kernel_rt_sigreturn:
	movl	$SYS_RT_SIGRETURN, %eax
	int	$0x80
	.cfi_endproc
	.size	__kernel_rt_sigreturn, . - __kernel_rt_sigreturn
