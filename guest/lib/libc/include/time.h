/* SPDX-License-Identifier: MIT
 * Time as Linux/i386's 32-bit system calls see it.
 */
#ifndef LIBC_TIME_H
#define LIBC_TIME_H

typedef long time_t;

struct timespec {
	time_t tv_sec;
	long tv_nsec;
};

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1

time_t time(time_t *result);
int clock_gettime(int clock, struct timespec *result);
int nanosleep(const struct timespec *request, struct timespec *remaining);

#endif
