// What the trees make of an answer: the size of a page is said where it is not 4 KB, each item has an id of its own, and
// the queues of the kernel read as sentences.
import assert from 'node:assert/strict';
import type { TreeDataProvider, TreeItem, TreeItemLabel } from 'vscode';
import { DEBUG_TYPE, VIEW } from '../../src/contributions.ts';
import {
  REQUEST,
  type AddressSpacesAnswer,
  type KernelQueuesAnswer,
  type MappingDatabaseAnswer,
  type MappingRow,
} from '../../src/protocol/requests.ts';
import { activateExtension, type StandIn } from './extensionUnderTest.ts';

const row = (
  task: number,
  name: string,
  address: string,
  size: string,
  children: MappingRow[] = [],
): MappingRow => ({
  ...{ task, name, address, reference: address, size, rights: 'rw', focused: false, children },
});
const spaces: AddressSpacesAnswer = {
  focusedTask: 4,
  spaces: [
    { task: 4, name: 'linux', pageDirectory: '0x0', kind: 'large', chief: '', pages: 3, largePages: 2, regions: [
      { start: '0x00400000', end: '0x00bfffff', reference: '0x400400000', pages: 2, pageSize: '4 MB', rights: 'rw', accessed: 1, dirty: 0, entries: [
        { address: '0x00400000', reference: '0x400400000', physical: '0x00800000', size: '4 MB', rights: 'rw', accessed: true, dirty: false, mappedBy: '2 sigma0 at 0x00800000' },
      ] },
      { start: '0x00c00000', end: '0x00c00fff', reference: '0x400c00000', pages: 1, pageSize: '4 KB', rights: 'r-', accessed: 0, dirty: 0, entries: [
        { address: '0x00c00000', reference: '0x400c00000', physical: '0x00c05000', size: '4 KB', rights: 'r-', accessed: false, dirty: false, mappedBy: '' },
      ] },
    ] },
  ],
}; // prettier-ignore

/** A task that maps one frame twice: two trees of one frame. */
const pages = Array.from({ length: 40 }, (_, index) =>
  row(5, '5 hello', `0x080${(index + 0x48).toString(16)}000`, '4 KB'),
);
const frame = row(2, '2 sigma0', '0x00800000', '4 MB', [
  row(4, '4 linux', '0x00400000', '4 MB', pages),
  row(4, '4 linux', '0x10000000', '4 MB'),
]);
const chain = (address: string): MappingDatabaseAnswer['trees'][number]['chain'] => [
  row(2, '2 sigma0', '0x00800000', '4 MB'),
  row(4, '4 linux', address, '4 MB'),
];
const mappings: MappingDatabaseAnswer = {
  title: 'Frames that 4 linux maps',
  trees: ['0x00400000', '0x10000000'].map((address) => ({
    ...{ frame: '0x00800000', size: '4 MB', root: frame, chain: chain(address) },
  })),
};
const queues: KernelQueuesAnswer = {
  note: 'The send queues are changing.',
  queues: {
    clock: '1.25 s',
    ready: [
      { priority: 16, threads: [{ threadId: 1, name: '5.0 hello', remark: 'running', timeslice: '9.5 ms' }] },
      { priority: 8, threads: [{ threadId: 2, name: '6.0 cat', remark: '', timeslice: '10 ms' }] },
    ],
    senders: [
      { receiver: { threadId: 3, name: '4.0 linux' }, state: 'receiving', senders: [
        { threadId: 2, name: '6.0 cat', message: '2 dwords (0x00000004 0x00000001)', timeout: 'waits for ever' },
      ] },
    ],
    sleepers: [{ threadId: 4, name: '7.0 sh', wakesAt: '1.5 s', remaining: '250 ms', waitsFor: 'sleeps' }],
    ipc: [{ threadId: 2, sender: '6.0 cat', receiver: '4.0 linux', phase: 'waits to send', message: '2 dwords (0x00000004 0x00000001)' }],
  },
}; // prettier-ignore
const ANSWERS: Readonly<Record<string, unknown>> = {
  [REQUEST.addressSpaces]: spaces,
  [REQUEST.mappingDatabase]: mappings,
  [REQUEST.kernelQueues]: queues,
};

describe('The trees', () => {
  let vscode: StandIn;
  before(async () => {
    vscode = await activateExtension();
    const customRequest = (command: string): Promise<unknown> => Promise.resolve(ANSWERS[command]);
    vscode.registered.activeDebugSession.fire({ type: DEBUG_TYPE, id: '1', customRequest });
  });

  /** Every item, top down, children below their parents; ids are each an item's own. */
  async function lines(view: string): Promise<string[]> {
    const tree = vscode.registered.trees.get(view) as TreeDataProvider<unknown>;
    const ids = new Set<string>();
    const below = async (node: unknown, depth: string): Promise<string[]> => {
      const children = (await tree.getChildren(node)) ?? [];
      const texts = await Promise.all(
        children.map(async (child) => {
          const item = tree.getTreeItem(child) as TreeItem;
          assert.ok(item.id !== undefined && !ids.has(item.id), `${item.id} is there twice`);
          ids.add(item.id);
          const text = `${depth}${(item.label as TreeItemLabel).label}: ${String(item.description)}`;
          return [text, ...(await below(child, `${depth}  `))];
        }),
      );
      return texts.flat();
    };
    return below(undefined, '');
  }

  it('say of what size a page is, unless it is of 4 KB', async () => {
    assert.deepEqual(await lines(VIEW.addressSpaces), [
      '4 linux: 3 pages (2 of 4 MB), large',
      '  0x00400000–00bfffff: rw 2 pages of 4 MB',
      '    0x00400000: 4 MB rw accessed, frame 0x00800000, from 2 sigma0 at 0x00800000',
      '  0x00c00000–00c00fff: r- 1 page',
      '    0x00c00000: r-, frame 0x00c05000',
    ]);
  });

  it('show a frame that a task maps twice as two trees', async () => {
    const shown = await lines(VIEW.mappingDatabase);
    assert.deepEqual(shown.slice(0, 4), [
      '0x00400000: 4 MB 2 sigma0 → 4 linux',
      '  2 sigma0: 0x00800000 4 MB rw',
      '    4 linux: 0x00400000 4 MB rw',
      '      5 hello: 0x08048000 rw',
    ]);
    assert.equal(shown.filter((line) => line.startsWith('0x')).length, 2);
  });

  it('say who may run, who waits for whom, and until when', async () => {
    assert.deepEqual(await lines(VIEW.kernelQueues), [
      'Ready: 2 threads',
      '  priority 16: 1 thread',
      '    5.0 hello: running, 9.5 ms left of its time slice',
      '  priority 8: 1 thread',
      '    6.0 cat: 10 ms left of its time slice',
      'Send Queues: 1 thread',
      '  to 4.0 linux: receiving, 1 sender',
      '    6.0 cat: 2 dwords (0x00000004 0x00000001), waits for ever',
      'Sleepers: 1 thread, clock 1.25 s',
      '  7.0 sh: in 250 ms, at 1.5 s: sleeps',
      'IPC under Way: 1 IPC',
      '  6.0 cat → 4.0 linux: waits to send: 2 dwords (0x00000004 0x00000001)',
    ]);
  });
});
