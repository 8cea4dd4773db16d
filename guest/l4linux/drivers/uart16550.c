/* SPDX-License-Identifier: MIT
 * The serial port chip, programmed directly: 16550A with FIFO, or a plain 16450 (PC16550D data sheet). Output is
 * polled; it is the fastest way when the other end is a host program.
 */
#include "ia32.h"
#include "serial.h"

#define RBR 0 /* receiver buffer (read), transmitter holding (write) */
#define IER 1 /* interrupt enable */
#define IIR 2 /* interrupt identification (read), FIFO control (write) */
#define LCR 3 /* line control */
#define MCR 4 /* modem control */
#define LSR 5 /* line status */
#define MSR 6 /* modem status */

#define IER_RECEIVE 0x01
#define IER_MODEM_STATUS 0x08
#define IIR_FIFO 0xC0
#define IIR_NONE_PENDING 0x01
#define FCR_ENABLE 0x01
#define LCR_8N1 0x03
#define LCR_DIVISOR 0x80
#define MCR_DTR_RTS_OUT2 0x0B /* OUT2 connects the interrupt line on a PC */
#define LSR_DATA_READY 0x01
#define LSR_TRANSMITTER_EMPTY 0x20
#define MSR_DSR 0x20
#define MSR_DCD 0x80

#define FIFO_SIZE 16
#define DIVISOR_115200 1

void uart_initialize(struct uart *uart, unsigned short port)
{
	uart->port = port;
	out8(port + IER, 0);
	out8(port + LCR, LCR_DIVISOR);
	out8(port + RBR, DIVISOR_115200);
	out8(port + IER, 0);
	out8(port + LCR, LCR_8N1);
	/* Switching the FIFO on would drop a byte that waits already: input that was there first does without. */
	if (!(in8(port + LSR) & LSR_DATA_READY)) {
		out8(port + IIR, FCR_ENABLE);
	}
	out8(port + MCR, MCR_DTR_RTS_OUT2);
	uart->burst = (in8(port + IIR) & IIR_FIFO) == IIR_FIFO ? FIFO_SIZE : 1;
	uart->terminal = in8(port + MSR) & MSR_DSR;
}

void uart_write(struct uart *uart, const char *bytes, unsigned size)
{
	while (size > 0) {
		while (!(in8(uart->port + LSR) & LSR_TRANSMITTER_EMPTY)) {
		}
		for (unsigned room = uart->burst; room > 0 && size > 0; room--, size--) {
			out8(uart->port + RBR, (unsigned char)*bytes++);
		}
	}
}

bool uart_receive(const struct uart *uart, char *byte)
{
	if (!(in8(uart->port + LSR) & LSR_DATA_READY)) {
		return false;
	}
	*byte = (char)in8(uart->port + RBR);
	return true;
}

bool uart_carrier(const struct uart *uart) { return in8(uart->port + MSR) & MSR_DCD; }

/* The 8259 sees edges: a handler must go on until this is false, or the line stays up and it is not called again. */
bool uart_interrupt_pending(const struct uart *uart) { return !(in8(uart->port + IIR) & IIR_NONE_PENDING); }

/* The modem status interrupt is always wanted; the receiver's only while there is room for more. */
void uart_interrupts(const struct uart *uart, bool receive)
{
	out8(uart->port + IER, IER_MODEM_STATUS | (receive ? IER_RECEIVE : 0));
}
