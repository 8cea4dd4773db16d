// Berkeley TestFloat's vectors through the machine's x87 instructions, bit by bit and flag by flag. A folder holds
// either files of testfloat_gen's lines ("operands result flags" in hexadecimal) or the program testfloat_gen itself,
// which is then run for every function, rounding and precision. A file's name says what its lines are, in the words of
// testfloat_gen's options: FUNCTION[-rROUNDING][-precisionBITS][-exact], for example
//
//   extF80_add-rmin-precision64.txt     extF80_to_i32-rnear_even-exact.txt     extF80_le.txt
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { assembleImage } from '../support/machineAssemble.ts';
import { testMachine } from '../support/machineTest.ts';
import { TESTFLOAT_FUNCTIONS, type TestFloatFunction } from './testfloatFunctions.ts';

export interface Vectors {
  /** The file, or the options given to testfloat_gen. */
  readonly source: string;
  readonly function: string;
  /** As in the control word: 0 nearest, 1 down, 2 up, 3 toward zero. */
  readonly rounding: number;
  readonly precision: 32 | 64 | 80;
  /** The inexact flag counts when a number is rounded to an integer. */
  readonly exact: boolean;
  readonly lines: readonly string[];
}

export interface TestFloatResult {
  readonly source: string;
  readonly vectors: number;
  readonly mismatches: number;
  /** The first few, each with what came out. */
  readonly examples: readonly string[];
  /** Why nothing was run. */
  readonly skipped?: string;
}

const ROUNDINGS: Readonly<Record<string, number>> = { near_even: 0, min: 1, max: 2, minMag: 3 };
const PRECISION_CONTROL = { 32: 0, 64: 2, 80: 3 } as const;

/** TestFloat's flag bits (inexact, underflow, overflow, infinite, invalid) as they stand in the status word. */
const FLAGS = [
  [0x01, 0x20],
  [0x02, 0x10],
  [0x04, 0x08],
  [0x08, 0x04],
  [0x10, 0x01],
] as const;
const ALL_FLAGS = 0x3d;
const INEXACT = 0x20;
const EXAMPLES = 5;
/** Bytes of an operand or a result in the guest's arrays. */
const SLOT = 16;
const CHUNK = 65_536;

/** What a file's name says; undefined if it names no function of TestFloat. */
export function describeFile(name: string): Omit<Vectors, 'lines'> | undefined {
  const [first, ...options] = name.replace(/\.[a-z]+$/, '').split(/[-.]/);
  if (!/^(ui|i|f|extF)\d+_[a-zA-Z0-9_]+$/.test(first)) {
    return undefined;
  }
  const rounding = options.find((option) => option.startsWith('r'))?.slice(1) ?? 'near_even';
  const precision = options.find((option) => option.startsWith('precision'))?.slice(9) ?? '80';
  if (!(rounding in ROUNDINGS) || !(precision in PRECISION_CONTROL)) {
    throw new Error(`The name ${name} asks for a rounding or precision that the x87 has not.`);
  }
  return {
    source: name,
    function: first,
    rounding: ROUNDINGS[rounding],
    precision: Number(precision) as 32 | 64 | 80,
    exact: options.includes('exact'),
  };
}

/** The guest program: runs one function over arrays of operands, and leaves results and status words. */
function guestProgram({ operands, run }: TestFloatFunction, vectors: Vectors): string {
  const control = 0x7f | (PRECISION_CONTROL[vectors.precision] << 8) | (vectors.rounding << 10);
  return `
  .globl start
start:
  mov 0x200000, %ecx
  mov $0x300000, %esi
  mov $${0x300000 + CHUNK * 2 * SLOT}, %edi
next:
  fninit
  fldcw control
  ${run}
  add $${operands.length * SLOT}, %esi
  add $${SLOT}, %edi
  dec %ecx
  jnz next
  mov $0x10, %al
  out %al, $0xf4
  .data
control: .word ${control}
`;
}

/** Hexadecimal digits, the highest first, as bytes, the lowest first. */
function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [hex], (pair) => parseInt(pair, 16)).reverse();
}

function expectedFlags(text: string): number {
  const bits = parseInt(text, 16);
  return FLAGS.reduce((sum, [theirs, ours]) => sum | (bits & theirs ? ours : 0), 0);
}

/** Runs one chunk in a fresh machine; gives result bytes and status word of each vector. */
function execute(
  entry: TestFloatFunction,
  vectors: Vectors,
  rows: readonly string[][],
): Uint8Array {
  const machine = testMachine({ cpu: 'i686', memoryMegabytes: 16 });
  machine.loadMultiboot(assembleImage(guestProgram(entry, vectors)), '', []);
  const count = entry.operands.length;
  const input = new Uint8Array(rows.length * count * SLOT);
  rows.forEach((row, number) => {
    for (let index = 0; index < count; index++) {
      input.set(bytesOf(row[index]), (number * count + index) * SLOT);
    }
  });
  machine.pokePhysical(0x200000, new Uint8Array(Uint32Array.of(rows.length).buffer));
  machine.pokePhysical(0x300000, input);
  const result = machine.run(rows.length * 4000 + 1000);
  if (result.reason !== 'debugExit') {
    throw new Error(`${vectors.source}: the guest program ended by ${result.reason}.`);
  }
  const output = machine.peekPhysical(0x300000 + CHUNK * 2 * SLOT, rows.length * SLOT);
  if (output === undefined) {
    throw new Error('The results lie outside memory.');
  }
  return output;
}

export function runVectors(vectors: Vectors): TestFloatResult {
  const entry = TESTFLOAT_FUNCTIONS[vectors.function];
  const { source } = vectors;
  if (entry === undefined) {
    const skipped = `${vectors.function} is no function of the x87`;
    return { source, vectors: 0, mismatches: 0, examples: [], skipped };
  }
  const rows = vectors.lines
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/));
  const columns = entry.operands.length + 2;
  const broken = rows.findIndex(
    (row) => row.length !== columns || row.some((cell) => !/^[0-9A-Fa-f]+$/.test(cell)),
  );
  if (broken >= 0) {
    throw new Error(`${source}, line ${broken + 1}: ${columns} hexadecimal numbers are expected.`);
  }
  const examples: string[] = [];
  let mismatches = 0;
  for (let first = 0; first < rows.length; first += CHUNK) {
    const chunk = rows.slice(first, first + CHUNK);
    const output = execute(entry, vectors, chunk);
    chunk.forEach((row, number) => {
      const slot = output.subarray(number * SLOT, (number + 1) * SLOT);
      const said = compareRow(entry, vectors, row, slot);
      if (said !== undefined) {
        mismatches++;
        if (examples.length < EXAMPLES) {
          examples.push(`${row.join(' ')}: ${said}`);
        }
      }
    });
  }
  return { source, vectors: rows.length, mismatches, examples };
}

/** Undefined if result and flags are those of the row; else what came out. */
function compareRow(
  entry: TestFloatFunction,
  vectors: Vectors,
  row: readonly string[],
  slot: Uint8Array,
): string | undefined {
  const status = slot[10] | (slot[11] << 8);
  const ignored = entry.roundsToInteger && !vectors.exact ? INEXACT : 0;
  const flags = status & ALL_FLAGS & ~ignored;
  const result = entry.result(slot, status);
  const right =
    result.toUpperCase() === row[row.length - 2].toUpperCase() &&
    flags === (expectedFlags(row[row.length - 1]) & ~ignored);
  return right ? undefined : `${result} with status ${status.toString(16)}`;
}

// Where vectors come from

export const GENERATOR = 'testfloat_gen';

/** Each function with the options that make a difference to it. */
export function* generated(generator: string, only?: string, level: 1 | 2 = 1): Generator<Vectors> {
  const functions = Object.entries(TESTFLOAT_FUNCTIONS);
  for (const [name, entry] of functions.filter(([each]) => only === undefined || each === only)) {
    for (const rounding of entry.rounds ? Object.keys(ROUNDINGS) : ['near_even']) {
      for (const precision of entry.usesPrecision ? [32, 64, 80] : [80]) {
        const options = [`-r${rounding}`, `-precision${precision}`, '-exact'];
        const description = describeFile(`${name}${options.join('')}`);
        const text = execFileSync(generator, ['-level', `${level}`, ...options, name], {
          encoding: 'utf8',
          maxBuffer: 1 << 30,
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        yield { ...description!, lines: text.split('\n') };
      }
    }
  }
}

/** All vectors of a folder and the folders in it, in the order of their names. */
export function* vectorsOf(folder: string): Generator<Vectors> {
  for (const name of readdirSync(folder).sort()) {
    const file = path.join(folder, name);
    if (statSync(file).isDirectory()) {
      yield* vectorsOf(file);
    } else if (name === GENERATOR) {
      accessSync(file, constants.X_OK);
      yield* generated(file);
    } else {
      const description = describeFile(name);
      if (description !== undefined) {
        yield { ...description, lines: readFileSync(file, 'utf8').split('\n') };
      }
    }
  }
}

export function runTestFloat(folder: string): TestFloatResult[] {
  return [...vectorsOf(folder)].map(runVectors);
}
