/* SPDX-License-Identifier: MIT
 * Ending a program, its environment, and numbers from text.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void exit(int status) { _exit(status); }

void abort(void)
{
	kill(getpid(), SIGABRT);
	_exit(127);
}

char *getenv(const char *name)
{
	size_t length = strlen(name);

	for (char **entry = environ; *entry; entry++) {
		if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') {
			return *entry + length + 1;
		}
	}
	return NULL;
}

static int digit_of(char character)
{
	if (character >= '0' && character <= '9') {
		return character - '0';
	}
	char lower = character | 0x20;
	return lower >= 'a' && lower <= 'z' ? lower - 'a' + 10 : 99;
}

long strtol(const char *string, char **end, int base)
{
	int negative = *string == '-';
	if (*string == '-' || *string == '+') {
		string++;
	}
	if ((base == 0 || base == 16) && string[0] == '0' && (string[1] | 0x20) == 'x') {
		string += 2;
		base = 16;
	}
	if (base == 0) {
		base = 10;
	}
	long value = 0;
	while (digit_of(*string) < base) {
		value = value * base + digit_of(*string++);
	}
	if (end) {
		*end = (char *)string;
	}
	return negative ? -value : value;
}

int atoi(const char *string) { return (int)strtol(string, NULL, 10); }
