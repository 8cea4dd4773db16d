// What comes from files that anybody may have written: launch configurations, program names, protocol peers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { checkLaunchArguments } from '../../src/debugAdapter/launchArguments.ts';
import { ProtocolDecoder } from '../../src/debugAdapter/protocolStream.ts';
import { REQUEST, type ThreadsAnswer } from '../../src/protocol/requests.ts';
import { Adapter } from '../support/adapter.ts';
import { commandLine, guestProgram, root } from '../support/paths.ts';

const EVIL = '<img src=x onerror=alert(1)>';

describe('a hostile launch configuration', () => {
  const REFUSED: readonly [unknown, RegExp][] = [
    [{ program: 7 }, /"program" must be the path/],
    [{ program: 'a\0b' }, /"program" must be the path/],
    [{ root: 7 }, /"root" must be the path of a directory/],
    [{ program: 'a', args: 'x' }, /"args" must be a list of strings/],
    [{ program: 'a', args: [{}] }, /"args" must be/],
    [{ program: 'a', env: { 'A=B': 'c' } }, /"env" must be/],
    [{ program: 'a', env: [] }, /"env" must be/],
    [{ program: 'a', memory: 1e9 }, /"memory" must be a number of megabytes from 16 to 256/],
    [{ program: 'a', memory: '64' }, /"memory" must be/],
    [{ program: 'a', system: '__proto__' }, /"system" must be "l4linux" or "native"/],
    [{ program: 'a', cpu: null }, /"cpu" must be/],
    [{ program: 'a', stopOnEntry: 'yes' }, /"stopOnEntry" must be true or false/],
  ];
  for (const [args, sentence] of REFUSED) {
    it(`is refused by one sentence: ${JSON.stringify(args)}`, () => {
      assert.throws(() => checkLaunchArguments(args), sentence);
    });
  }

  it('makes the adapter write no file, whatever it names', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
    const adapter = await Adapter.start();
    try {
      const target = path.join(folder, 'written');
      const others = {
        traceFile: target,
        stats: target,
        profile: true,
        output: target,
        cwd: folder,
      };
      await adapter.launch({ program: guestProgram('hello'), ...others });
      await adapter.client.waitForEvent('terminated');
      assert.deepEqual(readdirSync(folder), []);
      assert.equal(existsSync(target), false);
    } finally {
      await adapter.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('ends in an error response with a sentence when the program is none', async () => {
    const adapter = await Adapter.start();
    try {
      await adapter.client.initializeRequest();
      const launch = (program: string): Promise<unknown> => adapter.request('launch', { program });
      await assert.rejects(launch('/no/such/file'), /cannot be read: there is no such file/);
      await assert.rejects(
        launch('/etc/hostname'),
        /is too short to be an ELF file|is not an ELF file/,
      );
      await assert.rejects(
        launch(path.join(root, 'nothing.c')),
        /has no program beside it; build one first/,
      );
    } finally {
      await adapter.stop();
    }
  });
});

describe('a program with a hostile name', () => {
  it('goes through every view as plain text', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
    const program = path.join(folder, EVIL);
    copyFileSync(guestProgram('hello'), program);
    const adapter = await Adapter.start();
    try {
      await adapter.until(() => adapter.launch({ program, stopOnEntry: true }));
      const { threads } = await adapter.request<ThreadsAnswer>(REQUEST.threads);
      assert.match(threads.map(({ name }) => name).join(), /<img src=x oner/);
      for (const request of [
        REQUEST.addressSpaces,
        REQUEST.mappingDatabase,
        REQUEST.tlb,
        REQUEST.kernelQueues,
      ]) {
        const text = JSON.stringify(await adapter.request(request));
        assert.match(text, /<img src=x oner/, request);
      }
    } finally {
      await adapter.stop();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the adapter on a port', () => {
  it('serves the loopback address, and closes a connection that does not speak the protocol', async () => {
    const server = spawn(process.execPath, [commandLine, 'dap', '--port', '0']);
    try {
      const [announced] = (await once(server.stderr, 'data')) as [Buffer];
      const port = Number(/127\.0\.0\.1:(\d+)/.exec(announced.toString())?.[1]);
      const visit = async (greeting: string): Promise<string> => {
        const socket = connect(port, '127.0.0.1');
        let answer = '';
        socket.on('data', (bytes: Buffer) => (answer += bytes.toString()));
        socket.write(greeting);
        const done = once(socket, 'close');
        if (greeting.startsWith('Content')) {
          await once(socket, 'data');
          socket.end();
        }
        await done;
        return answer;
      };
      assert.equal(await visit('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'), '');
      const body = JSON.stringify({ seq: 1, type: 'request', command: 'initialize' });
      const answer = await visit(`Content-Length: ${body.length}\r\n\r\n${body}`);
      assert.match(answer, /supportsFunctionBreakpoints/);
    } finally {
      server.kill('SIGKILL');
    }
  });

  it('takes messages in any pieces and refuses what is none', () => {
    const body = JSON.stringify({ seq: 1, type: 'request', command: 'x' });
    const bytes = Buffer.from(`Content-Length: ${body.length}\r\n\r\n${body}`.repeat(3));
    for (const size of [1, 7, 1000]) {
      const decoder = new ProtocolDecoder();
      let count = 0;
      for (let at = 0; at < bytes.length; at += size) {
        count += decoder.push(bytes.subarray(at, at + size)).length;
      }
      assert.equal(count, 3);
    }
    const refuse = (text: string): void => void new ProtocolDecoder().push(Buffer.from(text));
    assert.throws(() => refuse('POST / HTTP/1.1\r\n'), /does not speak/);
    assert.throws(() => refuse('Content-Length: 99999999999\r\n\r\n'), /length of a message/);
    assert.throws(() => refuse('Content-Length: 2\r\n\r\n{]'), /not valid JSON/);
  });
});

describe('a null-pointer dereference', () => {
  it('stops where it happens, if asked for', async () => {
    const adapter = await Adapter.start();
    try {
      const stop = await adapter.until(() =>
        adapter.launch({ program: guestProgram('crash') }, (client) =>
          client.customRequest('setExceptionBreakpoints', {
            filters: [],
            filterOptions: [
              { filterId: 'page-fault', condition: 'addr < 0x1000 && from != sigma0' },
            ],
          }),
        ),
      );
      assert.match(stop.text ?? '', /^Page fault: 5\.0 crash \(pid 1\)/);
      const frames = await adapter.frames(stop.threadId ?? 0);
      assert.equal(frames.find((frame) => frame.source?.name === 'crash.c')?.name, 'main');
      assert.equal(await adapter.toEnd(stop.threadId), 139);
    } finally {
      await adapter.stop();
    }
  });
});
