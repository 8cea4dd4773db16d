// What IPC costs: guest/programs/l4/pingpong.c, counted from outside, exact to the instruction. A round trip is two
// messages; a page fault is the fault, the message to the pager, its answer, and the return. Of the rounds the cheapest
// counts, in which no clock tick falls.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseElf } from '../../src/symbols/elf.ts';
import { KERNEL_WINDOW, KernelNames } from './invariants/structures.ts';
import { goldenText, kernelMachine, type KernelOptions } from './kernelMachine.ts';
import { root } from '../support/paths.ts';
import { buildImages, imageFile } from './linuxMachine.ts';

/** Less than a line takes to print. */
const STEP = 500;
const MAXIMUM_INSTRUCTIONS = 200_000_000;
const ENTRIES = ['enter_ipc', 'exception_13', 'exception_14'];
const CLOCK = 'interrupt_8';
const MESSAGES_OF_A_ROUND = 2;

interface Cost {
  /** Instructions of user level and kernel from before the call to after it. */
  readonly instructions: number;
  readonly kernel: number;
  readonly entries: number;
  readonly cr3Loads: number;
  readonly tlbMisses: number;
}

/** The cost of the cheapest round, by the text that the program prints after its rounds. */
function measure(options: KernelOptions): ReadonlyMap<string, Cost> {
  let console = '';
  const machine = kernelMachine('pingpong', options, (port, byte) => {
    console += port === 0 ? String.fromCharCode(byte) : '';
  });
  const names = new KernelNames();
  const { symbols } = parseElf(imageFile('l4/pingpong.elf'), 'pingpong.elf');
  const users = (name: string): number => symbols.find((each) => each.name === name)?.value ?? 0;
  const kernels = (name: string): number => names.address(name) - KERNEL_WINDOW;
  const counts = (): { instructions: number; cr3Loads: number; tlbMisses: number } => {
    const { cr3Loads, tlb } = machine.statistics();
    const tlbMisses = tlb.i.misses + tlb.d.misses;
    return { instructions: machine.instructionCount, cr3Loads, tlbMisses };
  };
  let start = counts();
  let round = { entered: 0, kernel: 0, entries: 0, isDisturbed: false };
  let costs: Cost[] = [];
  let finished = 0;
  const rows = new Map<string, Cost>();
  const finish = (): void => {
    const name = /(.*): \d+ round trips\n/.exec(console.slice(finished))?.[1];
    const [cheapest] = costs.sort(
      (left, right) => left.kernel - right.kernel || left.tlbMisses - right.tlbMisses,
    );
    if (name !== undefined) {
      rows.set(name, cheapest);
    }
    finished = console.length;
    costs = [];
  };
  const handlers = new Map<number, () => void>([
    [
      users('round_begin'),
      (): void => {
        start = counts();
        round = { entered: 0, kernel: 0, entries: 0, isDisturbed: false };
      },
    ],
    [
      users('round_end'),
      (): void => {
        if (!round.isDisturbed) {
          const end = counts();
          costs.push({
            instructions: end.instructions - start.instructions,
            kernel: round.kernel,
            entries: round.entries,
            cr3Loads: end.cr3Loads - start.cr3Loads,
            tlbMisses: end.tlbMisses - start.tlbMisses,
          });
        }
      },
    ],
    [
      kernels('return_to_user_iret'),
      (): void => {
        round.kernel += machine.instructionCount + 1 - round.entered;
      },
    ],
    [
      kernels(CLOCK),
      (): void => {
        round.isDisturbed = true;
      },
    ],
    ...ENTRIES.map((name): [number, () => void] => [
      kernels(name),
      (): void => {
        round.entered = machine.instructionCount;
        round.entries++;
      },
    ]),
  ]);
  for (const physical of handlers.keys()) {
    machine.addHook(physical);
  }
  machine.onHook = (physical): boolean => {
    handlers.get(physical)?.();
    return false;
  };
  while (!console.includes('pingpong done') && machine.instructionCount < MAXIMUM_INSTRUCTIONS) {
    machine.run(STEP);
    if (console.slice(finished).includes('round trips\n')) {
      finish();
    }
  }
  return rows;
}

const row = (cells: readonly (string | number)[]): string =>
  cells
    .map((cell, index) => (index === 0 ? String(cell).padEnd(32) : String(cell).padStart(14)))
    .join('')
    .trimEnd();

const costRow = (name: string, cost: Cost): string =>
  row([name, cost.instructions, cost.kernel, cost.entries, cost.cr3Loads, cost.tlbMisses]);

describe('Ping-pong', () => {
  let rows: ReadonlyMap<string, Cost>;
  let taggedRows: ReadonlyMap<string, Cost>;
  const costOf = (name: string, from = rows): Cost => {
    const cost = from.get(name);
    assert.ok(cost, name);
    return cost;
  };

  before(() => {
    buildImages();
    rows = measure({});
    taggedRows = measure({ taggedTlb: true });
  });

  it('costs what the golden table says, to the instruction.', () => {
    const compiler = readFileSync(path.join(root, 'build/guest/compiler.txt'), 'utf8').trim();
    const text = [
      `compiler: ${compiler}`,
      row(['a round trip', 'instructions', 'in the kernel', 'entries', 'CR3 loads', 'TLB misses']),
      ...[...rows].map(([name, cost]) => costRow(name, cost)),
      'with a hardware-tagged TLB',
      ...[...taggedRows].map(([name, cost]) => costRow(name, cost)),
      '',
    ].join('\n');
    assert.equal(text, goldenText('pingpong-costs', text));
  });

  it('flushes no TLB between small spaces or a small and a large one, and two between large ones.', () => {
    for (const kind of ['short', '64 bytes', '4 KB string']) {
      assert.equal(costOf(`small to small, ${kind}`).cr3Loads, 0, kind);
      assert.equal(costOf(`large to small, ${kind}`).cr3Loads, 0, kind);
      assert.equal(costOf(`large to large, ${kind}`).cr3Loads, 2, kind);
    }
  });

  it('finds all its pages in a hardware-tagged TLB, in as many instructions as with an untagged one.', () => {
    for (const kind of ['short', '64 bytes', '4 KB string']) {
      const tagged = costOf(`large to large, ${kind}`, taggedRows);
      const untagged = costOf(`large to large, ${kind}`);
      assert.equal(tagged.instructions, untagged.instructions, kind);
      assert.equal(tagged.tlbMisses, 0, kind);
      assert.ok(untagged.tlbMisses > 0, kind);
    }
  });

  it('takes at most 130 instructions in the kernel for a short message to another space.', () => {
    for (const spaces of ['large to large', 'large to small', 'small to small']) {
      const { kernel, entries } = costOf(`${spaces}, short`);
      assert.equal(entries, MESSAGES_OF_A_ROUND);
      assert.ok(kernel / MESSAGES_OF_A_ROUND <= 130, `${spaces}: ${kernel / MESSAGES_OF_A_ROUND}`);
    }
  });

  it('takes at most 390 for a page fault, the message to the pager, and its answer.', () => {
    for (const spaces of ['large to large', 'large to small', 'small to small']) {
      const { kernel, entries } = costOf(`${spaces}, page fault`);
      assert.equal(entries, 2);
      assert.ok(kernel <= 390, `${spaces}: ${kernel}`);
    }
  });
});
