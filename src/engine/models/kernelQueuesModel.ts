// The Kernel Queues view's model: who may run, who waits to send to whom, whom the clock will wake, which IPCs are under
// way.
import { waitingFor, type KernelThread } from '../../kernel/kernelView.ts';
import { kernelQueues } from '../../kernel/queues/kernelQueues.ts';
import { messageOf, type Message, type PendingIpc } from '../../kernel/queues/pendingIpc.ts';
import { canRun } from '../../kernel/queues/readyRings.ts';
import { wakeupTime } from '../../kernel/queues/sleepers.ts';
import type { ThreadId } from '../../kernel/threadId.ts';
import type {
  IpcRow,
  KernelQueuesAnswer,
  QueuedThread,
  ReadyRingRow,
  SendQueueRow,
  SleeperRow,
} from '../../protocol/requests.ts';
import { hex32 } from '../addresses.ts';
import type { System } from '../system.ts';
import { keyOf } from '../threads.ts';
import { stateOf } from './threadsModel.ts';

/** What one answer is made with. */
interface Making {
  readonly system: System;
  readonly nameOf: (id: ThreadId) => string;
  readonly now: number;
}

export function kernelQueuesModel(system: System): KernelQueuesAnswer {
  const { kernel } = system;
  if (kernel === undefined) {
    return { note: 'The native system has no such queues: it does not run on L4.' };
  }
  if (!kernel.isBooted) {
    return { note: 'The kernel has no threads yet.' };
  }
  const { ready, senders, sleepers, ipc, threadsAreChanging } = kernelQueues(kernel);
  const making = { system, nameOf: names(system), now: sleepers.now };
  const notes = [
    threadsAreChanging ? 'The thread list is changing.' : '',
    ready.isChanging ? 'The ready queues are changing.' : '',
    senders.isChanging ? 'The send queues are changing.' : '',
    sleepers.isChanging ? 'The list of sleepers is changing.' : '',
    ipc.isChanging ? 'A long message is changing.' : '',
  ].filter((note) => note !== '');
  return {
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
    queues: {
      clock: durationText(sleepers.now),
      ready: ready.rings.map((ring): ReadyRingRow => ({
        priority: ring.priority,
        threads: ring.threads.map((thread) => readyThread(making, thread)),
      })),
      senders: senders.queues.map((queue): SendQueueRow => ({
        receiver: queuedThread(making, queue.receiver),
        state: stateOf(queue.receiver.state),
        senders: queue.senders.map((sender) => ({
          ...queuedThread(making, sender),
          message: messageText(messageOf(sender)),
          timeout: timeoutText(making, sender),
        })),
      })),
      sleepers: sleepers.threads.map((thread) => sleeperRow(making, thread)),
      ipc: ipc.ipcs.map((each) => ipcRow(making, each)),
    },
  };
}

/** Names for as long as the machine stands still: each costs a look through the processes. */
function names(system: System): (id: ThreadId) => string {
  const known = new Map<string, string>();
  return (id) => {
    const name = known.get(keyOf(id)) ?? system.threads.nameOf(id);
    known.set(keyOf(id), name);
    return name;
  };
}

function queuedThread({ system, nameOf }: Making, { id }: KernelThread): QueuedThread {
  return { threadId: system.threads.dapIdOf(keyOf(id)), name: nameOf(id) };
}

function readyThread(making: Making, thread: KernelThread): ReadyRingRow['threads'][number] {
  const isReady = thread.state === 'THREAD_READY';
  const hasStopped = isReady ? 'has no time left' : `no longer ready: ${stateOf(thread.state)}`;
  return {
    ...queuedThread(making, thread),
    remark: thread.isCurrent ? 'running' : canRun(thread) ? '' : hasStopped,
    timeslice: durationText(thread.timesliceLeft),
  };
}

function sleeperRow(making: Making, thread: KernelThread): SleeperRow {
  return {
    ...queuedThread(making, thread),
    wakesAt: durationText(wakeupTime(thread)),
    remaining: remainingText(making, thread),
    waitsFor: waitingFor(thread, making.nameOf),
  };
}

function timeoutText(making: Making, thread: KernelThread): string {
  return wakeupTime(thread) === 0
    ? 'waits for ever'
    : `gives up in ${remainingText(making, thread)}`;
}

function remainingText({ now }: Making, thread: KernelThread): string {
  return durationText(Math.max(0, wakeupTime(thread) - now));
}

/** Microseconds as people read them: "250 µs", "12.5 ms", "3.25 s". */
function durationText(microseconds: number): string {
  if (Math.abs(microseconds) < 1000) {
    return `${microseconds} µs`;
  }
  return Math.abs(microseconds) < 1_000_000
    ? `${microseconds / 1000} ms`
    : `${microseconds / 1_000_000} s`;
}

function ipcRow(making: Making, ipc: PendingIpc): IpcRow {
  const { nameOf } = making;
  const sender = ipc.phase === 'awaited' ? nameOf(ipc.sender) : nameOf(ipc.sender.id);
  const receiver = ipc.phase === 'queued' ? nameOf(ipc.receiver) : nameOf(ipc.receiver.id);
  const whose = ipc.phase === 'awaited' ? ipc.receiver : ipc.sender;
  return { threadId: queuedThread(making, whose).threadId, sender, receiver, ...ipcText(ipc) };
}

function ipcText(ipc: PendingIpc): Pick<IpcRow, 'phase' | 'message'> {
  switch (ipc.phase) {
    case 'queued':
      return { phase: 'waits to send', message: messageText(ipc.message) };
    case 'awaited':
      return { phase: awaitedText(ipc.receiver), message: '' };
    case 'transfer':
      return {
        phase: transferText(ipc.missing),
        message: ipc.message === undefined ? 'a long message' : messageText(ipc.message),
      };
  }
}

function awaitedText(receiver: KernelThread): string {
  switch (receiver.state) {
    case 'THREAD_PAGE_FAULT_REPLY':
      return 'page fault: its answer is waited for';
    case 'THREAD_PREEMPTION_REPLY':
      return 'preemption: its answer is waited for';
    default:
      return 'is waited for';
  }
}

type Missing = Extract<PendingIpc, { phase: 'transfer' }>['missing'];

function transferText(missing: Missing): string {
  if (missing === undefined) {
    return 'is being carried';
  }
  return missing.of === 'sender'
    ? "stands still: a page of the sender's is missing"
    : `stands still: the receiver's page at ${hex32(missing.address)} is missing`;
}

/** "page fault at 0x08049000 (write), EIP 0x08048123"; "12 dwords, 1 string (0x00000001 0x00000002)". */
function messageText(message: Message): string {
  const { kind, words, dwords, strings } = message;
  if (kind === 'page fault') {
    const access = (words[0] & 2) === 0 ? 'read' : 'write';
    return `page fault at ${hex32(words[0] & ~3)} (${access}), EIP ${hex32(words[1])}`;
  }
  if (kind === 'preemption') {
    return `preemption, ESP ${hex32(words[0])}, EIP ${hex32(words[1])}`;
  }
  const parts = [
    `${dwords} dwords`,
    strings === 0 ? '' : `${strings} ${strings === 1 ? 'string' : 'strings'}`,
    message.hasMapping ? 'with a mapping' : '',
    message.isDeceiving ? "in another's name" : '',
  ];
  return `${parts.filter((part) => part !== '').join(', ')} (${words.map(hex32).join(' ')})`;
}
