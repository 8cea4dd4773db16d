/* SPDX-License-Identifier: MIT
 * What a process's message means. Its words tell: 0xFFFFFF00 | vector is an exception that the library reports; a
 * small number with a frame that confirms it is a system call; everything else is a page fault of L4's RPC (bit 1
 * of the address set: a write). Only the first page of memory could be taken for a number, and nothing is mapped
 * there.
 */
#include "l4_port.h"
#include "landmarks.h"
#include "memory.h"
#include "printk.h"

#define PAGE_FAULT_WRITE 2u
#define ERROR_CODE_PROTECTION 1u
#define ERROR_CODE_WRITE 2u
#define ERROR_CODE_USER 4u
#define VECTOR_BREAKPOINT 3
#define VECTOR_OVERFLOW 4
#define VECTOR_GENERAL_PROTECTION 13
#define VECTOR_PAGE_FAULT 14
#define OPCODE_INT 0xCD /* with its vector; INT3 and INTO are one byte */
#define ERROR_CODE_KIND 7u
#define ERROR_CODE_OF_GATE 2u /* the rest of the error code is 8 times the vector of an int instruction */

struct exception_frame {
	unsigned vector, error_code, eip;
};

static void reply_result(struct process *process, int result)
{
	process->arch.reply_kind = REPLY_RESULT;
	process->arch.reply[0] = (unsigned)result;
	process->arch.reply[1] = 0;
}

/* True if the message was a system call: there is a frame, and it holds the same number. (A fault's EIP is no
 * address of such a frame; a program that makes its code look like one fools only itself.) */
static bool serve_system_call(struct process *process, unsigned number, unsigned address)
{
	struct syscall_frame frame;

	if (copy_in(process, &frame, address, sizeof(frame)) < 0) {
		return false;
	}
	if (frame.eax != number && !(number == MESSAGE_NUMBER_BEYOND && frame.eax > number)) {
		return false;
	}
	process->arch.serves_call = true;
	reply_result(process, system_call(process, (int)frame.eax, &frame));
	return true;
}

/* INT3 and INTO have no gate under L4: they raise #GP with the gate's number, before the instruction. To Linux they are
 * traps behind it, so that is where a handler's frame must find the program. */
static void make_trap(struct process *process, struct exception_frame *frame, unsigned address)
{
	unsigned gate = frame->error_code / 8;
	unsigned char opcode = 0;

	if (frame->vector != VECTOR_GENERAL_PROTECTION || (frame->error_code & ERROR_CODE_KIND) != ERROR_CODE_OF_GATE ||
	    (gate != VECTOR_BREAKPOINT && gate != VECTOR_OVERFLOW)) {
		return;
	}
	(void)copy_in(process, &opcode, frame->eip, sizeof(opcode));
	frame->vector = gate;
	frame->error_code = 0;
	frame->eip += opcode == OPCODE_INT ? 2 : 1;
	(void)copy_out(process, address, frame, sizeof(*frame)); /* it has just been read from there */
}

static void serve_exception(struct process *process, unsigned address)
{
	struct exception_frame frame;

	if (copy_in(process, &frame, address, sizeof(frame)) < 0) {
		printk("linux: %s (pid %d): an exception came with a wild frame\n", process->name, process->pid);
		signal_send_kernel(process, SIGKILL);
		return;
	}
	make_trap(process, &frame, address);
	exception(process, frame.vector, frame.error_code, frame.eip, 0);
}

/* As the processor would say it: the µ-kernel's message has only the kind of access. */
static unsigned page_fault_error(struct process *process, unsigned address, bool write)
{
	const unsigned *entry = page_entry(process, address);

	return ERROR_CODE_USER | (write ? ERROR_CODE_WRITE : 0) |
	       (entry && (*entry & PAGE_PRESENT) ? ERROR_CODE_PROTECTION : 0);
}

/* The page's frame with the rights that the logical page table gives, as an fpage of the server. */
static l4_fpage mapping_of(struct process *process, unsigned address)
{
	unsigned entry = *page_entry(process, address);
	unsigned rights = entry & PAGE_WRITABLE ? L4_FPAGE_WRITABLE : L4_FPAGE_READ_ONLY;

	return l4_make_fpage((unsigned)frame_address(entry & PAGE_MASK), L4_PAGE_SIZE_LOG2, rights);
}

static void serve_page_fault(struct process *process, unsigned word, unsigned eip)
{
	unsigned address = word & ~3u;
	bool write = word & PAGE_FAULT_WRITE;
	int error = memory_fault(process, address, write);

	if (error < 0) {
		if (error == -ENOMEM) {
			signal_send_kernel(process, SIGKILL);
			return;
		}
		exception(process, VECTOR_PAGE_FAULT, page_fault_error(process, address, write), eip, address);
		return;
	}
	process->arch.reply_kind = REPLY_MAP;
	process->arch.reply[0] = page_floor(address);
	process->arch.reply[1] = mapping_of(process, address);
}

bool message_is_library_fault(unsigned w0) { return w0 >= SIGNAL_PAGE && w0 < USER_LIMIT; }

void message_map_library(struct process *process, struct l4_threadid thread, unsigned w0)
{
	unsigned address = w0 & ~3u;

	if (memory_fault(process, address, w0 & PAGE_FAULT_WRITE) == 0) {
		l4_ipc_send(thread, L4_SEND_MAP, page_floor(address), mapping_of(process, address), L4_SEND_AT_ONCE);
	}
}

void message_serve(struct process *process)
{
	unsigned w0 = process->arch.message[0];
	unsigned w1 = process->arch.message[1];

	process->arch.serves_call = false;
	if (w0 >= MESSAGE_EXCEPTION) {
		serve_exception(process, w1);
	} else if (w0 > MESSAGE_NUMBER_BEYOND || !serve_system_call(process, w0, w1)) {
		serve_page_fault(process, w0, w1);
	}
}
