// Random user-mode instructions on random states, natively and in the machine: integer, x87, MMX, SSE and SSE2.
// FUZZ_INSTRUCTIONS says how many (200,000), FUZZ_SEED where to begin (1): the same seed gives the same instructions.
import { SIMD_DATA_BYTES, WITH_SSE, agree } from './hostProgram.ts';
import { randomFloatingPoint } from './randomFloatingPoint.ts';
import { Random, type Sequence, randomSequence } from './randomInstructions.ts';
import { randomSimd } from './randomSimd.ts';

const INSTRUCTIONS = Number(process.env.FUZZ_INSTRUCTIONS ?? 200_000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
/** Sequences of one program. */
const BATCH = 3000;
const LONGEST = 12;

interface Kind {
  readonly name: string;
  /** Of all instructions. */
  readonly share: number;
  readonly make: (random: Random) => Sequence;
  readonly prologue: string;
  readonly dataBytes?: number;
}

const KINDS: readonly Kind[] = [
  { name: 'integer', share: 0.4, make: randomSequence, prologue: '' },
  {
    name: 'x87',
    share: 0.25,
    make: (random) => randomFloatingPoint(random, false, LONGEST),
    prologue: '',
  },
  {
    name: 'x87 with exceptions that are not masked',
    share: 0.05,
    make: (random) => randomFloatingPoint(random, true),
    prologue: '',
  },
  {
    name: 'MMX, SSE and SSE2',
    share: 0.3,
    make: (random) => randomSimd(random, LONGEST),
    prologue: WITH_SSE,
    dataBytes: SIMD_DATA_BYTES,
  },
];

/** Batches of sequences with so many instructions together, each from a seed of its own. */
function runBatches({ make, prologue, dataBytes }: Kind, instructions: number): void {
  for (let left = instructions, seed = SEED; left > 0; seed++) {
    const random = new Random(Math.imul(seed, 0x9e3779b1));
    const sequences: Sequence[] = [];
    while (left > 0 && sequences.length < BATCH) {
      const sequence = make(random);
      sequences.push(sequence);
      left -= sequence.instructions;
    }
    try {
      agree(sequences, random, prologue, dataBytes);
    } catch (error) {
      throw new Error(`FUZZ_SEED=${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}

describe(`Fuzzing from seed ${SEED}`, function () {
  this.timeout(INSTRUCTIONS + 60_000);
  for (const kind of KINDS) {
    const instructions = Math.round(INSTRUCTIONS * kind.share);
    it(`${instructions} instructions agree with the host: ${kind.name}`, () => {
      runBatches(kind, instructions);
    });
  }
});
