// Bytes to Instruction, by the table alone (SDM vol. 2, chapter 2), for code segments of 32 and of 16 bits; touches no
// guest state: the caller gives it bytes that were already translated and permitted.
import { DS, EBP, ESP, SS } from '../registers.ts';
import {
  Instruction,
  OPERAND_IMMEDIATE,
  OPERAND_MEMORY,
  OPERAND_REGISTER,
  REP_EQUAL,
  REP_NONE,
  REP_NOT_EQUAL,
} from './instruction.ts';
import { INSTRUCTION_TABLE } from './instructionTable.ts';
import { MANDATORY_PREFIXES, type OpcodeRow, parseRow } from './opcodeRow.ts';
import type { Extension } from '../cpuModel.ts';

/** SDM vol. 2, 2.3.11: a longer instruction raises #GP. */
const MAXIMUM_LENGTH = 15;

const UNKNOWN = parseRow('00 (unknown) - ud - - end');
/** A known opcode in a form that no processor has: #UD, and nothing to tell. */
const INVALID = parseRow('00 (invalid) - ud - - end');
const TOO_LONG = parseRow('00 (too-long) - tooLong - - end');
/** Row of each opcode; for a group the eight rows by /digit. */
type TableEntry = OpcodeRow | (OpcodeRow | undefined)[] | undefined;

const ROWS = buildRows(INSTRUCTION_TABLE.filter((row) => row.prefix === undefined));
/** Rows that a mandatory prefix selects: none, 66, F2, F3. */
const SIMD_ROWS = MANDATORY_PREFIXES.map((prefix) =>
  buildRows(INSTRUCTION_TABLE.filter((row) => row.prefix === prefix)),
);

function buildRows(table: readonly OpcodeRow[]): TableEntry[] {
  const rows: TableEntry[] = [];
  for (const row of table) {
    if (row.digit < 0) {
      rows[row.opcode] = row;
      continue;
    }
    const group = rows[row.opcode];
    if (Array.isArray(group)) {
      group[row.digit] = row;
    } else {
      const created = new Array<OpcodeRow | undefined>(8).fill(undefined);
      created[row.digit] = row;
      rows[row.opcode] = created;
    }
  }
  return rows;
}

const SEGMENT_PREFIXES = new Map([
  [0x26, 0],
  [0x2e, 1],
  [0x36, 2],
  [0x3e, 3],
  [0x64, 4],
  [0x65, 5],
]);

/** Second opcode bytes that lead to a map of three-byte opcodes. */
const THREE_BYTE_MAPS = new Map([
  [0x38, 0x200],
  [0x3a, 0x300],
]);

export class Decoder {
  private readonly extensions: ReadonlySet<Extension>;
  private bytes: Uint8Array = new Uint8Array(0);
  private position = 0;
  private end = 0;
  private segmentPrefix = -1;
  private wide = true;
  private operandPrefix = false;

  constructor(extensions: ReadonlySet<Extension>) {
    this.extensions = extensions;
  }

  /** Decodes at `position`; undefined if the instruction does not end before `end`. `wide`: the code segment's D flag. */
  decode(bytes: Uint8Array, position: number, end: number, wide = true): Instruction | undefined {
    this.bytes = bytes;
    this.position = position;
    this.end = Math.min(end, position + MAXIMUM_LENGTH);
    this.segmentPrefix = -1;
    this.wide = wide;
    this.operandPrefix = false;
    const i = new Instruction(UNKNOWN);
    i.address16 = !wide;
    this.prefixes(i, wide);
    if (!this.opcode(i, end)) {
      return undefined;
    }
    this.operands(i);
    i.length = this.position - position;
    if (i.length > MAXIMUM_LENGTH) {
      i.row = TOO_LONG;
      i.length = MAXIMUM_LENGTH;
    }
    return position + i.length > end ? undefined : i;
  }

  private next8(): number {
    // A prefix loop must not run on: past the longest instruction every byte reads as an opcode.
    return this.position < this.bytes.length ? this.bytes[this.position++] : 0x90;
  }

  private next16(): number {
    const low = this.next8();
    return low | (this.next8() << 8);
  }

  private next32(): number {
    const low = this.next16();
    return low | (this.next16() << 16);
  }

  private prefixes(i: Instruction, wide: boolean): void {
    for (; this.position < this.end; this.position++) {
      const byte = this.bytes[this.position];
      const segment = SEGMENT_PREFIXES.get(byte);
      if (segment !== undefined) {
        this.segmentPrefix = segment;
      } else if (byte === 0x66) {
        this.wide = !wide;
        this.operandPrefix = true;
      } else if (byte === 0x67) {
        i.address16 = wide;
      } else if (byte === 0xf0) {
        i.lock = true;
      } else if (byte === 0xf2) {
        i.repeat = REP_NOT_EQUAL;
      } else if (byte === 0xf3) {
        i.repeat = REP_EQUAL;
      } else {
        return;
      }
    }
  }

  /** False if a byte that decides on the row lies at or behind `end`: it may be another one there. */
  private opcode(i: Instruction, end: number): boolean {
    i.opcode = this.opcodeBytes();
    const entry = this.entry(i);
    if (this.position > end || (Array.isArray(entry) && this.position >= end)) {
      return false;
    }
    if (entry === undefined) {
      return true;
    }
    let row: OpcodeRow | undefined;
    if (Array.isArray(entry)) {
      // The group's digit is looked at before the operands are; fetchModrm reads the same byte again.
      row = entry[((this.bytes[this.position] ?? 0) >> 3) & 7];
    } else {
      row = entry;
    }
    if (row !== undefined && this.has(row)) {
      i.row = row;
    }
    return true;
  }

  /** A processor without three-byte opcodes does not look behind 0F 38. */
  private opcodeBytes(): number {
    const first = this.next8();
    if (first !== 0x0f) {
      return first;
    }
    const second = this.next8();
    const map = this.extensions.has('ssse3') ? THREE_BYTE_MAPS.get(second) : undefined;
    return map === undefined ? 0x100 | second : map | this.next8();
  }

  /** F3 BSR is LZCNT where the processor has it; else a prefix selects only where no row takes any. */
  private entry(i: Instruction): TableEntry {
    const plain = ROWS[i.opcode];
    const selected = SIMD_ROWS[this.mandatoryPrefix(i)][i.opcode];
    const replaces = selected !== undefined && !Array.isArray(selected) && this.has(selected);
    return plain === undefined || replaces ? selected : plain;
  }

  private has({ needs }: OpcodeRow): boolean {
    return needs === undefined || this.extensions.has(needs);
  }

  /** Place in MANDATORY_PREFIXES; F2 and F3 come before 66 (SDM vol. 2, 2.1.2). */
  private mandatoryPrefix(i: Instruction): number {
    if (i.repeat !== REP_NONE) {
      return i.repeat === REP_NOT_EQUAL ? 2 : 3;
    }
    return this.operandPrefix ? 1 : 0;
  }

  private operands(i: Instruction): void {
    const { row } = i;
    if (row.digit >= 0 || row.operands.some((code) => /^[EGMSRCDPQVWNU][a-z]?$/.test(code))) {
      this.fetchModrm(i);
    }
    i.width = this.widthOf(row);
    row.operands.forEach((code, position) => this.operand(i, code, position));
    i.overridden = this.segmentPrefix >= 0;
    if (this.segmentPrefix >= 0) {
      i.segment = this.segmentPrefix;
    }
    const lockAllowed = row.lockable && i.memoryForm;
    const memoryOnly = row.operands.some((code) => code.startsWith('M'));
    const registerOnly = row.operands.some((code) => code === 'N' || code === 'U');
    if (
      (i.lock && !lockAllowed) ||
      (memoryOnly && !i.memoryForm) ||
      (registerOnly && i.memoryForm)
    ) {
      i.row = row === UNKNOWN ? UNKNOWN : INVALID;
    }
  }

  private widthOf(row: OpcodeRow): number {
    const first = row.operands[0] ?? '';
    if (
      first === 'AL' ||
      (first.length === 2 && first.endsWith('b') && first !== 'Ib' && first !== 'Jb')
    ) {
      return 8;
    }
    if (first === 'Ew') {
      return 16;
    }
    return this.wide ? 32 : 16;
  }

  private operand(i: Instruction, code: string, position: number): void {
    if (code.length === 2 && code.endsWith('S')) {
      // A named segment register: the opcode says which.
      return;
    }
    const kind = OPERAND_KINDS.get(code[0]);
    if (kind === 'modrm') {
      this.modrmOperand(i, position);
      return;
    }
    if (kind === 'register field') {
      setOperand(i, position, OPERAND_REGISTER, i.registerField);
      return;
    }
    switch (code[0]) {
      case 'O':
        i.displacement = i.address16 ? this.next16() : this.next32();
        setOperand(i, position, OPERAND_MEMORY, 0);
        break;
      case 'Z':
        setOperand(i, position, OPERAND_REGISTER, i.opcode & 7);
        break;
      case 'I':
      case 'J':
      case '1':
        this.immediateOperand(i, code, position);
        break;
      case 'A':
        this.farOrAccumulator(i, code, position);
        break;
      case 'e':
        setOperand(i, position, OPERAND_REGISTER, 0);
        break;
      default:
        if (code === 'CL') {
          setOperand(i, position, OPERAND_REGISTER, 1);
        }
    }
  }

  private farOrAccumulator(i: Instruction, code: string, position: number): void {
    if (code === 'Ap') {
      i.immediate = this.wide ? this.next32() : this.next16();
      i.immediate2 = this.next16();
    } else {
      setOperand(i, position, OPERAND_REGISTER, 0);
    }
  }

  private modrmOperand(i: Instruction, position: number): void {
    if (i.modrm >= 0xc0) {
      setOperand(i, position, OPERAND_REGISTER, i.modrm & 7);
    } else {
      setOperand(i, position, OPERAND_MEMORY, 0);
    }
  }

  private immediateOperand(i: Instruction, code: string, position: number): void {
    let value = 1;
    if (code === 'Is' || code === 'Jb') {
      value = (this.next8() << 24) >> 24;
    } else if (code === 'Ib') {
      value = this.next8();
    } else if (code === 'Iw') {
      value = this.next16();
    } else if (code !== '1') {
      value = this.wide ? this.next32() : (this.next16() << 16) >> 16;
    }
    if (position === 1 && i.row.name === 'ENTER') {
      i.immediate2 = value;
      return;
    }
    i.immediate = value;
    setOperand(i, position, OPERAND_IMMEDIATE, 0);
  }

  private fetchModrm(i: Instruction): void {
    i.hasModrm = true;
    i.modrm = this.next8();
    i.segment = DS;
    if (i.modrm >= 0xc0 || /^[RCD]d$/.test(i.row.operands[0] ?? '')) {
      return;
    }
    if (i.address16) {
      this.address16(i);
    } else {
      this.address32(i);
    }
  }

  /** SDM vol. 2, table 2-2 and 2-3. */
  private address32(i: Instruction): void {
    const mod = i.modrm >> 6;
    let base = i.modrm & 7;
    if (base === 4) {
      const sib = this.next8();
      base = sib & 7;
      const index = (sib >> 3) & 7;
      if (index !== 4) {
        i.index = index;
        i.shift = sib >> 6;
      }
    }
    if (base === EBP && mod === 0) {
      i.displacement = this.next32();
      return;
    }
    i.base = base;
    if (base === ESP || base === EBP) {
      i.segment = SS;
    }
    this.displacement(i, mod, true);
  }

  /** SDM vol. 2, table 2-1. */
  private address16(i: Instruction): void {
    const mod = i.modrm >> 6;
    const rm = i.modrm & 7;
    if (mod === 0 && rm === 6) {
      i.displacement = this.next16();
      return;
    }
    const [base, index] = ADDRESS_16[rm];
    i.base = base;
    i.index = index;
    if (base === EBP) {
      i.segment = SS;
    }
    this.displacement(i, mod, false);
  }

  private displacement(i: Instruction, mod: number, wide: boolean): void {
    if (mod === 1) {
      i.displacement = (this.next8() << 24) >> 24;
    } else if (mod === 2) {
      i.displacement = wide ? this.next32() : this.next16();
    }
  }
}

/** Base and index registers of the eight 16-bit forms; 8 is the register that is always zero. */
const ADDRESS_16: readonly (readonly [number, number])[] = [
  [3, 6],
  [3, 7],
  [5, 6],
  [5, 7],
  [6, 8],
  [7, 8],
  [5, 8],
  [3, 8],
];

/** Operand codes that stand in ModRM: general, MMX and XMM registers. */
const OPERAND_KINDS = new Map<string, 'modrm' | 'register field'>([
  ...[...'EMQWNU'].map((code) => [code, 'modrm'] as const),
  ...[...'GPV'].map((code) => [code, 'register field'] as const),
]);

function setOperand(i: Instruction, position: number, kind: number, register: number): void {
  if (position === 0) {
    i.kind1 = kind;
    i.register1 = register;
  } else if (position === 1) {
    i.kind2 = kind;
    i.register2 = register;
  }
}
