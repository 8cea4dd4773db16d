/* SPDX-License-Identifier: MIT
 * What the server says about itself, on COM1. Formats: %s %d %u %x %c.
 */
#ifndef LINUX_PRINTK_H
#define LINUX_PRINTK_H

void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));
void panic(const char *message) __attribute__((noreturn));

#endif
