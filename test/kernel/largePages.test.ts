// Pages of 4 MB in user spaces: what the debugger's views and a second reader, that of the invariants, find in structures
// that were made by hand (test/fixtures/large_pages.c), whole ones and damaged ones.
import assert from 'node:assert/strict';
import { addressSpacesModel } from '../../src/engine/models/addressSpacesModel.ts';
import { mappingModel, mappingOfAddress } from '../../src/engine/models/mappingModel.ts';
import { tlbModel } from '../../src/engine/models/tlbModel.ts';
import type { System } from '../../src/engine/system.ts';
import type { TlbEntry } from '../../src/emulator/target.ts';
import { pathTo, type MappingNode } from '../../src/kernel/mappingTree.ts';
import { brokenMappings } from '../guest/invariants/mappings.ts';
import { HandMadeKernel } from './handMadeKernel.ts';

const LARGE = 0x400000;
const RAM = 0x00800000;
const DEVICES = 0xfec00000;

/** "2:800000 4M w" and so on, children below their parents. */
function drawn({ task, address, size, physical, isWritable, children }: MappingNode): string[] {
  const sizeText = size === LARGE ? '4M' : '4K';
  const line = `${task}:${address.toString(16)} ${sizeText} ${physical.toString(16)}${isWritable ? ' w' : ''}`;
  return [line, ...children.flatMap(drawn).map((below) => `  ${below}`)];
}

const WHOLE = [
  '2:800000 4M 800000 w',
  '  4:400000 4M 800000 w',
  '    5:8048000 4K 803000',
  '    5:8049000 4K 804000 w',
  '    5:10000000 4M 800000',
];

interface Damage {
  readonly name: string;
  readonly plant: (kernel: HandMadeKernel) => void;
  /** What the second reader says, among other things. */
  readonly finding: RegExp;
}

/** Each of them is in the tree of the RAM at 8 MB. */
const DAMAGES: readonly Damage[] = [
  {
    name: 'an entry that has become a page table, as when the page is being split',
    plant: (kernel) => {
      kernel.setEntry('linux_directory', 1, kernel.directory('hello_table') + 7);
    },
    finding: /^The page-table entry 4:448000 -> 803000 has no node\.$/m,
  },
  {
    name: 'an entry that is gone',
    plant: (kernel) => {
      kernel.setEntry('hello_directory', 0x40, 0);
    },
    finding: /^The node 5:10000000 -> 800000 of 4 MB has no page-table entry\.$/m,
  },
  {
    name: 'a node of 4 KB for an entry of 4 MB',
    plant: (kernel) => {
      kernel.set('hello_whole', 'mapping', 'size_log2', 12);
    },
    finding: /^The page-table entry 5:10000000 -> 800000 of 4 MB has no node\.$/m,
  },
  {
    name: 'a node of a size that no page has',
    plant: (kernel) => {
      kernel.set('linux_large', 'mapping', 'size_log2', 13);
    },
    finding: /has a size of 8192\.$/m,
  },
  {
    name: '4 MB below 4 KB',
    plant: (kernel) => {
      kernel.set('hello_second', 'mapping', 'next_sibling', 0);
      kernel.set('hello_second', 'mapping', 'first_child', kernel.address('hello_whole'));
      kernel.set('hello_whole', 'mapping', 'parent', kernel.address('hello_second'));
      kernel.set(
        'hello_whole',
        'mapping',
        'sibling_link',
        kernel.address('hello_second') + kernel.offset('mapping', 'first_child'),
      );
    },
    finding: /^5:10000000 -> 804000 of 4 MB is larger than its mapper's page\.$/m,
  },
  {
    name: "a page that is not in its mapper's",
    plant: (kernel) => {
      kernel.setEntry('hello_table', 0x48, 0x00c03005);
    },
    finding: /^The node 5:8048000 -> 800000 shows nothing of its mapper's page\.$/m,
  },
  {
    name: 'a page of 4 MB that is not where its mapper has it',
    plant: (kernel) => {
      kernel.setEntry('hello_directory', 0x40, 0x00c00085);
    },
    finding: /^The page-table entry 5:10000000 -> c00000 of 4 MB has no node\.$/m,
  },
  {
    name: 'a right that the mapper has not',
    plant: (kernel) => {
      kernel.setEntry('linux_directory', 1, RAM + 0x85);
      kernel.set('linux_large', 'mapping', 'rights', 0);
    },
    finding: /^5:8049000 -> 804000 w has more rights than its mapper\.$/m,
  },
  {
    name: 'a child that is its own sibling',
    plant: (kernel) => {
      kernel.set('hello_whole', 'mapping', 'next_sibling', kernel.address('hello_whole'));
    },
    finding: /^The tree of frame 800000 goes astray\.$/m,
  },
];

/** What the models need of a system. */
function systemOf(kernel: HandMadeKernel): System {
  const directories: Readonly<Record<number, string>> = { 2: 'sigma0', 4: 'linux', 5: 'hello' };
  const label = (task: number): string => `${task} ${directories[task]}`;
  const system = {
    machine: kernel.target,
    kernel: { mappings: () => kernel.mappings, spaceOfTask: () => undefined },
    spaces: {
      tasks: () => [2, 4, 5],
      isChanging: false,
      labels: () => label,
      taskLabel: label,
      taskName: (task: number) => directories[task],
      pageDirectoryOf: (task: number) => kernel.directory(`${directories[task]}_directory`),
    },
  };
  return system as unknown as System;
}

describe('Pages of 4 MB', () => {
  let kernel: HandMadeKernel;
  let pristine: Uint8Array;

  before(() => {
    kernel = new HandMadeKernel('large_pages.c');
    pristine = new Uint8Array(kernel.memory.buffer).slice();
  });
  beforeEach(() => {
    new Uint8Array(kernel.memory.buffer).set(pristine);
  });

  it('have one tree, of mappings of 4 MB and of 4 KB.', () => {
    const { root, isChanging } = kernel.mappings.tree(RAM, LARGE);
    assert.deepEqual(drawn(root!), WHOLE);
    assert.equal(isChanging, false);
    assert.deepEqual(brokenMappings(kernel.moment), []);
  });

  it('have that tree for each address in them, with what shows the 4 KB at that address.', () => {
    const mappings = kernel.mappings;
    const shown = (address: number): string[] => drawn(mappings.tree(address).root!);
    assert.deepEqual(shown(RAM), [WHOLE[0], WHOLE[1], WHOLE[4]]);
    assert.deepEqual(shown(RAM + 0x3123), [WHOLE[0], WHOLE[1], WHOLE[2], WHOLE[4]]);
    assert.deepEqual(shown(RAM + 0x4fff), [WHOLE[0], WHOLE[1], WHOLE[3], WHOLE[4]]);
    assert.deepEqual(shown(RAM + LARGE - 1), [WHOLE[0], WHOLE[1], WHOLE[4]]);
    const path = pathTo(mappings.tree(RAM + 0x3000).root!, 5, 0x08048000);
    assert.deepEqual(
      path?.map(({ task, size }) => [task, size]),
      [
        [2, LARGE],
        [4, LARGE],
        [5, 4096],
      ],
    );
  });

  it('leave other frames their own trees, or none.', () => {
    const small = ['2:c05000 4K c05000 w', '  4:900000 4K c05000'];
    const { root, isChanging } = kernel.mappings.tree(0x00c05000);
    assert.deepEqual([drawn(root!), isChanging], [small, false]);
    const none = { root: undefined, isChanging: false };
    for (const address of [RAM - 1, RAM + LARGE, 0x00c00000, 0x01000000, 0x7fffffff]) {
      assert.deepEqual(kernel.mappings.tree(address), none, address.toString(16));
    }
  });

  it('of devices have their trees beside those of RAM.', () => {
    const whole = ['2:bec00000 4M fec00000 w', '  4:b0000000 4M fec00000 w'];
    const page = '    5:804a000 4K fec01000 w';
    const { root, isChanging } = kernel.mappings.tree(DEVICES, LARGE);
    assert.deepEqual([drawn(root!), isChanging], [[...whole, page], false]);
    assert.deepEqual(drawn(kernel.mappings.tree(DEVICES + 0x1800).root!), [...whole, page]);
    assert.equal(kernel.mappings.tree(0xfffff000).root, undefined);
  });

  it('are unknown to an older kernel, whose pages of 4 KB are shown as ever.', () => {
    const older = new HandMadeKernel('large_pages.c', ['SMALL_PAGES_ONLY']);
    const { root, isChanging } = older.mappings.tree(0x00c05000);
    assert.deepEqual(drawn(root!), ['2:c05000 4K c05000 w', '  4:900000 4K c05000']);
    assert.equal(isChanging, false);
    assert.equal(older.mappings.tree(DEVICES).root, undefined);
    assert.deepEqual(brokenMappings(older.moment), []);
  });

  it('are one row of the address spaces, apart from pages of 4 KB, and say who mapped them.', () => {
    const { spaces, note } = addressSpacesModel(systemOf(kernel), 5);
    assert.equal(note, undefined);
    const rows = spaces.map(({ task, pages, largePages, regions }) => ({
      task,
      counts: [pages, largePages],
      rows: regions.flatMap(({ start, end, pageSize, entries }) =>
        entries.map(({ physical, size, mappedBy }) =>
          [start, end, pageSize, physical, size, mappedBy].join(' '),
        ),
      ),
    }));
    assert.deepEqual(rows[2], {
      task: 5,
      counts: [4, 1],
      rows: [
        '0x08048000 0x08048fff 4 KB 0x00803000 4 KB 4 linux at 0x00400000',
        '0x08049000 0x0804afff 4 KB 0x00804000 4 KB 4 linux at 0x00400000',
        '0x08049000 0x0804afff 4 KB 0xfec01000 4 KB 4 linux at 0xb0000000',
        '0x10000000 0x103fffff 4 MB 0x00800000 4 MB 4 linux at 0x00400000',
      ],
    });
    assert.deepEqual(rows[1].rows, [
      '0x00400000 0x007fffff 4 MB 0x00800000 4 MB 2 sigma0 at 0x00800000',
      '0x00900000 0x00900fff 4 KB 0x00c05000 4 KB 2 sigma0 at 0x00c05000',
      '0xb0000000 0xb03fffff 4 MB 0xfec00000 4 MB 2 sigma0 at 0xbec00000',
    ]);
  });

  it('are one row of the mapping database, with all that is below them.', () => {
    const { trees, note } = mappingModel(systemOf(kernel), 4);
    assert.equal(note, undefined);
    assert.deepEqual(
      trees.map(({ frame, size, chain }) => [frame, size, ...chain.map((link) => link.size)]),
      [
        ['0x00800000', '4 MB', '4 MB', '4 MB'],
        ['0x00c05000', '4 KB', '4 KB', '4 KB'],
        ['0xfec00000', '4 MB', '4 MB', '4 MB'],
      ],
    );
    const [linux] = trees[0].root.children;
    assert.deepEqual([linux.focused, linux.children.length], [true, 3]);
  });

  it('answer who mapped an address in them.', () => {
    const { title, trees } = mappingOfAddress(systemOf(kernel), { task: 4, address: 0x00404123 });
    const [{ frame, size, chain, root }] = trees;
    assert.equal(title, 'Who mapped 0x00404123 in 4 linux');
    assert.deepEqual([frame, size], ['0x00804000', '4 KB']);
    assert.deepEqual(
      chain.map(({ name, address }) => `${name} ${address}`),
      ['2 sigma0 0x00800000', '4 linux 0x00400000'],
    );
    assert.deepEqual(
      root.children[0].children.map(({ address }) => address),
      ['0x08049000', '0x10000000'],
    );
  });

  for (const { name, plant, finding } of DAMAGES) {
    it(`say that they are changing: ${name}.`, () => {
      plant(kernel);
      assert.equal(kernel.mappings.tree(RAM, LARGE).isChanging, true);
      const { note } = addressSpacesModel(systemOf(kernel), 5);
      assert.equal(note, 'The mapping database is changing.');
      assert.match(brokenMappings(kernel.moment).join('\n'), finding);
    });
  }

  it('are stale in the TLB once they have been split.', () => {
    const counters = { hits: 0, misses: 0, flushes: 0 };
    const entry: TlbEntry = {
      ...{
        kind: 'data-4M',
        set: 0,
        way: 0,
        linear: 0x00400000,
        physical: RAM,
        writable: true,
        user: true,
      },
      ...{
        dirty: false,
        pageDirectory: kernel.directory('linux_directory'),
        tag: 0,
        filledAt: 0,
        nextVictim: false,
      },
    };
    const machine = {
      ...kernel.target,
      tlbEntries: () => [entry],
      statistics: () => ({ tlb: { i: counters, d: counters }, tlbIsTagged: false }),
    };
    const system = { ...systemOf(kernel), machine } as unknown as System;
    const isStale = (): boolean => tlbModel(system).units[2].entries[0].stale;
    assert.equal(isStale(), false);
    // Its first page is where it was.
    kernel.setEntry('linux_directory', 1, kernel.directory('hello_table') + 7);
    kernel.setEntry('hello_table', 0, RAM + 7);
    assert.equal(isStale(), true);
  });

  it('leave no node behind where nothing is mapped.', () => {
    kernel.setEntry('hello_large_nodes', 0x41, kernel.address('hello_whole'));
    const wrong = ['At 10400000 task 5 has a node and no page.'];
    assert.deepEqual(brokenMappings(kernel.moment), wrong);
    kernel.setEntry('hello_nodes', 0x4b, kernel.address('hello_second'));
    assert.deepEqual(brokenMappings(kernel.moment), [
      'At 804b000 task 5 has a node and no page.',
      ...wrong,
    ]);
  });

  it('name no node that is not theirs.', () => {
    kernel.setEntry('linux_large_nodes', 1, kernel.address('sigma0_large'));
    const wrong = 'The page-table entry 4:400000 -> 800000 of 4 MB w is said to have another node.';
    assert.deepEqual(brokenMappings(kernel.moment), [wrong]);
  });

  it('are all of one owner, but for device memory, which has none.', () => {
    const grantedBy = new Map([[4, new Set([5])]]);
    const owned = (stranger?: number): string[] =>
      brokenMappings(kernel.moment, {
        grantedBy,
        ownerOf: (physical) => (physical === stranger || physical >= 0x80000000 ? 3 : 4),
      });
    assert.deepEqual(owned(), []);
    const wrong = '4:400000 -> 800000 of 4 MB w: sigma0 gave that frame to 3.';
    assert.deepEqual(owned(0x00bff000), [wrong]);
  });
});
