// The path of one system call, in instructions and worlds, by each road: golden for the pinned compiler, and a
// relation that holds for any.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Profiling } from '../../src/engine/profiling.ts';
import { flameGraph } from '../../src/profiler/flameGraph.ts';
import { WORLDS, type FlameGraphAnswer, type FlameNode } from '../../src/protocol/requests.ts';
import { matchGolden } from '../support/golden.ts';
import { root } from '../support/paths.ts';
import { bootSystem } from '../support/system.ts';

async function pathOfWrite(
  kind: 'l4linux' | 'native',
  syscalls: 'library' | 'trampoline',
): Promise<FlameGraphAnswer> {
  const system = await bootSystem({ program: 'hello', system: kind, syscalls });
  const profiling = new Profiling(system);
  await system.execution.run();
  profiling.stop();
  return flameGraph(profiling.profiler.root, 'write');
}

function byWorld(node: FlameNode, sums = new Map<string, number>()): Map<string, number> {
  sums.set(node.world, (sums.get(node.world) ?? 0) + node.self);
  node.children.forEach((child) => byWorld(child, sums));
  return sums;
}

function names(node: FlameNode): string[] {
  return [node.name, ...node.children.flatMap(names)];
}

describe('the path of one write(2)', () => {
  const ROADS = [
    ['native', 'l4linux by the library', 'l4linux by the trampoline'],
    ['native', 'l4linux', 'l4linux'],
    ['library', 'library', 'trampoline'],
  ] as const;
  const paths = new Map<string, FlameNode>();
  const texts = new Map<string, string>();

  before(async () => {
    for (const [index, name] of ROADS[0].entries()) {
      const { root: node, text } = await pathOfWrite(ROADS[1][index], ROADS[2][index]);
      paths.set(name, node);
      texts.set(name, text);
    }
  });

  it('crosses user, library, kernel and server on L4, and the server’s work hangs below the library', () => {
    const graph = paths.get('l4linux by the library')!;
    const worlds = byWorld(graph);
    for (const world of ['library', 'kernel', 'server']) {
      assert.ok((worlds.get(world) ?? 0) > 0, world);
    }
    const library = (node: FlameNode): FlameNode | undefined =>
      node.name === '__kernel_vsyscall'
        ? node
        : node.children.map(library).find((each) => each !== undefined);
    const below = names(library(graph)!);
    assert.ok(below.includes('sys_write') && below.includes('enter_ipc'), below.join());
  });

  it('costs more by the trampoline than by the library, and least on the bare machine', () => {
    const [native, library, trampoline] = ROADS[0].map((name) => paths.get(name)!.total);
    assert.ok(native < library && library < trampoline, `${native} ${library} ${trampoline}`);
  });

  it('takes exactly these instructions with the pinned compiler', function () {
    const compiler = readFileSync(path.join(root, 'build/guest/compiler.txt'), 'utf8').trim();
    const rows = ROADS[0].map((name) => {
      const graph = paths.get(name)!;
      const worlds = byWorld(graph);
      const parts = WORLDS.map((world) => `${world} ${worlds.get(world) ?? 0}`).join(', ');
      return `${name}: ${graph.total} instructions (${parts})`;
    });
    matchGolden('write-path', [`compiler: ${compiler}`, ...rows, ''].join('\n'));
  });

  it('is told in the README by the same figures', () => {
    const golden = readFileSync(path.join(root, 'test/golden/write-path.txt'), 'utf8');
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
    const [, library, kernel, server] =
      /^l4linux by the library: .*library (\d+), kernel (\d+), server (\d+)/m.exec(golden) ?? [];
    const [, native] = /^native: (\d+)/m.exec(golden) ?? [];
    const told =
      /emulation library +(\d+)[^]*kernel, both IPCs +(\d+)[^]*server +(\d+)[^]*without L4: +(\d+)/;
    assert.deepEqual(told.exec(readme)?.slice(1), [library, kernel, server, native]);
  });

  it('has a text twin with the same numbers', () => {
    const { total } = paths.get('l4linux by the library')!;
    const text = texts.get('l4linux by the library')!;
    assert.match(text, new RegExp(`^Path of write, in instructions\n100\\.0 % +${total}  all\n`));
    assert.match(text, /sys_write \[server\]/);
  });
});

describe('a profile of several programs', () => {
  for (const kind of ['l4linux', 'native'] as const) {
    it(`names the functions of each by its own symbols (${kind})`, async () => {
      const args = ['-c', 'hello; ls /bin'];
      const system = await bootSystem({ program: 'sh', args, system: kind });
      const profiling = new Profiling(system);
      await system.execution.run();
      profiling.stop();
      const found = new Set(names(flameGraph(profiling.profiler.root).root));
      for (const name of ['list', 'vdprintf', 'main']) {
        assert.ok(found.has(name), name);
      }
      assert.deepEqual(
        [...found].filter((name) => /^0x[0-7]|^0x[0-9a-b][0-9a-f]{7}/.test(name)),
        [],
      );
    });
  }
});
