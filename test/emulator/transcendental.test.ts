// The x87's transcendental instructions: against continued fractions of 640 bits, and against the host's processor.
import assert from 'node:assert/strict';

import { type Extended, exactOf } from '../../src/emulator/x86/fpu/extended.ts';
import type { Environment } from '../../src/emulator/x86/fpu/rounding.ts';
import * as ours from '../../src/emulator/x86/fpu/transcendental.ts';
import { assembleImage } from '../support/machineAssemble.ts';
import { EBX_OFFSET, RESULT_BYTES, program, runInMachine, runOnHost } from './hostProgram.ts';
import { SAVED, randomTranscendental } from './randomFloatingPoint.ts';
import { Random } from './randomInstructions.ts';
import * as reference from './referenceFunctions.ts';

const { BITS } = reference;
const ONE = 1n << BigInt(BITS);
const ARGUMENTS = 400;

function bits64(random: Random): bigint {
  return (BigInt(random.next()) << 32n) | BigInt(random.next());
}

/** A normal number with its exponent between two bounds. */
function number(random: Random, low: number, high: number, positive = false): Extended {
  const exponent = 16383 + low + random.below(high - low + 1);
  const kept = random.below(4) === 0 ? BigInt(random.below(62)) : 0n;
  const significand = (((bits64(random) | (1n << 63n)) >> kept) << kept) | (1n << 63n);
  return { sign: positive ? 0 : (random.below(2) as 0 | 1), exponent, significand };
}

function fixedPoint(value: Extended): bigint {
  const { sign, magnitude, scale } = exactOf(value);
  const shift = scale + BITS;
  const whole = shift >= 0 ? magnitude << BigInt(shift) : magnitude >> BigInt(-shift);
  return sign === 1 ? -whole : whole;
}

/** How far a result is from the reference, in thousandths of a unit in its last place. */
function error(result: Extended, expected: bigint): number {
  const unit = result.exponent - 16383 - 63 + BITS;
  const scaled = (fixedPoint(result) - expected) * 1000n;
  const distance = scaled < 0n ? -scaled : scaled;
  return unit >= 0 ? Number(distance >> BigInt(unit)) : Number(distance << BigInt(-unit));
}

/** The x87's pi: 66 bits (SDM vol. 1, 8.3.8). */
const PI_66 = 0xc90fdaa22168c234cn << BigInt(BITS - 66);

function turned(x: bigint): [sine: bigint, cosine: bigint] {
  const quotient = (4n * x + PI_66) / (2n * PI_66) - (4n * x + PI_66 < 0n ? 1n : 0n);
  const [s, c] = reference.sineAndCosine(x - (quotient * PI_66) / 2n);
  const quadrant = Number(((quotient % 4n) + 4n) % 4n);
  return ([[s, c], [c, -s], [-s, -c], [-c, s]] as [bigint, bigint][])[quadrant]; // prettier-ignore
}

function logarithm2(x: Extended): bigint {
  const mantissa = fixedPoint({ ...x, exponent: 16383 });
  const natural =
    reference.logarithm1p(mantissa - ONE) + BigInt(x.exponent - 16383) * reference.LN_2;
  return (natural << BigInt(BITS)) / reference.LN_2;
}

function times(a: bigint, b: bigint): bigint {
  return (a * b) >> BigInt(BITS);
}

interface Case {
  readonly name: string;
  readonly x: (random: Random) => Extended;
  readonly y?: (random: Random) => Extended;
  readonly compute: (x: Extended, y: Extended, environment: Environment) => Extended;
  readonly expected: (x: Extended, y: Extended) => bigint;
}

const wideAngle = (random: Random): Extended =>
  random.below(2) === 0 ? number(random, -60, 62) : number(random, -4, 4);

function arctangentOf(x: Extended, y: Extended): bigint {
  const [a, b] = [fixedPoint({ ...y, sign: 0 }), fixedPoint({ ...x, sign: 0 })];
  const angle =
    a > b
      ? reference.PI / 2n - reference.arctangent((b << BigInt(BITS)) / a)
      : reference.arctangent((a << BigInt(BITS)) / b);
  const result = x.sign === 1 ? reference.PI - angle : angle;
  return y.sign === 1 ? -result : result;
}

const factor = (random: Random): Extended => number(random, -8, 8);

const CASES: readonly Case[] = [
  { name: 'FSIN', x: wideAngle, compute: (x, _, e) => ours.sine(x, e), expected: (x) => turned(fixedPoint(x))[0] },
  { name: 'FCOS', x: wideAngle, compute: (x, _, e) => ours.cosine(x, e), expected: (x) => turned(fixedPoint(x))[1] },
  { name: 'FPTAN', x: wideAngle, compute: (x, _, e) => ours.tangent(x, e), expected: (x) => { const [s, c] = turned(fixedPoint(x)); return (s << BigInt(BITS)) / c; } },
  { name: 'FPATAN', x: (r) => number(r, -40, 40), y: (r) => number(r, -40, 40), compute: (x, y, e) => ours.arctangent(y, x, e), expected: arctangentOf },
  { name: 'F2XM1', x: (r) => number(r, -70, -1), compute: (x, _, e) => ours.powerMinus1(x, e), expected: (x) => reference.expMinus1(times(fixedPoint(x), reference.LN_2)) },
  { name: 'FYL2X', x: (r) => number(r, -90, 90, true), y: factor, compute: (x, y, e) => ours.logarithm(y, x, e), expected: (x, y) => times(fixedPoint(y), logarithm2(x)) },
  { name: 'FYL2X near 1', x: (r) => ({ sign: 0, exponent: 16383, significand: (1n << 63n) + (bits64(r) >> BigInt(2 + r.below(60))) + 1n }), y: factor, compute: (x, y, e) => ours.logarithm(y, x, e), expected: (x, y) => times(fixedPoint(y), logarithm2(x)) },
  { name: 'FYL2XP1', x: (r) => number(r, -70, -3), y: factor, compute: (x, y, e) => ours.logarithm1p(y, x, e), expected: (x, y) => times(fixedPoint(y), (reference.logarithm1p(fixedPoint(x)) << BigInt(BITS)) / reference.LN_2) },
]; // prettier-ignore

describe('The transcendental instructions', () => {
  CASES.forEach(({ name, x, y, compute, expected }, index) => {
    it(`${name} is rounded correctly on ${ARGUMENTS} arguments: within 0.501 units of the last place`, () => {
      const random = new Random(0x87f0 + index * 977);
      for (let count = 0; count < ARGUMENTS; count++) {
        const [a, b] = [x(random), y?.(random) ?? number(random, 0, 0)];
        const nearest = { rounding: 0, precision: 64, masks: 0x3f, raised: 0, roundedUp: false };
        const distance = error(compute(a, b, nearest), expected(a, b));
        const text = (v: Extended): string =>
          `${v.sign}:${v.exponent}:${v.significand.toString(16)}`;
        assert.ok(distance <= 501, `${name} ${text(a)} ${text(b)}: ${distance} thousandths`);
      }
    });
  });
});

const SEQUENCES = 4000;
/** C1 tells how the last bit was rounded. */
const WITHOUT_C1 = 0xfdff;
/** The FNSAVE image in a sequence's result, and the registers in the image. */
const IMAGE = 32 + EBX_OFFSET + SAVED;
const REGISTERS = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => 28 + index * 10);

function significandsNear(host: DataView, machine: DataView, at: number): boolean {
  const joined = (view: DataView): bigint =>
    (BigInt(view.getUint16(at + 8, true) & 0x7fff) << 63n) |
    (view.getBigUint64(at, true) & ((1n << 63n) - 1n));
  const sign = (view: DataView): number => view.getUint16(at + 8, true) >> 15;
  const distance = joined(host) - joined(machine);
  return sign(host) === sign(machine) && distance >= -1n && distance <= 1n;
}

/** Status, control and tag words and the eight registers of an FNSAVE image, as text. */
function imageText(view: DataView, at: number): { words: string; registers: string } {
  const word = (offset: number): number => view.getUint16(at + offset, true);
  const words = [word(0), word(4) & WITHOUT_C1, word(8)];
  const registers = REGISTERS.map(
    (offset) =>
      `${word(offset + 8).toString(16)}:${view.getBigUint64(at + offset, true).toString(16)}`,
  );
  return {
    words: words.map((value) => value.toString(16)).join(' '),
    registers: registers.join(' '),
  };
}

function isNear(host: DataView, machine: DataView, at: number): boolean {
  return REGISTERS.every((offset) => significandsNear(host, machine, at + offset));
}

describe('The transcendental instructions and the host processor', () => {
  for (const { what, seed, unmasked } of [
    { what: 'with all exceptions masked', seed: 0x5150, unmasked: false },
    { what: 'with exceptions that are not masked', seed: 0x5152, unmasked: true },
  ]) {
    it(`agree on ${SEQUENCES} states ${what}, the last bit of a result excepted (seed ${seed})`, () => {
      const random = new Random(seed);
      const sequences = Array.from({ length: SEQUENCES }, () =>
        randomTranscendental(random, unmasked),
      );
      const image = assembleImage(program(sequences, random, ''));
      const [host, machine] = [runOnHost(image), runInMachine(image, SEQUENCES)].map(
        (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      );
      let lastBits = 0;
      const wrong: string[] = [];
      sequences.forEach((sequence, number) => {
        const at = number * RESULT_BYTES + IMAGE;
        const [theirs, mine] = [imageText(host, at), imageText(machine, at)];
        if (theirs.words !== mine.words || !isNear(host, machine, at)) {
          const text = [mine, theirs].map(({ words, registers }) => `\n  ${words} ${registers}`);
          wrong.push(`${sequence.lines.join('; ')}:${text[0]}\n  instead of${text[1]}`);
        } else if (theirs.registers !== mine.registers) {
          lastBits++;
        }
      });
      assert.equal(wrong.length, 0, `${wrong.length} differ:\n${wrong.slice(0, 8).join('\n')}`);
      assert.ok(lastBits < SEQUENCES / 20, `${lastBits} results differ in the last bit`);
    });
  }
});
