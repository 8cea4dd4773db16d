// The x87's encodings (SDM vol. 2, appendix B.17): one row for each, found by opcode and /digit in memory forms and by
// opcode and ModRM in register forms; #NM by CR0.TS and CR0.EM, and #MF for an error that waits (SDM vol. 1, 8.7).
import type { Cpu } from '../cpu.ts';
import type { Extension } from '../cpuModel.ts';
import { type Instruction, OPERAND_MEMORY } from '../decode/instruction.ts';
import { MF, NM, NUMERIC_WAIT } from '../faults.ts';
import { CR0, CR0_EM, CR0_MP, CR0_TS, CS, SELECTOR } from '../registers.ts';
import * as arithmetic from './fpuArithmetic.ts';
import * as control from './fpuControl.ts';
import * as transcendental from './fpuTranscendental.ts';
import * as environment from './fpuEnvironment.ts';
import type { FpuHandler } from './fpuControl.ts';
import type { Handler } from './operands.ts';

const CR0_NE = 0x20;

interface Row {
  readonly name: string;
  readonly run: FpuHandler;
  /** FN...: does not wait for a pending error, and leaves the instruction pointer alone. */
  readonly isControl: boolean;
  readonly needs: Extension | undefined;
}

function row(name: string, run: FpuHandler, attribute?: 'control' | Extension): Row {
  const isControl = attribute === 'control';
  return { name, run, isControl, needs: isControl ? undefined : attribute };
}

const A = arithmetic;
const T = transcendental;

/** FADD FMUL FCOM FCOMP FSUB FSUBR FDIV FDIVR by /digit. */
function arithmeticRows(opcode: number, handler: FpuHandler, suffix: string): [number, Row][] {
  const names = ['FADD', 'FMUL', 'FCOM', 'FCOMP', 'FSUB', 'FSUBR', 'FDIV', 'FDIVR'];
  return names.map((name, digit) => [(opcode << 3) | digit, row(`${name} ${suffix}`, handler)]);
}

// prettier-ignore
const MEMORY_FORMS = new Map<number, Row>([
  ...arithmeticRows(0xd8, A.arithmeticReal(32), 'm32fp'),
  ...arithmeticRows(0xdc, A.arithmeticReal(64), 'm64fp'),
  ...arithmeticRows(0xda, A.arithmeticInteger(32), 'm32int'),
  ...arithmeticRows(0xde, A.arithmeticInteger(16), 'm16int'),
  [(0xd9 << 3) | 0, row('FLD m32fp', A.loadReal(32))],
  [(0xd9 << 3) | 2, row('FST m32fp', A.storeReal(32, 0))],
  [(0xd9 << 3) | 3, row('FSTP m32fp', A.storeReal(32, 1))],
  [(0xd9 << 3) | 4, row('FLDENV', environment.readEnvironment)],
  [(0xd9 << 3) | 5, row('FLDCW', control.loadControlWord)],
  [(0xd9 << 3) | 6, row('FNSTENV', environment.storeEnvironment, 'control')],
  [(0xd9 << 3) | 7, row('FNSTCW', control.storeControlWord, 'control')],
  [(0xdb << 3) | 0, row('FILD m32int', A.loadInteger(32))],
  [(0xdb << 3) | 1, row('FISTTP m32int', A.storeTruncated(32), 'sse3')],
  [(0xdb << 3) | 2, row('FIST m32int', A.storeInteger(32, 0))],
  [(0xdb << 3) | 3, row('FISTP m32int', A.storeInteger(32, 1))],
  [(0xdb << 3) | 5, row('FLD m80fp', A.loadExtended)],
  [(0xdb << 3) | 7, row('FSTP m80fp', A.storeExtended)],
  [(0xdd << 3) | 0, row('FLD m64fp', A.loadReal(64))],
  [(0xdd << 3) | 1, row('FISTTP m64int', A.storeTruncated(64), 'sse3')],
  [(0xdd << 3) | 2, row('FST m64fp', A.storeReal(64, 0))],
  [(0xdd << 3) | 3, row('FSTP m64fp', A.storeReal(64, 1))],
  [(0xdd << 3) | 4, row('FRSTOR', environment.restore)],
  [(0xdd << 3) | 6, row('FNSAVE', environment.save, 'control')],
  [(0xdd << 3) | 7, row('FNSTSW', control.storeStatusWord, 'control')],
  [(0xdf << 3) | 0, row('FILD m16int', A.loadInteger(16))],
  [(0xdf << 3) | 1, row('FISTTP m16int', A.storeTruncated(16), 'sse3')],
  [(0xdf << 3) | 2, row('FIST m16int', A.storeInteger(16, 0))],
  [(0xdf << 3) | 3, row('FISTP m16int', A.storeInteger(16, 1))],
  [(0xdf << 3) | 4, row('FBLD', T.loadDecimal)],
  [(0xdf << 3) | 5, row('FILD m64int', A.loadInteger(64))],
  [(0xdf << 3) | 6, row('FBSTP', T.storeDecimal)],
  [(0xdf << 3) | 7, row('FISTP m64int', A.storeInteger(64, 1))],
]);

/** The eight encodings from a first ModRM, one for each ST(i). */
function each(first: number, entry: Row): [number, Row][] {
  return Array.from({ length: 8 }, (_, index) => [first + index, entry]);
}

function registerArithmetic(opcode: number, intoI: boolean, pops: number): [number, Row][] {
  const handler = A.arithmeticRegister(intoI, pops);
  return [0, 1, 4, 5, 6, 7].flatMap((digit) =>
    each((opcode << 8) | (0xc0 + digit * 8), row('arithmetic ST(i)', handler)),
  );
}

// prettier-ignore
const REGISTER_FORMS = new Map<number, Row>([
  ...registerArithmetic(0xd8, false, 0),
  ...registerArithmetic(0xdc, true, 0),
  ...registerArithmetic(0xde, true, 1),
  ...each(0xd8d0, row('FCOM', A.compareRegister(true, 0))),
  ...each(0xd8d8, row('FCOMP', A.compareRegister(true, 1))),
  [0xded9, row('FCOMPP', A.compareRegister(true, 2))],
  ...each(0xdde0, row('FUCOM', A.compareRegister(false, 0))),
  ...each(0xdde8, row('FUCOMP', A.compareRegister(false, 1))),
  [0xdae9, row('FUCOMPP', A.compareRegister(false, 2))],
  ...each(0xdbf0, row('FCOMI', A.compareToFlags(true, 0), 'i686')),
  ...each(0xdff0, row('FCOMIP', A.compareToFlags(true, 1), 'i686')),
  ...each(0xdbe8, row('FUCOMI', A.compareToFlags(false, 0), 'i686')),
  ...each(0xdfe8, row('FUCOMIP', A.compareToFlags(false, 1), 'i686')),
  ...each(0xdac0, row('FCMOVB', A.moveIf(2), 'i686')),
  ...each(0xdac8, row('FCMOVE', A.moveIf(4), 'i686')),
  ...each(0xdad0, row('FCMOVBE', A.moveIf(6), 'i686')),
  ...each(0xdad8, row('FCMOVU', A.moveIf(10), 'i686')),
  ...each(0xdbc0, row('FCMOVNB', A.moveIf(3), 'i686')),
  ...each(0xdbc8, row('FCMOVNE', A.moveIf(5), 'i686')),
  ...each(0xdbd0, row('FCMOVNBE', A.moveIf(7), 'i686')),
  ...each(0xdbd8, row('FCMOVNU', A.moveIf(11), 'i686')),
  ...each(0xd9c0, row('FLD ST(i)', A.loadRegister)),
  ...each(0xd9c8, row('FXCH', A.exchange)),
  ...each(0xddc0, row('FFREE', A.freeRegister)),
  ...each(0xddd0, row('FST ST(i)', A.storeRegister(0))),
  ...each(0xddd8, row('FSTP ST(i)', A.storeRegister(1))),
  [0xd9d0, row('FNOP', control.nothing)],
  [0xd9e0, row('FCHS', A.changeSign)],
  [0xd9e1, row('FABS', A.absolute)],
  [0xd9e4, row('FTST', A.test)],
  [0xd9e5, row('FXAM', A.examine)],
  [0xd9e8, row('FLD1', A.loadConstant)],
  [0xd9e9, row('FLDL2T', A.loadConstant)],
  [0xd9ea, row('FLDL2E', A.loadConstant)],
  [0xd9eb, row('FLDPI', A.loadConstant)],
  [0xd9ec, row('FLDLG2', A.loadConstant)],
  [0xd9ed, row('FLDLN2', A.loadConstant)],
  [0xd9ee, row('FLDZ', A.loadConstant)],
  [0xd9f0, row('F2XM1', T.powerOfTop)],
  [0xd9f1, row('FYL2X', T.logarithmOfTwo)],
  [0xd9f2, row('FPTAN', T.tangentOfTop)],
  [0xd9f3, row('FPATAN', T.arctangentOfTwo)],
  [0xd9f4, row('FXTRACT', T.extract)],
  [0xd9f5, row('FPREM1', A.partialRemainder(true))],
  [0xd9f6, row('FDECSTP', A.turnStack(-1))],
  [0xd9f7, row('FINCSTP', A.turnStack(1))],
  [0xd9f8, row('FPREM', A.partialRemainder(false))],
  [0xd9f9, row('FYL2XP1', T.logarithm1pOfTwo)],
  [0xd9fa, row('FSQRT', A.root)],
  [0xd9fb, row('FSINCOS', T.sineAndCosineOfTop)],
  [0xd9fc, row('FRNDINT', A.roundInteger)],
  [0xd9fd, row('FSCALE', A.scaleBy)],
  [0xd9fe, row('FSIN', T.sineOfTop)],
  [0xd9ff, row('FCOS', T.cosineOfTop)],
  [0xdbe0, row('FNENI', control.nothing, 'control')], // 8087 only: does nothing since the 80287
  [0xdbe1, row('FNDISI', control.nothing, 'control')], // likewise
  [0xdbe2, row('FNCLEX', control.clearExceptions, 'control')],
  [0xdbe3, row('FNINIT', control.initialize, 'control')],
  [0xdbe4, row('FNSETPM', control.nothing, 'control')], // 80287 only
  [0xdfe0, row('FNSTSW AX', control.statusWordToAx, 'control')],
  ...each(0xdcd0, row('FCOM', A.compareRegister(true, 0))), // from here on second encodings, in no manual of Intel's:
  ...each(0xdcd8, row('FCOMP', A.compareRegister(true, 1))), // every processor since the 8087 has them
  ...each(0xded0, row('FCOMP', A.compareRegister(true, 1))),
  ...each(0xddc8, row('FXCH', A.exchange)),
  ...each(0xdfc8, row('FXCH', A.exchange)),
  ...each(0xd9d8, row('FSTPNCE', A.storeRegisterUnlessEmpty)),
  ...each(0xdfd0, row('FSTP ST(i)', A.storeRegister(1))),
  ...each(0xdfd8, row('FSTP ST(i)', A.storeRegister(1))),
  ...each(0xdfc0, row('FFREEP', A.freeRegisterAndPop)),
]);

function findRow(cpu: Cpu, i: Instruction): Row {
  const isMemory = i.kind1 === OPERAND_MEMORY;
  const found = isMemory
    ? MEMORY_FORMS.get((i.opcode << 3) | i.registerField)
    : REGISTER_FORMS.get((i.opcode << 8) | i.modrm);
  const isThere = found?.needs === undefined || cpu.model.extensions.has(found.needs);
  if (found === undefined || !isThere) {
    const bytes = `${i.opcode.toString(16)} with ModRM ${i.modrm.toString(16)}`;
    return cpu.unsupported(`the x87 instruction ${found?.name ?? ''} ${bytes}`.replace('  ', ' '));
  }
  return found;
}

/**
 * An unmasked exception is reported by the next instruction that waits: as #MF, or with CR0.NE clear at the pin FERR#,
 * and then the instruction waits for an interrupt and is tried again.
 */
function reportPending(cpu: Cpu): void {
  if (!cpu.fpu.pendingError) {
    cpu.ignoresNumericError = false;
    return;
  }
  if ((cpu.r[CR0] & CR0_NE) !== 0) {
    cpu.fault.raise(MF);
  }
  if (!cpu.ignoresNumericError) {
    cpu.numericError();
    cpu.fault.raise(NUMERIC_WAIT);
  }
}

function escape(cpu: Cpu, i: Instruction): void {
  if ((cpu.r[CR0] & (CR0_EM | CR0_TS)) !== 0) {
    cpu.fault.raise(NM);
  }
  const found = findRow(cpu, i);
  if (!found.isControl) {
    reportPending(cpu);
    cpu.fpu.instructionPointer = cpu.instructionEip;
    cpu.fpu.instructionSelector = cpu.r[SELECTOR + CS] | ((((i.opcode & 7) << 8) | i.modrm) << 16);
    if (i.kind1 === OPERAND_MEMORY) {
      cpu.fpu.dataPointer = cpu.effectiveAddress(i);
      cpu.fpu.dataSelector = cpu.r[SELECTOR + i.segment];
    }
  }
  found.run(cpu, i);
}

export const fpuHandlers = {
  fwait: (cpu) => {
    const both = CR0_MP | CR0_TS;
    if ((cpu.r[CR0] & both) === both) {
      cpu.fault.raise(NM);
    }
    reportPending(cpu);
  },
  escape,
} satisfies Record<string, Handler>;
