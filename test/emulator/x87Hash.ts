// One number for the results of all x87 arithmetic on seeded operands. It runs wherever JavaScript does, so that
// engines can be compared: nothing here may touch the host.
import { StateHash } from '../../src/emulator/snapshot.ts';
import { type Extended, extended } from '../../src/emulator/x86/fpu/extended.ts';
import * as arithmetic from '../../src/emulator/x86/fpu/arithmetic.ts';
import { toDecimal } from '../../src/emulator/x86/fpu/decimal.ts';
import { toInteger, toReal } from '../../src/emulator/x86/fpu/conversion.ts';
import { remainder } from '../../src/emulator/x86/fpu/remainder.ts';
import type { Environment } from '../../src/emulator/x86/fpu/rounding.ts';
import * as transcendental from '../../src/emulator/x86/fpu/transcendental.ts';
import { Random } from './randomInstructions.ts';

const OPERANDS = 1000;

type Operation = (a: Extended, b: Extended, environment: Environment) => Extended | bigint;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  add: arithmetic.add,
  subtract: arithmetic.subtract,
  multiply: arithmetic.multiply,
  divide: arithmetic.divide,
  scale: arithmetic.scale,
  squareRoot: (a, _, environment) => arithmetic.squareRoot(a, environment),
  roundToInteger: (a, _, environment) => arithmetic.roundToInteger(a, environment),
  remainder: (a, b, environment) => remainder(a, b, false, environment).value,
  nearestRemainder: (a, b, environment) => remainder(a, b, true, environment).value,
  single: (a, _, environment) => toReal(a, 32, environment) ?? -1n,
  double: (a, _, environment) => toReal(a, 64, environment) ?? -1n,
  integer: (a, _, environment) => toInteger(a, 64, environment),
  decimal: (a, _, environment) =>
    toDecimal(a, environment).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
  sine: (a, _, environment) => transcendental.sine(a, environment),
  cosine: (a, _, environment) => transcendental.cosine(a, environment),
  tangent: (a, _, environment) => transcendental.tangent(a, environment),
  arctangent: transcendental.arctangent,
  powerMinus1: (a, _, environment) => transcendental.powerMinus1(a, environment),
  logarithm: (a, b, environment) => transcendental.logarithm(b, a, environment),
  logarithm1p: (a, b, environment) => transcendental.logarithm1p(b, a, environment),
};

function operand(random: Random): Extended {
  const near = random.below(4) !== 0;
  const exponent = near ? 16383 - 64 + random.below(127) : random.below(0x8000);
  const low = BigInt(random.next());
  const high = BigInt(random.next() | (near || exponent !== 0 ? 0x8000_0000 : 0)) & 0xffff_ffffn;
  return extended(random.below(2) as 0 | 1, exponent, (high << 32n) | low);
}

function enter(hash: StateHash, value: bigint): void {
  hash.word(Number(BigInt.asIntN(32, value)));
  hash.word(Number(BigInt.asIntN(32, value >> 32n)));
}

/** One line for each operation: its name and the hash of its results and flags. */
export function hashOfResults(): string {
  const lines = Object.entries(OPERATIONS).map(([name, operation]) => {
    const random = new Random(0x1987);
    const hash = new StateHash();
    for (let count = 0; count < OPERANDS; count++) {
      const environment: Environment = {
        rounding: random.below(4),
        precision: random.pick([24, 53, 64]),
        masks: random.below(64),
        raised: 0,
        roundedUp: false,
      };
      const [a, b] = [operand(random), operand(random)];
      const isTrigonometric = ['sine', 'cosine', 'tangent'].includes(name);
      if (isTrigonometric && transcendental.isOutOfRange(a)) {
        continue;
      }
      const result = operation(a, b, environment);
      if (typeof result === 'bigint') {
        enter(hash, result);
      } else {
        enter(hash, result.significand);
        hash.word((result.sign << 15) | result.exponent);
      }
      hash.word(environment.raised | (environment.roundedUp ? 0x100 : 0));
    }
    return `${name.padEnd(18)}${hash.toString()}`;
  });
  return lines.join('\n') + '\n';
}
