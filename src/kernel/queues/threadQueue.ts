// What the kernel's queues have in common: control blocks, linked through a member. A link to something that is in no
// list of threads, or back into the queue, is a queue in mid-change.
import type { KernelThread } from '../kernelView.ts';

/** All threads by the addresses of their control blocks, as queues name them. */
export type ThreadTable = ReadonlyMap<number, KernelThread>;

export interface ThreadQueue {
  readonly threads: readonly KernelThread[];
  readonly isChanging: boolean;
}

/** From the thread at an address by the member `next`: a list ends with null, a ring where it began. */
export function walkQueue(
  first: number,
  next: string,
  kind: 'list' | 'ring',
  table: ThreadTable,
): ThreadQueue {
  const threads: KernelThread[] = [];
  const seen = new Set<number>();
  let at = first;
  while (at !== 0 && !(kind === 'ring' && at === first && seen.size > 0)) {
    const thread = table.get(at);
    if (thread === undefined || seen.has(at)) {
      return { threads, isChanging: true };
    }
    seen.add(at);
    threads.push(thread);
    at = thread.control.number(next);
  }
  return { threads, isChanging: kind === 'ring' && first !== 0 && at === 0 };
}
