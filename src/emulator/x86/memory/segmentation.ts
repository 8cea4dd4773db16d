// Segments (SDM vol. 3, chapters 3 and 5): descriptor look-up, the checks when a segment register is loaded, and the
// limit check of an access through a segment that is not flat.
import type { Cpu } from '../cpu.ts';
import { GP, NP, SS_FAULT } from '../faults.ts';
import {
  ATTRIBUTES,
  BASE,
  CPL,
  CS,
  DS,
  ES,
  FS,
  GDT_BASE,
  GDT_LIMIT,
  GS,
  LDTR,
  LIMIT,
  SELECTOR,
  SS,
} from '../registers.ts';
import {
  ACCESSED,
  BIG,
  CODE,
  DESCRIPTOR_CACHE_MASK,
  DOWN_OR_CONFORMING,
  DPL_BITS,
  GRANULAR,
  NOT_SYSTEM,
  PRESENT,
  READ_WRITE,
  USABLE_STACK,
} from './descriptorBits.ts';

/** A descriptor taken apart. */
export interface Descriptor {
  readonly address: number;
  readonly low: number;
  readonly high: number;
  readonly base: number;
  readonly limit: number;
  /** Access byte in bits 0 to 7, flags in bits 8 to 11. */
  readonly attributes: number;
  readonly type: number;
  readonly dpl: number;
  readonly present: boolean;
}

export function privilegeOf(attributes: number): number {
  return (attributes >> 5) & 3;
}

/** Reads the descriptor of a selector from GDT or LDT; undefined if it lies outside the table. */
export function findDescriptor(cpu: Cpu, selector: number): Descriptor | undefined {
  const { r } = cpu;
  const local = (selector & 4) !== 0;
  const base = local ? r[BASE + LDTR] : r[GDT_BASE];
  const limit = local ? (r[ATTRIBUTES + LDTR] === 0 ? -1 : r[LIMIT + LDTR]) : r[GDT_LIMIT];
  const index = selector & 0xfff8;
  if (limit === -1 || index + 7 > limit >>> 0) {
    return undefined;
  }
  const address = (base + index) | 0;
  const low = cpu.systemRead32(address);
  const high = cpu.systemRead32((address + 4) | 0);
  // Taken apart before, perhaps; the table was read all the same, so this is not a cache that the guest sees.
  const known = cpu.descriptors[(address >>> 3) & DESCRIPTOR_CACHE_MASK];
  if (known?.address === address && known.low === low && known.high === high) {
    return known;
  }
  const descriptor = takeApart(address, low, high);
  cpu.descriptors[(address >>> 3) & DESCRIPTOR_CACHE_MASK] = descriptor;
  return descriptor;
}

function takeApart(address: number, low: number, high: number): Descriptor {
  const attributes = ((high >>> 8) & 0xff) | ((high >>> 12) & 0xf00);
  let limitValue = (low & 0xffff) | (high & 0xf_0000);
  if ((attributes & GRANULAR) !== 0) {
    limitValue = (limitValue << 12) | 0xfff;
  }
  return {
    address,
    low,
    high,
    base: (low >>> 16) | ((high & 0xff) << 16) | (high & 0xff00_0000),
    limit: limitValue,
    attributes,
    type: attributes & 0x1f,
    dpl: privilegeOf(attributes),
    present: (attributes & PRESENT) !== 0,
  };
}

/** The descriptor, or `vector` with the selector as its error code. */
export function requireDescriptor(cpu: Cpu, selector: number, vector: number): Descriptor {
  const descriptor = (selector & 0xfffc) === 0 ? undefined : findDescriptor(cpu, selector);
  return descriptor ?? cpu.fault.raise(vector, selector & 0xfffc);
}

/** Sets the accessed bit in the table, as a load of a segment register does. */
function markAccessed(cpu: Cpu, descriptor: Descriptor): void {
  if ((descriptor.attributes & ACCESSED) === 0) {
    cpu.systemWrite32((descriptor.address + 4) | 0, descriptor.high | (ACCESSED << 8));
  }
}

export function setSegment(
  cpu: Cpu,
  segment: number,
  selector: number,
  descriptor: Descriptor,
): void {
  const { r } = cpu;
  const { base, limit, attributes } = descriptor;
  const same =
    r[BASE + segment] === base &&
    r[LIMIT + segment] === limit &&
    ((r[ATTRIBUTES + segment] ^ attributes) & ~DPL_BITS) === 0;
  r[SELECTOR + segment] = selector;
  r[BASE + segment] = base;
  r[LIMIT + segment] = limit;
  r[ATTRIBUTES + segment] = attributes;
  // User and kernel segments usually differ in their level only, on which nothing derived depends.
  if (!same) {
    cpu.segmentChanged(segment);
  }
}

export function clearSegment(cpu: Cpu, segment: number, selector: number): void {
  const { r } = cpu;
  r[SELECTOR + segment] = selector;
  r[BASE + segment] = 0;
  r[LIMIT + segment] = 0;
  r[ATTRIBUTES + segment] = 0;
  cpu.segmentChanged(segment);
}

/**
 * A segment register in real or virtual-8086 mode (SDM vol. 3, 20.1.1 and 20.2). Real mode leaves limit and size as
 * they are, so that a segment prepared in protected mode keeps them.
 */
export function loadParagraph(cpu: Cpu, segment: number, selector: number): void {
  const { r } = cpu;
  const size = r[ATTRIBUTES + segment] & (BIG | GRANULAR);
  r[SELECTOR + segment] = selector;
  r[BASE + segment] = selector << 4;
  if (cpu.virtual8086) {
    r[LIMIT + segment] = 0xffff;
    r[ATTRIBUTES + segment] = USABLE_STACK | DPL_BITS;
  } else {
    r[ATTRIBUTES + segment] = USABLE_STACK | size;
  }
  cpu.segmentChanged(segment);
}

/** Whether a whole access lies in a segment that is not in a register yet. */
export function reaches(
  { attributes, limit }: Descriptor,
  offset: number,
  size: number,
  write: boolean,
): boolean {
  return (
    (offset >>> 0) + size - 1 <= highestOffset(attributes, limit, write) ||
    expandDownAllows(attributes, limit, offset, size, write)
  );
}

/** MOV or POP to DS, ES, FS, GS, and the far-pointer loads. */
export function loadDataSegment(cpu: Cpu, segment: number, selector: number): void {
  if ((selector & 0xfffc) === 0) {
    clearSegment(cpu, segment, selector);
    return;
  }
  const descriptor = requireDescriptor(cpu, selector, GP);
  const { attributes } = descriptor;
  const isCode = (attributes & CODE) !== 0;
  const usable = (attributes & NOT_SYSTEM) !== 0 && (!isCode || (attributes & READ_WRITE) !== 0);
  const conforming = isCode && (attributes & DOWN_OR_CONFORMING) !== 0;
  const asked = Math.max(selector & 3, cpu.r[CPL]);
  if (!usable || (!conforming && asked > descriptor.dpl)) {
    cpu.fault.raise(GP, selector & 0xfffc);
  }
  if (!descriptor.present) {
    cpu.fault.raise(NP, selector & 0xfffc);
  }
  markAccessed(cpu, descriptor);
  setSegment(cpu, segment, selector, descriptor);
}

/** Checks a selector for SS at a privilege level; `vector` is #GP for a load, #TS for a stack from the TSS. */
export function checkStackSegment(
  cpu: Cpu,
  selector: number,
  level: number,
  vector: number,
  external: number,
): Descriptor {
  const code = (selector & 0xfffc) | external;
  if ((selector & 0xfffc) === 0) {
    cpu.fault.raise(vector, external);
  }
  const descriptor = findDescriptor(cpu, selector) ?? cpu.fault.raise(vector, code);
  const { attributes } = descriptor;
  const writableData =
    (attributes & (NOT_SYSTEM | CODE | READ_WRITE)) === (NOT_SYSTEM | READ_WRITE);
  if (!writableData || (selector & 3) !== level || descriptor.dpl !== level) {
    cpu.fault.raise(vector, code);
  }
  if (!descriptor.present) {
    cpu.fault.raise(SS_FAULT, code);
  }
  return descriptor;
}

export function loadStackSegment(cpu: Cpu, selector: number): void {
  setStackSegment(cpu, selector, checkStackSegment(cpu, selector, cpu.r[CPL], GP, 0));
}

export function setStackSegment(cpu: Cpu, selector: number, descriptor: Descriptor): void {
  markAccessed(cpu, descriptor);
  setSegment(cpu, SS, selector, descriptor);
}

/** Loads CS after every check; the requested privilege level becomes the current one. */
export function setCodeSegment(
  cpu: Cpu,
  selector: number,
  descriptor: Descriptor,
  level: number,
): void {
  markAccessed(cpu, descriptor);
  setUsedCodeSegment(cpu, selector, descriptor, level);
}

/** The same when the descriptor is known to carry its accessed bit. */
export function setUsedCodeSegment(
  cpu: Cpu,
  selector: number,
  descriptor: Descriptor,
  level: number,
): void {
  setSegment(cpu, CS, (selector & 0xfffc) | level, descriptor);
  cpu.setPrivilege(level);
}

/** On the way to an outer level: a data segment that it may not use does not leak outwards. */
export function revokeInnerSegments(cpu: Cpu, level: number): void {
  const { r } = cpu;
  // Usually there is nothing to do: the user's own segments, or null ones.
  if (
    isInner(r[ATTRIBUTES + ES], level) ||
    isInner(r[ATTRIBUTES + DS], level) ||
    isInner(r[ATTRIBUTES + FS], level) ||
    isInner(r[ATTRIBUTES + GS], level)
  ) {
    revokeInner(cpu, ES, level);
    revokeInner(cpu, DS, level);
    revokeInner(cpu, FS, level);
    revokeInner(cpu, GS, level);
  }
}

function revokeInner(cpu: Cpu, segment: number, level: number): void {
  if (isInner(cpu.r[ATTRIBUTES + segment], level)) {
    clearSegment(cpu, segment, 0);
  }
}

function isInner(attributes: number, level: number): boolean {
  return (
    ((attributes >> 5) & 3) < level &&
    attributes !== 0 &&
    (attributes & (CODE | DOWN_OR_CONFORMING)) !== (CODE | DOWN_OR_CONFORMING)
  );
}

export function loadSegment(cpu: Cpu, segment: number, selector: number): void {
  if (cpu.addressesParagraphs) {
    loadParagraph(cpu, segment, selector);
  } else if (segment === SS) {
    loadStackSegment(cpu, selector);
  } else {
    loadDataSegment(cpu, segment, selector);
  }
}

/**
 * Highest offset at which a byte may be accessed, or -1 for none; an expand-down segment is left to segmentFault,
 * which looks again. Kept in a table so that the usual check is one comparison.
 */
export function highestOffset(attributes: number, limit: number, write: boolean): number {
  const isCode = (attributes & CODE) !== 0;
  const allowed = write
    ? !isCode && (attributes & READ_WRITE) !== 0
    : !isCode || (attributes & READ_WRITE) !== 0;
  if (attributes === 0 || !allowed || (!isCode && (attributes & DOWN_OR_CONFORMING) !== 0)) {
    return -1;
  }
  return limit >>> 0;
}

/** Whether an access that the usual check refused is allowed after all: it may be an expand-down segment. */
export function expandDownAllows(
  attributes: number,
  limit: number,
  offset: number,
  size: number,
  write: boolean,
): boolean {
  const kind = attributes & (NOT_SYSTEM | CODE | DOWN_OR_CONFORMING);
  if (kind !== (NOT_SYSTEM | DOWN_OR_CONFORMING) || (write && (attributes & READ_WRITE) === 0)) {
    return false;
  }
  const top = (attributes & BIG) !== 0 ? 0xffff_ffff : 0xffff;
  return offset >>> 0 > limit >>> 0 && (offset >>> 0) + size - 1 <= top;
}

/** LTR and LLDT share their shape: a system descriptor from the GDT. */
export function loadSystemSegment(
  cpu: Cpu,
  segment: number,
  selector: number,
  types: readonly number[],
): Descriptor {
  const code = selector & 0xfffc;
  if ((selector & 4) !== 0) {
    cpu.fault.raise(GP, code);
  }
  const descriptor = requireDescriptor(cpu, selector, GP);
  if (!types.includes(descriptor.type)) {
    cpu.fault.raise(GP, code);
  }
  if (!descriptor.present) {
    cpu.fault.raise(NP, code);
  }
  setSegment(cpu, segment, selector, descriptor);
  return descriptor;
}
