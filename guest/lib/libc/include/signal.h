/* SPDX-License-Identifier: MIT
 * Signal numbers and kill(2), as Linux/i386 has them.
 */
#ifndef LIBC_SIGNAL_H
#define LIBC_SIGNAL_H

#define SIGINT 2
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGFPE 8
#define SIGKILL 9
#define SIGSEGV 11
#define SIGPIPE 13
#define SIGTERM 15
#define SIGCHLD 17

int kill(int pid, int signal);

#endif
