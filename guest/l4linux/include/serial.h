/* SPDX-License-Identifier: MIT
 * The 16550A serial port (National Semiconductor PC16550D data sheet), and the terminal's line discipline.
 */
#ifndef LINUX_SERIAL_H
#define LINUX_SERIAL_H

#include "process.h"
#include "types.h"

#define COM1 0x3F8
#define COM2 0x2F8
#define COM3 0x3E8
#define COM4 0x2E8
#define COM2_IRQ 3

struct uart {
	unsigned short port;
	unsigned char burst; /* bytes the transmitter takes at once */
	bool terminal;	     /* the host end is a terminal (DSR) */
};

void uart_initialize(struct uart *uart, unsigned short port);
void uart_write(struct uart *uart, const char *bytes, unsigned size);
bool uart_receive(const struct uart *uart, char *byte);
bool uart_carrier(const struct uart *uart);
bool uart_interrupt_pending(const struct uart *uart);
void uart_interrupts(const struct uart *uart, bool receive);

/* The input side of COM2: raw bytes from the top half, and lines once the discipline has cooked them. */
void serial_input_start(struct uart *input, struct uart *echo);
int serial_input_read(struct process *process, char *buffer, unsigned size, bool wait);

#define RING_SIZE 4096u /* a power of two */

struct ring {
	unsigned head, tail; /* counters; the place is counter modulo RING_SIZE */
	char bytes[RING_SIZE];
};

static inline bool ring_is_empty(const struct ring *ring) { return ring->head == ring->tail; }

static inline bool ring_is_full(const struct ring *ring) { return ring->tail - ring->head == RING_SIZE; }

static inline void ring_put(struct ring *ring, char byte) { ring->bytes[ring->tail++ % RING_SIZE] = byte; }

static inline char ring_get(struct ring *ring) { return ring->bytes[ring->head++ % RING_SIZE]; }

/* Cooks one character; true if a reader may now have something. */
struct line_discipline {
	struct ring cooked;
	char line[256];
	unsigned length;
	unsigned lines;	      /* complete lines (or ends of file) in cooked */
	struct uart *echo;
	bool interrupt_typed; /* ^C: the reader of the bottom half sends SIGINT */
};
void line_input(struct line_discipline *discipline, char character);
int line_read(struct line_discipline *discipline, char *buffer, unsigned size);

#endif
