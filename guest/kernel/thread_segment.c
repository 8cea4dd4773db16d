/* SPDX-License-Identifier: MIT
 *
 * The system call thread_segment, an extension to L4 Version 2, and the turning round of segments. glibc wants thread
 * segments of 4 GB that wrap round, but small spaces are protected by limits alone, so a descriptor reaches either up
 * from its base or down from it (expand-down), never outside the space; the other side is one #GP away. Pentium
 * manual, volume 3, "Limit checking".
 */
#include "thread_segment.h"

#include <l4/probes.h>

#include "descriptors.h"
#include "string.h"
#include "system_calls.h"
#include "thread.h"

enum { SELECTOR_INDEX = ~7u };

static unsigned selector_of(unsigned number)
{
	return THREAD_SEGMENTS + 8 * number;
}

struct thread_segment *thread_segment_find(struct tcb *thread, unsigned selector)
{
	for (unsigned number = 0; number < L4_THREAD_SEGMENTS; number++) {
		if (((selector ^ selector_of(number)) & SELECTOR_INDEX) == 0 && thread->segments[number].used) {
			return &thread->segments[number];
		}
	}
	return NULL;
}

static bool is_loaded(const struct trap_frame *frame, unsigned number)
{
	const unsigned selectors[] = {frame->ds, frame->es, frame->fs, frame->gs, frame->ss};
	for (unsigned i = 0; i < sizeof selectors / sizeof selectors[0]; i++) {
		if (((selectors[i] ^ selector_of(number)) & SELECTOR_INDEX) == 0) {
			return true;
		}
	}
	return false;
}

/* All that are loaded, because finding out which one the instruction used would mean decoding it: one too many costs
 * a flip when it is used next. Two exceptions with all registers the same, string counters too, are one instruction
 * that makes no progress: its exception is genuine. */
bool thread_segments_flip(struct tcb *self, const struct trap_frame *frame)
{
	if (!self->has_extras || memcmp(&self->flipped_at, frame, sizeof *frame) == 0) {
		return false;
	}
	bool flipped = false;
	for (unsigned number = 0; number < L4_THREAD_SEGMENTS; number++) {
		struct thread_segment *segment = &self->segments[number];
		if (segment->used && segment->limit == L4_SEGMENT_WRAPS && is_loaded(frame, number)) {
			segment->expands_down = !segment->expands_down;
			self->segment_flips++;
			flipped = true;
			L4_PROBE4("l4", "segment-flip", self, selector_of(number), segment->expands_down, frame->eip);
		}
	}
	if (flipped) {
		self->flipped_at = *frame;
		descriptors_load_extras(self);
	}
	return flipped;
}

void thread_segments_forget_flips(const struct space *space)
{
	for (unsigned lthread = 0; lthread < L4_LTHREADS; lthread++) {
		if (space->threads[lthread]) {
			space->threads[lthread]->flipped_at = (struct trap_frame){.cs = 0};
		}
	}
}

/* A thread of its own task, or of a task that it has made. */
static bool may_set(const struct tcb *self, const struct tcb *thread)
{
	return thread && thread->user_frame &&
	       (thread->space == self->space || thread->space->chief == self->space->task);
}

void thread_extras_changed(struct tcb *thread)
{
	thread->has_extras = thread->breakpoints.control != 0;
	for (unsigned i = 0; i < L4_THREAD_SEGMENTS; i++) {
		thread->has_extras |= thread->segments[i].used;
	}
	if (thread == current) {
		descriptors_load_extras(thread);
	}
}

static void set_segment(struct tcb *thread, unsigned number, unsigned base, unsigned limit)
{
	thread->segments[number] = (struct thread_segment){.base = base, .limit = limit, .used = limit != 0};
	thread->flipped_at = (struct trap_frame){.cs = 0};
	thread_extras_changed(thread);
}

void sys_thread_segment(struct trap_frame *frame)
{
	struct l4_threadid id = {frame->esi, frame->edi};
	struct tcb *thread = l4_is_nil(id) ? current : thread_lookup(id);
	if (!may_set(current, thread) || frame->eax >= L4_THREAD_SEGMENTS) {
		frame->eax = 0;
		return;
	}
	set_segment(thread, frame->eax, frame->edx, frame->ecx);
	frame->eax = selector_of(frame->eax);
}
