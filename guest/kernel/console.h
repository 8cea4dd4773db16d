/* SPDX-License-Identifier: MIT
 *
 * The kernel's voice (COM1) and its last word.
 */
#pragma once

struct trap_frame;

void console_initialize(void);

/* %s, %u, %x (8 digits) and %%; nothing else. */
void console_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An invariant is broken: says so on COM1, and halts. */
void panic(const char *message) __attribute__((noreturn));

/* The same for an exception that the kernel itself raised. */
void panic_with_frame(const char *message, const struct trap_frame *frame) __attribute__((noreturn));
