/* SPDX-License-Identifier: MIT
 * The floating-point registers of a process in memory: Linux/i386's struct _fpstate, as signal handlers see it and as
 * both ports keep it (signal.h; Intel manual, volume 1, "x87 FPU state image" and "FXSAVE area").
 */
#include "signal.h"
#include "memory.h"
#include "process.h"

#define CPUID_FXSAVE (1u << 24)
#define CPUID_SSE (1u << 25)
#define CPUID_SSE2 (1u << 26)
#define MAGIC_FXSAVE 0x0000
#define MAGIC_FNSAVE_ONLY 0xFFFF
#define FXSAVE_MXCSR (FPU_FXSAVE + 24)
#define MXCSR_DEFAULT 0x1F80u
#define MXCSR_BITS 0xFFBFu
#define MXCSR_BITS_SSE2 0xFFFFu /* denormals are zeros */

static unsigned features(void)
{
	static unsigned found; /* never 0: every processor that runs us has some */

	if (!found) {
		unsigned eax = 1, ebx, ecx;
		__asm__("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(found));
	}
	return found;
}

bool cpu_has_sse(void) { return (features() & CPUID_SSE) != 0; }

bool cpu_has_fxsave(void) { return (features() & CPUID_FXSAVE) != 0; }

unsigned fpu_state_size(void) { return cpu_has_fxsave() ? FPU_STATE_SIZE : FPU_FXSAVE; }

void fpu_state_initial(unsigned char *state)
{
	static const unsigned char legacy[] = {
		0x7F, 0x03, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, [26] = 0xFF, [27] = 0xFF,
	};
	unsigned mxcsr = MXCSR_DEFAULT;

	memset(state, 0, FPU_STATE_SIZE);
	memcpy(state, legacy, sizeof(legacy));
	memcpy(state + FPU_FXSAVE, legacy, 2); /* the control word; its tags say "empty" by 0 */
	memcpy(state + FXSAVE_MXCSR, &mxcsr, sizeof(mxcsr));
	fpu_state_mark(state);
}

void fpu_state_mark(unsigned char *state)
{
	unsigned short magic = cpu_has_fxsave() ? MAGIC_FXSAVE : MAGIC_FNSAVE_ONLY;

	memcpy(state + FPU_STATUS, state + 4, sizeof(unsigned short));
	memcpy(state + FPU_MAGIC, &magic, sizeof(magic));
}

void fpu_state_mend(unsigned char *state)
{
	unsigned mxcsr;

	memcpy(&mxcsr, state + FXSAVE_MXCSR, sizeof(mxcsr));
	mxcsr &= (features() & CPUID_SSE2) ? MXCSR_BITS_SSE2 : MXCSR_BITS;
	memcpy(state + FXSAVE_MXCSR, &mxcsr, sizeof(mxcsr));
	fpu_state_mark(state);
}

/* Bits as in the x87's status word, in the order in which Linux asks. */
static int code_of(unsigned raised)
{
	return raised & 0x01   ? FPE_FLTINV
	       : raised & 0x04 ? FPE_FLTDIV
	       : raised & 0x08 ? FPE_FLTOVF
	       : raised & 0x12 ? FPE_FLTUND
	       : raised & 0x20 ? FPE_FLTRES
			       : 0;
}

int floating_point_code(const unsigned char *state)
{
	int code = code_of(state[4] & ~(unsigned)state[0] & 0x3F);
	unsigned mxcsr;

	if (code || !cpu_has_fxsave()) {
		return code;
	}
	memcpy(&mxcsr, state + FXSAVE_MXCSR, sizeof(mxcsr));
	return code_of(mxcsr & ~(mxcsr >> 7) & 0x3F);
}
