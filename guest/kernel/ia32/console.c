/* SPDX-License-Identifier: MIT
 *
 * COM1 as a console, by polling (NS 16550 data sheet), with the little formatting that the kernel needs; and panic.
 */
#include "../console.h"

#include <l4/probes.h>
#include <stdarg.h>

#include "../trap.h"
#include "cpu.h"

enum {
	COM1 = 0x3f8,
	UART_DATA = COM1,
	UART_DIVISOR_HIGH = COM1 + 1,
	UART_LINE_CONTROL = COM1 + 3,
	UART_LINE_STATUS = COM1 + 5,
	LINE_CONTROL_8N1 = 3,
	LINE_CONTROL_DIVISOR = 0x80,
	LINE_STATUS_EMPTY = 0x20,
};

void console_initialize(void)
{
	port_out(UART_LINE_CONTROL, LINE_CONTROL_DIVISOR);
	port_out(UART_DATA, 1); /* 115200 baud */
	port_out(UART_DIVISOR_HIGH, 0);
	port_out(UART_LINE_CONTROL, LINE_CONTROL_8N1);
}

static void put(char character)
{
	while (!(port_in(UART_LINE_STATUS) & LINE_STATUS_EMPTY)) {
	}
	port_out(UART_DATA, (unsigned char)character);
}

static void put_string(const char *string)
{
	while (*string) {
		put(*string++);
	}
}

/* At least so many digits. */
static void put_number(unsigned value, unsigned base, unsigned least)
{
	char digits[11];
	char *digit = digits + sizeof digits - 1;
	char *first = digit - least;
	for (*digit = 0; value || digit > first; value /= base) {
		*--digit = "0123456789abcdef"[value % base];
	}
	put_string(digit);
}

void console_print(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	for (; *format; format++) {
		if (*format != '%') {
			put(*format);
			continue;
		}
		switch (*++format) {
		case 's': put_string(va_arg(arguments, const char *)); break;
		case 'u': put_number(va_arg(arguments, unsigned), 10, 1); break;
		case 'x': put_number(va_arg(arguments, unsigned), 16, 8); break;
		default: put(*format); break;
		}
	}
	va_end(arguments);
}

void panic(const char *message)
{
	console_print("kernel panic: %s\n", message);
	L4_PROBE1("l4", "panic", message);
	for (;;) {
		__asm__ volatile("cli\n\thlt");
	}
}

void panic_with_frame(const char *message, const struct trap_frame *frame)
{
	console_print("eip %x error %x cr2 %x esp %x\n", frame->eip, frame->error_code, cr2_read(),
		      (unsigned)&frame->esp);
	console_print("eax %x ecx %x edx %x ebx %x\n", frame->eax, frame->ecx, frame->edx, frame->ebx);
	console_print("ebp %x esi %x edi %x eflags %x\n", frame->ebp, frame->esi, frame->edi, frame->eflags);
	panic(message);
}
