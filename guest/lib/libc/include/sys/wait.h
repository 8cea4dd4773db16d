/* SPDX-License-Identifier: MIT
 * waitpid(2), and what its status word says.
 */
#ifndef LIBC_SYS_WAIT_H
#define LIBC_SYS_WAIT_H

#define WNOHANG 1
#define WUNTRACED 2
#define WCONTINUED 8
#define WIFEXITED(status) (((status) & 0x7F) == 0)
#define WEXITSTATUS(status) ((status) >> 8 & 0xFF)
#define WIFSIGNALED(status) (((status) & 0x7F) != 0 && ((status) & 0x7F) != 0x7F)
#define WTERMSIG(status) ((status) & 0x7F)
#define WIFSTOPPED(status) (((status) & 0xFF) == 0x7F)
#define WSTOPSIG(status) ((status) >> 8 & 0xFF)
#define WIFCONTINUED(status) ((status) == 0xFFFF)

int waitpid(int pid, int *status, int options);

#endif
