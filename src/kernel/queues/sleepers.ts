// Who will be woken by the clock, and when: the kernel's list in the order of the times.
// *src/kernel observes what guest/kernel runs*: guest/kernel/timeout.h.
import { FormatError } from '../../base/bytes.ts';
import type { SymbolImage } from '../../symbols/image.ts';
import { valueAt, type ReadMemory } from '../../symbols/values.ts';
import type { KernelThread } from '../kernelView.ts';
import { offsetOf, Structure, variableAddress } from '../structures.ts';
import { word } from '../virtualMemory.ts';
import { walkQueue, type ThreadTable } from './threadQueue.ts';

export interface Sleepers {
  /** The kernel's clock in microseconds; it goes on with the interrupts of the real-time clock. */
  readonly now: number;
  readonly threads: readonly KernelThread[];
  readonly isChanging: boolean;
}

/** In microseconds of the kernel's clock; 0: never. */
export function wakeupTime(thread: KernelThread): number {
  return thread.control.number('wakeup_time');
}

export function sleepers(image: SymbolImage, read: ReadMemory, table: ThreadTable): Sleepers {
  const first = word(read(variableAddress(image, 'wakeup_list'), 4)) ?? 0;
  const list = walkQueue(first, 'wakeup_next', 'list', table);
  const isLinkedBack = backLink(image);
  const isInOrder = list.threads.every((thread, index) => {
    const previous = index === 0 ? undefined : list.threads[index - 1];
    return (
      isLinkedBack(thread, previous) &&
      (previous === undefined || wakeupTime(previous) <= wakeupTime(thread)) &&
      thread.state !== 'THREAD_READY'
    );
  });
  const listed = new Set(list.threads);
  const isWhole = [...table.values()].every(
    (thread) => (wakeupTime(thread) !== 0) === listed.has(thread),
  );
  return {
    now: clock(image, read),
    threads: list.threads,
    isChanging: list.isChanging || !isInOrder || !isWhole,
  };
}

/** How a sleeper names what is before it: the sleeper, or, in newer kernels, the pointer that leads to it. */
function backLink(
  image: SymbolImage,
): (thread: KernelThread, previous: KernelThread | undefined) => boolean {
  const head = variableAddress(image, 'wakeup_list');
  const next = offsetOf(image.types.named('struct tcb'), 'wakeup_next');
  return ({ control }, previous) => {
    if (control.has('wakeup_previous')) {
      return control.number('wakeup_previous') === (previous?.control.address ?? 0);
    }
    const link = previous === undefined ? head : previous.control.address + next;
    return !control.has('wakeup_link') || control.number('wakeup_link') === link;
  };
}

/** The kernel info page: its name is a symbol without a type, because the page has more to it. */
function infoPage(image: SymbolImage, read: ReadMemory): Structure {
  const type = image.types.named('struct l4_kernel_info');
  const symbol = image.elf.symbols.find(({ name }) => name === 'kernel_info');
  if (type === undefined || symbol === undefined) {
    throw new FormatError("The kernel's debug information lacks its info page.");
  }
  return new Structure(valueAt(type, symbol.value, read), read);
}

function clock(image: SymbolImage, read: ReadMemory): number {
  const info = infoPage(image, read);
  return info.isReadable
    ? (info.number('clock_high') >>> 0) * 0x1_0000_0000 + (info.number('clock_low') >>> 0)
    : 0;
}
