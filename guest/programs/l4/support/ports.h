/* SPDX-License-Identifier: MIT
 *
 * I/O ports of eight bits, which drivers here use at user level.
 */
#ifndef PROGRAMS_L4_PORTS_H
#define PROGRAMS_L4_PORTS_H

static inline void out(unsigned short port, unsigned char value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline unsigned char in(unsigned short port)
{
	unsigned char value;
	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

#endif
