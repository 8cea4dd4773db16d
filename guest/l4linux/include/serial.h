/* SPDX-License-Identifier: MIT
 * The 16550A serial port (National Semiconductor PC16550D data sheet), and the terminal's line discipline.
 */
#ifndef LINUX_SERIAL_H
#define LINUX_SERIAL_H

#include "abi.h"
#include "process.h"
#include "types.h"

struct file;

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
bool serial_input_ready(void); /* a read would not wait */

/* The terminal that COM2 is: its settings, and the process group that ^C is for. */
struct termios serial_settings(void);
void serial_set(const struct termios *settings, bool flush);
void serial_flush(void);
extern int serial_foreground, serial_session;

/* May a process read from the terminal (SIGTTIN), or change it (SIGTTOU)? 0, or what its call gives instead: a process
 * in the background is stopped, with all of its group. */
int serial_job_control(struct process *process, int signal);
int serial_ioctl(struct process *process, struct file *file, unsigned request, unsigned argument);

#define RING_SIZE 4096u /* a power of two */

struct ring {
	unsigned head, tail; /* counters; the place is counter modulo RING_SIZE */
	char bytes[RING_SIZE];
};

static inline bool ring_is_empty(const struct ring *ring) { return ring->head == ring->tail; }

static inline bool ring_is_full(const struct ring *ring) { return ring->tail - ring->head == RING_SIZE; }

static inline void ring_put(struct ring *ring, char byte) { ring->bytes[ring->tail++ % RING_SIZE] = byte; }

static inline char ring_get(struct ring *ring) { return ring->bytes[ring->head++ % RING_SIZE]; }

/* A sentence of the server's on standard error. */
void serial_say_error(const char *subject, const char *sentence);

struct line_discipline {
	struct termios settings;
	struct ring cooked;
	char line[256];
	unsigned length;
	unsigned lines;	      /* complete lines (or ends of file) in cooked */
	struct uart *echo;
	int signal_typed;     /* ^C, ^\ or ^Z: the bottom half sends it; 0: none */
};
void line_input(struct line_discipline *discipline, char character);
bool line_is_ready(const struct line_discipline *discipline);
int line_read(struct line_discipline *discipline, char *buffer, unsigned size);
void line_set(struct line_discipline *discipline, const struct termios *settings);
void line_flush(struct line_discipline *discipline);

#endif
