// A thread's kernel stack shares a block with its control block, which nothing guards: so the stack must never come near it.
// A block is zeroed for a new thread, and what was never used of the stack is zero still.
import type { Moment } from './structures.ts';

/** TCB_SIZE in guest/kernel/ia32/layout.h. */
const BLOCK_SIZE = 2048;
const WORD = 4;
const LEAST_FREE = 512;

export function brokenStacks(moment: Moment): string[] {
  const size = moment.names.size('tcb');
  return moment.threads().flatMap((thread) => {
    let used = size;
    while (used < BLOCK_SIZE && moment.word(thread + used) === 0) {
      used += WORD;
    }
    const free = used - size;
    return free >= LEAST_FREE
      ? []
      : [`The kernel stack of ${moment.threadName(thread)} has come to ${free} bytes of its control block.`];
  });
}
