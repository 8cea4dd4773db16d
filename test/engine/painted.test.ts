// Nothing is painted: the views read the kernel's structures by their DWARF types. A copy of the guest tree in which
// each structure has a new first member and two members swapped is rebuilt, and the views say the same, with src as
// it is.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeHost } from '../../src/cli/nodeHost.ts';
import { addressSpacesModel } from '../../src/engine/models/addressSpacesModel.ts';
import { mappingModel } from '../../src/engine/models/mappingModel.ts';
import { threadsModel } from '../../src/engine/models/threadsModel.ts';
import { root } from '../support/paths.ts';
import { bootSystem, stopAt } from '../support/system.ts';

/** Which members of which structures are moved: file, structure, and two members that change places. */
const CHANGES: readonly [file: string, structure: string, first: RegExp, second: RegExp][] = [
  [
    'kernel/tcb.h',
    'struct tcb {',
    /^\t(?:enum thread_state|enum \w+) state;.*$/m,
    /^\t[\w ]+\*?space;.*$/m,
  ],
  ['kernel/space.h', 'struct space {', /^\t[\w ]+ task;.*$/m, /^\t[\w ]+ page_directory;.*$/m],
  [
    'kernel/mapping.h',
    'struct mapping {',
    /^\tstruct space \*space;.*$/m,
    /^\t[\w ]+ address;.*$/m,
  ],
];

function change(guest: string): void {
  for (const [file, structure, first, second] of CHANGES) {
    const name = path.join(guest, file);
    const text = readFileSync(name, 'utf8');
    const start = text.indexOf(structure);
    const end = text.indexOf('\n};', start);
    assert.ok(start >= 0 && end > start, `${structure} stands in ${file}`);
    const body = text.slice(start + structure.length, end);
    const one = first.exec(body)?.[0];
    const two = second.exec(body)?.[0];
    assert.ok(one !== undefined && two !== undefined, `${file} has both members`);
    const swapped = body
      .replace(one, '@@')
      .replace(two, () => one)
      .replace('@@', () => two);
    const changed = `${structure}\n\tunsigned inserted_by_the_test;${swapped}`;
    writeFileSync(name, text.slice(0, start) + changed + text.slice(end));
  }
}

/** What the views say at the first write of hello, without what depends on addresses and times. */
async function views(guestImages: string): Promise<unknown> {
  const system = await bootSystem({ program: 'hello', host: { ...nodeHost(root), guestImages } });
  await stopAt(system, 'ipc-send', (fields) => {
    const from = fields.get('from');
    const words = fields.get('words');
    const isCall = words?.kind === 'words' && words.words[0] < 4096;
    return isCall && from?.kind === 'thread' && from.task === 5;
  });
  const threads = threadsModel(system).threads.map(
    ({ name, state, waitsFor, priority, pager }) => ({
      name,
      state,
      waitsFor,
      priority,
      pager,
    }),
  );
  const spaces = addressSpacesModel(system, 5).spaces.map(({ task, name, kind, regions }) => ({
    task,
    name,
    kind,
    regions: task === 5 ? regions.map(({ start, end, rights }) => [start, end, rights]) : [],
  }));
  const chains = mappingModel(system, 5).trees.map((tree) =>
    tree.chain.map((row) => `${row.name} ${row.rights}`),
  );
  return { threads, spaces, chains };
}

describe('the views', () => {
  it('say the same when the kernel’s structures have other layouts', async function () {
    this.timeout(180_000);
    const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
    try {
      const guest = path.join(folder, 'guest');
      const out = path.join(folder, 'images');
      cpSync(path.join(root, 'guest'), guest, { recursive: true });
      change(guest);
      const builder = '../../scripts/build-guest.mjs';
      const { buildGuest } = (await import(builder)) as {
        buildGuest: (options: { guest: string; out: string }) => Promise<string>;
      };
      await buildGuest({ guest, out });
      const expected = await views(path.join(root, 'build/guest'));
      assert.deepEqual(await views(out), expected);
      const { chains } = expected as { chains: string[][] };
      assert.ok(chains.length >= 4);
      for (const chain of chains) {
        assert.match(chain[0], /^2 sigma0/);
        assert.match(chain[chain.length - 1], /^5 hello/);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
