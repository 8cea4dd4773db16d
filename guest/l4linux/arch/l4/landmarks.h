/* SPDX-License-Identifier: MIT
 * Places in the emulation library at which the server must know how far a stopped main thread has come, and the
 * process's signal page. guest/lib/emulation has the other side of both.
 */
#ifndef L4_LANDMARKS_H
#define L4_LANDMARKS_H

#include "signal.h"

#define LIBRARY_EXCEPTIONS 0xBFFFF000u
#define LIBRARY_STUB_SIZE 16u
#define LIBRARY_STUBS 32u
#define LIBRARY_LANDMARKS (LIBRARY_EXCEPTIONS + LIBRARY_STUBS * (LIBRARY_STUB_SIZE + 8) + 8)

struct library_landmarks {
	unsigned call;		/* seven pushes of one byte each, then the frame is complete */
	unsigned call_answered; /* behind the IPC */
	unsigned call_result;	/* the result is in EAX */
	unsigned call_restore;	/* six pops of one byte each, LEA of four, RET */
	unsigned call_failed;
	unsigned call_end;
	unsigned trampoline;	    /* error code at ESP, as in every stub */
	unsigned trampoline_drop;   /* the LEA that drops it */
	unsigned trampoline_skip;   /* the ADD that skips the int 0x80 */
	unsigned trampoline_return; /* IRET, behind the call */
	unsigned trampoline_other;  /* it was another exception: a push of two bytes */
	unsigned report;	    /* vector at ESP; PUSHA, then the IPC */
	unsigned report_end;
	unsigned resume; /* behind the IPC of a stopped thread; it goes on as we told it */
	unsigned resume_end;
};

struct register_image {
	unsigned ss, cs, gs, fs, es, ds, edi, esi, ebp, esp_of_push, ebx, edx, ecx, eax, eflags;
	unsigned eip, esp;
	unsigned unused[3]; /* FXSAVE's part of what follows is aligned to 16 bytes */
	unsigned char fpu[FPU_STATE_SIZE];
	unsigned has_fpu;
};
_Static_assert(offsetof(struct register_image, eip) == 60 && offsetof(struct register_image, fpu) == 80 &&
		       offsetof(struct register_image, has_fpu) == 704,
	       "layout.h of the library says so");

#define SIGNAL_PAGE 0xBFFFD000u
#define IMAGE_OUT_OFFSET 0x400u
#define SIGNAL_THREAD_READY 0xFFFFFE00u
#define MAIN_THREAD_STOPPED 0xFFFFFE01u

const struct library_landmarks *library_landmarks(void);

/* What the program itself sees of a main thread that has been stopped with these registers: they become those before
 * or behind its system call, or at the instruction that raised the exception. False: its stack cannot be read. */
bool program_state(struct process *process, struct user_registers *registers);

#endif
