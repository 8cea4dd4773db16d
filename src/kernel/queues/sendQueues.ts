// Who waits to send to whom: of each thread the queue of its senders, first come, first served.
// *src/kernel observes what guest/kernel runs*: guest/kernel/send_queue.h.
import type { KernelThread } from '../kernelView.ts';
import { walkQueue, type ThreadTable } from './threadQueue.ts';

export interface SendQueue {
  readonly receiver: KernelThread;
  readonly senders: readonly KernelThread[];
}

export interface SendQueues {
  /** Those that are not empty. */
  readonly queues: readonly SendQueue[];
  readonly isChanging: boolean;
}

const SENDING: ReadonlySet<string> = new Set([
  'THREAD_SENDING',
  'THREAD_PAGE_FAULT_SEND',
  'THREAD_PREEMPTION_SEND',
]);

/** It waits until its message is fetched. */
export function isSending(thread: KernelThread): boolean {
  return SENDING.has(thread.state);
}

export function sendQueues(table: ThreadTable): SendQueues {
  const queues: SendQueue[] = [];
  const queued = new Set<KernelThread>();
  let isChanging = false;
  for (const receiver of table.values()) {
    const first = receiver.control.number('send_queue');
    const queue = walkQueue(first, 'send_next', 'list', table);
    isChanging ||= queue.isChanging;
    for (const sender of queue.threads) {
      const { low, high } = sender.partner;
      const isHere = low === receiver.id.low && high === receiver.id.high;
      isChanging ||= queued.has(sender) || !isSending(sender) || !isHere;
      queued.add(sender);
    }
    if (first !== 0) {
      queues.push({ receiver, senders: queue.threads });
    }
  }
  for (const thread of table.values()) {
    isChanging ||= isSending(thread) && !queued.has(thread);
  }
  return { queues, isChanging };
}
