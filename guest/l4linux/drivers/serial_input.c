/* SPDX-License-Identifier: MIT
 * Standard input: COM2's top half moves bytes to a ring, its bottom half cooks them if the host end is a
 * terminal and wakes readers. Without room the receiver's interrupt stays off, so nothing is ever lost. A
 * dropped carrier is the end of input once everything before it has been read.
 */
#include "arch.h"
#include "ia32.h"
#include "interrupt.h"
#include "memory.h"
#include "serial.h"

void tty_bottom_half(void);

static struct uart *uart;
static struct ring raw;
/* Cooked mode at 115200 baud, 8 bits, until a program says otherwise. */
static struct line_discipline discipline = {
	.settings = {
		.input_flags = ICRNL | IXON,
		.output_flags = OPOST | ONLCR,
		.control_flags = B115200_CS8_CREAD,
		.local_flags = ISIG | ICANON | ECHO | ECHOE | ECHOK,
		.control_characters = { [VINTR] = 3, [VQUIT] = 28, [VERASE] = 127, [VKILL] = 21, [VEOF] = 4, [VMIN] = 1,
					[VSUSP] = 26 },
	},
};
int serial_foreground = FIRST_PID, serial_session = FIRST_PID;
static struct wait_queue readers;
static bool receiver_is_on; /* its interrupt, that is */

static void receive(void)
{
	char byte;

	while (!ring_is_full(&raw) && uart_receive(uart, &byte)) {
		ring_put(&raw, byte);
	}
	if (receiver_is_on == ring_is_full(&raw)) {
		receiver_is_on = !receiver_is_on;
		uart_interrupts(uart, receiver_is_on);
	}
}

static void top_half(void)
{
	do {
		receive();
		uart_carrier(uart); /* reading the modem status ends its interrupt */
	} while (uart_interrupt_pending(uart));
	bottom_half_mark(BOTTOM_HALF_TTY);
}

static void cook(void)
{
	while (!ring_is_empty(&raw)) {
		line_input(&discipline, ring_get(&raw));
	}
	int signal = discipline.signal_typed;
	discipline.signal_typed = 0;
	if (signal) {
		signal_send_group(serial_foreground, signal);
	}
}

void tty_bottom_half(void)
{
	unsigned flags = critical_enter();

	while (uart->terminal && !ring_is_empty(&raw)) {
		cook();
		receive(); /* what had no room before */
	}
	critical_leave(flags);
	wait_queue_wake(&readers);
}

void serial_input_start(struct uart *input, struct uart *echo)
{
	uart = input;
	discipline.echo = echo;
	arch_interrupt_start(COM2_IRQ, top_half);
	unsigned flags = critical_enter();
	receive(); /* switches the receiver's interrupt on */
	critical_leave(flags);
	bottom_half_mark(BOTTOM_HALF_TTY);
}

/* With interrupts off: what can be read now; -EAGAIN: nothing yet. */
static int take(char *buffer, unsigned size)
{
	if (uart->terminal) {
		if (line_is_ready(&discipline)) {
			return line_read(&discipline, buffer, size);
		}
		return uart_carrier(uart) ? -EAGAIN : 0;
	}
	/* The carrier first: what came before it dropped is in the chip by now. */
	bool carrier = uart_carrier(uart);
	int length = 0;
	receive();
	while ((unsigned)length < size && !ring_is_empty(&raw)) {
		buffer[length++] = ring_get(&raw);
	}
	receive();
	return length > 0 || !carrier ? length : -EAGAIN;
}

/* What there is; 0 at the end of input. If there is nothing yet: waits, or -EAGAIN; -ERESTARTSYS after a signal. */
int serial_input_read(struct process *process, char *buffer, unsigned size, bool wait)
{
	unsigned flags = critical_enter();
	int result;

	while ((result = take(buffer, size)) == -EAGAIN && wait && !signal_pending(process)) {
		wait_on(&readers);
	}
	critical_leave(flags);
	return result == -EAGAIN && wait ? -ERESTARTSYS : result;
}

bool serial_input_ready(void)
{
	unsigned flags = critical_enter();
	bool ready = uart->terminal ? line_is_ready(&discipline) || !uart_carrier(uart)
				    : !ring_is_empty(&raw) || !uart_carrier(uart);

	critical_leave(flags);
	return ready;
}

/* Only a process of the terminal's own session is controlled by it. */
int serial_job_control(struct process *process, int signal)
{
	if (process->session != serial_session || process->group == serial_foreground) {
		return 0;
	}
	if ((process->signals.blocked & signal_bit(signal)) || signal_is_ignored(process, signal)) {
		return signal == SIGTTIN ? -EIO : 0;
	}
	if (group_is_orphaned(process->group, NULL)) {
		return -EIO;
	}
	signal_send_group(process->group, signal);
	return -ERESTARTSYS;
}

struct termios serial_settings(void) { return discipline.settings; }

void serial_flush(void)
{
	unsigned flags = critical_enter();

	raw.head = raw.tail;
	line_flush(&discipline);
	receive();
	critical_leave(flags);
}

void serial_set(const struct termios *settings, bool flush)
{
	if (flush) {
		serial_flush();
	}
	unsigned flags = critical_enter();
	line_set(&discipline, settings);
	critical_leave(flags);
	wait_queue_wake(&readers); /* what did not count as a line may be read now */
}
