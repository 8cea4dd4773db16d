/* SPDX-License-Identifier: MIT
 * The processor's instructions that both ports may execute: ports, the interrupt flag, block moves. The server
 * may, because L4 gives every task IOPL 3, and uses cli and sti for critical sections as Linux does
 * (Intel Architecture Software Developer's Manual, volume 2).
 */
#ifndef LINUX_IA32_H
#define LINUX_IA32_H

#define EFLAGS_IF 0x200u

static inline unsigned char in8(unsigned short port)
{
	unsigned char value;
	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void out8(unsigned short port, unsigned char value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void out32(unsigned short port, unsigned value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline void interrupts_off(void) { __asm__ volatile("cli" : : : "memory"); }

static inline void interrupts_on(void) { __asm__ volatile("sti" : : : "memory"); }

/* Critical sections nest: each leaves the interrupt flag as it found it. */
static inline unsigned critical_enter(void)
{
	unsigned flags;
	__asm__ volatile("pushfl\n\tpopl %0\n\tcli" : "=r"(flags) : : "memory");
	return flags;
}

static inline void critical_leave(unsigned flags)
{
	if (flags & EFLAGS_IF) {
		interrupts_on();
	}
}

#endif
