// Loads and stores by linear address that the fast table did not answer, and those of the instruction handlers.
// Each checks every page it touches before it changes anything, so that an instruction can be restarted.
import { RAM_OFFSET } from '../../memoryLayout.ts';
import type { Mmu } from './mmu.ts';
import { WANT_WRITE } from './rights.ts';

/** A load of 1, 2 or 4 bytes, zero-extended; with a fault the value is meaningless and PendingFault is raised. */
export function load(mmu: Mmu, linear: number, size: number, want: number): number {
  const offset = mmu.translate(linear, want);
  if (offset < RAM_OFFSET && (linear & 0xfff) + size <= 0x1000) {
    return mmu.outside.load(offset, size);
  }
  if (size === 4 && (offset & 3) === 0) {
    return mmu.memory.words[offset >> 2];
  }
  const bytes = mmu.memory.bytes;
  if ((linear & 0xfff) + size <= 0x1000) {
    return loadBytes(bytes, offset, size);
  }
  const here = 0x1000 - (linear & 0xfff);
  const low = loadPart(mmu, offset, here);
  const second = mmu.outside.isPending ? -1 : mmu.translate((linear + here) | 0, want);
  return second < 0 ? 0 : low | (loadPart(mmu, second, size - here) << (here * 8));
}

/** One side of a page's end, of 1 to 3 bytes. */
function loadPart(mmu: Mmu, offset: number, size: number): number {
  if (offset >= RAM_OFFSET) {
    return loadBytes(mmu.memory.bytes, offset, size);
  }
  let value = 0;
  for (let index = 0; index < size && offset >= 0; index++) {
    value |= mmu.outside.load(offset + index, 1) << (index * 8);
  }
  return value;
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
    if (offset < RAM_OFFSET) {
      return mmu.outside.store(offset, size, value);
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
  const first = writable(mmu, linear, want);
  const firstPage = mmu.outside.page;
  const second = first < 0 ? -1 : writable(mmu, (linear + inPage) | 0, want);
  const secondPage = mmu.outside.page;
  if (second < 0) {
    return false;
  }
  storePart(mmu, first, inPage, value, firstPage);
  storePart(mmu, second, size - inPage, value >>> (inPage * 8), secondPage);
  return true;
}

/** The offset at which a store may be made, or -1 with a fault pending. */
function writable(mmu: Mmu, linear: number, want: number): number {
  const offset = mmu.translate(linear, want | WANT_WRITE);
  return offset >= 0 && offset < RAM_OFFSET && !mmu.outside.begin() ? -1 : offset;
}

function storePart(mmu: Mmu, offset: number, size: number, value: number, page: number): void {
  if (offset >= RAM_OFFSET) {
    storeBytes(mmu, offset, size, value);
    return;
  }
  for (let index = 0; index < size; index++) {
    mmu.outside.store(offset + index, 1, (value >>> (index * 8)) & 0xff, page);
  }
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
  if (writable(mmu, linear, want) < 0) {
    return false;
  }
  // A fault in the second page is told with that page's first byte.
  const last = ((linear + size - 1) & ~0xfff) | 0;
  return linear >>> 12 === last >>> 12 || writable(mmu, last, want) >= 0;
}
