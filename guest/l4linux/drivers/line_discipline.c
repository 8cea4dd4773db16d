/* SPDX-License-Identifier: MIT
 * The terminal's cooked mode (termios(3): ICANON, ECHO, ECHOE, ISIG, ICRNL): a line at a time, with erase ^H or
 * DEL, kill ^U, end of file ^D, interrupt ^C. Runs in the bottom half, except line_read().
 */
#include "serial.h"

#define CONTROL(letter) ((letter) - '@')
#define DELETE 0x7F
#define END_OF_FILE '\0' /* in the cooked ring: a read ends here without this byte */

static void echo(struct line_discipline *discipline, const char *text)
{
	uart_write(discipline->echo, text, strlen(text));
}

static void echo_character(struct line_discipline *discipline, char character)
{
	char text[3] = { character, 0, 0 };

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
		echo(discipline, "\b \b");
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

void line_input(struct line_discipline *discipline, char character)
{
	switch (character) {
	case '\r':
	case '\n':
		echo_character(discipline, '\n');
		finish_line(discipline, '\n');
		break;
	case CONTROL('C'):
		echo_character(discipline, character);
		echo_character(discipline, '\n');
		discipline->length = 0;
		discipline->interrupt_typed = true;
		break;
	case CONTROL('D'):
		finish_line(discipline, END_OF_FILE);
		break;
	case CONTROL('U'):
		while (discipline->length > 0) {
			erase(discipline);
		}
		break;
	case CONTROL('H'):
	case DELETE:
		erase(discipline);
		break;
	case END_OF_FILE:
		break;
	default:
		if (discipline->length + 1 < sizeof(discipline->line)) {
			discipline->line[discipline->length++] = character;
			echo_character(discipline, character);
		}
	}
}

/* At most one line; 0 at an end of file. The caller has seen that lines is not 0. */
int line_read(struct line_discipline *discipline, char *buffer, unsigned size)
{
	int length = 0;

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
