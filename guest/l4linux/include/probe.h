/* SPDX-License-Identifier: MIT
 * The probes of provider "linux"; guest/include/l4/probes.h has the table and the mechanism.
 */
#ifndef LINUX_PROBE_H
#define LINUX_PROBE_H

#include <l4/probes.h>

#define PROBE1(name, a) L4_PROBE1("linux", name, a)
#define PROBE2(name, a, b) L4_PROBE2("linux", name, a, b)
#define PROBE3(name, a, b, c) L4_PROBE3("linux", name, a, b, c)

#endif
