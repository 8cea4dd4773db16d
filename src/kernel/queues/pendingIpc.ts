// The IPCs that are under way: messages that wait to be fetched, long ones that are being carried, and answers that
// somebody waits for. What has been carried of a long message stands on the sender's kernel stack and is not said.
// *src/kernel observes what guest/kernel runs*: guest/kernel/tcb.h, long_message.h; L4 reference manual, "IPC".
import type { KernelThread } from '../kernelView.ts';
import { isNobody, type ThreadId } from '../threadId.ts';
import { isSending } from './sendQueues.ts';
import type { ThreadTable } from './threadQueue.ts';

export interface Message {
  /** Who made it: the thread by its system call, or the kernel for it. */
  readonly kind: 'call' | 'page fault' | 'preemption';
  /** Those that travel in registers: of a page fault its address with bit 1 set for a write, and the EIP. */
  readonly words: readonly [number, number];
  readonly hasMapping: boolean;
  readonly isDeceiving: boolean;
  /** Of a message in memory, the two in registers included; 2 otherwise. */
  readonly dwords: number;
  readonly strings: number;
}

export type PendingIpc =
  /** Waits in the receiver's queue. */
  | {
      readonly phase: 'queued';
      readonly sender: KernelThread;
      readonly receiver: ThreadId;
      readonly message: Message;
    }
  /** A long message between two threads that have met. */
  | {
      readonly phase: 'transfer';
      readonly sender: KernelThread;
      readonly receiver: KernelThread;
      /** Undefined while a page of the sender is asked for: its message is put aside then. */
      readonly message: Message | undefined;
      /** The page that is missing, and in whose space; its address is known of the receiver's alone. */
      readonly missing?:
        { readonly of: 'sender' } | { readonly of: 'receiver'; readonly address: number };
    }
  /** The receiver waits for a message of this one thread. */
  | { readonly phase: 'awaited'; readonly sender: ThreadId; readonly receiver: KernelThread };

export interface PendingIpcs {
  readonly ipcs: readonly PendingIpc[];
  readonly isChanging: boolean;
}

/** In the order of enum kernel_rpc; the preempters' two are one kind. */
const KINDS = ['call', 'page fault', 'preemption', 'preemption'] as const;
const DECEIT = 1;
const MAP = 2;
const IN_MEMORY = ~3;
const REGISTER_WORDS = 2;

const AWAITING: ReadonlySet<string> = new Set([
  'THREAD_RECEIVING',
  'THREAD_PAGE_FAULT_REPLY',
  'THREAD_PREEMPTION_REPLY',
]);
const FAULTING: ReadonlySet<string> = new Set([
  'THREAD_PAGE_FAULT_SEND',
  'THREAD_PAGE_FAULT_REPLY',
]);

/** What a thread sends that is in the send phase of its ipc. */
export function messageOf(thread: KernelThread): Message {
  const ipc = thread.control.member('ipc');
  const descriptor = ipc.number('send_descriptor');
  const dope = ipc.member('send_header').number('send_dope');
  const isInMemory = (descriptor & IN_MEMORY) !== 0;
  return {
    kind: KINDS[ipc.number('kernel_rpc')] ?? 'call',
    words: [ipc.element('words', 0), ipc.element('words', 1)],
    hasMapping: (descriptor & MAP) !== 0,
    isDeceiving: (descriptor & DECEIT) !== 0,
    dwords: isInMemory ? Math.max(dope >>> 13, REGISTER_WORDS) : REGISTER_WORDS,
    strings: isInMemory ? (dope >>> 8) & 0x1f : 0,
  };
}

export function pendingIpcs(table: ThreadTable): PendingIpcs {
  const ipcs: PendingIpc[] = [];
  let isChanging = false;
  for (const thread of table.values()) {
    const transfer = transferOf(thread, table);
    isChanging ||= transfer === 'changing';
    if (typeof transfer === 'object') {
      ipcs.push(transfer);
    }
    if (isSending(thread)) {
      const message = messageOf(thread);
      ipcs.push({ phase: 'queued', sender: thread, receiver: thread.partner, message });
    } else if (AWAITING.has(thread.state) && !isNobody(thread.partner.low)) {
      ipcs.push({ phase: 'awaited', sender: thread.partner, receiver: thread });
    }
  }
  return { ipcs, isChanging };
}

/** The transfer that a thread sends in; undefined: it is in none, or receives in it. */
function transferOf(sender: KernelThread, table: ThreadTable): PendingIpc | 'changing' | undefined {
  const transfer = sender.control.member('transfer');
  if (transfer.number('partner') === 0) {
    return undefined;
  }
  const receiver = table.get(transfer.number('partner'));
  const theirs = receiver?.control.member('transfer');
  const sends = transfer.number('sends') !== 0;
  const isMutual =
    theirs?.number('partner') === sender.control.address &&
    (theirs.number('sends') !== 0) !== sends;
  if (receiver === undefined || theirs === undefined || !isMutual) {
    return 'changing';
  }
  if (!sends) {
    return undefined;
  }
  const message = longMessageOf(sender);
  if (FAULTING.has(sender.state)) {
    return { phase: 'transfer', sender, receiver, message, missing: { of: 'sender' } };
  }
  // The sender waits for nothing else of its receiver.
  if (sender.state === 'THREAD_TRANSFERRING' || theirs.number('page_wanted') !== 0) {
    const address = theirs.number('address') >>> 0;
    return { phase: 'transfer', sender, receiver, message, missing: { of: 'receiver', address } };
  }
  return { phase: 'transfer', sender, receiver, message };
}

/** Undefined: its parameters are those of a page fault of its own at the moment. */
function longMessageOf(sender: KernelThread): Message | undefined {
  const message = messageOf(sender);
  const { dwords, strings, hasMapping } = message;
  // Nothing else is carried so: words in memory, strings, or a mapping of many pages.
  const isLong = dwords > REGISTER_WORDS || strings > 0 || hasMapping;
  return isLong && message.kind === 'call' ? message : undefined;
}
