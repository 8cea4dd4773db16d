import assert from 'node:assert/strict';
import { kernelView } from './kernelInvariants.ts';
import { countProbes, kernelMachine, runToText } from './kernelMachine.ts';
import { buildImages } from './linuxMachine.ts';

const ROUND_TRIPS = 1000;
const SWITCHES = 2 * ROUND_TRIPS;
const FLIP_ROUNDS = 100;

type Counts = Readonly<Record<string, number>>;

/** How far the counters go on between each pair of lines that a root task prints. */
function measure(name: string, pairs: readonly (readonly [string, string])[]): Counts[] {
  let console = '';
  const machine = kernelMachine(name, {}, (port, byte) => {
    console += port === 0 ? String.fromCharCode(byte) : '';
  });
  const probes = countProbes(machine);
  const now = (): Counts => {
    const { cr3Loads, tlb } = machine.statistics();
    const of = (probe: string): number => probes.get(probe) ?? 0;
    return {
      cr3Loads,
      tlbFlushes: tlb.d.flushes,
      flushProbes: of('tlb-flush'),
      switches: of('switch-space'),
      smallSwitches: of('small-space-switch'),
      flips: of('segment-flip'),
    };
  };
  return pairs.map(([begin, end]) => {
    runToText(machine, () => console, begin);
    const before = now();
    runToText(machine, () => console, end);
    const after = Object.entries(now());
    return Object.fromEntries(after.map(([key, value]) => [key, value - (before[key] ?? 0)]));
  });
}

const NONE = {
  cr3Loads: 0,
  tlbFlushes: 0,
  flushProbes: 0,
  switches: 0,
  smallSwitches: 0,
  flips: 0,
};

describe('Small address spaces', () => {
  before(buildImages);

  it('are switched to without a CR3 load: two of them, or one and the loaded large space.', () => {
    const names = ['small to small', 'small to large', 'large to small', 'large to large'];
    const [smallToSmall, smallToLarge, largeToSmall, largeToLarge] = measure(
      'small_spaces',
      names.map((name) => [`${name}: begin\n`, `${name}: ${ROUND_TRIPS} round trips\n`] as const),
    );
    const bySegments = { ...NONE, switches: SWITCHES, smallSwitches: SWITCHES };
    assert.deepEqual(smallToSmall, bySegments);
    assert.deepEqual(smallToLarge, bySegments);
    assert.deepEqual(largeToSmall, bySegments);
    assert.deepEqual(largeToLarge, {
      ...NONE,
      cr3Loads: SWITCHES,
      tlbFlushes: SWITCHES,
      flushProbes: SWITCHES,
      switches: SWITCHES,
    });
  });

  it('let a thread have a segment that is turned round once for each change of sides.', () => {
    const [oneSide, bothSides] = measure('segment_flips', [
      ['one side: begin\n', 'one side: sum 4400\n'],
      ['both sides: begin\n', 'both sides: sum 3300\n'],
    ]);
    assert.deepEqual(oneSide, NONE);
    assert.deepEqual(bothSides, { ...NONE, flips: 2 * FLIP_ROUNDS });
  });

  it('are known to an observer by the size that they have now.', () => {
    let console = '';
    const machine = kernelMachine('l4test', {}, (port, byte) => {
      console += port === 0 ? String.fromCharCode(byte) : '';
    });
    const view = kernelView(machine);
    runToText(machine, () => console, 'ok large, small and large again', 10_000);
    runToText(machine, () => console, 'ok two tasks are small\n');
    assert.deepEqual(view.slotAddress(0xc8001234), { slot: 2, address: 0x1234 });
    runToText(machine, () => console, 'ok and says so\nok the other');
    assert.deepEqual(view.slotAddress(0xc3001234), { slot: 3, address: 0x1234 });
    assert.equal(view.slotAddress(0xc0ffffff), undefined);
    assert.equal(view.slotAddress(0xe0000000), undefined);
  });
});
