/* SPDX-License-Identifier: MIT
 * What a processor exception in user mode means to Linux: a signal, with what a handler may want to know of it. (Intel
 * manual, volume 3, chapter "Interrupt and Exception Handling"; sigaction(2), "si_code".)
 */
#include "memory.h"
#include "printk.h"
#include "process.h"

#define VECTOR_PAGE_FAULT 14u

enum address_kind { NO_ADDRESS, ADDRESS_OF_INSTRUCTION, ADDRESS_OF_FAULT };

struct meaning {
	unsigned char signal;
	short code;
	enum address_kind address;
};

static const struct meaning meanings[32] = {
	[0] = { SIGFPE, FPE_INTDIV, ADDRESS_OF_INSTRUCTION },	  /* #DE */
	[1] = { SIGTRAP, TRAP_TRACE, ADDRESS_OF_INSTRUCTION },	  /* #DB */
	[3] = { SIGTRAP, SI_KERNEL, NO_ADDRESS },		  /* #BP */
	[4] = { SIGSEGV, SI_KERNEL, NO_ADDRESS },		  /* #OF */
	[5] = { SIGSEGV, SI_KERNEL, NO_ADDRESS },		  /* #BR */
	[6] = { SIGILL, ILL_ILLOPN, ADDRESS_OF_INSTRUCTION },	  /* #UD */
	[7] = { SIGSEGV, SI_KERNEL, NO_ADDRESS },		  /* #NM */
	[10] = { SIGSEGV, SI_KERNEL, NO_ADDRESS },		  /* #TS */
	[11] = { SIGBUS, SI_KERNEL, NO_ADDRESS },		  /* #NP */
	[12] = { SIGBUS, SI_KERNEL, NO_ADDRESS },		  /* #SS */
	[13] = { SIGSEGV, SI_KERNEL, NO_ADDRESS },		  /* #GP */
	[14] = { SIGSEGV, SEGV_MAPERR, ADDRESS_OF_FAULT },	  /* #PF */
	[16] = { SIGFPE, FPE_BY_UNIT, ADDRESS_OF_INSTRUCTION },	  /* #MF */
	[17] = { SIGBUS, BUS_ADRALN, NO_ADDRESS },		  /* #AC */
	[19] = { SIGFPE, FPE_BY_UNIT, ADDRESS_OF_INSTRUCTION },	  /* #XM */
};

static bool has_handler(const struct process *process, int signal)
{
	return process->signals.actions[signal].handler > SIG_IGN && !(process->signals.blocked & signal_bit(signal));
}

void exception(struct process *process, unsigned vector, unsigned error_code, unsigned eip, unsigned address)
{
	static const struct meaning unknown = { SIGKILL, SI_KERNEL, NO_ADDRESS };
	const struct meaning *meaning =
		vector < COUNT_OF(meanings) && meanings[vector].signal ? &meanings[vector] : &unknown;
	struct signal_info info = { .signal = meaning->signal, .code = meaning->code };

	info.fields[0] = meaning->address == NO_ADDRESS ? 0 : meaning->address == ADDRESS_OF_FAULT ? address : eip;
	if (vector == VECTOR_PAGE_FAULT) {
		info.code = address < USER_LIMIT && region_find(process, address) ? SEGV_ACCERR : SEGV_MAPERR;
		process->signals.fault_address = address;
	}
	process->signals.trap_number = vector;
	process->signals.error_code = error_code;
	if (!has_handler(process, info.signal)) {
		if (vector == VECTOR_PAGE_FAULT) {
			printk("linux: %s (pid %d): cannot access address 0x%x\n", process->name, process->pid, address);
		}
		printk("linux: %s (pid %d): exception %u (error code 0x%x) at 0x%x, signal %d\n",
		       process->name, process->pid, vector, error_code, eip, info.signal);
	}
	signal_force(process, &info);
}
