/* SPDX-License-Identifier: MIT
 *
 * COM1 by direct port output (tasks have IOPL 3), and the end of the machine.
 */
#ifndef PROGRAMS_L4_CONSOLE_H
#define PROGRAMS_L4_CONSOLE_H

/* %s, %u, %x (8 digits) and %%; nothing else. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Debug exit: the emulator (or QEMU's isa-debug-exit) ends with status value * 2 + 1. */
void exit_machine(unsigned value) __attribute__((noreturn));

#endif
