/* SPDX-License-Identifier: MIT
 * The errors that the Linux server of this project returns, with Linux/i386's numbers (errno(3)).
 */
#ifndef LIBC_ERRNO_H
#define LIBC_ERRNO_H

extern int errno;

#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define EINTR 4
#define EIO 5
#define EBADF 9
#define ECHILD 10
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EINVAL 22
#define EMFILE 24
#define ENOTTY 25
#define ESPIPE 29
#define EPIPE 32
#define ENOSYS 38

#endif
