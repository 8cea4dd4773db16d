/* SPDX-License-Identifier: MIT
 *
 * Provoking exceptions on purpose: a table whose handlers note what came and go on where they are told to. It lies in
 * memory that all threads and tasks of the test share, so only one of them may be at it at a time.
 */
#ifndef L4TEST_EXCEPTIONS_H
#define L4TEST_EXCEPTIONS_H

#include "check.h"

/* What the handler has seen; it puts EIP where exception_resume says. */
extern volatile unsigned exception_vector, exception_error, exception_eip, exception_resume;

/* Values of exception_vector: what kind of vector it was. */
enum { WITHOUT_CODE = 1, WITH_CODE = 2 };

/* Gives the calling thread the table. */
void catch_exceptions(void);

/* Executes instructions, and goes on behind them after an exception. */
#define PROVOKE(instructions, ...)                                                                                     \
	do {                                                                                                           \
		exception_vector = exception_error = 0;                                                                \
		__asm__ volatile("movl $2f, exception_resume\n1:\t" instructions "\n2:" : : __VA_ARGS__ : "memory",    \
				 "eax", "edx", "cc");                                                                  \
	} while (0)

#endif
