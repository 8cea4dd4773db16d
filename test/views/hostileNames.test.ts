// Names in the guest are anybody's: a program may be called anything. They reach the person as text, never as markup,
// in every tree and in the flame graph.
import assert from 'node:assert/strict';
import type { TreeDataProvider, TreeItem, TreeItemLabel } from 'vscode';
import { DEBUG_TYPE, VIEW } from '../../src/contributions.ts';
import {
  REQUEST,
  type AddressSpacesAnswer,
  type FlameGraphAnswer,
  type KernelQueuesAnswer,
  type MappingDatabaseAnswer,
  type ThreadsAnswer,
  type TlbAnswer,
} from '../../src/protocol/requests.ts';
import { activateExtension, type StandIn } from './extensionUnderTest.ts';

const NAME = '<img src=x onerror=alert(1)>';
const page = { address: '0x08048000', reference: '0x508048000', physical: '0x00400000' };

const threads: ThreadsAnswer = {
  threads: [
    { threadId: 1, id: '5.0', name: `5.0 ${NAME}`, task: 5, state: 'ready', running: true, priority: 16, timeslice: 10, pager: '4.0', waitsFor: NAME, at: NAME, details: [{ name: NAME, value: NAME }] },
  ],
}; // prettier-ignore
const spaces: AddressSpacesAnswer = {
  focusedTask: 5,
  spaces: [
    { task: 5, name: NAME, pageDirectory: '0x0', kind: 'large', chief: NAME, pages: 1, largePages: 0, regions: [
      { start: '0x08048000', end: '0x08048fff', reference: page.reference, pages: 1, pageSize: '4 KB', rights: 'r-', accessed: 1, dirty: 0, entries: [{ ...page, size: '4 KB', rights: 'r-', accessed: true, dirty: false, mappedBy: NAME }] },
    ] },
  ],
}; // prettier-ignore
const mappings: MappingDatabaseAnswer = {
  title: NAME,
  trees: [{ frame: '0x00400000', size: '4 KB', root: { task: 5, name: NAME, address: page.address, reference: page.reference, size: '4 KB', rights: 'rw', focused: true, children: [] }, chain: [] }],
}; // prettier-ignore
const tlb: TlbAnswer = {
  kind: 'Pentium',
  units: [{ name: 'Data TLB', hits: 1, misses: 1, flushes: 0, entries: [{ set: 0, way: 0, linear: page.address, reference: page.reference, physical: page.physical, rights: 'r-', dirty: false, space: NAME, filledAt: 1, nextVictim: false, stale: false }] }],
}; // prettier-ignore
const queued = { threadId: 1, name: NAME };
const kernelQueues: KernelQueuesAnswer = {
  queues: {
    clock: '1 s',
    ready: [{ priority: 16, threads: [{ ...queued, remark: NAME, timeslice: '1 ms' }] }],
    senders: [{ receiver: queued, state: NAME, senders: [{ ...queued, message: NAME, timeout: 'waits for ever' }] }],
    sleepers: [{ ...queued, wakesAt: '2 s', remaining: '1 s', waitsFor: NAME }],
    ipc: [{ threadId: 1, sender: NAME, receiver: NAME, phase: NAME, message: NAME }],
  },
}; // prettier-ignore
const flameGraph: FlameGraphAnswer = {
  text: `Path of ${NAME}, in instructions\n  ${NAME} [user] 1\n`,
  title: NAME,
  unit: 'instructions',
  systemCalls: [NAME],
  root: { name: 'all', world: 'kernel', total: 1, self: 0, children: [{ name: NAME, world: 'user', total: 1, self: 1, children: [] }] },
}; // prettier-ignore
const ANSWERS: Readonly<Record<string, unknown>> = {
  [REQUEST.threads]: threads,
  [REQUEST.addressSpaces]: spaces,
  [REQUEST.mappingDatabase]: mappings,
  [REQUEST.tlb]: tlb,
  [REQUEST.kernelQueues]: kernelQueues,
  [REQUEST.flameGraph]: flameGraph,
};

/** Every item of a tree, top down. */
async function itemsOf(tree: TreeDataProvider<unknown>, node?: unknown): Promise<TreeItem[]> {
  const children = (await tree.getChildren(node)) ?? [];
  const below = await Promise.all(children.map((child) => itemsOf(tree, child)));
  const items = children.map((child) => tree.getTreeItem(child) as TreeItem);
  return [...items, ...below.flat()];
}

describe('A guest program with markup for a name', () => {
  let vscode: StandIn;
  before(async () => {
    vscode = await activateExtension();
    const customRequest = (command: string): Promise<unknown> => Promise.resolve(ANSWERS[command]);
    vscode.registered.activeDebugSession.fire({ type: DEBUG_TYPE, id: '1', customRequest });
  });

  for (const id of Object.values(VIEW)) {
    it(`is plain text in the tree ${id}`, async () => {
      const tree = vscode.registered.trees.get(id) as TreeDataProvider<unknown>;
      const items = await itemsOf(tree);
      const shown = items.flatMap(({ label, description, tooltip }) => [
        (label as TreeItemLabel).label,
        description,
        tooltip,
      ]);
      assert.ok(shown.some((text) => typeof text === 'string' && text.includes(NAME)));
      // A tree shows strings as they are; only a MarkdownString could turn into markup.
      assert.ok(shown.every((text) => text === undefined || typeof text === 'string'));
    });
  }

  it('does not enter the page of the flame graph, which allows no script but its own', async () => {
    await vscode.registered.commands.get('l4scope.showFlameGraph')?.();
    const [webview] = vscode.registered.webviews;
    assert.ok(!webview.html.includes('<img'));
    assert.match(webview.html, /Content-Security-Policy" content="default-src 'none';/);
    const policy = /script-src 'nonce-(\w+)'/.exec(webview.html)?.[1];
    const scripts = [...webview.html.matchAll(/<script([^>]*)>([^<]*)/g)];
    assert.equal(scripts.length, 1);
    assert.match(scripts[0][1], new RegExp(`nonce="${policy}" src=`));
    assert.equal(scripts[0][2], '', 'an inline script');
    assert.deepEqual(webview.sent.at(-1), { type: 'flameGraph', graph: flameGraph });
  });

  it('is plain text in the text twin of the flame graph', async () => {
    await vscode.registered.commands.get('l4scope.showFlameGraphText')?.();
    assert.match(vscode.registered.documents[0], /^ {2}<img src=x onerror=alert\(1\)> \[user\] 1/m);
  });
});
