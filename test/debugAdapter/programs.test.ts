// Debugging what processes execute: breakpoints in programs that are not loaded yet, in every process that executes
// them; the start of a program from a root file system.
import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Adapter } from '../support/adapter.ts';
import { guestProgram, root } from '../support/paths.ts';

const DEBIAN = path.join(root, 'build/debian-root');
const HELLO = path.join(root, 'guest/programs/hello.c');
const HELLO_LINE =
  readFileSync(HELLO, 'utf8')
    .split('\n')
    .findIndex((text) => text.includes('printf(')) + 1;

for (const system of ['l4linux', 'native'] as const) {
  describe(`programs that are executed later (${system})`, () => {
    let adapter: Adapter;
    let changes: DebugProtocol.Breakpoint[];
    let modules: string[];

    beforeEach(async () => {
      adapter = await Adapter.start();
      changes = [];
      modules = [];
      adapter.client.on('breakpoint', ({ body }: DebugProtocol.BreakpointEvent) => {
        changes.push(body.breakpoint);
      });
      adapter.client.on('module', ({ body }: DebugProtocol.ModuleEvent) => {
        modules.push(body.module.name);
      });
    });

    afterEach(async () => {
      await adapter.stop();
    });

    const topOf = async (stop: { threadId?: number }): Promise<DebugProtocol.StackFrame> =>
      (await adapter.frames(stop.threadId ?? 0))[0];

    it('get their source breakpoints when they are loaded, each time they are executed', async () => {
      let set: DebugProtocol.Breakpoint[] = [];
      const args = ['-c', 'echo first; hello; hello; exit 9'];
      const stop = await adapter.until(() =>
        adapter.launch({ program: guestProgram('sh'), args, system }, async (client) => {
          const breakpoints = [{ line: HELLO_LINE }];
          const source = { path: HELLO };
          set = (await client.setBreakpointsRequest({ source, breakpoints })).body.breakpoints;
        }),
      );
      assert.equal(set[0].verified, false);
      assert.match(set[0].message ?? '', /No loaded image has code for this line; it will be set/);
      assert.deepEqual(
        changes.map(({ id, verified, line }) => ({ id, verified, line })),
        [{ id: set[0].id, verified: true, line: HELLO_LINE }],
      );
      assert.deepEqual(modules, ['echo', 'hello']);
      assert.deepEqual(stop.hitBreakpointIds, [set[0].id]);
      const first = await topOf(stop);
      assert.deepEqual([first.name, first.line, first.source?.path], ['main', HELLO_LINE, HELLO]);
      assert.equal(adapter.output, 'first\r\n');
      const again = await adapter.until(() => adapter.client.continueRequest({ threadId: 1 }));
      assert.deepEqual(again.hitBreakpointIds, [set[0].id], 'the second process stops too');
      assert.equal((await topOf(again)).name, 'main');
      assert.equal(await adapter.toEnd(), 9);
      assert.equal(adapter.output, 'first\r\nHello, world!\r\nHello, world!\r\n');
    });

    it('get their function breakpoints when they are loaded, and not in other programs', async () => {
      let set: DebugProtocol.Breakpoint[] = [];
      const launch = { program: guestProgram('sh'), args: ['-c', 'hello; ls /bin'], system };
      const stop = await adapter.until(() =>
        adapter.launch(launch, async (client) => {
          const breakpoints = [{ name: 'list' }];
          set = (await client.setFunctionBreakpointsRequest({ breakpoints })).body.breakpoints;
        }),
      );
      assert.equal(set[0].verified, false);
      assert.equal(changes[0]?.verified, true);
      assert.equal((await topOf(stop)).name, 'list');
      assert.match((await topOf(stop)).source?.path ?? '', /guest\/programs\/ls\.c$/);
      assert.equal(adapter.output, 'Hello, world!\r\n');
      assert.equal(await adapter.toEnd(), 0);
    });

    it('are stopped at main if they come from a root', async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
      try {
        mkdirSync(path.join(folder, 'bin'));
        cpSync(guestProgram('echo'), path.join(folder, 'bin/say'));
        chmodSync(path.join(folder, 'bin/say'), 0o755);
        const launch = {
          program: '/bin/say',
          args: ['so'],
          root: folder,
          system,
          stopOnEntry: true,
        };
        const stop = await adapter.until(() => adapter.launch(launch));
        assert.equal(stop.reason, 'entry');
        const top = await topOf(stop);
        assert.equal(top.name, 'main');
        assert.match(top.source?.path ?? '', /guest\/programs\/echo\.c$/);
        assert.equal(adapter.output, '');
        assert.equal(await adapter.toEnd(), 0);
        assert.equal(adapter.output, 'so\r\n');
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('are stopped at main if they come from the embedded root', async () => {
      const stop = await adapter.until(() => adapter.launch({ system, stopOnEntry: true }));
      assert.equal(stop.reason, 'entry');
      assert.match((await topOf(stop)).source?.path ?? '', /guest\/programs\/sh\/\w+\.c$/);
    });

    it('are stopped at their entry if they are stripped, and their libraries get breakpoints', async function () {
      if (!existsSync(path.join(DEBIAN, 'bin/dash'))) {
        this.skip();
      }
      let set: DebugProtocol.Breakpoint[] = [];
      const args = ['-c', 'ls -d /usr; exit 4'];
      const launch = { program: '/bin/dash', args, root: DEBIAN, system, stopOnEntry: true };
      const stop = await adapter.until(() =>
        adapter.launch(launch, async (client) => {
          const breakpoints = [{ name: 'wait3' }];
          set = (await client.setFunctionBreakpointsRequest({ breakpoints })).body.breakpoints;
        }),
      );
      assert.equal(set[0].verified, false);
      assert.match(stop.description ?? '', /^entry at dash\+0x[0-9a-f]+$/);
      assert.match((await topOf(stop)).name, /^dash\+0x[0-9a-f]+$/);
      const wait = await adapter.until(() => adapter.client.continueRequest({ threadId: 1 }));
      assert.deepEqual(wait.hitBreakpointIds, [set[0].id]);
      assert.equal((await topOf(wait)).name, 'wait3');
      const { modules: list } =
        await adapter.request<DebugProtocol.ModulesResponse['body']>('modules');
      const names = list.map(({ name }) => name);
      assert.ok(['dash', 'ld-linux.so.2', 'libc.so.6'].every((name) => names.includes(name)));
      assert.equal(new Set(list.map(({ id }) => id)).size, list.length, 'each has its own id');
      await adapter.client.setFunctionBreakpointsRequest({ breakpoints: [] });
      assert.equal(await adapter.toEnd(), 4);
    });
  });
}
