/* SPDX-License-Identifier: MIT
 * Formatted output: %d %i %u %x %X %o %p %c %s %% with flags "-", "0", "+", width, precision, and h, l, z
 * (all 32 bits). Anything else is printed as it stands, so that a wrong format shows.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What one printf may write by one write(2); longer output is cut, as the return value says. */
#define LINE_SIZE 1024

struct sink {
	char *buffer;
	size_t size;
	size_t length; /* what the text would need, even if size is less */
};

struct conversion {
	int left;
	int zero;
	int plus;
	int width;
	int precision; /* -1: none given */
};

static void put(struct sink *sink, char character)
{
	if (sink->length + 1 < sink->size) {
		sink->buffer[sink->length] = character;
	}
	sink->length++;
}

static void put_padded(struct sink *sink, const char *sign, const char *text, size_t length,
		       const struct conversion *conversion)
{
	size_t signs = strlen(sign);
	size_t zeros = conversion->precision > (int)length ? (size_t)conversion->precision - length : 0;
	size_t total = signs + zeros + length;
	size_t padding = conversion->width > (int)total ? (size_t)conversion->width - total : 0;

	if (conversion->zero && !conversion->left && conversion->precision < 0) {
		zeros += padding;
		padding = 0;
	}
	for (; padding > 0 && !conversion->left; padding--) {
		put(sink, ' ');
	}
	while (*sign) {
		put(sink, *sign++);
	}
	while (zeros-- > 0) {
		put(sink, '0');
	}
	while (length-- > 0) {
		put(sink, *text++);
	}
	while (padding-- > 0) {
		put(sink, ' ');
	}
}

static void put_number(struct sink *sink, unsigned value, unsigned base, int upper,
		       const char *sign, const struct conversion *conversion)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[12];
	char *start = text + sizeof(text);

	do {
		*--start = digits[value % base];
		value /= base;
	} while (value > 0);
	put_padded(sink, sign, start, (size_t)(text + sizeof(text) - start), conversion);
}

static void put_string(struct sink *sink, const char *text, struct conversion conversion)
{
	size_t length = 0;

	if (!text) {
		text = "(null)";
	}
	while ((conversion.precision < 0 || (int)length < conversion.precision) && text[length]) {
		length++;
	}
	conversion.precision = -1;
	conversion.zero = 0;
	put_padded(sink, "", text, length, &conversion);
}

static int number_at(const char **format)
{
	int value = 0;

	while (**format >= '0' && **format <= '9') {
		value = value * 10 + *(*format)++ - '0';
	}
	return value;
}

static struct conversion conversion_at(const char **format)
{
	struct conversion conversion = { 0, 0, 0, 0, -1 };

	for (;; (*format)++) {
		if (**format == '-') {
			conversion.left = 1;
		} else if (**format == '0') {
			conversion.zero = 1;
		} else if (**format == '+') {
			conversion.plus = 1;
		} else {
			break;
		}
	}
	conversion.width = number_at(format);
	if (**format == '.') {
		(*format)++;
		conversion.precision = number_at(format);
	}
	while (**format == 'l' || **format == 'h' || **format == 'z') {
		(*format)++;
	}
	return conversion;
}

static void put_signed(struct sink *sink, int value, const struct conversion *conversion)
{
	unsigned magnitude = value < 0 ? 0u - (unsigned)value : (unsigned)value;
	const char *sign = value < 0 ? "-" : conversion->plus ? "+" : "";

	put_number(sink, magnitude, 10, 0, sign, conversion);
}

int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
{
	struct sink sink = { buffer, size, 0 };

	for (; *format; format++) {
		if (*format != '%') {
			put(&sink, *format);
			continue;
		}
		format++;
		struct conversion conversion = conversion_at(&format);
		switch (*format) {
		case 'd':
		case 'i':
			put_signed(&sink, va_arg(arguments, int), &conversion);
			break;
		case 'u':
			put_number(&sink, va_arg(arguments, unsigned), 10, 0, "", &conversion);
			break;
		case 'o':
			put_number(&sink, va_arg(arguments, unsigned), 8, 0, "", &conversion);
			break;
		case 'x':
		case 'X':
			put_number(&sink, va_arg(arguments, unsigned), 16, *format == 'X', "", &conversion);
			break;
		case 'p':
			put_number(&sink, va_arg(arguments, unsigned), 16, 0, "0x", &conversion);
			break;
		case 'c':
			put(&sink, (char)va_arg(arguments, int));
			break;
		case 's':
			put_string(&sink, va_arg(arguments, const char *), conversion);
			break;
		case 0:
			format--;
			break;
		default:
			put(&sink, *format);
		}
	}
	if (size > 0) {
		buffer[sink.length < size ? sink.length : size - 1] = 0;
	}
	return (int)sink.length;
}

int snprintf(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(buffer, size, format, arguments);
	va_end(arguments);
	return length;
}

int vdprintf(int fd, const char *format, va_list arguments)
{
	char line[LINE_SIZE];
	int length = vsnprintf(line, sizeof(line), format, arguments);

	return (int)write(fd, line, length < LINE_SIZE ? (size_t)length : LINE_SIZE - 1);
}

int dprintf(int fd, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int length = vdprintf(fd, format, arguments);
	va_end(arguments);
	return length;
}

int printf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int length = vdprintf(STDOUT_FILENO, format, arguments);
	va_end(arguments);
	return length;
}

int puts(const char *string) { return printf("%s\n", string); }

int putchar(int character) { return printf("%c", character) < 0 ? EOF : character; }

void perror(const char *what) { dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno)); }
