// All queues of the kernel at one stop, read from one table of its threads.
import type { KernelView } from '../kernelView.ts';
import { pendingIpcs, type PendingIpcs } from './pendingIpc.ts';
import { readyRings, type ReadyRings } from './readyRings.ts';
import { sendQueues, type SendQueues } from './sendQueues.ts';
import { sleepers, type Sleepers } from './sleepers.ts';

export interface KernelQueues {
  readonly ready: ReadyRings;
  readonly senders: SendQueues;
  readonly sleepers: Sleepers;
  readonly ipc: PendingIpcs;
  /** The list of all threads, from which the others are read, is in mid-change. */
  readonly threadsAreChanging: boolean;
}

export function kernelQueues(kernel: KernelView): KernelQueues {
  const { image, read } = kernel;
  const { items, isChanging } = kernel.threads();
  const table = new Map(items.map((thread) => [thread.control.address, thread]));
  return {
    ready: readyRings(image, read, table),
    senders: sendQueues(table),
    sleepers: sleepers(image, read, table),
    ipc: pendingIpcs(table),
    threadsAreChanging: isChanging,
  };
}
