// TestFloat's functions as x87 instructions. Operands lie in slots of 16 bytes from ESI on; the result goes to EDI, and
// the status word behind it, at EDI + 10.
export interface TestFloatFunction {
  /** Bits of each operand. */
  readonly operands: readonly number[];
  /** Assembly text. */
  readonly run: string;
  /** The result as TestFloat writes it. */
  readonly result: (slot: Uint8Array, status: number) => string;
  /** The rounding control makes a difference. */
  readonly rounds: boolean;
  /** The precision control does. */
  readonly usesPrecision: boolean;
  readonly roundsToInteger: boolean;
}

const STATUS = 'fnstsw 10(%edi)';

function hex(bytes: number): (slot: Uint8Array) => string {
  return (slot) => Buffer.from(slot.subarray(0, bytes)).reverse().toString('hex');
}

const OF_ONE = { usesPrecision: false, roundsToInteger: false } as const;

function binary(instruction: string): TestFloatFunction {
  return {
    operands: [80, 80],
    run: `fldt (%esi)\n fldt 16(%esi)\n ${instruction}\n ${STATUS}\n fstpt (%edi)`,
    result: hex(10),
    rounds: true,
    usesPrecision: true,
    roundsToInteger: false,
  };
}

function unary(instruction: string, usesPrecision: boolean): TestFloatFunction {
  return {
    operands: [80],
    run: `fldt (%esi)\n ${instruction}\n ${STATUS}\n fstpt (%edi)`,
    result: hex(10),
    rounds: true,
    usesPrecision,
    roundsToInteger: !usesPrecision,
  };
}

const C0 = 0x100;
const C2 = 0x400;
const C3 = 0x4000;

function comparison(instruction: string, holds: number): TestFloatFunction {
  return {
    ...OF_ONE,
    operands: [80, 80],
    run: `fldt 16(%esi)\n fldt (%esi)\n ${instruction} %st(1)\n ${STATUS}`,
    result: (_, status) => ((status & C2) === 0 && (status & holds) !== 0 ? '1' : '0'),
    rounds: false,
  };
}

function load(bits: number, instruction: string): TestFloatFunction {
  const run = `${instruction} (%esi)\n ${STATUS}\n fstpt (%edi)`;
  return { ...OF_ONE, operands: [bits], run, result: hex(10), rounds: false };
}

function store(bits: number, instruction: string, roundsToInteger: boolean): TestFloatFunction {
  const run = `fldt (%esi)\n ${instruction} (%edi)\n ${STATUS}`;
  return { ...OF_ONE, operands: [80], run, result: hex(bits / 8), rounds: true, roundsToInteger };
}

export const TESTFLOAT_FUNCTIONS: Readonly<Record<string, TestFloatFunction>> = {
  extF80_add: binary('faddp'),
  extF80_sub: binary('.byte 0xde, 0xe9'), // ST(1) - ST(0); assemblers disagree about the name
  extF80_mul: binary('fmulp'),
  extF80_div: binary('.byte 0xde, 0xf9'), // ST(1) / ST(0)
  extF80_sqrt: unary('fsqrt', true),
  extF80_roundToInt: unary('frndint', false),
  extF80_rem: {
    ...OF_ONE,
    operands: [80, 80],
    run: `fldt 16(%esi)\n fldt (%esi)\n1: fprem1\n fnstsw %ax\n test $4, %ah\n jnz 1b\n ${STATUS}\n fstpt (%edi)`,
    result: hex(10),
    rounds: false,
  },
  extF80_eq: comparison('fucom', C3),
  extF80_le: comparison('fcom', C3 | C0),
  extF80_lt: comparison('fcom', C0),
  extF80_eq_signaling: comparison('fcom', C3),
  extF80_le_quiet: comparison('fucom', C3 | C0),
  extF80_lt_quiet: comparison('fucom', C0),
  i32_to_extF80: load(32, 'fildl'),
  i64_to_extF80: load(64, 'fildll'),
  f32_to_extF80: load(32, 'flds'),
  f64_to_extF80: load(64, 'fldl'),
  extF80_to_i32: store(32, 'fistpl', true),
  extF80_to_i64: store(64, 'fistpll', true),
  extF80_to_f32: store(32, 'fstps', false),
  extF80_to_f64: store(64, 'fstpl', false),
};
