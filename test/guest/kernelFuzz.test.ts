// A hostile crowd (guest/programs/l4/l4fuzz.c) against the kernel; after each burst the kernel's structures must be in
// order. FUZZ_SEED and FUZZ_BURSTS choose another run; the seed is in every message. A million calls would take several
// minutes: CI makes as many as fit into one.
import assert from 'node:assert/strict';
import type { Machine } from '../../src/emulator/machine.ts';
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

const wordAt = (machine: Machine, physical: number): number =>
  new DataView(machine.peekPhysical(physical, 4)!.slice().buffer).getUint32(0, true);

function pokeWord(machine: Machine, physical: number, word: number): void {
  machine.pokePhysical(physical, new Uint8Array(new Uint32Array([word]).buffer));
}

/** Physical address of a page-table entry. */
function entryAddress(machine: Machine, pageDirectory: number, linear: number): number {
  const table = wordAt(machine, pageDirectory + (linear >>> 22) * 4) & ~0xfff;
  return (table + ((linear >>> 12) & 0x3ff) * 4) >>> 0;
}

describe('The µ-kernel among hostile tasks', () => {
  before(buildImages);

  it(`keeps its structures in order (seed ${SEED}).`, () => {
    const { wrong, calls } = fuzz(SEED, BURSTS);
    assert.deepEqual(wrong, [], `FUZZ_SEED=${SEED}`);
    assert.ok(calls > 0);
  });

  it('would be found out: a page taken from a table, a right widened, an old entry in a TLB.', () => {
    const machine = kernelMachine('l4fuzz', { memoryMegabytes: MEMORY_MEGABYTES }, (port, byte) => {
      console += port === 0 ? String.fromCharCode(byte) : '';
    });
    let console = '';
    runToText(machine, () => console, 'burst 1:', STEP);
    while (machine.registers().cpl !== USER_LEVEL) {
      machine.run(1);
    }
    const damaged = (change: (entry: number) => number): string => {
      const remembered = machine.tlbEntries().find(({ user, linear }) => user && linear < 0xc0000000)!;
      const at = entryAddress(machine, remembered.pageDirectory, remembered.linear);
      const old = wordAt(machine, at);
      pokeWord(machine, at, change(old));
      const wrong = brokenInvariants(machine, MEMORY_MEGABYTES).join('\n');
      pokeWord(machine, at, old);
      return wrong;
    };
    assert.equal(
      damaged((entry) => entry),
      '',
    );
    const PRESENT = 1;
    const WRITABLE = 2;
    const taken = damaged((entry) => entry & ~PRESENT);
    assert.match(taken, /^The node .* has no page-table entry\.$/m);
    assert.match(taken, /^The TLB remembers /m);
    assert.match(
      damaged((entry) => entry ^ WRITABLE),
      /^The page-table entry .* has no node\.$/m,
    );
  });
});
