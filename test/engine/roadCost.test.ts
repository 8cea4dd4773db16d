// What a system call costs by each road, with the Linux server in a small and in a large address space: instructions,
// TLB flushes and CR3 loads a call, in steady state.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { eventNamed } from '../../src/engine/events.ts';
import { ROOT_TASK } from '../../src/engine/images.ts';
import { tlbModel } from '../../src/engine/models/tlbModel.ts';
import { matchGolden } from '../support/golden.ts';
import { root } from '../support/paths.ts';
import { bootSystem, stopAt, type BootOptions } from '../support/system.ts';

interface CallCost {
  readonly instructions: number;
  readonly flushes: number;
  /** Switches of space, and how many of them were made by segments alone, without a CR3 load. */
  readonly switches: number;
  readonly bySegments: number;
}

const GETPID = 20;
const WARM_UP = 50;
const CALLS = 400;

/** The commonest distance between two calls: a few have a clock tick in between. */
function commonest(values: readonly string[]): string {
  const counts = new Map<string, number>();
  values.forEach((value) => counts.set(value, (counts.get(value) ?? 0) + 1));
  const [first] = [...counts].sort(([, left], [, right]) => right - left);
  assert.ok(first[1] > values.length * 0.9, `${first[1]} of ${values.length} calls are alike`);
  return first[0];
}

async function costOfGetpid(options: Partial<BootOptions>): Promise<CallCost> {
  const system = await bootSystem({
    program: 'getpid-loop',
    args: [String(WARM_UP + CALLS)],
    ...options,
  });
  const switches = { 'switch-space': 0, 'small-space-switch': 0 };
  const costs: string[] = [];
  let last: readonly number[] | undefined;
  for (const name of ['switch-space', 'small-space-switch'] as const) {
    const event = eventNamed(name);
    if (event !== undefined && system.kernel !== undefined) {
      system.events.listenRaw(event, () => {
        switches[name] += 1;
        return false;
      });
    }
  }
  let calls = 0;
  system.events.listenRaw(eventNamed('linux-syscall')!, ([, number]) => {
    if (number !== GETPID) {
      return false;
    }
    const { instructions, tlb } = system.machine.statistics();
    const now = [instructions, tlb.d.flushes, ...Object.values(switches)];
    calls += 1;
    if (last !== undefined && calls > WARM_UP) {
      costs.push(now.map((value, index) => value - last![index]).join());
    }
    last = now;
    return false;
  });
  await system.execution.run();
  assert.equal(costs.length, CALLS);
  const [instructions, flushes, all, bySegments] = commonest(costs).split(',').map(Number);
  return { instructions, flushes, switches: all, bySegments };
}

const ROWS: readonly [name: string, options: Partial<BootOptions>][] = [
  ['native', { system: 'native' }],
  ['library, small server', { syscalls: 'library', serverSpace: 'small' }],
  ['library, large server', { syscalls: 'library', serverSpace: 'large' }],
  ['trampoline, small server', { syscalls: 'trampoline', serverSpace: 'small' }],
  ['trampoline, large server', { syscalls: 'trampoline', serverSpace: 'large' }],
];

describe('the cost of one getpid(2)', () => {
  const costs = new Map<string, CallCost>();

  before(async () => {
    for (const [name, options] of ROWS) {
      costs.set(name, await costOfGetpid(options));
    }
  });

  it('loads no CR3 and flushes no TLB while the server is in a small space', () => {
    for (const name of ['library, small server', 'trampoline, small server']) {
      const { flushes, switches, bySegments } = costs.get(name)!;
      assert.equal(flushes, 0, name);
      assert.deepEqual([switches, bySegments], [2, 2], `${name}: to the server and back`);
    }
  });

  it('flushes the TLB twice while the server is in a large space', () => {
    for (const name of ['library, large server', 'trampoline, large server']) {
      const { flushes, switches, bySegments } = costs.get(name)!;
      assert.deepEqual([flushes, switches, bySegments], [2, 2, 0], name);
    }
  });

  it('is exactly this with the pinned compiler', () => {
    const compiler = readFileSync(path.join(root, 'build/guest/compiler.txt'), 'utf8').trim();
    const rows = [...costs].map(
      ([name, { instructions, flushes }]) =>
        `${name}: ${instructions} instructions, ${flushes} TLB flushes`,
    );
    matchGolden('getpid-cost', [`compiler: ${compiler}`, ...rows, ''].join('\n'));
  });
});

describe('the Linux server in its small space', () => {
  it('is named in the TLB view by its own addresses, not as the kernel', async () => {
    const system = await bootSystem({ program: 'getpid-loop' });
    await stopAt(system, 'linux-syscall', (fields) => {
      const number = fields.get('number');
      return number?.kind === 'number' && number.value === GETPID;
    });
    const entries = tlbModel(system).units.flatMap((unit) => unit.entries);
    const server = entries.filter((entry) => entry.space === '4 linux (small, slot 1)');
    assert.ok(server.length > 0, entries.map((entry) => entry.space).join());
    const { eip } = system.machine.registers();
    const page = `0x4${(eip & ~0xfff).toString(16).padStart(8, '0')}`;
    assert.ok(
      server.some((entry) => entry.reference === page),
      `the running page ${page} is one of ${server.map((entry) => entry.reference).join()}`,
    );
    assert.ok(server.every((entry) => !entry.stale));
  });

  it('keeps its breakpoints when it becomes large, and small again', async () => {
    const system = await bootSystem({ program: 'touch', args: ['70'], memory: 96 });
    const server = system.images.byRole('root')!;
    const getpid = server.symbols.functionNamed('sys_getpid')!;
    const slots: (number | undefined)[] = [];
    system.watch.add({ kind: 'image', image: server, address: getpid.low }, () => {
      slots.push(system.kernel!.spaceOfTask(ROOT_TASK)?.smallSlot);
      return false;
    });
    await system.execution.run();
    assert.equal(system.streams.stdout, '17920 pages, 0 wrong\n');
    assert.deepEqual(slots, [1, 0, 1], 'small, large while 70 MB are in use, small again');
  });
});
