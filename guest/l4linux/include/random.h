/* SPDX-License-Identifier: MIT
 * Random numbers: not secret, but different at each start date, and the same in each replay.
 */
#ifndef LINUX_RANDOM_H
#define LINUX_RANDOM_H

void random_fill(unsigned char *bytes, unsigned size);

#endif
