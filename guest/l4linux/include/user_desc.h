/* SPDX-License-Identifier: MIT
 * How a program describes a segment to set_thread_area(2) and modify_ldt(2): part of the ABI.
 */
#ifndef LINUX_USER_DESC_H
#define LINUX_USER_DESC_H

enum user_desc_flags {
	DESC_32BIT = 0x01,
	DESC_CONTENTS = 0x06, /* see below */
	DESC_READ_OR_EXECUTE_ONLY = 0x08,
	DESC_LIMIT_IN_PAGES = 0x10,
	DESC_NOT_PRESENT = 0x20,
	DESC_USEABLE = 0x40,
};

enum user_desc_contents {
	CONTENTS_DATA = 0x00,
	CONTENTS_EXPAND_DOWN = 0x02,
	CONTENTS_CODE = 0x04,
	CONTENTS_CONFORMING = 0x06,
};

struct user_desc {
	unsigned number, base, limit, flags;
};

#define DESC_LIMIT_MASK 0xFFFFFu

#endif
