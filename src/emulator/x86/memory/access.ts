// Loads and stores by linear address that the fast table did not answer, and those of the instruction handlers.
// Each checks every page it touches before it changes anything, so that an instruction can be restarted.
import type { Mmu } from './mmu.ts';
import { WANT_WRITE } from './rights.ts';

/** A load of 1, 2 or 4 bytes, zero-extended; with a fault the value is meaningless and PendingFault is raised. */
export function load(mmu: Mmu, linear: number, size: number, want: number): number {
  const offset = mmu.translate(linear, want);
  if (offset < 0) {
    return 0;
  }
  if (size === 4 && (offset & 3) === 0) {
    return mmu.memory.words[offset >> 2];
  }
  const bytes = mmu.memory.bytes;
  if ((linear & 0xfff) + size <= 0x1000) {
    return loadBytes(bytes, offset, size);
  }
  const here = 0x1000 - (linear & 0xfff);
  const low = loadBytes(bytes, offset, here);
  const second = mmu.translate((linear + here) | 0, want);
  if (second < 0) {
    return 0;
  }
  return low | (loadBytes(bytes, second, size - here) << (here * 8));
}

function loadBytes(bytes: Uint8Array, offset: number, size: number): number {
  let value = 0;
  for (let index = 0; index < size; index++) {
    value |= bytes[offset + index] << (index * 8);
  }
  return value;
}

/** A store of 1, 2 or 4 bytes; false with a fault pending, and then nothing was written. */
export function store(
  mmu: Mmu,
  linear: number,
  size: number,
  value: number,
  want: number,
): boolean {
  const inPage = 0x1000 - (linear & 0xfff);
  if (inPage >= size) {
    const offset = mmu.translate(linear, want | WANT_WRITE);
    if (offset < 0) {
      return false;
    }
    if (size === 4 && (offset & 3) === 0) {
      if (mmu.keeps(offset)) {
        mmu.memory.words[offset >> 2] = value;
        mmu.noticeStore(offset, 4);
      }
    } else {
      storeBytes(mmu, offset, size, value);
    }
    return true;
  }
  const first = mmu.translate(linear, want | WANT_WRITE);
  if (first < 0) {
    return false;
  }
  const second = mmu.translate((linear + inPage) | 0, want | WANT_WRITE);
  if (second < 0) {
    return false;
  }
  storeBytes(mmu, first, inPage, value);
  storeBytes(mmu, second, size - inPage, value >>> (inPage * 8));
  return true;
}

function storeBytes(mmu: Mmu, offset: number, size: number, value: number): void {
  const bytes = mmu.memory.bytes;
  if (!mmu.keeps(offset)) {
    return;
  }
  for (let index = 0; index < size; index++) {
    bytes[offset + index] = value >>> (index * 8);
  }
  mmu.noticeStore(offset, size);
}

/** Whether all of a range could be written; used before a read-modify-write and before pushing a whole frame. */
export function probeWrite(mmu: Mmu, linear: number, size: number, want: number): boolean {
  if (mmu.translate(linear, want | WANT_WRITE) < 0) {
    return false;
  }
  // A fault in the second page is told with that page's first byte.
  const last = ((linear + size - 1) & ~0xfff) | 0;
  return linear >>> 12 === last >>> 12 || mmu.translate(last, want | WANT_WRITE) >= 0;
}
