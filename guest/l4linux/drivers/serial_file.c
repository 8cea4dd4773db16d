/* SPDX-License-Identifier: MIT
 * Standard input, output and error as files: COM2, COM3 and COM4 (guest/README.md). A port whose host end is a
 * terminal is a tty to programs, else a pipe.
 */
#include "file.h"
#include "memory.h"
#include "serial.h"

#define PIECE 256u /* what is copied at once on the coroutine's stack */

static struct uart ports[3];

/* Waits for the first piece only; a terminal's line is one piece at most as long as the reader asked for. */
static int serial_read(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	const struct uart *uart = file->device;
	unsigned done = 0;
	int refused = uart->terminal ? serial_job_control(process, SIGTTIN) : 0;

	if (refused < 0) {
		return refused;
	}
	while (done < size) {
		char piece[PIECE];
		unsigned wanted = size - done < PIECE ? size - done : PIECE;
		int length = serial_input_read(process, piece, wanted, done == 0);
		if (length <= 0) {
			return done > 0 ? (int)done : length;
		}
		if (copy_out(process, buffer + done, piece, (unsigned)length) < 0) {
			return done > 0 ? (int)done : -EFAULT;
		}
		done += (unsigned)length;
		if ((unsigned)length < wanted || piece[length - 1] == '\n') {
			break;
		}
	}
	return (int)done;
}

/* Output processing ONLCR: a line feed goes out with its carriage return. */
static void write_to_terminal(struct uart *uart, const char *bytes, unsigned size)
{
	unsigned start = 0;

	for (unsigned i = 0; i < size; i++) {
		if (bytes[i] == '\n') {
			uart_write(uart, bytes + start, i - start);
			uart_write(uart, "\r", 1);
			start = i;
		}
	}
	uart_write(uart, bytes + start, size - start);
}

static int serial_write(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	static const unsigned both = OPOST | ONLCR;
	struct uart *uart = file->device;
	unsigned done = 0;
	int refused = uart->terminal && (serial_settings().local_flags & TOSTOP)
			      ? serial_job_control(process, SIGTTOU) : 0;

	if (refused < 0) {
		return refused;
	}
	while (done < size && !(process->signals.pending & signal_bit(SIGKILL))) {
		char piece[PIECE];
		unsigned length = size - done < PIECE ? size - done : PIECE;
		if (copy_in(process, piece, buffer + done, length) < 0) {
			return done > 0 ? (int)done : -EFAULT;
		}
		if (uart->terminal && (serial_settings().output_flags & both) == both) {
			write_to_terminal(uart, piece, length);
		} else {
			uart_write(uart, piece, length);
		}
		done += length;
	}
	return (int)done;
}

void serial_say_error(const char *subject, const char *sentence)
{
	struct uart *uart = &ports[COUNT_OF(ports) - 1];

	uart_write(uart, "l4linux: ", 9);
	uart_write(uart, subject, strlen(subject));
	uart_write(uart, ": ", 2);
	uart_write(uart, sentence, strlen(sentence));
	uart_write(uart, uart->terminal ? ".\r\n" : ".\n", uart->terminal ? 3 : 2);
}

/* What is sent never waits. */
static unsigned serial_poll(struct process *process, struct file *file)
{
	unsigned mode = file->flags & O_ACCMODE;

	(void)process;
	return (mode != O_RDONLY ? POLLOUT : 0) | (mode != O_WRONLY && serial_input_ready() ? POLLIN : 0);
}

static const struct file_operations serial_operations = { serial_read, serial_write, serial_ioctl, NULL, serial_poll };

void serial_start(void)
{
	static const unsigned short addresses[] = { COM2, COM3, COM4 };

	for (unsigned i = 0; i < COUNT_OF(ports); i++) {
		uart_initialize(&ports[i], addresses[i]);
	}
	serial_input_start(&ports[0], ports[1].terminal ? &ports[1] : &ports[0]);
}

static struct file *open_port(struct uart *uart, unsigned flags)
{
	struct file *file = file_create(&serial_operations, uart, flags);

	if (file) {
		file->mode = uart->terminal ? S_IFCHR | 0620 : S_IFIFO | 0600;
	}
	return file;
}

bool serial_files_open(struct process *process)
{
	for (unsigned fd = 0; fd < COUNT_OF(ports); fd++) {
		unsigned flags = ports[fd].terminal ? O_RDWR : fd == 0 ? O_RDONLY : O_WRONLY;
		process->table->files[fd] = open_port(&ports[fd], flags);
		if (!process->table->files[fd]) {
			return false;
		}
	}
	return true;
}

struct file *serial_tty_open(unsigned flags)
{
	if (!ports[0].terminal) {
		return NULL;
	}
	return open_port(ports[1].terminal ? &ports[1] : &ports[0], flags);
}
