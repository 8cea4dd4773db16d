/* SPDX-License-Identifier: MIT
 *
 * What the assembly must know of the C types: compiled to text, read by the build, made into generated/offsets.h.
 * No offset is written down by hand anywhere.
 */
#include "../trap.h"

#define VALUE(name, value) __asm__ volatile("->" #name " %c0" : : "i"(value))
#define OFFSET(name, type, member) VALUE(name, __builtin_offsetof(type, member))

void offsets(void);

void offsets(void)
{
	OFFSET(TRAP_GS, struct trap_frame, gs);
	OFFSET(TRAP_FS, struct trap_frame, fs);
	OFFSET(TRAP_ES, struct trap_frame, es);
	OFFSET(TRAP_DS, struct trap_frame, ds);
	OFFSET(TRAP_EDI, struct trap_frame, edi);
	OFFSET(TRAP_ESI, struct trap_frame, esi);
	OFFSET(TRAP_EBP, struct trap_frame, ebp);
	OFFSET(TRAP_EBX, struct trap_frame, ebx);
	OFFSET(TRAP_EDX, struct trap_frame, edx);
	OFFSET(TRAP_ECX, struct trap_frame, ecx);
	OFFSET(TRAP_EAX, struct trap_frame, eax);
	OFFSET(TRAP_ERROR_CODE, struct trap_frame, error_code);
	OFFSET(TRAP_EIP, struct trap_frame, eip);
	OFFSET(TRAP_EFLAGS, struct trap_frame, eflags);
	OFFSET(TRAP_ESP, struct trap_frame, esp);
	VALUE(TRAP_SIZE, sizeof(struct trap_frame));
	OFFSET(SWITCH_EBX, struct switch_frame, ebx);
	OFFSET(SWITCH_ESI, struct switch_frame, esi);
	OFFSET(SWITCH_EDI, struct switch_frame, edi);
	OFFSET(SWITCH_EBP, struct switch_frame, ebp);
	OFFSET(SWITCH_EIP, struct switch_frame, eip);
}
