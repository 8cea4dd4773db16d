/* SPDX-License-Identifier: MIT
 * waitpid(2), and what its status word says.
 */
#ifndef LIBC_SYS_WAIT_H
#define LIBC_SYS_WAIT_H

#define WNOHANG 1
#define WIFEXITED(status) (((status) & 0x7F) == 0)
#define WEXITSTATUS(status) ((status) >> 8 & 0xFF)
#define WIFSIGNALED(status) (((status) & 0x7F) != 0 && ((status) & 0x7F) != 0x7F)
#define WTERMSIG(status) ((status) & 0x7F)

int waitpid(int pid, int *status, int options);

#endif
