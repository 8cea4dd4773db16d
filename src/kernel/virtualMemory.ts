// Virtual memory of one address space as an observer sees it: through the page tables in memory, never through
// the TLB, and without side effects.
import type { Target } from '../emulator/target.ts';
import type { ReadMemory } from '../symbols/values.ts';

const PAGE = 4096;

/** `length` bytes at a virtual address below a page directory; undefined if any page is not present. */
export function peekVirtual(
  target: Target,
  pageDirectory: number,
  address: number,
  length: number,
): Uint8Array | undefined {
  if ((address % PAGE) + length <= PAGE) {
    const place = target.translate(pageDirectory, address >>> 0)?.physical;
    return place === undefined ? undefined : target.peekPhysical(place, length);
  }
  const result = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const at = (address + done) >>> 0;
    const physical = target.translate(pageDirectory, at)?.physical;
    const count = Math.min(length - done, PAGE - (at % PAGE));
    const bytes = physical === undefined ? undefined : target.peekPhysical(physical, count);
    if (bytes === undefined) {
      return undefined;
    }
    result.set(bytes, done);
    done += count;
  }
  return result;
}

/** As peekVirtual, but what is readable before the first unmapped page: for memory views. */
export function peekReadable(
  target: Target,
  pageDirectory: number,
  address: number,
  length: number,
): Uint8Array {
  const whole = peekVirtual(target, pageDirectory, address, length);
  if (whole !== undefined) {
    return whole;
  }
  let readable = 0;
  while (readable < length) {
    const step = Math.min(length - readable, PAGE - (((address + readable) >>> 0) % PAGE));
    if (peekVirtual(target, pageDirectory, (address + readable) >>> 0, step) === undefined) {
      break;
    }
    readable += step;
  }
  return peekVirtual(target, pageDirectory, address, readable) ?? new Uint8Array();
}

export function readerOf(target: Target, pageDirectory: number): ReadMemory {
  return (address, length) => peekVirtual(target, pageDirectory, address, length);
}

export function word(bytes: Uint8Array | undefined): number | undefined {
  return bytes === undefined || bytes.length < 4
    ? undefined
    : (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0;
}
