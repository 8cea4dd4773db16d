/* SPDX-License-Identifier: MIT
 *
 * How a main thread is stopped and sent elsewhere (section "The life of a signal" in guest/l4linux/README.md): the
 * signal thread, and the two pieces of code that the main thread executes for it. Assembly; exceptions.S includes it,
 * because its addresses must be known without relocation.
 */

/* The signal thread, lthread 1. It has no stack. Each message of the server asks it to send the main thread to
 * signal_stop: lthread_ex_regs cancels whatever that waits for, and says where it was. The signal thread's priority
 * is above the main thread's, so that EIP and ESP stand in their place before the main thread runs. */
	.type	signal_thread, @function
signal_thread:
	.cfi_startproc
	.cfi_undefined eip
	xorl	%eax, %eax		/* send: a short message */
	movl	$SIGNAL_THREAD_READY, %edx
1:	xorl	%ecx, %ecx		/* timeouts: never */
	xorl	%ebp, %ebp		/* receive: a short message, from the server only */
	movl	$SERVER_LOW, %esi
	movl	$SERVER_HIGH, %edi
	int	$VECTOR_IPC
	testb	$RESULT_ERROR_MASK, %al
	jnz	2f
	movl	$0, IMAGE_IN + IMAGE_EIP	/* if this faults, it does before the main thread is stopped */
	movl	$LTHREAD_MAIN, %eax
	movl	$IMAGE_IN + IMAGE_EIP, %ecx
	movl	$EXCEPTIONS + (signal_stop - exceptions), %edx
	movl	$ID_INVALID, %ebp
	movl	$ID_INVALID, %edi
	int	$VECTOR_LTHREAD_EX_REGS
	movl	%edx, IMAGE_IN + IMAGE_EIP
	movl	%ecx, IMAGE_IN + IMAGE_ESP
2:	movl	$NO_SEND, %eax
	jmp	1b
	.cfi_endproc
	.size	signal_thread, . - signal_thread

/* The main thread, sent here: its registers go to the signal page, ESP ends up where struct register_image begins. */
	.type	signal_stop, @function
signal_stop:
	.cfi_startproc
	.cfi_undefined eip
	pushfl
	pushal
	pushl	%ds
	pushl	%es
	pushl	%fs
	pushl	%gs
	pushl	%cs
	pushl	%ss
	cld
	movl	$CPUID_FEATURES, %eax
	cpuid
	testl	$CPUID_FXSAVE, %edx
	jz	3f
	fxsave	IMAGE_FXSAVE(%esp)
3:	fnsave	IMAGE_FPU(%esp)
1:	xorl	%eax, %eax
	xorl	%ecx, %ecx
	xorl	%ebp, %ebp
	movl	$STOPPED, %edx
	movl	$SERVER_LOW, %esi
	movl	$SERVER_HIGH, %edi
	int	$VECTOR_IPC
/* The server has answered: on with the registers of the other image, which the server knows as long as EIP is here. */
signal_resume:
	testb	$RESULT_ERROR_MASK, %al
	jnz	1b
	movl	$IMAGE_OUT, %esp
	cmpl	$0, IMAGE_HAS_FPU(%esp)
	je	2f
	cmpw	$0, IMAGE_FPU_MAGIC(%esp)
	jne	4f
	fxrstor	IMAGE_FXSAVE(%esp)
4:	frstor	IMAGE_FPU(%esp)	/* of the x87 this image counts: handlers look at it */
2:	addl	$IMAGE_GS, %esp
	popl	%gs
	popl	%fs
	popl	%es
	popl	%ds
	popal
	popfl
	movl	%cs:IMAGE_OUT + IMAGE_ESP, %esp	/* DS may be the program's own by now */
	jmp	*%cs:IMAGE_OUT + IMAGE_EIP
	.cfi_endproc
signal_resume_end:
	.size	signal_stop, . - signal_stop
