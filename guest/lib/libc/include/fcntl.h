/* SPDX-License-Identifier: MIT
 * open(2) and its flags, with Linux/i386's values.
 */
#ifndef LIBC_FCNTL_H
#define LIBC_FCNTL_H

#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2

int open(const char *path, int flags, ...);

#endif
