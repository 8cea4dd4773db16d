/* SPDX-License-Identifier: MIT
 *
 * A task that receives mappings and touches memory on command. Its pager gives it this program's pages one-to-one;
 * a fault at SCRATCH or above is counted and answered with a page that holds NOT_MAPPED.
 */
#ifndef L4TEST_CLIENT_H
#define L4TEST_CLIENT_H

#include "check.h"

enum { NOT_MAPPED = 0xee, WRITE_VALUE = 0x77, CLIENT_PAGER = 5 };

extern volatile unsigned client_faults;
extern volatile unsigned client_error;

/* The client with this receive window; made anew, so it has nothing mapped at SCRATCH. */
void client_start(l4_fpage window);
void client_set_window(unsigned receive_descriptor);
void client_stop(void);

/* Sends it a flexpage; the client's result if it came through, else the sender's. */
unsigned client_map(unsigned send_base, l4_fpage fpage);

unsigned client_read(unsigned address);
void client_write(unsigned address);

/* The client unmaps by itself. */
void client_unmap(l4_fpage fpage, unsigned mask);

#endif
