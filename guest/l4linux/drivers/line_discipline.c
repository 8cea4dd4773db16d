/* SPDX-License-Identifier: MIT
 * The terminal's input modes (termios(3)): by lines, with erase, kill and end of file (ICANON), or character by
 * character; echo; signals (ISIG); carriage return as newline (ICRNL). Runs in the bottom half, except what readers
 * and ioctl() call with interrupts off.
 */
#include "serial.h"

#define BACKSPACE 8
#define END_OF_FILE '\0' /* in the cooked ring, by lines: a read ends here without this byte */

static bool has(const struct line_discipline *discipline, unsigned flag)
{
	return discipline->settings.local_flags & flag;
}

static bool is(const struct line_discipline *discipline, enum termios_characters which, char character)
{
	return character && (unsigned char)character == discipline->settings.control_characters[which];
}

static void echo(struct line_discipline *discipline, const char *text)
{
	uart_write(discipline->echo, text, strlen(text));
}

static void echo_character(struct line_discipline *discipline, char character)
{
	char text[3] = { character, 0, 0 };

	if (!has(discipline, ECHO)) {
		return;
	}
	if (character == '\n') {
		text[0] = '\r';
		text[1] = '\n';
	} else if ((unsigned char)character < ' ') {
		text[0] = '^';
		text[1] = (char)(character + '@');
	}
	echo(discipline, text);
}

static void erase(struct line_discipline *discipline)
{
	if (discipline->length > 0) {
		discipline->length--;
		if (has(discipline, ECHO)) {
			echo(discipline, "\b \b");
		}
	}
}

/* Moves the line that has been typed to where readers find it; what does not fit is lost, as on any tty. */
static void finish_line(struct line_discipline *discipline, char terminator)
{
	for (unsigned i = 0; i < discipline->length; i++) {
		if (!ring_is_full(&discipline->cooked)) {
			ring_put(&discipline->cooked, discipline->line[i]);
		}
	}
	discipline->length = 0;
	if (!ring_is_full(&discipline->cooked)) {
		ring_put(&discipline->cooked, terminator);
		discipline->lines++;
	}
}

static void put_raw(struct line_discipline *discipline, char character)
{
	if (!ring_is_full(&discipline->cooked)) {
		ring_put(&discipline->cooked, character);
	}
	echo_character(discipline, character);
}

/* True if the character was a signal's; what has been typed on its line is gone with it. */
static bool take_signal(struct line_discipline *discipline, char character)
{
	int signal = is(discipline, VINTR, character)	? SIGINT
		     : is(discipline, VQUIT, character) ? SIGQUIT
		     : is(discipline, VSUSP, character) ? SIGTSTP
							: 0;

	if (!signal || !has(discipline, ISIG)) {
		return false;
	}
	echo_character(discipline, character);
	echo_character(discipline, '\n');
	discipline->length = 0;
	discipline->signal_typed = signal;
	return true;
}

static void edit_line(struct line_discipline *discipline, char character)
{
	if (character == '\n') {
		echo_character(discipline, '\n');
		finish_line(discipline, '\n');
	} else if (is(discipline, VEOF, character)) {
		finish_line(discipline, END_OF_FILE);
	} else if (is(discipline, VKILL, character)) {
		while (discipline->length > 0) {
			erase(discipline);
		}
	} else if (is(discipline, VERASE, character) || character == BACKSPACE) {
		erase(discipline);
	} else if (character != END_OF_FILE && discipline->length + 1 < sizeof(discipline->line)) {
		discipline->line[discipline->length++] = character;
		echo_character(discipline, character);
	}
}

void line_input(struct line_discipline *discipline, char character)
{
	if (character == '\r' && (discipline->settings.input_flags & ICRNL)) {
		character = '\n';
	}
	if (take_signal(discipline, character)) {
		return;
	}
	if (has(discipline, ICANON)) {
		edit_line(discipline, character);
	} else {
		put_raw(discipline, character);
	}
}

/* Character by character, VMIN 0 means that nothing is an answer too. */
bool line_is_ready(const struct line_discipline *discipline)
{
	if (has(discipline, ICANON)) {
		return discipline->lines > 0;
	}
	return !ring_is_empty(&discipline->cooked) || discipline->settings.control_characters[VMIN] == 0;
}

void line_flush(struct line_discipline *discipline)
{
	discipline->cooked.head = discipline->cooked.tail;
	discipline->length = 0;
	discipline->lines = 0;
}

/* Between the two ways of reading nothing is carried over but what can be read as it stands. */
void line_set(struct line_discipline *discipline, const struct termios *settings)
{
	unsigned changed = discipline->settings.local_flags ^ settings->local_flags;

	discipline->settings = *settings;
	if (!(changed & ICANON)) {
		return;
	}
	discipline->lines = 0;
	for (unsigned at = discipline->cooked.head; at != discipline->cooked.tail; at++) {
		char character = discipline->cooked.bytes[at % RING_SIZE];
		discipline->lines += character == '\n' || character == END_OF_FILE;
	}
}

static int raw_read(struct line_discipline *discipline, char *buffer, unsigned size)
{
	int length = 0;

	while ((unsigned)length < size && !ring_is_empty(&discipline->cooked)) {
		buffer[length++] = ring_get(&discipline->cooked);
	}
	return length;
}

/* At most one line; 0 at an end of file. The caller has seen that the line is ready. */
int line_read(struct line_discipline *discipline, char *buffer, unsigned size)
{
	int length = 0;

	if (!has(discipline, ICANON)) {
		return raw_read(discipline, buffer, size);
	}
	while ((unsigned)length < size) {
		char character = ring_get(&discipline->cooked);
		if (character == END_OF_FILE) {
			discipline->lines--;
			break;
		}
		buffer[length++] = character;
		if (character == '\n') {
			discipline->lines--;
			break;
		}
	}
	return length;
}
