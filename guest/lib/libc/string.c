/* SPDX-License-Identifier: MIT
 * Strings and memory blocks. The block functions use the string instructions; the compiler may call them for
 * any copy of a structure.
 */
#include <errno.h>
#include <string.h>

void *memcpy(void *to, const void *from, size_t size)
{
	void *result = to;
	size_t words = size / 4;
	size_t rest = size % 4;

	__asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest) : : "memory");
	return result;
}

void *memmove(void *to, const void *from, size_t size)
{
	if (to <= from || (const char *)to >= (const char *)from + size) {
		return memcpy(to, from, size);
	}
	unsigned char *target = to;
	const unsigned char *source = from;
	while (size-- > 0) {
		target[size] = source[size];
	}
	return to;
}

void *memset(void *block, int value, size_t size)
{
	void *at = block;

	__asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(value) : "memory");
	return block;
}

int memcmp(const void *left, const void *right, size_t size)
{
	const unsigned char *a = left;
	const unsigned char *b = right;

	for (; size > 0; size--, a++, b++) {
		if (*a != *b) {
			return *a - *b;
		}
	}
	return 0;
}

size_t strlen(const char *string)
{
	const char *end = string;

	while (*end) {
		end++;
	}
	return (size_t)(end - string);
}

int strncmp(const char *left, const char *right, size_t size)
{
	for (; size > 0; size--, left++, right++) {
		if (*left != *right || *left == 0) {
			return (unsigned char)*left - (unsigned char)*right;
		}
	}
	return 0;
}

int strcmp(const char *left, const char *right) { return strncmp(left, right, (size_t)-1); }

char *strchr(const char *string, int character)
{
	for (;; string++) {
		if (*string == (char)character) {
			return (char *)string;
		}
		if (*string == 0) {
			return NULL;
		}
	}
}

char *strcpy(char *to, const char *from)
{
	memcpy(to, from, strlen(from) + 1);
	return to;
}

const char *strerror(int error)
{
	static const struct {
		int number;
		const char *text;
	} texts[] = {
		{ EPERM, "Operation not permitted" },
		{ ENOENT, "No such file or directory" },
		{ EINTR, "Interrupted system call" },
		{ EIO, "Input/output error" },
		{ EBADF, "Bad file descriptor" },
		{ ENOMEM, "Cannot allocate memory" },
		{ EFAULT, "Bad address" },
		{ EINVAL, "Invalid argument" },
		{ ESRCH, "No such process" },
		{ E2BIG, "Argument list too long" },
		{ ENOEXEC, "Exec format error" },
		{ ECHILD, "No child processes" },
		{ EAGAIN, "Resource temporarily unavailable" },
		{ EACCES, "Permission denied" },
		{ EEXIST, "File exists" },
		{ ENOTDIR, "Not a directory" },
		{ EISDIR, "Is a directory" },
		{ EMFILE, "Too many open files" },
		{ ETXTBSY, "Text file busy" },
		{ EFBIG, "File too large" },
		{ ENOSPC, "No space left on device" },
		{ ESPIPE, "Illegal seek" },
		{ ENAMETOOLONG, "File name too long" },
		{ ENOTEMPTY, "Directory not empty" },
		{ EBUSY, "Device or resource busy" },
		{ ENOTTY, "Inappropriate ioctl for device" },
		{ EPIPE, "Broken pipe" },
		{ ENOSYS, "Function not implemented" },
	};

	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].number == error) {
			return texts[i].text;
		}
	}
	return "Unknown error";
}
