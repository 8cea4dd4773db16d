/* SPDX-License-Identifier: MIT
 *
 * Output for programs that have nothing but the kernel below them: NS 16550 by polling.
 */
#include "console.h"

#include <stdarg.h>

enum { COM1 = 0x3f8, LINE_STATUS = COM1 + 5, TRANSMITTER_EMPTY = 0x20, DEBUG_EXIT = 0xf4 };

static void out(unsigned short port, unsigned char value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static unsigned char in(unsigned short port)
{
	unsigned char value;
	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void put(char character)
{
	while (!(in(LINE_STATUS) & TRANSMITTER_EMPTY)) {
	}
	out(COM1, (unsigned char)character);
}

static void put_number(unsigned value, unsigned base, int min_digits)
{
	char digits[12];
	int count = 0;
	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value || count < min_digits);
	while (count > 0) {
		put(digits[--count]);
	}
}

void print(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	for (; *format; format++) {
		if (*format != '%') {
			put(*format);
			continue;
		}
		switch (*++format) {
		case 's':
			for (const char *string = va_arg(arguments, const char *); *string; string++) {
				put(*string);
			}
			break;
		case 'u': put_number(va_arg(arguments, unsigned), 10, 1); break;
		case 'x': put_number(va_arg(arguments, unsigned), 16, 8); break;
		default: put(*format); break;
		}
	}
	va_end(arguments);
}

void exit_machine(unsigned value)
{
	out(DEBUG_EXIT, (unsigned char)value);
	for (;;) {
		__asm__ volatile("jmp .");
	}
}
