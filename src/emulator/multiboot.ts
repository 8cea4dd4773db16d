// The Multiboot 1 boot loader (Multiboot Specification 0.6.96, chapter 3): finds the header, places the image, the
// modules page-aligned behind it, and the information structure in low memory. Works on plain bytes of RAM.
import { BOOT_DESCRIPTOR_BYTES, BOOT_DESCRIPTORS, BOOT_STACK } from './board/wiring.ts';
import { ImageError, type LoadPlan, isElf, planElf } from './elfImage.ts';
import { LOW_END, handOverSections, writeInformation } from './multibootInformation.ts';

const HEADER_MAGIC = 0x1bad_b002;
/** Multiboot 2's, within its first 32 KB on 8 bytes; and "HdrS", at 202h of a bzImage. */
const HEADER_MAGIC_2 = 0xe852_50d6;
const HEADER_SEARCH_2 = 32768;
const LINUX_MAGIC = 0x5372_6448;
export const BOOT_MAGIC = 0x2bad_b002;
const HEADER_SEARCH = 8192;
const FLAG_ADDRESSES = 1 << 16; // the a.out kludge
const FLAG_VIDEO = 1 << 2;
const KNOWN_REQUIREMENTS = 0x3; // modules on pages, memory information: both are always so
const TEXT_MODE = 1;

const INFO_ADDRESS = 0x9000;

export interface BootModule {
  readonly content: Uint8Array;
  readonly commandLine: string;
}

export interface BootState {
  readonly entry: number;
  /** Physical address of the Multiboot information. */
  readonly information: number;
  /** What images use that may not: the loader's stack and descriptor table; a bare board has neither. */
  readonly stack: number;
  readonly descriptors: { readonly base: number; readonly limit: number };
}

export function loadMultiboot(
  ram: Uint8Array,
  image: Uint8Array,
  commandLine: string,
  modules: readonly BootModule[],
  board: 'bare' | 'pc',
): BootState {
  const plan = planImage(image);
  checkPlan(plan, ram.length);
  const information = informationPlace(plan);
  for (const segment of plan.segments) {
    ram.fill(0, segment.address, segment.address + segment.memorySize);
    ram.set(segment.content, segment.address);
  }
  const ends = plan.segments.map((segment) => segment.address + segment.memorySize);
  let next = pageAlign(Math.max(0x10_0000, ...ends));
  const placed = modules.map((module) => {
    const start = next;
    if (start + module.content.length > ram.length) {
      throw new ImageError(
        `The module "${module.commandLine}" does not fit into ${ram.length >> 20} MB of memory.`,
      );
    }
    ram.set(module.content, start);
    next = pageAlign(start + module.content.length);
    return { start, end: start + module.content.length, commandLine: module.commandLine };
  });
  writeInformation(ram, information, commandLine, placed, board);
  if (board === 'pc' && plan.isElf) {
    handOverSections(ram, information, image, next);
  }
  const isPc = board === 'pc';
  return {
    entry: plan.entry,
    information,
    stack: isPc ? BOOT_STACK : 0,
    descriptors: isPc
      ? { base: BOOT_DESCRIPTORS, limit: BOOT_DESCRIPTOR_BYTES - 1 }
      : { base: 0, limit: 0 },
  };
}

function pageAlign(address: number): number {
  return Math.ceil(address / 4096) * 4096;
}

/** Below 640 KB, where the image does not lie: at 36 KB, or behind what it has there. */
function informationPlace(plan: LoadPlan): number {
  const low = plan.segments.filter(({ address }) => address < LOW_END);
  const isFree = low.every(({ address, memorySize }) => address + memorySize <= INFO_ADDRESS);
  const ends = low.map(({ address, memorySize }) => address + memorySize);
  const place = isFree ? INFO_ADDRESS : pageAlign(Math.max(...ends));
  if (place + 0x1000 > LOW_END) {
    throw new ImageError('The image leaves no room for the boot information below 640 KB.');
  }
  return place;
}

function planImage(image: Uint8Array): LoadPlan {
  if (image.length < 12) {
    throw new ImageError('The image is not a Multiboot image: it is too short to hold a header.');
  }
  const elf = isElf(image) ? planElf(image) : undefined;
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const header = findHeader(view);
  if (header < 0) {
    throw new ImageError(whatItIsInstead(view, image));
  }
  const flags = view.getUint32(header + 4, true);
  checkRequirements(flags);
  if ((flags & FLAG_ADDRESSES) !== 0) {
    return planAddresses(view, image, header);
  }
  if (elf === undefined) {
    throw new ImageError('The image is not ELF, and its Multiboot header gives no addresses.');
  }
  return elf;
}

/** Names the formats that people try, and what to do with them. */
function whatItIsInstead(view: DataView, image: Uint8Array): string {
  for (let at = 0; at + 4 <= Math.min(HEADER_SEARCH_2, image.length); at += 8) {
    if (view.getUint32(at, true) === HEADER_MAGIC_2) {
      return 'The image has a Multiboot 2 header alone; this loader knows Multiboot 1.';
    }
  }
  if (image.length >= 0x206 && view.getUint32(0x202, true) === LINUX_MAGIC) {
    return 'The image is a Linux bzImage; a Multiboot boot loader such as GRUB can load it here from a disk.';
  }
  return isElf(image)
    ? 'The image has no Multiboot header in its first 8192 bytes.'
    : 'The image is neither ELF nor does it hold a Multiboot header.';
}

/** Bits 0 to 15 are what the image cannot do without. */
function checkRequirements(flags: number): void {
  const unknown = flags & 0xffff & ~(KNOWN_REQUIREMENTS | FLAG_VIDEO);
  if (unknown !== 0) {
    const bit = 31 - Math.clz32(unknown);
    throw new ImageError(
      `The Multiboot header requires a feature that this loader does not know (bit ${bit} of its flags).`,
    );
  }
}

/** Whether the header prefers a graphics mode, for which a loader may give text (3.1.4); only of an image that loads. */
export function prefersGraphics(image: Uint8Array): boolean {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const header = findHeader(view);
  const hasMode = header + 48 <= view.byteLength;
  return (
    (view.getUint32(header + 4, true) & FLAG_VIDEO) !== 0 &&
    !(hasMode && view.getUint32(header + 32, true) === TEXT_MODE)
  );
}

function findHeader(view: DataView): number {
  const end = Math.min(HEADER_SEARCH, view.byteLength) - 12;
  for (let at = 0; at <= end; at += 4) {
    if (view.getUint32(at, true) === HEADER_MAGIC) {
      const sum = HEADER_MAGIC + view.getUint32(at + 4, true) + view.getUint32(at + 8, true);
      if (sum % 0x1_0000_0000 === 0) {
        return at;
      }
    }
  }
  return -1;
}

/** The a.out kludge: header_addr, load_addr, load_end_addr, bss_end_addr, entry_addr. */
function planAddresses(view: DataView, image: Uint8Array, header: number): LoadPlan {
  if (header + 32 > image.length) {
    throw new ImageError('The image is truncated: it ends inside the Multiboot header.');
  }
  const [headerAddress, load, loadEnd, bssEnd, entry] = [12, 16, 20, 24, 28].map((offset) =>
    view.getUint32(header + offset, true),
  );
  const start = header - (headerAddress - load);
  const end = loadEnd === 0 ? image.length : start + (loadEnd - load);
  if (headerAddress < load || start < 0 || end < start) {
    throw new ImageError('The addresses in the Multiboot header contradict one another.');
  }
  if (end > image.length) {
    throw new ImageError('The image is truncated: the Multiboot header promises more bytes.');
  }
  const content = image.subarray(start, end);
  const memorySize = Math.max(content.length, bssEnd === 0 ? 0 : bssEnd - load);
  return { entry, segments: [{ address: load, content, memorySize }], isElf: false };
}

function checkPlan(plan: LoadPlan, ramSize: number): void {
  if (plan.segments.length === 0) {
    throw new ImageError('The image has nothing to load.');
  }
  const sorted = [...plan.segments].sort((a, b) => a.address - b.address);
  let end = 0;
  for (const segment of sorted) {
    if (segment.address < end) {
      throw new ImageError('Two segments of the image overlap in memory.');
    }
    end = segment.address + segment.memorySize;
    if (end > ramSize) {
      throw new ImageError(`The image does not fit into ${ramSize >> 20} MB of memory.`);
    }
    if (segment.address < 0x10_0000 && end > LOW_END) {
      throw new ImageError(
        'The image lies between 639 KB and 1 MB, where there is no memory for it.',
      );
    }
  }
}
