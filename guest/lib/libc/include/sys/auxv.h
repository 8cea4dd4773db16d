/* SPDX-License-Identifier: MIT
 * The auxiliary vector behind the environment (getauxval(3)); entry types with Linux's numbers.
 */
#ifndef LIBC_SYS_AUXV_H
#define LIBC_SYS_AUXV_H

#define AT_NULL 0
#define AT_PHDR 3
#define AT_PHENT 4
#define AT_PHNUM 5
#define AT_PAGESZ 6
#define AT_ENTRY 9
#define AT_UID 11
#define AT_RANDOM 25
#define AT_SYSINFO 32
#define AT_SYSINFO_EHDR 33

unsigned long getauxval(unsigned long type);

#endif
