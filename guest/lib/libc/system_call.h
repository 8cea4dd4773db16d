/* SPDX-License-Identifier: MIT
 * Inside the library only: the raw system call, and the conversion of its result to errno.
 */
#ifndef LIBC_SYSTEM_CALL_H
#define LIBC_SYSTEM_CALL_H

extern void (*__sysinfo)(void);
void __int80(void);
long __system_call(long number, long a1, long a2, long a3, long a4, long a5, long a6);

/* Sets errno and gives -1 if result is one of the 4095 negative errors, else gives result. */
long __checked(long result);

#define CALL0(n) __checked(__system_call(n, 0, 0, 0, 0, 0, 0))
#define CALL1(n, a) __checked(__system_call(n, (long)(a), 0, 0, 0, 0, 0))
#define CALL2(n, a, b) __checked(__system_call(n, (long)(a), (long)(b), 0, 0, 0, 0))
#define CALL3(n, a, b, c) __checked(__system_call(n, (long)(a), (long)(b), (long)(c), 0, 0, 0))
#define CALL6(n, a, b, c, d, e, f)                                                                 \
	__checked(__system_call(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f)))

#endif
