// Pages of 4 MB in the spaces of tasks that run: what the views say of them at moments of the kernel's self-test of which
// it is known who has what. Damaged structures are test/kernel/largePages.test.ts's.
import assert from 'node:assert/strict';
import { addressSpacesModel } from '../../src/engine/models/addressSpacesModel.ts';
import { mappingModel, mappingOfAddress } from '../../src/engine/models/mappingModel.ts';
import { parseReference } from '../../src/engine/addresses.ts';
import type { MappingLink, PageRow } from '../../src/protocol/requests.ts';
import { brokenMappings } from '../guest/invariants/mappings.ts';
import { KernelNames, Moment } from '../guest/invariants/structures.ts';
import { brokenInvariants } from '../guest/kernelInvariants.ts';
import { bootRootTask, type TestSystem } from '../support/system.ts';

const MEMORY_MEGABYTES = 16;
const ROOT = 4;
const CLIENT = 5;
const USER_LEVEL = 3;
const SLICE = 100;
const STOP_DISTANCE = 997;
/** What is wrong with the arrays of nodes beside page tables, which the views do not read. */
const OF_THE_INDEX = /is said to have another node|has a node and no page/;
/** Where sigma0 has the frames at 8 MB, and where the self-test has them from it. */
const LARGE = '0x00800000';

function isPrinted({ streams }: TestSystem, text: string): boolean {
  return `${streams.stdout}${streams.kernel}`.includes(text);
}

/** Runs on until the line is there and then to user mode: no kernel structure is in mid-change. */
function runToLine(system: TestSystem, line: string): void {
  const { machine } = system;
  const isThere = (): boolean => isPrinted(system, `ok ${line}\n`);
  while (!isThere() || machine.registers().cpl !== USER_LEVEL) {
    const { reason } = machine.run(isThere() ? 1 : SLICE);
    if (reason === 'idle') {
      machine.skipIdle();
    } else {
      assert.equal(reason, 'budget', `before "${line}"`);
    }
  }
}

function largeRows(system: TestSystem, task: number): PageRow[] {
  const { spaces, note } = addressSpacesModel(system, task);
  assert.equal(note, undefined);
  const space = spaces.find((each) => each.task === task);
  const rows = space?.regions.flatMap(({ entries }) => entries) ?? [];
  const large = rows.filter(({ size }) => size === '4 MB');
  assert.equal(large.length, space?.largePages);
  return large;
}

const drawn = ({ task, address, size }: MappingLink): string => `${task} ${address} ${size}`;

describe('Pages of 4 MB of tasks that run', () => {
  let system: TestSystem;

  before(async () => {
    system = await bootRootTask('l4test');
  });

  it('are one row in each space that has them, with whom it has them from', () => {
    runToLine(system, 'all 1024 pages are there');
    const [own] = largeRows(system, ROOT);
    assert.equal(
      [own.address, own.physical, own.mappedBy].join(', '),
      `${LARGE}, ${LARGE}, 2 sigma0 at ${LARGE}`,
    );
    const [client] = largeRows(system, CLIENT);
    assert.deepEqual([client.physical, client.mappedBy.split(' ')[0]], [LARGE, String(ROOT)]);
    assert.ok(client.mappedBy.endsWith(`at ${LARGE}`));
    assert.deepEqual(brokenInvariants(system.machine, MEMORY_MEGABYTES), []);
  });

  it('have one tree, which each address in them leads to', () => {
    const [{ address, reference }] = largeRows(system, CLIENT);
    const way = [`2 ${LARGE} 4 MB`, `${ROOT} ${LARGE} 4 MB`, `${CLIENT} ${address} 4 MB`];
    const { trees, note } = mappingModel(system, CLIENT);
    assert.equal(note, undefined);
    const tree = trees.find(({ size }) => size === '4 MB');
    assert.deepEqual(tree?.chain.map(drawn), way);
    const place = parseReference(reference, CLIENT);
    assert.ok(place !== undefined);
    for (const offset of [0, 0x123456, 0x3fffff]) {
      const answer = mappingOfAddress(system, { task: CLIENT, address: place.address + offset });
      assert.equal(answer.note, undefined);
      assert.deepEqual(answer.trees[0].chain.map(drawn), way);
    }
  });

  it('are said to be changing while one is split, and at no other time', () => {
    runToLine(system, 'a 4 MB page replaces pages');
    const names = new KernelNames();
    const { machine } = system;
    let changing = 0;
    while (!isPrinted(system, 'ok a page replaces a part of a 4 MB page')) {
      if (machine.run(STOP_DISTANCE).reason === 'idle') {
        machine.skipIdle();
      }
      const { note } = addressSpacesModel(system, CLIENT);
      const wrong = brokenMappings(new Moment(machine, names, MEMORY_MEGABYTES));
      const says = note === 'The mapping database is changing.';
      const text = `${note ?? 'no note'}, but: ${wrong.slice(0, 3).join(' ')}`;
      assert.ok(!says || wrong.length > 0, text);
      assert.ok(says || wrong.every((sentence) => OF_THE_INDEX.test(sentence)), text);
      changing += says ? 1 : 0;
    }
    assert.ok(changing > 0, `${changing} stops in mid-change`);
  });

  it('are a thousand rows where one has been split, all of them from the one of 4 MB', () => {
    runToLine(system, 'a page replaces a part of a 4 MB page');
    assert.deepEqual(largeRows(system, CLIENT), []);
    const { trees, note } = mappingModel(system, ROOT);
    assert.equal(note, undefined);
    const tree = trees.find(({ size }) => size === '4 MB');
    assert.deepEqual(tree?.chain.map(drawn), [`2 ${LARGE} 4 MB`, `${ROOT} ${LARGE} 4 MB`]);
    const pages = tree?.root.children[0].children ?? [];
    // All but the one that was replaced.
    assert.equal(pages.length, 1023);
    assert.ok(pages.every(({ task, size }) => task === CLIENT && size === '4 KB'));
    const [first] = pages;
    const place = parseReference(first.reference, CLIENT);
    const answer = mappingOfAddress(system, place ?? { task: CLIENT, address: 0 });
    const way = [`2 ${LARGE} 4 MB`, `${ROOT} ${LARGE} 4 MB`, `${CLIENT} ${first.address} 4 KB`];
    assert.deepEqual(answer.trees[0].chain.map(drawn), way);
    assert.equal(
      answer.trees[0].root.children[0].children.length,
      1,
      'the other pages are not of this frame',
    );
    assert.deepEqual(brokenInvariants(system.machine, MEMORY_MEGABYTES), []);
  });

  it('of devices come from sigma0, 1 GB below', () => {
    runToLine(system, 'sigma0 maps device memory');
    const rows = largeRows(system, ROOT).map(({ address, physical, mappedBy }) => [
      address,
      physical,
      mappedBy,
    ]);
    assert.deepEqual(rows.at(-1), ['0x60000000', '0xfec00000', '2 sigma0 at 0xbec00000']);
    assert.deepEqual(brokenInvariants(system.machine, MEMORY_MEGABYTES), []);
  });
});
