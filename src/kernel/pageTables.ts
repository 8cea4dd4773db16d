// The pages that an address space maps, read from its page tables (SDM vol. 3, 4.3).
import type { Target } from '../emulator/target.ts';

export interface MappedPage {
  readonly linear: number;
  readonly physical: number;
  readonly size: number;
  readonly isWritable: boolean;
  readonly isUser: boolean;
  readonly isAccessed: boolean;
  readonly isDirty: boolean;
}

const PRESENT = 1;
const WRITABLE = 2;
const USER = 4;
const ACCESSED = 0x20;
const DIRTY = 0x40;
const LARGE = 0x80;
const FRAME = 0xfffff000;
const ENTRIES = 1024;
const LARGE_BYTES = 0x400000;

/** User-accessible pages below `limit`, in the order of their addresses. */
export function mappedPages(
  target: Target,
  pageDirectory: number,
  limit = 0xc0000000,
): MappedPage[] {
  const pages: MappedPage[] = [];
  presentEntries(target, pageDirectory, limit / LARGE_BYTES, (entry, index) => {
    const base = index * LARGE_BYTES;
    if ((entry & USER) === 0) {
      return;
    }
    if ((entry & LARGE) !== 0) {
      pages.push(page(base, (entry & 0xffc00000) >>> 0, LARGE_BYTES, entry, entry));
      return;
    }
    presentEntries(target, (entry & FRAME) >>> 0, ENTRIES, (leaf, slot) => {
      if ((leaf & USER) !== 0) {
        pages.push(page(base + slot * 4096, (leaf & FRAME) >>> 0, 4096, leaf, entry & leaf));
      }
    });
  });
  return pages;
}

/** Calls `use` for each of the first `count` entries of a table or directory that is present. */
function presentEntries(
  target: Target,
  physical: number,
  count: number,
  use: (entry: number, index: number) => void,
): void {
  const bytes = target.peekPhysical((physical & FRAME) >>> 0, 4 * ENTRIES);
  if (bytes === undefined) {
    return;
  }
  const table = new DataView(bytes.buffer, bytes.byteOffset);
  for (let index = 0; index < count; index += 1) {
    const entry = table.getUint32(index * 4, true);
    if ((entry & PRESENT) !== 0) {
      use(entry, index);
    }
  }
}

/** `leaf` holds the page's own bits, `rights` those of both levels together. */
function page(
  linear: number,
  physical: number,
  size: number,
  leaf: number,
  rights: number,
): MappedPage {
  return {
    linear,
    physical,
    size,
    isWritable: (rights & WRITABLE) !== 0,
    isUser: (rights & USER) !== 0,
    isAccessed: (leaf & ACCESSED) !== 0,
    isDirty: (leaf & DIRTY) !== 0,
  };
}

export interface Region {
  readonly start: number;
  /** Exclusive; may be 2^32. */
  readonly end: number;
  readonly pages: readonly MappedPage[];
}

/** Neighbouring pages of one size with equal rights, together. */
export function regionsOf(pages: readonly MappedPage[]): Region[] {
  const regions: { start: number; end: number; pages: MappedPage[] }[] = [];
  for (const each of pages) {
    const last = regions[regions.length - 1];
    const like = last?.end === each.linear ? last.pages[0] : undefined;
    if (like?.isWritable === each.isWritable && like.size === each.size) {
      last.end += each.size;
      last.pages.push(each);
    } else {
      regions.push({ start: each.linear, end: each.linear + each.size, pages: [each] });
    }
  }
  return regions;
}
