/* SPDX-License-Identifier: MIT
 * The programs that stand in the server's image (fs/root_image.S), for /bin.
 */
#ifndef LINUX_ROOT_PROGRAMS_H
#define LINUX_ROOT_PROGRAMS_H

struct root_program {
	const char *name; /* null: the end of the table */
	const char *start, *end;
};

extern const struct root_program root_programs[];

#endif
