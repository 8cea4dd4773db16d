/* SPDX-License-Identifier: MIT
 *
 * The instructions that C has no words for: ports, control registers, TLB and CPUID (Pentium manual, volume 3,
 * "Instruction Set"). One inline function an instruction.
 */
#pragma once

enum cr0_bits {
	CR0_EMULATION = 1 << 2,
	CR0_MONITOR_COPROCESSOR = 1 << 1,
	CR0_TASK_SWITCHED = 1 << 3,
	CR0_NUMERIC_ERROR = 1 << 5,
};
enum cr4_bits {
	CR4_PAGE_SIZE = 1 << 4,
	CR4_FXSAVE = 1 << 9,
	CR4_SIMD_EXCEPTIONS = 1 << 10,
};
enum eflags_bits {
	EFLAGS_RESERVED = 1 << 1,
	EFLAGS_TRAP = 1 << 8,
	EFLAGS_INTERRUPT = 1 << 9,
	EFLAGS_IOPL_3 = 3 << 12,
};
enum { CPUID_FEATURES = 1 }; /* leaf */
enum cpuid_features {
	CPUID_TIME_STAMP = 1 << 4,
	CPUID_FXSAVE = 1 << 24,
	CPUID_SSE = 1 << 25,
};

static inline void port_out(unsigned short port, unsigned char value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline unsigned char port_in(unsigned short port)
{
	unsigned char value;
	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

#define REGISTER_READ(name, text) \
	static inline unsigned name(void) \
	{ \
		unsigned value; \
		__asm__ volatile("movl %%" text ", %0" : "=r"(value)); \
		return value; \
	}
#define REGISTER_WRITE(name, text) \
	static inline void name(unsigned value) \
	{ \
		__asm__ volatile("movl %0, %%" text : : "r"(value) : "memory"); \
	}

REGISTER_READ(cr0_read, "cr0")
REGISTER_READ(cr2_read, "cr2")
REGISTER_READ(cr4_read, "cr4")
REGISTER_WRITE(cr0_write, "cr0")
REGISTER_WRITE(cr3_write, "cr3")
REGISTER_WRITE(cr4_write, "cr4")

static inline void cr4_set(unsigned bits)
{
	cr4_write(cr4_read() | bits);
}

static inline void task_switched_clear(void)
{
	__asm__ volatile("clts");
}

static inline void page_invalidate(unsigned address)
{
	__asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

struct cpuid_answer {
	unsigned eax, ebx, ecx, edx;
};

static inline struct cpuid_answer cpuid(unsigned leaf)
{
	struct cpuid_answer answer = {.eax = leaf};
	__asm__ volatile("cpuid" : "+a"(answer.eax), "=b"(answer.ebx), "=c"(answer.ecx), "=d"(answer.edx));
	return answer;
}

static inline void msr_read(unsigned number, unsigned *low, unsigned *high)
{
	__asm__ volatile("rdmsr" : "=a"(*low), "=d"(*high) : "c"(number));
}

static inline void msr_write(unsigned number, unsigned low, unsigned high)
{
	__asm__ volatile("wrmsr" : : "a"(low), "d"(high), "c"(number) : "memory");
}

static inline unsigned time_stamp_low(void)
{
	unsigned low, high;
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return low;
}

/* Index of the highest bit set; undefined for 0. */
static inline unsigned highest_bit(unsigned word)
{
	unsigned index;
	__asm__("bsrl %1, %0" : "=r"(index) : "rm"(word));
	return index;
}

/* Lets interrupts in, while the kernel does something long on behalf of the running thread, which may be preempted. */
static inline void preemption_point(void)
{
	__asm__ volatile("sti\n\tnop\n\tcli" : : : "memory");
}

/* Waits for an interrupt, in the idle thread. */
static inline void wait_for_interrupt(void)
{
	__asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}
