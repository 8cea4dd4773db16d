// Hardware task switches (SDM vol. 3, 7.3): JMP, CALL, an interrupt through a task gate, and IRET with NT set, between
// 32-bit and 16-bit TSSs in any combination.
import type { Cpu } from '../cpu.ts';
import { DR6, DR6_TASK_SWITCH, DR7, DR7_LOCAL } from '../breakpoints.ts';
import { DB, GP, NP, TS } from '../faults.ts';
import { NT, VM, getFlags, setFlags } from '../flags.ts';
import { CODE, DOWN_OR_CONFORMING, NOT_SYSTEM } from '../memory/descriptorBits.ts';
import {
  type Descriptor,
  checkStackSegment,
  clearSegment,
  findDescriptor,
  loadDataSegment,
  loadParagraph,
  loadSystemSegment,
  setCodeSegment,
  setSegment,
  setStackSegment,
} from '../memory/segmentation.ts';
import {
  ATTRIBUTES,
  BASE,
  CR0,
  CR0_PG,
  CR0_TS,
  CR3,
  CS,
  DS,
  EIP,
  ES,
  FS,
  GS,
  LDTR,
  LIMIT,
  SELECTOR,
  SS,
  TR,
} from '../registers.ts';
import { isTask32 } from './newStack.ts';

export type TaskSwitchKind = 'jump' | 'call' | 'interrupt' | 'return';

const BUSY = 2;
const BUSY_IN_HIGH_WORD = BUSY << 8;
const AVAILABLE_TYPES = new Set([1, 9]);
const BUSY_TYPES = new Set([3, 11]);

/** Where the fields stand in a TSS (SDM vol. 3, figures 7-2 and 7-10); `size` of a field in bytes. */
interface TaskLayout {
  readonly limit: number;
  readonly size: number;
  readonly eip: number;
  readonly flags: number;
  readonly registers: number;
  readonly segments: number;
  readonly segmentCount: number;
  readonly ldt: number;
}

const LAYOUT_32: TaskLayout = {
  limit: 0x67,
  size: 4,
  eip: 0x20,
  flags: 0x24,
  registers: 0x28,
  segments: 0x48,
  segmentCount: 6,
  ldt: 0x60,
};
const LAYOUT_16: TaskLayout = {
  limit: 0x2b,
  size: 2,
  eip: 0x0e,
  flags: 0x10,
  registers: 0x12,
  segments: 0x22,
  segmentCount: 4,
  ldt: 0x2a,
};

function layoutOf(type: number): TaskLayout {
  return isTask32(type) ? LAYOUT_32 : LAYOUT_16;
}

/** What a TSS says of its task. */
interface TaskImage {
  readonly cr3: number;
  readonly eip: number;
  readonly flags: number;
  readonly registers: readonly number[];
  readonly segments: readonly number[];
  readonly ldt: number;
  readonly trap: boolean;
}

/** Switches to the task of a TSS selector. r[EIP] is where the old task shall go on. `external`: bit 0 of error codes. */
export function switchTask(cpu: Cpu, selector: number, kind: TaskSwitchKind, external = 0): void {
  const { r } = cpu;
  const descriptor = requireTask(cpu, selector, kind, external);
  const layout = layoutOf(descriptor.type);
  const image = readTask(cpu, descriptor.base, layout);
  const old = r[SELECTOR + TR];
  saveTask(cpu, kind);
  if (kind === 'jump' || kind === 'return') {
    setBusy(cpu, old, false);
  }
  if (kind === 'call' || kind === 'interrupt') {
    cpu.systemWrite16(descriptor.base, old);
  }
  if (kind !== 'return') {
    cpu.systemWrite32((descriptor.address + 4) | 0, descriptor.high | BUSY_IN_HIGH_WORD);
  }
  setSegment(cpu, TR, selector, descriptor);
  r[ATTRIBUTES + TR] |= BUSY;
  r[CR0] |= CR0_TS;
  if (layout === LAYOUT_32 && (r[CR0] & CR0_PG) !== 0 && image.cr3 !== r[CR3]) {
    cpu.loadPageDirectory(image.cr3);
  }
  r[DR7] &= ~DR7_LOCAL;
  const nested = kind === 'call' || kind === 'interrupt' ? NT : 0;
  loadTask(cpu, image, nested, external);
  if (image.trap) {
    r[DR6] |= DR6_TASK_SWITCH;
    cpu.fault.raise(DB);
  }
}

function requireTask(
  cpu: Cpu,
  selector: number,
  kind: TaskSwitchKind,
  external: number,
): Descriptor {
  const code = (selector & 0xfffc) | external;
  const vector = kind === 'return' ? TS : GP;
  if ((selector & 4) !== 0 || (selector & 0xfffc) === 0) {
    cpu.fault.raise(vector, code);
  }
  const descriptor = findDescriptor(cpu, selector) ?? cpu.fault.raise(vector, code);
  const types = kind === 'return' ? BUSY_TYPES : AVAILABLE_TYPES;
  if (!types.has(descriptor.type)) {
    cpu.fault.raise(vector, code);
  }
  if (!descriptor.present) {
    cpu.fault.raise(NP, code);
  }
  if (descriptor.limit >>> 0 < layoutOf(descriptor.type).limit) {
    cpu.fault.raise(TS, code);
  }
  return descriptor;
}

function readTask(cpu: Cpu, base: number, layout: TaskLayout): TaskImage {
  const wide = layout === LAYOUT_32;
  const at = (offset: number): number =>
    wide ? cpu.systemRead32((base + offset) | 0) : cpu.systemRead16((base + offset) | 0);
  const list = (first: number, count: number): number[] =>
    Array.from({ length: count }, (_, index) => at(first + index * layout.size));
  return {
    cr3: wide ? at(0x1c) : 0,
    eip: at(layout.eip),
    flags: at(layout.flags),
    registers: list(layout.registers, 8),
    segments: list(layout.segments, layout.segmentCount).map((value) => value & 0xffff),
    ldt: at(layout.ldt) & 0xffff,
    trap: wide && (at(0x64) & 1) !== 0,
  };
}

function saveTask(cpu: Cpu, kind: TaskSwitchKind): void {
  const { r } = cpu;
  const base = r[BASE + TR];
  const layout = layoutOf(r[ATTRIBUTES + TR]);
  const put = (offset: number, value: number): void => {
    if (layout === LAYOUT_32) {
      cpu.systemWrite32((base + offset) | 0, value);
    } else {
      cpu.systemWrite16((base + offset) | 0, value);
    }
  };
  put(layout.eip, r[EIP]);
  put(layout.flags, kind === 'return' ? getFlags(r) & ~NT : getFlags(r));
  for (let register = 0; register < 8; register++) {
    put(layout.registers + register * layout.size, r[register]);
  }
  for (let segment = 0; segment < layout.segmentCount; segment++) {
    cpu.systemWrite16((base + layout.segments + segment * layout.size) | 0, r[SELECTOR + segment]);
  }
}

function setBusy(cpu: Cpu, selector: number, busy: boolean): void {
  const descriptor = findDescriptor(cpu, selector);
  if (descriptor !== undefined) {
    const { high, address } = descriptor;
    const changed = busy ? high | BUSY_IN_HIGH_WORD : high & ~BUSY_IN_HIGH_WORD;
    cpu.systemWrite32((address + 4) | 0, changed);
  }
}

/** From here on a fault happens in the new task: all selectors stand first, then each is checked. */
function loadTask(cpu: Cpu, image: TaskImage, nested: number, external: number): void {
  const { r } = cpu;
  setFlags(r, image.flags | nested);
  r[EIP] = image.eip;
  image.registers.forEach((value, register) => {
    r[register] = isTask32(r[ATTRIBUTES + TR]) ? value : value | 0xffff_0000;
  });
  const selectors = [...image.segments, 0, 0].slice(0, 6);
  selectors.forEach((selector, segment) => {
    clearSegment(cpu, segment, selector);
  });
  clearSegment(cpu, LDTR, image.ldt);
  loadLocalTable(cpu, image.ldt, external);
  if ((image.flags & VM) !== 0) {
    selectors.forEach((selector, segment) => {
      loadParagraph(cpu, segment, selector);
    });
    cpu.setPrivilege(3);
  } else {
    loadProtectedSegments(cpu, selectors, external);
  }
  if (r[EIP] >>> 0 > r[LIMIT + CS] >>> 0) {
    cpu.instructionEip = r[EIP];
    cpu.fault.raise(GP, external);
  }
}

function loadLocalTable(cpu: Cpu, selector: number, external: number): void {
  if ((selector & 0xfffc) !== 0) {
    asTaskFault(cpu, selector, external, () => {
      loadSystemSegment(cpu, LDTR, selector, [2]);
    });
  }
}

function loadProtectedSegments(cpu: Cpu, selectors: readonly number[], external: number): void {
  const level = selectors[CS] & 3;
  cpu.setPrivilege(level);
  asTaskFault(cpu, selectors[CS], external, () => {
    setCodeSegment(cpu, selectors[CS], taskCode(cpu, selectors[CS], external), level);
  });
  const stack = checkStackSegment(cpu, selectors[SS], level, TS, external);
  setStackSegment(cpu, selectors[SS], stack);
  for (const segment of [ES, DS, FS, GS]) {
    asTaskFault(cpu, selectors[segment], external, () => {
      loadDataSegment(cpu, segment, selectors[segment]);
    });
  }
}

function taskCode(cpu: Cpu, selector: number, external: number): Descriptor {
  const code = (selector & 0xfffc) | external;
  const found = (selector & 0xfffc) === 0 ? undefined : findDescriptor(cpu, selector);
  const descriptor = found ?? cpu.fault.raise(TS, code);
  const { attributes, dpl } = descriptor;
  const conforming = (attributes & DOWN_OR_CONFORMING) !== 0;
  const level = selector & 3;
  if (
    (attributes & (NOT_SYSTEM | CODE)) !== (NOT_SYSTEM | CODE) ||
    (conforming ? dpl > level : dpl !== level)
  ) {
    cpu.fault.raise(TS, code);
  }
  if (!descriptor.present) {
    cpu.fault.raise(NP, code);
  }
  return descriptor;
}

/** Runs a segment load whose #GP is an invalid TSS here. */
function asTaskFault(cpu: Cpu, selector: number, external: number, load: () => void): void {
  cpu.instructionEip = cpu.r[EIP];
  try {
    load();
  } catch (error) {
    if (cpu.fault.raised && cpu.fault.vector === GP) {
      cpu.fault.set(TS, (selector & 0xfffc) | external);
    }
    throw error;
  }
}

/** IRET with NT: back to the task whose selector stands in the TSS's link. */
export function returnToPreviousTask(cpu: Cpu): void {
  switchTask(cpu, cpu.systemRead16(cpu.r[BASE + TR]), 'return');
}

/** Operand size of what is pushed on a new task's stack. */
export function taskWidth(cpu: Cpu): number {
  return isTask32(cpu.r[ATTRIBUTES + TR]) ? 32 : 16;
}
