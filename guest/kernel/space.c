/* SPDX-License-Identifier: MIT
 *
 * Address spaces: the table of tasks, creation, deletion. L4 reference manual, "Tasks" and "Clans & Chiefs"
 * (who owns the number of a task that does not exist). The system call task_new is in task_new.c.
 */
#include "space.h"

#include "console.h"
#include "descriptors.h"
#include "ipc.h"
#include "mapping.h"
#include "memory.h"
#include "paging.h"
#include "small_space.h"
#include "thread.h"

enum { VERSION_MASK = 0x3fff };

struct task_slot task_slots[L4_TASKS];
struct space *space_list;
struct space *kernel_space;
struct space *sigma0_space;

static struct slab space_slab = {.object_size = sizeof(struct space)};

struct space *space_lookup(unsigned task)
{
	return task_slots[task].space;
}

static void enlist(struct space *space, unsigned task, unsigned chief, unsigned nest, unsigned site)
{
	struct task_slot *slot = &task_slots[task];
	slot->version = (slot->version + 1) & VERSION_MASK;
	if (slot->version == 0) {
		slot->version = 1;
	}
	slot->space = space;
	space->task = task;
	space->chief = chief;
	space->cr3 = paging_cr3(space);
	space->id = l4_make_id(task, 0, slot->version, chief, nest, site);
	descriptors_make_user_segments(space);
	space->space_next = space_list;
	space->space_link = &space_list;
	if (space_list) {
		space_list->space_link = &space->space_next;
	}
	space_list = space;
}

void space_initialize(void)
{
	for (unsigned task = 0; task < L4_TASKS; task++) {
		task_slots[task].creator = L4_TASK_ROOT;
	}
	kernel_space = slab_allocate(&space_slab);
	if (!kernel_space) {
		panic("no memory for the kernel's space");
	}
	kernel_space->page_directory = paging_kernel_directory();
	enlist(kernel_space, L4_TASK_KERNEL, L4_TASK_ROOT, 0, 0);
}

struct space *space_create(unsigned task, unsigned chief, unsigned nest, unsigned site)
{
	struct space *space = slab_allocate(&space_slab);
	if (!space) {
		return NULL;
	}
	space->page_directory = directory_create();
	if (!space->page_directory) {
		slab_free(&space_slab, space);
		return NULL;
	}
	enlist(space, task, chief, nest, site);
	return space;
}

static void delist(struct space *space)
{
	*space->space_link = space->space_next;
	if (space->space_next) {
		space->space_next->space_link = space->space_link;
	}
	task_slots[space->task].space = NULL;
}

bool space_stop(struct space *space)
{
	bool found = false;
	for (unsigned lthread = 0; lthread < L4_LTHREADS; lthread++) {
		if (space->threads[lthread]) {
			thread_delete(space->threads[lthread]);
			found = true;
		}
	}
	if (found) {
		ipc_forget_task(space);
	}
	return found;
}

bool space_delete(struct space *space)
{
	if (!mapping_flush_space(space)) {
		return false;
	}
	small_space_assign(space, 0);
	directory_leave(space);
	directory_delete(space->page_directory);
	delist(space);
	slab_free(&space_slab, space);
	return true;
}
