// Walks a stack by call frame information, through interrupt and system-call entries to the user's frame.
import { evaluateExpression, type ExpressionContext } from './dwarf/expressions.ts';
import type { FrameRules, RegisterRule } from './dwarf/frames.ts';
import type { SymbolImage } from './image.ts';

/** DWARF register numbers of the i386 psABI. */
export const REGISTER_NAMES = [
  'eax',
  'ecx',
  'edx',
  'ebx',
  'esp',
  'ebp',
  'esi',
  'edi',
  'eip',
] as const;
const ESP = 4;
const EBP = 5;
const EIP = 8;

/** One machine frame. A register that the callee did not preserve is undefined. */
export interface MachineFrame {
  readonly pc: number;
  readonly registers: readonly (number | undefined)[];
  readonly cfa: number | undefined;
  /** This frame was interrupted at `pc` (or is the innermost): `pc` is not a return address. */
  readonly isExact: boolean;
  /** Found without call frame information. */
  readonly isScanned?: boolean;
}

/** How the caller of a frame is found where no call frame information describes it. */
export interface UndescribedCode {
  /** The caller's registers, or undefined. */
  caller(frame: MachineFrame): (number | undefined)[] | undefined;
  isReturnAddress(address: number): boolean;
}

export type ReadWord = (address: number) => number | undefined;

/** The innermost frame, from the registers of a thread (numbers as in REGISTER_NAMES). */
export function innermostFrame(
  registers: readonly (number | undefined)[],
  image: SymbolImage | undefined,
  readWord: ReadWord,
): MachineFrame {
  const pc = registers[EIP] ?? 0;
  return { pc, registers, isExact: true, cfa: cfaOf(registers, image, pc, readWord) };
}

/**
 * All frames from `first` outwards, at most `limit`. `imageAt` gives the image whose code stands at a code
 * address; the walk ends where nothing describes the caller.
 */
export function unwind(
  first: MachineFrame,
  imageAt: (pc: number) => SymbolImage | undefined,
  readWord: ReadWord,
  limit = 200,
  undescribed?: UndescribedCode,
): MachineFrame[] {
  const frames = [first];
  let current = first;
  while (frames.length < limit) {
    const next = caller(current, imageAt, readWord, undescribed);
    if (next === undefined || isStuck(current, next)) {
      break;
    }
    frames.push(next);
    current = next;
  }
  return frames;
}

/** The address that stands for a frame in symbol look-ups: the call, not what follows it. */
export function lookupAddress(frame: MachineFrame): number {
  return frame.isExact ? frame.pc : frame.pc - 1;
}

function isStuck(current: MachineFrame, next: MachineFrame): boolean {
  return next.pc === current.pc && next.registers[ESP] === current.registers[ESP];
}

function caller(
  frame: MachineFrame,
  imageAt: (pc: number) => SymbolImage | undefined,
  readWord: ReadWord,
  undescribed: UndescribedCode | undefined,
): MachineFrame | undefined {
  const image = imageAt(lookupAddress(frame));
  const rules = image?.frames.rulesAt(lookupAddress(frame));
  const isScanned = rules === undefined || frame.cfa === undefined;
  const registers = isScanned
    ? withoutRules(frame, readWord, undescribed)
    : byRules(frame, rules, frame.cfa, readWord);
  const pc = registers?.[EIP];
  if (registers === undefined || pc === undefined || pc === 0) {
    return undefined;
  }
  const isExact = rules?.isSignalFrame ?? false;
  const next = imageAt(isExact ? pc : pc - 1);
  if (next === undefined) {
    return undefined; // no image there: the caller of a start routine, or a damaged stack
  }
  const cfa = cfaOf(registers, next, isExact ? pc : pc - 1, readWord);
  return { pc, registers, isExact, cfa, ...(isScanned ? { isScanned } : {}) };
}

function cfaOf(
  registers: readonly (number | undefined)[],
  image: SymbolImage | undefined,
  address: number,
  readWord: ReadWord,
): number | undefined {
  const rule = image?.frames.rulesAt(address)?.cfa;
  if (rule === undefined) {
    return undefined;
  }
  if (rule.kind === 'register') {
    const base = registers[rule.register];
    return base === undefined ? undefined : (base + rule.offset) >>> 0;
  }
  return valueOf(rule.expression, registers, undefined, readWord);
}

function byRules(
  frame: MachineFrame,
  rules: FrameRules,
  cfa: number,
  readWord: ReadWord,
): (number | undefined)[] | undefined {
  const saved = REGISTER_NAMES.map((_, register) => {
    const rule = rules.registers.get(register);
    return rule === undefined
      ? unruled(register, frame, cfa)
      : applyRule(rule, register, frame, cfa, readWord);
  });
  saved[EIP] = saved[rules.returnRegister] ?? saved[EIP];
  return rules.registers.get(rules.returnRegister)?.kind === 'undefined' ? undefined : saved;
}

/** Without a rule: ESP is the CFA; EBX, EBP, ESI and EDI are preserved by the calling convention. */
function unruled(register: number, frame: MachineFrame, cfa: number): number | undefined {
  if (register === ESP) {
    return cfa;
  }
  const isPreserved = register === 3 || register >= EBP;
  return isPreserved && register !== EIP ? frame.registers[register] : undefined;
}

function applyRule(
  rule: RegisterRule,
  register: number,
  frame: MachineFrame,
  cfa: number,
  readWord: ReadWord,
): number | undefined {
  switch (rule.kind) {
    case 'undefined':
      return undefined;
    case 'same':
      return frame.registers[register];
    case 'offset':
      return readWord((cfa + rule.offset) >>> 0);
    case 'valueOffset':
      return (cfa + rule.offset) >>> 0;
    case 'register':
      return frame.registers[rule.register];
    case 'expression': {
      const address = valueOf(rule.expression, frame.registers, cfa, readWord);
      return address === undefined ? undefined : readWord(address);
    }
    case 'valueExpression':
      return valueOf(rule.expression, frame.registers, cfa, readWord);
  }
}

/** An expression in a frame rule yields an address or value on its stack; the CFA is pushed first (6.4.2). */
function valueOf(
  expression: Uint8Array,
  registers: readonly (number | undefined)[],
  cfa: number | undefined,
  readWord: ReadWord,
): number | undefined {
  const context: ExpressionContext = {
    register: (number) => registers[number],
    cfa: () => cfa,
    frameBase: () => undefined,
    readWord,
  };
  const location = evaluateExpression(expression, context, cfa);
  return location?.kind === 'memory' ? location.address : undefined;
}

function withoutRules(
  frame: MachineFrame,
  readWord: ReadWord,
  undescribed: UndescribedCode | undefined,
): (number | undefined)[] | undefined {
  const proved = undescribed?.caller(frame);
  if (proved !== undefined) {
    return proved;
  }
  const chained = byFramePointer(frame, readWord);
  const isPlausible = undescribed?.isReturnAddress(chained?.[EIP] ?? 0) ?? true;
  return isPlausible ? chained : undefined;
}

/** Code without a frame description: the EBP chain, if it looks like one. */
function byFramePointer(
  frame: MachineFrame,
  readWord: ReadWord,
): (number | undefined)[] | undefined {
  const base = frame.registers[EBP];
  const stack = frame.registers[ESP] ?? 0;
  if (base === undefined || base < stack || base - stack > 0x10000 || base % 4 !== 0) {
    return undefined;
  }
  const [savedBase, pc] = [readWord(base), readWord(base + 4)];
  if (savedBase === undefined || pc === undefined) {
    return undefined;
  }
  const registers: (number | undefined)[] = REGISTER_NAMES.map(() => undefined);
  registers[ESP] = base + 8;
  registers[EBP] = savedBase;
  registers[EIP] = pc;
  return registers;
}
