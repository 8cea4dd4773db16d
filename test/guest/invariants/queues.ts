// The kernel's lists of threads: ready rings, send queues, sleepers, long messages, interrupts. Each is as its header
// says (schedule.h, send_queue.h, timeout.h, long_message.h).
import type { Moment } from './structures.ts';

const PRIORITIES = 256;
const IRQS = 16;

const priorityOf = (moment: Moment, thread: number): number =>
  moment.byte(thread + moment.names.offset('tcb', 'priority'));

/**
 * Every ready thread with a time slice, or the rest of a donated one, is in the ring of its priority, but the running one
 * need not be; a ring may hold others.
 */
function readyRings(moment: Moment, threads: ReadonlySet<number>): string[] {
  const wrong: string[] = [];
  const queued = new Set<number>();
  const heads = moment.names.address('ready_queues');
  const bits = moment.names.address('ready_bits');
  const words = moment.variable('ready_words');
  for (let priority = 0; priority < PRIORITIES; priority++) {
    const first = moment.word(heads + priority * 4);
    const word = moment.word(bits + (priority >>> 5) * 4);
    if ((first !== 0) !== ((word >>> (priority & 31)) & 1) > 0 || (word !== 0) !== ((words >>> (priority >>> 5)) & 1) > 0) {
      wrong.push(`The bits of ready ring ${priority} do not say whether it is empty.`);
    }
    for (let at = first, count = 0; at !== 0; count++) {
      if (!threads.has(at) || count > threads.size) {
        wrong.push(`Ready ring ${priority} goes astray.`);
        break;
      }
      const next = moment.member(at, 'tcb', 'ready_next');
      if (priorityOf(moment, at) !== priority || (next !== 0 && threads.has(next) && moment.member(next, 'tcb', 'ready_previous') !== at)) {
        wrong.push(`Thread ${moment.threadName(at)} is in ready ring ${priority} by mistake.`);
      }
      queued.add(at);
      at = next === first ? 0 : next;
      if (next === 0) {
        wrong.push(`Ready ring ${priority} has an end.`);
      }
    }
  }
  const ready = moment.names.enumerator('THREAD_READY');
  const spared = new Set([moment.variable('current'), moment.variable('idle_thread')]);
  for (const thread of threads) {
    const isQueued = queued.has(thread);
    if ((moment.member(thread, 'tcb', 'ready_next') !== 0) !== isQueued) {
      wrong.push(`Thread ${moment.threadName(thread)} does not know whether it is in a ready ring.`);
    }
    const hasTime = ['timeslice', 'timeslice_left'].some((name) => (moment.member(thread, 'tcb', name) | 0) > 0);
    if (!isQueued && hasTime && moment.member(thread, 'tcb', 'state') === ready && !spared.has(thread)) {
      wrong.push(`Thread ${moment.threadName(thread)} is ready, but in no ring.`);
    }
  }
  return wrong;
}

/** Who waits to send is in the queue of exactly one thread, the one that its partner names. */
function sendQueues(moment: Moment, threads: ReadonlySet<number>): string[] {
  const wrong: string[] = [];
  const queued = new Map<number, number>();
  for (const receiver of threads) {
    for (const sender of moment.list(moment.member(receiver, 'tcb', 'send_queue'), 'tcb', 'send_next')) {
      if (queued.has(sender) || !threads.has(sender)) {
        wrong.push(`The send queue of ${moment.threadName(receiver)} holds what it must not.`);
      }
      queued.set(sender, receiver);
    }
  }
  const sending = ['THREAD_SENDING', 'THREAD_PAGE_FAULT_SEND', 'THREAD_PREEMPTION_SEND'].map((name) => moment.names.enumerator(name));
  for (const thread of threads) {
    const receiver = queued.get(thread);
    const sends = sending.includes(moment.member(thread, 'tcb', 'state'));
    if (sends !== (receiver !== undefined)) {
      wrong.push(`Thread ${moment.threadName(thread)} ${sends ? 'sends, but is in no queue' : 'does not send, but is in a queue'}.`);
    }
    if (
      receiver !== undefined &&
      ['low', 'high'].some(
        (half) => moment.member(receiver, 'tcb', `id.${half}`) !== moment.member(thread, 'tcb', `partner.${half}`),
      )
    ) {
      wrong.push(`Thread ${moment.threadName(thread)} is not in its partner's send queue.`);
    }
  }
  return wrong;
}

const wakeupTime = (moment: Moment, thread: number): bigint => {
  const at = thread + moment.names.offset('tcb', 'wakeup_time');
  return BigInt(moment.word(at + 4)) * 0x1_0000_0000n + BigInt(moment.word(at));
};

/** Sorted by time, and whole: who has a time is in it. */
function sleepers(moment: Moment, threads: ReadonlySet<number>): string[] {
  const wrong: string[] = [];
  const list = moment.list(moment.variable('wakeup_list'), 'tcb', 'wakeup_next');
  const ready = moment.names.enumerator('THREAD_READY');
  list.forEach((thread, index) => {
    const previous = index === 0 ? 0 : list[index - 1];
    const isSorted = previous === 0 || wakeupTime(moment, previous) <= wakeupTime(moment, thread);
    const link = previous === 0 ? moment.names.address('wakeup_list') : previous + moment.names.offset('tcb', 'wakeup_next');
    if (!threads.has(thread) || !isSorted || moment.member(thread, 'tcb', 'wakeup_link') !== link) {
      wrong.push(`The list of sleepers is not in order at ${moment.threadName(thread)}.`);
    }
    if (moment.member(thread, 'tcb', 'state') === ready) {
      wrong.push(`Thread ${moment.threadName(thread)} is ready and sleeps.`);
    }
  });
  const sleeping = new Set(list);
  for (const thread of threads) {
    if ((wakeupTime(moment, thread) !== 0n) !== sleeping.has(thread)) {
      wrong.push(`Thread ${moment.threadName(thread)} does not know whether it sleeps.`);
    }
  }
  return wrong;
}

/** The two threads of a long message name each other, and one of them sends. */
function longMessages(moment: Moment, threads: ReadonlySet<number>): string[] {
  return [...threads].flatMap((thread) => {
    const partner = moment.member(thread, 'tcb', 'transfer.partner');
    if (partner === 0) {
      return [];
    }
    const sends = (at: number): number => moment.byte(at + moment.names.offset('tcb', 'transfer.sends'));
    return threads.has(partner) &&
      moment.member(partner, 'tcb', 'transfer.partner') === thread &&
      sends(thread) !== sends(partner)
      ? []
      : [`Thread ${moment.threadName(thread)} is in a long message with nobody.`];
  });
}

function interrupts(moment: Moment, threads: ReadonlySet<number>): string[] {
  const table = moment.names.address('irq_handlers');
  const owners = Array.from({ length: IRQS }, (_, irq) => moment.word(table + irq * 4));
  return [
    ...owners.flatMap((thread, irq) =>
      thread === 0 || (threads.has(thread) && moment.member(thread, 'tcb', 'irq_id') === irq + 1)
        ? []
        : [`Interrupt ${irq} belongs to a thread that does not know it.`],
    ),
    ...[...threads]
      .filter((thread) => {
        const id = moment.member(thread, 'tcb', 'irq_id');
        return id !== 0 && owners[id - 1] !== thread;
      })
      .map((thread) => `Thread ${moment.threadName(thread)} has an interrupt that is not its own.`),
  ];
}

/** thread_list holds exactly the threads of the spaces, each at the place that its id names. */
function membership(moment: Moment, threads: ReadonlySet<number>): string[] {
  const LTHREADS = 128;
  let count = 0;
  const wrong: string[] = [];
  for (const space of moment.spaces()) {
    const table = space + moment.names.offset('space', 'threads');
    for (let lthread = 0; lthread < LTHREADS; lthread++) {
      const thread = moment.word(table + lthread * 4);
      if (thread !== 0) {
        count++;
        const isRight =
          threads.has(thread) &&
          moment.member(thread, 'tcb', 'space') === space &&
          moment.threadName(thread) === `${moment.taskOf(space)}.${lthread}`;
        if (!isRight) {
          wrong.push(`Task ${moment.taskOf(space)} has another's thread as its ${lthread}.`);
        }
      }
    }
  }
  return count === threads.size ? wrong : [...wrong, `${threads.size} threads are listed, ${count} are in spaces.`];
}

/** Each check tells what is wrong, in sentences; a list that goes astray is an error. */
export const QUEUE_CHECKS = { membership, readyRings, sendQueues, sleepers, longMessages, interrupts };

export function brokenQueues(moment: Moment): string[] {
  const threads = new Set(moment.threads());
  return Object.values(QUEUE_CHECKS).flatMap((check) => check(moment, threads));
}
