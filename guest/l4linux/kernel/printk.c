/* SPDX-License-Identifier: MIT
 * The server's own messages, on COM1, and its end when something is wrong that cannot be.
 */
#include "printk.h"
#include "arch.h"
#include "probe.h"
#include "serial.h"

static struct uart console = { COM1, 1, false };

static void print_number(unsigned value, unsigned base)
{
	char text[12];
	char *start = text + sizeof(text);

	do {
		*--start = "0123456789abcdef"[value % base];
		value /= base;
	} while (value > 0);
	uart_write(&console, start, (unsigned)(text + sizeof(text) - start));
}

static void print_conversion(char conversion, va_list *arguments)
{
	const char *string;
	char character;
	int number;

	switch (conversion) {
	case 's':
		string = va_arg(*arguments, const char *);
		uart_write(&console, string, strlen(string));
		break;
	case 'c':
		character = (char)va_arg(*arguments, int);
		uart_write(&console, &character, 1);
		break;
	case 'd':
		number = va_arg(*arguments, int);
		if (number < 0) {
			uart_write(&console, "-", 1);
		}
		print_number(number < 0 ? 0u - (unsigned)number : (unsigned)number, 10);
		break;
	case 'u':
		print_number(va_arg(*arguments, unsigned), 10);
		break;
	case 'x':
		print_number(va_arg(*arguments, unsigned), 16);
		break;
	default:
		uart_write(&console, &conversion, 1);
	}
}

void printk(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	for (; *format; format++) {
		if (*format == '%') {
			print_conversion(*++format, &arguments);
		} else {
			uart_write(&console, format, 1);
		}
	}
	va_end(arguments);
}

void panic(const char *message)
{
	printk("linux: panic: %s\n", message);
	PROBE1("panic", message);
	arch_halt();
}
