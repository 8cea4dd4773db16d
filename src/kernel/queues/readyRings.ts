// Who may run: the ring of each priority. It holds every thread that is ready and has time to run, but the running one need
// not be in its ring; it may hold others besides, for which that has stopped being so and which will be dropped.
// *src/kernel observes what guest/kernel runs*: guest/kernel/schedule.h.
import type { SymbolImage } from '../../symbols/image.ts';
import type { ReadMemory } from '../../symbols/values.ts';
import type { KernelThread } from '../kernelView.ts';
import { variableAddress } from '../structures.ts';
import { word } from '../virtualMemory.ts';
import { walkQueue, type ThreadTable } from './threadQueue.ts';

export interface ReadyRing {
  readonly priority: number;
  /** The next one first. */
  readonly threads: readonly KernelThread[];
}

export interface ReadyRings {
  /** Those that are not empty, the most urgent first. */
  readonly rings: readonly ReadyRing[];
  readonly isChanging: boolean;
}

const PRIORITIES = 256;
const WORD_BITS = 32;

export function readyRings(image: SymbolImage, read: ReadMemory, table: ThreadTable): ReadyRings {
  const wordsAt = (name: string, count: number): number[] => {
    const bytes = read(variableAddress(image, name), count * 4);
    return Array.from({ length: count }, (_, index) => word(bytes?.subarray(index * 4)) ?? 0);
  };
  const heads = wordsAt('ready_queues', PRIORITIES);
  const [current] = wordsAt('current', 1);
  const [idle] = wordsAt('idle_thread', 1);
  const rings: ReadyRing[] = [];
  const queued = new Set<KernelThread>();
  let isChanging = !bitsAgree(
    heads,
    wordsAt('ready_bits', PRIORITIES / WORD_BITS),
    wordsAt('ready_words', 1)[0],
  );
  heads.forEach((first, priority) => {
    const ring = walkQueue(first, 'ready_next', 'ring', table);
    isChanging ||= ring.isChanging || !ring.threads.every(isRightIn(priority, table));
    ring.threads.forEach((thread) => queued.add(thread));
    if (first !== 0) {
      rings.unshift({ priority, threads: ring.threads });
    }
  });
  for (const [address, thread] of table) {
    const isLinked = thread.control.number('ready_next') !== 0;
    const mayBeOutside = !canRun(thread) || address === current || address === idle;
    isChanging ||= isLinked !== queued.has(thread) || (!isLinked && !mayBeOutside);
  }
  return { rings, isChanging };
}

/** It is ready, and has a time slice or what is left of one that somebody gave it. */
export function canRun(thread: KernelThread): boolean {
  const hasTime = thread.control.number('timeslice') > 0 || thread.timesliceLeft > 0;
  return thread.state === 'THREAD_READY' && hasTime;
}

/** Its ring is that of its priority, and its neighbours are each other's. */
function isRightIn(priority: number, table: ThreadTable): (thread: KernelThread) => boolean {
  return ({ control, priority: own }) => {
    const next = table.get(control.number('ready_next'));
    return own === priority && next?.control.number('ready_previous') === control.address;
  };
}

/** The bits by which the kernel finds the most urgent ring: of each ring, and of each word of those. */
function bitsAgree(heads: readonly number[], bits: readonly number[], words: number): boolean {
  const has = (set: number, bit: number): boolean => ((set >>> bit) & 1) !== 0;
  return (
    heads.every((first, priority) => has(bits[priority >>> 5], priority & 31) === (first !== 0)) &&
    bits.every((set, index) => has(words, index) === (set !== 0))
  );
}
