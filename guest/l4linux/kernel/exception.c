/* SPDX-License-Identifier: MIT
 * What a processor exception in user mode means to Linux: a signal, and, as no handler can be installed yet, the
 * end of the process by it. (Intel manual, volume 3, chapter "Interrupt and Exception Handling".)
 */
#include "printk.h"
#include "process.h"

static const unsigned char signal_of[32] = {
	[0] = SIGFPE,	/* #DE divide error */
	[1] = SIGTRAP,	/* #DB */
	[3] = SIGTRAP,	/* #BP */
	[4] = SIGSEGV,	/* #OF */
	[5] = SIGSEGV,	/* #BR */
	[6] = SIGILL,	/* #UD */
	[7] = SIGSEGV,	/* #NM */
	[10] = SIGSEGV, /* #TS */
	[11] = SIGBUS,	/* #NP */
	[12] = SIGBUS,	/* #SS */
	[13] = SIGSEGV, /* #GP */
	[14] = SIGSEGV, /* #PF */
	[16] = SIGFPE,	/* #MF */
	[17] = SIGBUS,	/* #AC */
};

/* Returns the signal; the caller's coroutine ends the process by process_check_signals(). */
int exception(struct process *process, unsigned vector, unsigned error_code, unsigned eip)
{
	int signal = vector < COUNT_OF(signal_of) && signal_of[vector] ? signal_of[vector] : SIGKILL;

	printk("linux: %s (pid %d): exception %u (error code 0x%x) at 0x%x, signal %d\n",
	       process->name, process->pid, vector, error_code, eip, signal);
	process_kill(process, signal);
	return signal;
}
