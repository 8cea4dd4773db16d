/* SPDX-License-Identifier: MIT
 *
 * The four functions that a freestanding compiler may call by itself (C11, 7.24).
 */
#pragma once

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
