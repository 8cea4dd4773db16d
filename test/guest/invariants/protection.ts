// What ring 3 can reach by the processor's own tables: page directories, TLB, GDT.
import { entriesOf } from './mappingTrees.ts';
import { PAGE_SIZE, SUPERPAGE_SIZE, USER_LIMIT, type Moment } from './structures.ts';

const PRESENT = 1;
const WRITABLE = 2;
const USER = 4;
const LARGE = 0x80;
/** Accessed and dirty bits are each directory's own. */
const USED = 0x60;
const FRAME = 0xfffff000;
const LARGE_FRAME = 0xffc00000;
const SMALL_SPACES_END = 0xe0000000;
const DIRECTORY_ENTRIES = 1024;

const hex = (value: number): string => value.toString(16);

/** Above the user's part a directory has slots that show their owner's tables or nothing, and then what all have. */
function directories(moment: Moment): string[] {
  const spaces = moment.spaces();
  const slotOwner = new Map(
    spaces.map((space) => [moment.member(space, 'space', 'small_slot'), moment.member(space, 'space', 'page_directory')]),
  );
  const slotSize = moment.variable('small_slot_size');
  const kernel = moment.member(moment.variable('kernel_space'), 'space', 'page_directory');
  return spaces.flatMap((space) => {
    const directory = moment.member(space, 'space', 'page_directory');
    const wrong: string[] = [];
    for (let index = USER_LIMIT / SUPERPAGE_SIZE; index < DIRECTORY_ENTRIES; index++) {
      const entry = moment.physicalWord(directory + index * 4);
      const linear = index * SUPERPAGE_SIZE;
      if (linear >= SMALL_SPACES_END) {
        const ours = moment.physicalWord(kernel + index * 4);
        if (((entry ^ ours) & ~USED) !== 0 || (entry & PRESENT & (entry >>> 2)) !== 0) {
          wrong.push(`The directory of task ${moment.taskOf(space)} differs from the kernel's at ${hex(linear)}.`);
        }
      } else if ((entry & PRESENT) !== 0) {
        const slot = Math.floor((linear - USER_LIMIT) / slotSize);
        const owner = slot === 0 ? undefined : slotOwner.get(slot);
        const own = owner === undefined ? 0 : moment.physicalWord(owner + (((linear - USER_LIMIT) % slotSize) / SUPERPAGE_SIZE) * 4);
        if (((entry ^ own) & ~USED) !== 0) {
          wrong.push(`Slot ${slot} in the directory of task ${moment.taskOf(space)} does not show its owner.`);
        }
      }
    }
    return wrong;
  });
}

/** What the loaded page tables say of a linear address now; undefined: nothing for the user. */
function translation(moment: Tables, directory: number, linear: number): number | undefined {
  const table = moment.physicalWord(directory + (linear >>> 22) * 4);
  if ((table & (PRESENT | USER | LARGE)) === (PRESENT | USER | LARGE)) {
    return (table & LARGE_FRAME) | (linear & 0x3ff000) | (table & WRITABLE);
  }
  const entry = (table & (PRESENT | LARGE)) !== PRESENT ? 0 : moment.physicalWord(((table & FRAME) >>> 0) + ((linear >>> 12) & 0x3ff) * 4);
  return (entry & table & PRESENT & ((entry & table & USER) >>> 2)) === 0 ? undefined : (entry & FRAME) | (entry & table & WRITABLE);
}

/** What following page tables needs: a moment, or the machine itself. */
export type Tables = Pick<Moment, 'machine' | 'physicalWord'>;

/** Entries of the TLB that allow ring 3 what the tables do not; one of 4 MB may show what are pages of 4 KB now. */
export function staleEntries(moment: Tables): string[] {
  return moment.machine
    .tlbEntries()
    .filter(({ user }) => user)
    .filter(({ kind, linear, physical, writable, pageDirectory }) => {
      const directory = pageDirectory & FRAME;
      const size = kind === 'data-4M' ? SUPERPAGE_SIZE : PAGE_SIZE;
      for (let offset = 0; offset < size; offset += PAGE_SIZE) {
        const now = translation(moment, directory, linear + offset);
        if (now === undefined || ((now ^ (physical + offset)) & FRAME) !== 0 || (writable && (now & WRITABLE) === 0)) {
          return true;
        }
      }
      return false;
    })
    .map(({ linear }) => `The TLB remembers ${hex(linear)}, which is no longer so.`);
}

interface Segment {
  readonly base: number;
  /** First and last offset that it lets through. */
  readonly first: number;
  readonly last: number;
}

/** A descriptor of ring 3, expand-down ones too (SDM vol. 3, 3.4.5, 5.3). */
function segmentOf(low: number, high: number): Segment {
  const base = ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000)) >>> 0;
  const units = (low & 0xffff) | (high & 0xf0000);
  const limit = (high & 0x800000) === 0 ? units : units * PAGE_SIZE + PAGE_SIZE - 1;
  const expandsDown = (high & 0xc00) === 0x400;
  return expandsDown ? { base, first: limit + 1, last: 0xffffffff } : { base, first: 0, last: limit };
}

/** No descriptor that ring 3 can load lets it out of the space that runs. */
function segments(moment: Moment): string[] {
  const { names } = moment;
  const space = moment.variable('visible_space');
  const slot = moment.member(space, 'space', 'small_slot');
  const slotSize = moment.variable('small_slot_size');
  const start = slot === 0 ? 0 : USER_LIMIT + slot * slotSize;
  const end = slot === 0 ? USER_LIMIT + slotSize : start + slotSize;
  const count = names.bytes('gdt');
  const wrong: string[] = [];
  for (let offset = 8; offset < count; offset += 8) {
    const high = moment.word(names.address('gdt') + offset + 4);
    const USER_PRESENT = 0xe000;
    const { base, first, last } = segmentOf(moment.word(names.address('gdt') + offset), high);
    const from = (base + first) % 0x100000000;
    const to = from + (last - first);
    if ((high & USER_PRESENT) === USER_PRESENT && first <= last && (from < start || to >= end)) {
      wrong.push(`The descriptor ${hex(offset)} reaches from ${hex(from)} to ${hex(to)}, outside its space.`);
    }
  }
  return wrong;
}

/** The user's part of the tables leads to user pages only; the rest of RAM is the kernel's window's. */
function tables(moment: Moment): string[] {
  const info = moment.names.address('kernel_info');
  const low = moment.member(info, 'l4_kernel_info', 'kernel_data.low');
  const high = moment.member(info, 'l4_kernel_info', 'kernel_data.high');
  return [...entriesOf(moment)]
    .filter(({ physical, size }) => physical + size > low && physical < high)
    .map(({ page }) => `A page table shows the kernel's memory at ${hex(page)}.`);
}

export function brokenProtection(moment: Moment): string[] {
  return [directories, staleEntries, segments, tables].flatMap((check) => check(moment));
}
