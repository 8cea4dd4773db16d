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

/** Runs on to a moment when no kernel structure is in mid-change: the next instruction in user mode. */
function runToUserMode(machine: Machine, instructions: number): void {
  let left = instructions;
  do {
    const before = machine.instructionCount;
    if (machine.run(left).reason === 'idle') {
      machine.skipIdle();
    }
    left = Math.max(1, left - (machine.instructionCount - before));
  } while (left > 1 || machine.registers().cpl !== USER_LEVEL);
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
    const machine = kernelMachine(
      'selftest',
      { memoryMegabytes: MEMORY_MEGABYTES },
      () => undefined,
    );
    const view = new KernelView(new SymbolImage('kernel.elf', imageFile('kernel.elf')), machine);
    let deepest = 0;
    for (let stop = 0; stop < 12; stop++) {
      runToUserMode(machine, 1_500_000);
      const database = databaseOf(view);
      const lines = database.map(({ node, physical }) =>
        line(node.task, node.address, physical, node.isWritable),
      );
      assert.deepEqual(lines.sort(), pageTableLines(view, machine).sort());
      assert.ok(
        database.every(({ node, parent }) => parent?.isWritable !== false || !node.isWritable),
      );
      deepest = Math.max(deepest, ...database.map(({ node }) => node.task));
    }
    assert.ok(deepest >= 5, 'a task besides sigma0 and the root task had mappings');
  });
});
