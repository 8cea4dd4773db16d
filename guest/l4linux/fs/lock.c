/* SPDX-License-Identifier: MIT
 * The file-system lock: held while names are looked up or changed and while something is read from the disk, so that
 * nobody sees half a change. What was read is trimmed to its bounds when it is left.
 */
#include "ia32.h"
#include "inode.h"
#include "page_cache.h"
#include "process.h"

static struct process *owner;
static unsigned depth;
static struct wait_queue waiting;

void file_system_enter(void)
{
	unsigned flags = critical_enter();

	while (depth > 0 && owner != current) {
		wait_without_signals(&waiting);
	}
	owner = current;
	depth++;
	critical_leave(flags);
}

void file_system_leave(void)
{
	if (depth == 1) {
		inodes_trim();
		pages_trim();
		depth = 0;
		owner = NULL;
		wait_queue_wake(&waiting);
	} else {
		depth--;
	}
}
