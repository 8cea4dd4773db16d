/* SPDX-License-Identifier: MIT
 *
 * The words of the L4 Version 2 ABI for x86: thread ids, fpages, message descriptors, dopes and timeouts, as they
 * travel in registers between user and kernel. Shared by the kernel and by every guest program; nothing here
 * executes a system call (syscalls.h and ipc.h do).
 */
#ifndef L4_TYPES_H
#define L4_TYPES_H

/* low:  ver1:4 | task:11 | lthread:7 | ver0:10        high: nest:4 | chief:11 | site:17 */
struct l4_threadid {
	unsigned low;
	unsigned high;
};

enum {
	L4_TASKS = 2048,   /* task number 0 never exists */
	L4_LTHREADS = 128, /* threads of a task */
	L4_MAX_NEST = 15,  /* depth of clans */
};

enum {
	L4_TASK_KERNEL = 1,
	L4_TASK_SIGMA0 = 2,
	L4_TASK_ROOT = 4,
};

/* Where the fields of an id stand. Task (low) and chief (high) share a position, so clans compare by one XOR. */
enum {
	L4_ID_LTHREAD_SHIFT = 10,
	L4_ID_TASK_SHIFT = 17,
	L4_ID_VERSION1_SHIFT = 28,
	L4_ID_NEST_SHIFT = 28,
	L4_ID_VERSION0_MASK = 0x3ff,
	L4_ID_SITE_MASK = 0x1ffff,
};
#define L4_ID_TASK_EQUAL_MASK 0xfffe03ffu /* the low word without the lthread */
#define L4_ID_INVALID 0xffffffffu

static inline struct l4_threadid l4_make_id(unsigned task, unsigned lthread, unsigned version, unsigned chief,
					    unsigned nest, unsigned site)
{
	struct l4_threadid id = {
		.low = (version >> 10) << L4_ID_VERSION1_SHIFT | task << L4_ID_TASK_SHIFT |
		       lthread << L4_ID_LTHREAD_SHIFT | (version & L4_ID_VERSION0_MASK),
		.high = nest << L4_ID_NEST_SHIFT | chief << L4_ID_TASK_SHIFT | site,
	};
	return id;
}

static inline unsigned l4_task_of(struct l4_threadid id)
{
	return id.low >> L4_ID_TASK_SHIFT & (L4_TASKS - 1);
}

static inline unsigned l4_lthread_of(struct l4_threadid id)
{
	return id.low >> L4_ID_LTHREAD_SHIFT & (L4_LTHREADS - 1);
}

static inline unsigned l4_version_of(struct l4_threadid id)
{
	return id.low >> L4_ID_VERSION1_SHIFT << 10 | (id.low & L4_ID_VERSION0_MASK);
}

static inline unsigned l4_chief_of(struct l4_threadid id)
{
	return id.high >> L4_ID_TASK_SHIFT & (L4_TASKS - 1);
}

static inline unsigned l4_nest_of(struct l4_threadid id)
{
	return id.high >> L4_ID_NEST_SHIFT;
}

static inline int l4_same_thread(struct l4_threadid a, struct l4_threadid b)
{
	return a.low == b.low && a.high == b.high;
}

static inline int l4_same_task(struct l4_threadid a, struct l4_threadid b)
{
	return ((a.low ^ b.low) & L4_ID_TASK_EQUAL_MASK) == 0 && a.high == b.high;
}

/* The id of another thread of the same task. */
static inline struct l4_threadid l4_lthread(struct l4_threadid id, unsigned lthread)
{
	id.low = (id.low & L4_ID_TASK_EQUAL_MASK) | lthread << L4_ID_LTHREAD_SHIFT;
	return id;
}

static inline struct l4_threadid l4_nil(void)
{
	return (struct l4_threadid){0, 0};
}

static inline struct l4_threadid l4_invalid(void)
{
	return (struct l4_threadid){L4_ID_INVALID, L4_ID_INVALID};
}

/* By convention only the low word tells nil and invalid. */
static inline int l4_is_nil(struct l4_threadid id)
{
	return id.low == 0;
}

static inline int l4_is_invalid(struct l4_threadid id)
{
	return id.low == L4_ID_INVALID;
}

/* The interrupt as a sender: low is irq + 1. */
enum { L4_IRQS = 16 };

static inline struct l4_threadid l4_irq_id(unsigned irq)
{
	return (struct l4_threadid){irq + 1, 0};
}

static inline int l4_is_irq(struct l4_threadid id)
{
	return id.low - 1 < L4_IRQS && id.high == 0;
}

/* Flexpage: page:20 | zero:4 | size (log2):6 | w:1 | g:1 */
typedef unsigned l4_fpage;
enum {
	L4_PAGE_SIZE_LOG2 = 12,
	L4_PAGE_SIZE = 1 << L4_PAGE_SIZE_LOG2,
	L4_WHOLE_SPACE_LOG2 = 32,
	L4_FPAGE_SIZE_SHIFT = 2,
	L4_FPAGE_SIZE_MASK = 0x3f,
};
enum l4_fpage_rights {
	L4_FPAGE_READ_ONLY = 0,
	L4_FPAGE_GRANT = 1,
	L4_FPAGE_WRITABLE = 2,
};
#define L4_PAGE_MASK 0xfffff000u
#define L4_WHOLE_SPACE ((l4_fpage)(L4_WHOLE_SPACE_LOG2 << L4_FPAGE_SIZE_SHIFT))

static inline l4_fpage l4_make_fpage(unsigned address, unsigned size_log2, unsigned rights)
{
	return (address & L4_PAGE_MASK) | size_log2 << L4_FPAGE_SIZE_SHIFT | rights;
}

static inline unsigned l4_fpage_size_log2(l4_fpage fpage)
{
	return fpage >> L4_FPAGE_SIZE_SHIFT & L4_FPAGE_SIZE_MASK;
}

/* fpage_unmap's mask. */
enum {
	L4_UNMAP_WRITE_ACCESS = 0, /* downgrade to read-only */
	L4_UNMAP_PAGE = 2,         /* take the page away */
};
#define L4_UNMAP_OTHER_SPACES 0u
#define L4_UNMAP_ALL_SPACES 0x80000000u /* the invoker's own mapping too ("flush") */

/* Send descriptor (EAX) and receive descriptor (EBP). Anything else is the address of a struct l4_message_header. */
#define L4_NIL_DESCRIPTOR 0xffffffffu
enum l4_send_descriptor {
	L4_SEND_SHORT = 0,
	L4_SEND_DECEIT = 1,
	L4_SEND_MAP = 2,
};
enum l4_receive_descriptor {
	L4_RECEIVE_SHORT = 0,
	L4_RECEIVE_OPEN = 1, /* from anyone; the stubs in ipc.h set and clear it */
	L4_RECEIVE_MAP = 2,  /* bits 31..2 are the receive fpage */
};

static inline unsigned l4_receive_window(l4_fpage window)
{
	return (window & ~3u) | L4_RECEIVE_MAP;
}

/* Message in memory, for sending and receiving alike. Dope: dwords:19 | strings:5 | completion code:8 */
struct l4_message_header {
	l4_fpage receive_window;
	unsigned size_dope;
	unsigned send_dope;
};

struct l4_string_dope {
	unsigned send_size;
	unsigned send_address;
	unsigned receive_size;
	unsigned receive_address;
};

static inline unsigned l4_make_dope(unsigned dwords, unsigned strings)
{
	return dwords << 13 | strings << 8;
}

static inline unsigned l4_dope_dwords(unsigned dope)
{
	return dope >> 13;
}

static inline unsigned l4_dope_strings(unsigned dope)
{
	return dope >> 8 & 0x1f;
}

/* Result (EAX): the received message's dope with the completion code in its low byte. */
enum l4_result_flags {
	L4_RESULT_DECEITED = 1,
	L4_RESULT_MAPPED = 2,
	L4_RESULT_REDIRECTED = 4,
	L4_RESULT_FROM_INNER = 8,
	L4_RESULT_SEND_PHASE = 0x10,
	L4_RESULT_ERROR_MASK = 0xf0,
};
enum l4_completion_code {
	L4_OK = 0,
	L4_NOT_EXISTING = 0x10,
	L4_RECEIVE_TIMEOUT = 0x20,
	L4_SEND_TIMEOUT = 0x30,
	L4_RECEIVE_CANCELED = 0x40,
	L4_SEND_CANCELED = 0x50,
	L4_RECEIVE_MAP_FAILED = 0x60,
	L4_SEND_MAP_FAILED = 0x70,
	L4_RECEIVE_SEND_FAULT_TIMEOUT = 0x80,
	L4_SEND_SEND_FAULT_TIMEOUT = 0x90,
	L4_RECEIVE_RECEIVE_FAULT_TIMEOUT = 0xa0,
	L4_SEND_RECEIVE_FAULT_TIMEOUT = 0xb0,
	L4_RECEIVE_ABORTED = 0xc0,
	L4_SEND_ABORTED = 0xd0,
	L4_RECEIVE_CUT = 0xe0,
	L4_SEND_CUT = 0xf0,
};

static inline enum l4_completion_code l4_error(unsigned result)
{
	return (enum l4_completion_code)(result & L4_RESULT_ERROR_MASK);
}

/* Timeouts (ECX): m_r:8 | m_s:8 | p_s:4 | p_r:4 | e_s:4 | e_r:4; time = m * 4^(15-e) microseconds, e = 0: never. */
typedef unsigned l4_timeouts;
#define L4_NEVER 0u             /* wait for ever, in both phases */
#define L4_RECEIVE_AT_ONCE 0x1u /* receive timeout 0 */
#define L4_SEND_AT_ONCE 0x10u   /* send timeout 0 */

static inline l4_timeouts l4_receive_timeout(unsigned mantissa, unsigned exponent)
{
	return mantissa << 24 | exponent;
}

static inline l4_timeouts l4_send_timeout(unsigned mantissa, unsigned exponent)
{
	return mantissa << 16 | exponent << 4;
}

/* The exponent with which a time of so many microseconds keeps most of its digits; it is rounded down. */
static inline unsigned l4_timeout_exponent(unsigned microseconds)
{
	unsigned exponent = 15;
	while (exponent > 1 && microseconds >> 2 * (15 - exponent) > 255) {
		exponent--;
	}
	return exponent;
}

static inline l4_timeouts l4_receive_timeout_us(unsigned microseconds)
{
	unsigned exponent = l4_timeout_exponent(microseconds);
	return l4_receive_timeout(microseconds >> 2 * (15 - exponent), exponent);
}

static inline l4_timeouts l4_send_timeout_us(unsigned microseconds)
{
	unsigned exponent = l4_timeout_exponent(microseconds);
	return l4_send_timeout(microseconds >> 2 * (15 - exponent), exponent);
}

/* Vectors of the system calls (int n from ring 3): Version 2's seven, and one more. */
enum l4_vector {
	L4_VECTOR_IPC = 0x30,
	L4_VECTOR_ID_NEAREST = 0x31,
	L4_VECTOR_FPAGE_UNMAP = 0x32,
	L4_VECTOR_THREAD_SWITCH = 0x33,
	L4_VECTOR_THREAD_SCHEDULE = 0x34,
	L4_VECTOR_LTHREAD_EX_REGS = 0x35,
	L4_VECTOR_TASK_NEW = 0x36,
	L4_VECTOR_THREAD_SEGMENT = 0x37, /* not of Version 2: an extension of this kernel */
};

#endif
