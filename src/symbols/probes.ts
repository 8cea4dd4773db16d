// Static probes in the .note.stapsdt format (SystemTap): where an image says "this happened", and where the
// arguments are at that moment. An operand that cannot be read disables that one probe, with a sentence.
import { ByteReader } from '../base/bytes.ts';
import { sectionBytes, type ElfFile } from './elf.ts';

export type Operand =
  | {
      readonly kind: 'register';
      readonly register: string;
      readonly size: number;
      readonly signed: boolean;
    }
  | { readonly kind: 'immediate'; readonly value: number }
  | {
      readonly kind: 'memory';
      readonly displacement: number;
      readonly base?: string;
      readonly index?: string;
      readonly scale: number;
      readonly size: number;
      readonly signed: boolean;
    };

export interface Probe {
  readonly provider: string;
  readonly name: string;
  /** Virtual address of the probe's NOP in its image. */
  readonly address: number;
  readonly operands: readonly Operand[];
  /** Why the probe cannot be used; undefined if it can. */
  readonly problem?: string;
}

/** What evaluating an operand needs of the machine; addresses are virtual in the probe's own space. */
export interface OperandContext {
  register(name: string): number;
  readWord(address: number): number | undefined;
}

/** All probes of an image. Malformed notes end the list; a malformed operand disables its probe. */
export function readProbes(elf: ElfFile): Probe[] {
  const reader = new ByteReader(sectionBytes(elf, '.note.stapsdt'), 'the section .note.stapsdt');
  const probes: Probe[] = [];
  while (reader.end - reader.position >= 12) {
    const nameSize = reader.u32();
    const descriptionSize = reader.u32();
    const type = reader.u32();
    reader.block(Math.ceil(nameSize / 4) * 4);
    const next = reader.position + Math.ceil(descriptionSize / 4) * 4;
    if (type === 3) {
      probes.push(readProbe(reader.sub(descriptionSize), elf));
    }
    reader.position = next;
  }
  return probes;
}

function readProbe(reader: ByteReader, elf: ElfFile): Probe {
  const address = reader.u32();
  reader.u32(); // link-time base: images are not prelinked
  reader.u32(); // semaphore: none
  const [provider, name, text] = [reader.string(), reader.string(), reader.string()];
  const operands: Operand[] = [];
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const operand = parseOperand(word, elf);
    if (operand === undefined) {
      const problem = `The probe ${provider}:${name} is disabled: its operand "${word}" cannot be read.`;
      return { provider, name, address, operands: [], problem };
    }
    operands.push(operand);
  }
  return { provider, name, address, operands };
}

/** Parses "N@OP" where N is the size in bytes, negative if signed, and OP an AT&T operand. */
export function parseOperand(text: string, elf: ElfFile): Operand | undefined {
  const match = /^(-?\d+)@(.+)$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const size = Math.abs(Number(match[1]));
  const signed = Number(match[1]) < 0;
  const body = match[2];
  if (/^%[a-z]{2,3}$/.test(body)) {
    return { kind: 'register', register: body.slice(1), size, signed };
  }
  if (body.startsWith('$')) {
    const value = displacement(body.slice(1), elf);
    return value === undefined ? undefined : { kind: 'immediate', value: value >>> 0 };
  }
  return parseMemory(body, elf, size, signed);
}

function parseMemory(
  body: string,
  elf: ElfFile,
  size: number,
  signed: boolean,
): Operand | undefined {
  const match = /^([^()]*)(?:\((?:%(\w+))?(?:,%(\w+)(?:,(\d))?)?\))?$/.exec(body);
  const offset = match === null ? undefined : displacement(match[1] || '0', elf);
  if (match === null || offset === undefined) {
    return undefined;
  }
  return {
    kind: 'memory',
    displacement: offset,
    base: match[2],
    index: match[3],
    scale: Number(match[4] ?? 1),
    size,
    signed,
  };
}

/** A sum of numbers and symbols, as the assembler wrote it: "8", "-12", "foo+4", "4+foo". */
function displacement(text: string, elf: ElfFile): number | undefined {
  let sum = 0;
  for (const [, sign, term] of text.matchAll(/([+-]?)([\w.$]+)/g)) {
    const number = /^\d/.test(term) ? Number(term) : symbolValue(term, elf);
    if (number === undefined || Number.isNaN(number)) {
      return undefined;
    }
    sum += sign === '-' ? -number : number;
  }
  return text === '' ? undefined : sum;
}

function symbolValue(name: string, elf: ElfFile): number | undefined {
  return elf.symbols.find((symbol) => symbol.name === name)?.value;
}

/** The operand's value, unsigned 32 bits; undefined if it lies in memory that is not there. */
export function readOperand(operand: Operand, context: OperandContext): number | undefined {
  switch (operand.kind) {
    case 'immediate':
      return operand.value;
    case 'register':
      return narrow(context.register(operand.register), operand);
    case 'memory': {
      const base = operand.base === undefined ? 0 : context.register(operand.base);
      const index = operand.index === undefined ? 0 : context.register(operand.index);
      const address = (base + index * operand.scale + operand.displacement) >>> 0;
      const word = context.readWord(address);
      return word === undefined ? undefined : narrow(word, operand);
    }
  }
}

function narrow(value: number, { size, signed }: { size: number; signed: boolean }): number {
  if (size >= 4) {
    return value >>> 0;
  }
  const shift = 32 - size * 8;
  return (signed ? (value << shift) >> shift : (value << shift) >>> shift) >>> 0;
}
