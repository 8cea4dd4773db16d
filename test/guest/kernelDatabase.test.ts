import assert from 'node:assert/strict';
import type { Machine } from '../../src/emulator/machine.ts';
import { KernelView, type MappingNode } from '../../src/kernel/kernelView.ts';
import { mappedPages } from '../../src/kernel/pageTables.ts';
import { SymbolImage } from '../../src/symbols/image.ts';
import { buildImages, imageFile } from './linuxMachine.ts';
import { kernelMachine } from './kernelMachine.ts';

const PAGE_SIZE = 4096;
const MEMORY_MEGABYTES = 16;
const USER_LEVEL = 3;

interface Mapping {
  readonly physical: number;
  readonly node: MappingNode;
  readonly parent: MappingNode | undefined;
}

/** Moments of the self-test at which its client task (5) has mappings of various kinds, by the line just printed. */
const MOMENTS = [
  'ok a page is mapped by message',
  'ok a write to a read-only mapping faults',
  'ok a flexpage of 16 pages, last page',
  'ok one-to-one',
  'ok the granter cannot take it back',
  'ok a write faults then',
  'ok a task can flush what it was given',
  'ok the task makes a task of its own clan',
] as const;
const CLIENT_TASK = 5;
const STEP = 100;

/** Runs on until the line is there, and then to user mode: no kernel structure is in mid-change. */
function runToLine(machine: Machine, console: () => string, line: string): void {
  while (!console().includes(`${line}\n`) || machine.registers().cpl !== USER_LEVEL) {
    const result = machine.run(console().includes(`${line}\n`) ? 1 : STEP);
    if (result.reason === 'idle') {
      machine.skipIdle();
    } else {
      assert.equal(result.reason, 'budget');
    }
  }
}

function flatten(physical: number, node: MappingNode, parent?: MappingNode): Mapping[] {
  return [
    { physical, node, parent },
    ...node.children.flatMap((child) => flatten(physical, child, node)),
  ];
}

function databaseOf(view: KernelView): Mapping[] {
  const mappings: Mapping[] = [];
  for (let physical = 0; physical < MEMORY_MEGABYTES << 20; physical += PAGE_SIZE) {
    const { root, isChanging } = view.mappingTree(physical);
    assert.equal(isChanging, false);
    if (root !== undefined) {
      mappings.push(...flatten(physical, root));
    }
  }
  return mappings;
}

const line = (task: number, address: number, physical: number, writable: boolean): string =>
  `${task}:${address.toString(16)} -> ${physical.toString(16)}${writable ? ' w' : ''}`;

function pageTableLines(view: KernelView, machine: Machine): string[] {
  return view
    .spaces()
    .items.flatMap((space) =>
      mappedPages(machine, space.pageDirectory).map((page) =>
        line(space.task, page.linear, page.physical, page.isWritable),
      ),
    );
}

describe("The µ-kernel's mapping database", () => {
  before(buildImages);

  it('agrees with the page tables of all spaces, node for entry, whenever a thread is in user mode.', () => {
    let console = '';
    const machine = kernelMachine(
      'l4test',
      { memoryMegabytes: MEMORY_MEGABYTES },
      (port, byte) => {
        console += port === 0 ? String.fromCharCode(byte) : '';
      },
    );
    const view = new KernelView(new SymbolImage('kernel.elf', imageFile('kernel.elf')), machine);
    for (const moment of MOMENTS) {
      runToLine(machine, () => console, moment);
      const database = databaseOf(view);
      const lines = database.map(({ node, physical }) =>
        line(node.task, node.address, physical, node.isWritable),
      );
      assert.deepEqual(lines.sort(), pageTableLines(view, machine).sort(), moment);
      assert.ok(
        database.some(({ node }) => node.task === CLIENT_TASK),
        moment,
      );
      assert.ok(
        database.every(({ node, parent }) => parent?.isWritable !== false || !node.isWritable),
        `${moment}: nobody has more rights than his mapper`,
      );
    }
  });
});
