// Random bytes as whole images: the host never throws, hangs or grows, whatever the guest does to itself. FUZZ_SEED
// chooses others, FUZZ_IMAGES their number.
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ImageError } from '../../src/emulator/elfImage.ts';
import type { Machine } from '../../src/emulator/machine.ts';
import { assembleImage } from '../support/machineAssemble.ts';
import { testMachine } from '../support/machineTest.ts';
import { Random } from './randomInstructions.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 1);
const IMAGES = Number(process.env.FUZZ_IMAGES ?? 1000);
const INSTRUCTIONS = 20_000;
const MEGABYTE = 1 << 20;

/** Opcodes that change what the processor does next, so that random code gets further than to its first #UD. */
const LIKELY = [0x0f, 0x66, 0x67, 0xcd, 0xcf, 0xea, 0x9a, 0x8e, 0xe8, 0xeb, 0xf3, 0xe6, 0xee, 0xd9];
/** Second bytes: system instructions, moves to control and debug registers, MSRs. */
const LIKELY_SECOND = [
  0x00, 0x01, 0x20, 0x22, 0x23, 0x30, 0x32, 0xa2, 0xb2, 0xc7, 0x34, 0xae, 0x06,
];

function randomBytes(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    const second = at > 0 && bytes[at - 1] === 0x0f && random.below(2) === 0;
    bytes[at] = second
      ? random.pick(LIKELY_SECOND)
      : random.below(4) === 0
        ? random.pick(LIKELY)
        : random.next();
  }
  return bytes;
}

/** What the three kinds of images are loaded as; the machine has not run yet. */
const LOADS: readonly ((machine: Machine, random: Random) => void)[] = [
  (machine, random) => {
    machine.loadRom(randomBytes(random, 0x1_0000));
  },
  (machine, random) => {
    machine.loadMultiboot(FRAME, '', []);
    machine.pokePhysical(TEXT, randomBytes(random, 0x1_0000));
    machine.pokePhysical(0, randomBytes(random, 0x1000));
  },
  (machine, random) => {
    const image = random.below(2) === 0 ? randomBytes(random, 4096) : FRAME.slice();
    for (let change = 0; change < 8; change++) {
      image[random.below(Math.min(image.length, 256))] = random.next();
    }
    machine.loadMultiboot(image, 'random', []);
  },
];

const FRAME = assembleImage('.globl start\nstart: .space 65536\n');
const TEXT = 0x10_0000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Without what nobody refers to any more, of other tests too. */
function memoryInUse(): NodeJS.MemoryUsage {
  collectGarbage();
  return process.memoryUsage();
}

describe('Random bytes as images', () => {
  it(`end in one of the defined ways, ${IMAGES} of them, seed ${SEED}`, function () {
    this.timeout(300_000);
    const random = new Random(Math.imul(SEED, 0x9e37_79b1));
    const machines = (['bare', 'pc'] as const).map((board) => {
      const messages: string[] = [];
      const machine = testMachine({
        cpu: 'i686+sse2',
        board,
        log: (message) => messages.push(message),
      });
      return { machine, messages, fresh: machine.snapshot() };
    });
    const ends = new Map<string, number>();
    const before = memoryInUse();
    for (let image = 0; image < IMAGES; image++) {
      const { machine, fresh } = machines[image & 1];
      machine.restore(fresh);
      const load = random.pick(LOADS);
      let end: string;
      try {
        load(machine, random);
        const result = machine.run(INSTRUCTIONS);
        end = result.reason;
        assert.ok(machine.instructionCount <= INSTRUCTIONS);
      } catch (error) {
        assert.ok(error instanceof ImageError, `Image ${image} of seed ${SEED}: ${String(error)}`);
        end = 'refused';
      }
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    const after = memoryInUse();
    assert.ok(after.heapUsed - before.heapUsed < 200 * MEGABYTE, 'The heap grew without bound.');
    assert.ok(
      after.arrayBuffers - before.arrayBuffers < 200 * MEGABYTE,
      'Buffers grew without bound.',
    );
    // A sentence is logged once, not for each time it applies.
    for (const { messages } of machines) {
      assert.equal(new Set(messages).size, messages.length);
    }
    assert.ok(ends.has('shutdown') && ends.has('budget') && ends.has('refused'));
  });
});
