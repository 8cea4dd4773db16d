// The demonstration's conversation against the adapter on stdio: break on the first IPC to the Linux server, look at
// who sent what, at the threads, at who mapped the string, run to the end.
import assert from 'node:assert/strict';
import type { MappingDatabaseAnswer, ThreadsAnswer } from '../../src/protocol/requests.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Adapter } from '../support/adapter.ts';
import { guestProgram } from '../support/paths.ts';

const TO_LINUX = 'to == linux && from != linux && from != sigma0 && words[0] < 4096';

describe('a debug session on hello', () => {
  let adapter: Adapter;

  beforeEach(async () => {
    adapter = await Adapter.start();
  });

  afterEach(async () => {
    await adapter.stop();
  });

  async function stopAtFirstCall(): Promise<number> {
    const stop = await adapter.until(() =>
      adapter.launch({ program: guestProgram('hello') }, (client) =>
        client.setFunctionBreakpointsRequest({
          breakpoints: [{ name: 'ipc-send', condition: TO_LINUX }],
        }),
      ),
    );
    assert.equal(stop.reason, 'function breakpoint');
    assert.match(stop.text ?? '', /^IPC send: 5\.0 hello \(pid 1\) to 4\.0 linux \(main\): write/);
    return stop.threadId ?? 0;
  }

  it('stops at the first IPC to the Linux server and says who sends what to whom', async () => {
    const threadId = await stopAtFirstCall();
    const { threads } = await adapter.request<ThreadsAnswer>('l4/threads');
    assert.deepEqual(
      threads.map(({ name, waitsFor }) => (waitsFor === '' ? name : `${name}: ${waitsFor}`)),
      [
        '1.0 kernel (idle)',
        '2.0 sigma0: waits for any message',
        '4.0 linux (main): waits for any message',
        '4.1 linux (bottom half): waits for any message',
        '4.2 linux (timer interrupt): receives from irq 0',
        '4.3 linux (serial interrupt): receives from irq 3',
        '5.0 hello (pid 1)',
        '5.1 hello (pid 1, signal thread): receives from 4.0 linux (main)',
      ],
    );
    assert.equal(threads.find((thread) => thread.running)?.threadId, threadId);
  });

  it('walks the stack from the kernel through the emulation library back to main', async () => {
    const frames = await adapter.frames(await stopAtFirstCall());
    const names = frames.map((frame) => frame.name);
    const expected = ['enter_ipc', '__kernel_vsyscall', 'write', 'main', '_start'];
    assert.deepEqual(
      names.filter((name) => expected.includes(name)),
      expected,
    );
    const main = frames.find((frame) => frame.name === 'main');
    assert.match(main?.source?.path ?? '', /guest\/programs\/hello\.c$/);
    assert.match(main?.instructionPointerReference ?? '', /^0x508048[0-9a-f]{3}$/);
  });

  it('shows the chain of mappings from the page of the string back to σ0', async () => {
    const frames = await adapter.frames(await stopAtFirstCall());
    const top = frames[0].id;
    const evaluate = async (expression: string, frameId = top): Promise<string> =>
      (await adapter.client.evaluateRequest({ expression, frameId })).body.result;
    const write = frames.find((frame) => frame.name === 'write');
    const buffer = await evaluate('(unsigned)buffer', write?.id);
    const reference = `0x${Number(buffer).toString(16)}`;
    const answer = await adapter.request<MappingDatabaseAnswer>('l4/mappingDatabase', {
      reference,
    });
    const rows = answer.trees.flatMap((tree) => tree.chain);
    assert.deepEqual(
      rows.map((row) => row.name),
      ['2 sigma0', '4 linux', '5 hello'],
    );
    const [sigma0, server] = rows;
    assert.equal(server.address, sigma0.address, 'the server has its memory one-to-one from σ0');
  });

  it('lets the program finish, and gives its output and exit status', async () => {
    const threadId = await stopAtFirstCall();
    await adapter.client.setFunctionBreakpointsRequest({ breakpoints: [] });
    assert.equal(await adapter.toEnd(threadId), 0);
    assert.equal(adapter.output, 'Hello, world!\r\n');
  });

  it('shows a prompt that ends no line, and what is typed at it', async () => {
    let terminal = ''; // a shell's prompt comes on standard error
    adapter.client.on('output', ({ body }: DebugProtocol.OutputEvent) => {
      terminal += body.output;
    });
    const shown = async (text: string): Promise<void> => {
      while (!terminal.endsWith(text)) {
        await adapter.client.waitForEvent('output');
      }
    };
    const type = (text: string): Promise<unknown> => adapter.request('l4/consoleInput', { text });
    await adapter.launch({ program: guestProgram('sh') });
    await shown('$ ');
    await type('echo typ');
    await shown('$ echo typ');
    await type('ed\r');
    await shown('typed\r\n$ ');
    await Promise.all([adapter.client.waitForEvent('terminated'), type('exit\r')]);
  });
});
