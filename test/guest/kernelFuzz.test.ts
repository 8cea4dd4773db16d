// A hostile crowd (guest/programs/l4/l4fuzz.c) against the kernel; after each burst the kernel's structures must be in
// order. FUZZ_SEED and FUZZ_BURSTS choose another run; the seed is in every message. A million calls would take several
// minutes: CI makes as many as fit into one.
import assert from 'node:assert/strict';
import { parseElf } from '../../src/symbols/elf.ts';
import { brokenInvariants } from './kernelInvariants.ts';
import { kernelMachine, runToText } from './kernelMachine.ts';
import { buildImages, imageFile } from './linuxMachine.ts';

const MEMORY_MEGABYTES = 16;
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const BURSTS = Number(process.env.FUZZ_BURSTS ?? 48);
const USER_LEVEL = 3;
const MAXIMUM_STEPS = 100_000;
const STEP = 5000;

/** What is wrong after the first burst after which something is; nothing: all was well. */
function fuzz(seed: number, bursts: number): { wrong: string[]; calls: number } {
  let console = '';
  const machine = kernelMachine(
    'l4fuzz',
    { memoryMegabytes: MEMORY_MEGABYTES },
    (port, byte) => {
      console += port === 0 ? String.fromCharCode(byte) : '';
    },
  );
  const { symbols } = parseElf(imageFile('l4/l4fuzz.elf'), 'l4fuzz.elf');
  const address = symbols.find(({ name }) => name === 'fuzz_seed')?.value ?? 0;
  runToText(machine, () => console, 'burst 0:');
  machine.pokePhysical(address, new Uint8Array(new Uint32Array([seed]).buffer));
  let wrong: string[] = [];
  for (let burst = 1; burst < bursts && wrong.length === 0; burst++) {
    runToText(machine, () => console, `burst ${burst}:`, STEP);
    for (let step = 0; machine.registers().cpl !== USER_LEVEL && step < MAXIMUM_STEPS; step++) {
      machine.run(1);
    }
    wrong = brokenInvariants(machine, MEMORY_MEGABYTES);
  }
  const calls = Number(/(\d+) calls\n[^]*$/.exec(console.replace(/^[^]*\n(?=burst)/, ''))?.[1] ?? 0);
  return { wrong, calls };
}

describe('The µ-kernel among hostile tasks', () => {
  before(buildImages);

  it(`keeps its structures in order (seed ${SEED}).`, () => {
    const { wrong, calls } = fuzz(SEED, BURSTS);
    assert.deepEqual(wrong, [], `FUZZ_SEED=${SEED}`);
    assert.ok(calls > 0);
  });
});
