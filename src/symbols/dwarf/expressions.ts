// DWARF expressions (DWARF 5, 2.5) and location lists (2.6.2), for variables in registers and on the frame.
import { ByteReader, FormatError } from '../../base/bytes.ts';
import { AT, FORM } from './constants.ts';
import type { Entry } from './entries.ts';
import type { DebugSections } from './sections.ts';

/** What an expression may ask of the frame it is evaluated in. Register numbers are those of the i386 psABI. */
export interface ExpressionContext {
  /** Value of a register of this frame; undefined if it was not preserved. */
  register(number: number): number | undefined;
  /** Canonical frame address; undefined if the frame has no description. */
  cfa(): number | undefined;
  /** Value of the function's DW_AT_frame_base. */
  frameBase(): number | undefined;
  /** A 32-bit word of the frame's address space; undefined if not mapped. */
  readWord(address: number): number | undefined;
  /** Added to addresses in the expression: how far the image lies above where it was linked. */
  readonly bias?: number;
  /** DW_OP_entry_value: the value of a register when the function was entered, where the caller tells. */
  entryValue?(expression: Uint8Array): number | undefined;
}

export type Location =
  | { readonly kind: 'memory'; readonly address: number }
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'value'; readonly value: number }
  | {
      readonly kind: 'pieces';
      readonly pieces: readonly { size: number; at: Location | undefined }[];
    };

/** Evaluates an expression; undefined if something it needs is not available ("optimized out"). */
export function evaluateExpression(
  expression: Uint8Array,
  context: ExpressionContext,
  initial?: number,
): Location | undefined {
  return new ExpressionMachine(expression, context, initial).run();
}

class Unavailable extends Error {}

type Operation = (machine: ExpressionMachine, opcode: number) => void;

class ExpressionMachine {
  readonly reader: ByteReader;
  readonly context: ExpressionContext;
  readonly stack: number[] = [];
  location: Location | undefined;
  isValue = false;
  readonly pieces: { size: number; at: Location | undefined }[] = [];

  constructor(expression: Uint8Array, context: ExpressionContext, initial?: number) {
    this.reader = new ByteReader(expression, 'a DWARF expression');
    this.context = context;
    if (initial !== undefined) {
      this.stack.push(initial);
    }
  }

  run(): Location | undefined {
    try {
      let budget = 10_000; // a loop in a hostile expression ends
      while (!this.reader.atEnd && budget > 0) {
        budget -= 1;
        const opcode = this.reader.u8();
        const operation = OPERATIONS.get(opcode) ?? rangeOperation(opcode);
        if (operation === undefined) {
          throw new FormatError(`DWARF operation 0x${opcode.toString(16)} is not known.`);
        }
        operation(this, opcode);
      }
      return this.pieces.length > 0 ? { kind: 'pieces', pieces: this.pieces } : this.take();
    } catch (error) {
      if (error instanceof Unavailable) {
        return this.pieces.length > 0 ? { kind: 'pieces', pieces: this.pieces } : undefined;
      }
      throw error;
    }
  }

  /** The location described since the last piece. */
  take(): Location | undefined {
    const location = this.location;
    this.location = undefined;
    if (location !== undefined) {
      return location;
    }
    const top = this.stack.pop();
    if (top === undefined) {
      return undefined;
    }
    const isValue = this.isValue;
    this.isValue = false;
    return isValue ? { kind: 'value', value: top } : { kind: 'memory', address: top };
  }

  push(value: number): void {
    this.stack.push(value >>> 0);
  }

  pop(): number {
    const value = this.stack.pop();
    if (value === undefined) {
      throw new FormatError('A DWARF expression takes a value from its empty stack.');
    }
    return value;
  }

  need(value: number | undefined): number {
    if (value === undefined) {
      throw new Unavailable();
    }
    return value;
  }
}

function rangeOperation(opcode: number): Operation | undefined {
  if (opcode >= 0x30 && opcode <= 0x4f) {
    return (machine) => machine.push(opcode - 0x30); // DW_OP_lit0..31
  }
  if (opcode >= 0x50 && opcode <= 0x6f) {
    return (machine) => (machine.location = { kind: 'register', register: opcode - 0x50 });
  }
  if (opcode >= 0x70 && opcode <= 0x8f) {
    return (machine) => pushBased(machine, opcode - 0x70); // DW_OP_breg0..31
  }
  return undefined;
}

function pushBased(machine: ExpressionMachine, register: number): void {
  machine.push(machine.need(machine.context.register(register)) + machine.reader.sleb());
}

function binary(compute: (left: number, right: number) => number): Operation {
  return (machine) => {
    const right = machine.pop();
    machine.push(compute(machine.pop(), right));
  };
}

function compare(holds: (left: number, right: number) => boolean): Operation {
  return binary((left, right) => (holds(left | 0, right | 0) ? 1 : 0));
}

function entryValue(machine: ExpressionMachine): void {
  const expression = machine.reader.block(machine.reader.uleb());
  machine.push(machine.need(machine.context.entryValue?.(expression)));
}

const OPERATIONS = new Map<number, Operation>([
  [0x03, (m) => m.push(m.reader.u32() + (m.context.bias ?? 0))], // addr
  [0x06, (m) => m.push(m.need(m.context.readWord(m.pop())))], // deref
  [0x08, (m) => m.push(m.reader.u8())],
  [0x09, (m) => m.push(m.reader.s8())],
  [0x0a, (m) => m.push(m.reader.u16())],
  [0x0b, (m) => m.push((m.reader.u16() << 16) >> 16)],
  [0x0c, (m) => m.push(m.reader.u32())],
  [0x0d, (m) => m.push(m.reader.s32())],
  [0x10, (m) => m.push(m.reader.uleb())],
  [0x11, (m) => m.push(m.reader.sleb())],
  [0x12, (m) => m.push(m.stack[m.stack.length - 1] ?? m.pop())], // dup
  [0x13, (m) => void m.pop()], // drop
  [0x14, (m) => m.push(m.stack[m.stack.length - 2] ?? m.pop())], // over
  [0x16, swap],
  [0x17, rotate],
  [0x19, (m) => m.push(Math.abs(m.pop() | 0))],
  [0x1a, binary((a, b) => a & b)],
  [0x1b, binary((a, b) => (b === 0 ? 0 : Math.trunc((a | 0) / (b | 0))))],
  [0x1c, binary((a, b) => a - b)],
  [0x1d, binary((a, b) => (b === 0 ? 0 : a % b))],
  [0x1e, binary((a, b) => Math.imul(a, b))],
  [0x1f, (m) => m.push(-m.pop())],
  [0x20, (m) => m.push(~m.pop())],
  [0x21, binary((a, b) => a | b)],
  [0x22, binary((a, b) => a + b)],
  [0x23, (m) => m.push(m.pop() + m.reader.uleb())], // plus_uconst
  [0x24, binary((a, b) => (b > 31 ? 0 : a << b))],
  [0x25, binary((a, b) => (b > 31 ? 0 : a >>> b))],
  [0x26, binary((a, b) => (a | 0) >> Math.min(b, 31))],
  [0x27, binary((a, b) => a ^ b)],
  [0x28, branch], // bra
  [0x29, compare((a, b) => a === b)],
  [0x2a, compare((a, b) => a >= b)],
  [0x2b, compare((a, b) => a > b)],
  [0x2c, compare((a, b) => a <= b)],
  [0x2d, compare((a, b) => a < b)],
  [0x2e, compare((a, b) => a !== b)],
  [0x2f, skip], // skip
  [0x91, (m) => m.push(m.need(m.context.frameBase()) + m.reader.sleb())], // fbreg
  [0x92, (m) => pushBased(m, m.reader.uleb())], // bregx
  [0x93, (m) => m.pieces.push({ size: m.reader.uleb(), at: m.take() })], // piece
  [0x94, derefSize],
  [0x96, () => undefined], // nop
  [0x9c, (m) => m.push(m.need(m.context.cfa()))], // call_frame_cfa
  [0x9e, implicitValue],
  [0x9f, (m) => (m.isValue = true)], // stack_value
  [0xf0, () => undefined], // GNU_uninit: what stands there may not have been set yet
  ...unavailable(0xa0, 0xf2), // implicit_pointer: what it points at has no address
  ...unavailable(0xfa), // GNU_parameter_ref: the caller does not say
  ...unavailable(0xa4, 0xa5, 0xa6, 0xa8, 0xa9), // values of other types than an address
  ...unavailable(0xf4, 0xf5, 0xf6, 0xf7, 0xf9), // their GNU forms
  [0xa3, entryValue],
  [0xf3, entryValue], // GNU form, DWARF 4
]);

/** Operations after which the value cannot be had: the variable counts as optimized out. */
function unavailable(...opcodes: readonly number[]): [number, Operation][] {
  return opcodes.map((opcode) => [opcode, (machine) => void machine.need(undefined)]);
}

function rotate(machine: ExpressionMachine): void {
  const [first, second, third] = [machine.pop(), machine.pop(), machine.pop()];
  machine.push(first);
  machine.push(third);
  machine.push(second);
}

function swap(machine: ExpressionMachine): void {
  const first = machine.pop();
  const second = machine.pop();
  machine.push(first);
  machine.push(second);
}

function branch(machine: ExpressionMachine): void {
  const distance = (machine.reader.u16() << 16) >> 16;
  if (machine.pop() !== 0) {
    machine.reader.position += distance;
  }
}

function skip(machine: ExpressionMachine): void {
  const distance = (machine.reader.u16() << 16) >> 16;
  machine.reader.position += distance;
}

function derefSize(machine: ExpressionMachine): void {
  const size = machine.reader.u8();
  const word = machine.need(machine.context.readWord(machine.pop()));
  machine.push(size >= 4 ? word : word & ((1 << (size * 8)) - 1));
}

function implicitValue(machine: ExpressionMachine): void {
  const bytes = machine.reader.block(machine.reader.uleb());
  machine.push(bytes.reduce((value, byte, index) => value | (byte << (index * 8)), 0));
  machine.isValue = true;
}

/** The expression that an attribute holds at `address`: itself, or the one its location list names. */
export function locationExpression(
  entry: Entry,
  attribute: number,
  address: number,
  sections: DebugSections,
): Uint8Array | undefined {
  const found = entry.attributes.get(attribute);
  if (found === undefined || found.value instanceof Uint8Array) {
    return found?.value as Uint8Array | undefined;
  }
  if (typeof found.value !== 'number') {
    return undefined;
  }
  return entry.unit.version >= 5
    ? newLocationList(entry, found.value, found.form === FORM.loclistx, address, sections)
    : oldLocationList(entry, found.value, address, sections);
}

function oldLocationList(
  entry: Entry,
  offset: number,
  address: number,
  sections: DebugSections,
): Uint8Array | undefined {
  const reader = new ByteReader(sections.loc, 'the section .debug_loc', offset);
  let base = entry.unit.root.number(AT.lowPc) ?? sections.bias;
  for (;;) {
    const low = reader.u32();
    const high = reader.u32();
    if (low === 0 && high === 0) {
      return undefined;
    }
    if (low === 0xffffffff) {
      base = high + sections.bias;
      continue;
    }
    const expression = reader.block(reader.u16());
    if (address >= base + low && address < base + high) {
      return expression;
    }
  }
}

function newLocationList(
  entry: Entry,
  value: number,
  isIndex: boolean,
  address: number,
  sections: DebugSections,
): Uint8Array | undefined {
  const reader = new ByteReader(sections.loclists, 'the section .debug_loclists');
  reader.position = value;
  if (isIndex) {
    reader.position = entry.unit.locationListsBase + value * 4;
    reader.position = entry.unit.locationListsBase + reader.u32();
  }
  const { bias } = sections;
  const state = { base: entry.unit.root.number(AT.lowPc) ?? bias, bias };
  const indexed = (index: number): number =>
    bias + new ByteReader(sections.addr, '.debug_addr', entry.unit.addressBase + index * 4).u32();
  for (;;) {
    const kind = reader.u8();
    if (kind === 0) {
      return undefined;
    }
    const range = locationRange(kind, reader, state, indexed);
    if (range === undefined) {
      continue;
    }
    const expression = reader.block(reader.uleb());
    if (address >= range.low && address < range.high) {
      return expression;
    }
  }
}

/** One entry of a DWARF 5 location list; undefined for those that only set the base. */
function locationRange(
  kind: number,
  reader: ByteReader,
  state: { base: number; readonly bias: number },
  indexed: (index: number) => number,
): { low: number; high: number } | undefined {
  switch (kind) {
    case 1:
      state.base = indexed(reader.uleb());
      return undefined;
    case 2:
      return { low: indexed(reader.uleb()), high: indexed(reader.uleb()) };
    case 3: {
      const low = indexed(reader.uleb());
      return { low, high: low + reader.uleb() };
    }
    case 4:
      return { low: state.base + reader.uleb(), high: state.base + reader.uleb() };
    case 5:
      return { low: 0, high: 0x1_0000_0000 };
    case 6:
      state.base = reader.u32() + state.bias;
      return undefined;
    case 7:
      return { low: reader.u32() + state.bias, high: reader.u32() + state.bias };
    case 8: {
      const low = reader.u32() + state.bias;
      return { low, high: low + reader.uleb() };
    }
    default:
      throw new FormatError(`Location list entry kind ${kind} is not known.`);
  }
}
