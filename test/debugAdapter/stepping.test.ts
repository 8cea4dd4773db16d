// Breakpoints on lines, functions and addresses, and steps by line and instruction, in the program, the Linux server
// and the kernel.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Adapter } from '../support/adapter.ts';
import { guestProgram, root } from '../support/paths.ts';

const HELLO = path.join(root, 'guest/programs/hello.c');

/** The number of the line that holds a text. */
function lineOf(file: string, text: string): number {
  return (
    readFileSync(file, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1
  );
}

function breakAt(file: string, line: number) {
  return (client: Adapter['client']): Promise<unknown> =>
    client.setBreakpointsRequest({ source: { path: file }, breakpoints: [{ line }] });
}

describe('breakpoints and steps', () => {
  let adapter: Adapter;

  beforeEach(async () => {
    adapter = await Adapter.start();
  });

  afterEach(async () => {
    await adapter.stop();
  });

  async function launchToPrintf(): Promise<number> {
    const line = lineOf(HELLO, 'printf(');
    const stop = await adapter.until(() =>
      adapter.launch({ program: guestProgram('hello') }, breakAt(HELLO, line)),
    );
    assert.equal(stop.reason, 'breakpoint');
    return stop.threadId ?? 0;
  }

  async function top(threadId: number): Promise<DebugProtocol.StackFrame> {
    return (await adapter.frames(threadId))[0];
  }

  it('stops at a line of the program, on demand-paged code', async () => {
    const frame = await top(await launchToPrintf());
    assert.equal(frame.name, 'main');
    assert.equal(frame.line, lineOf(HELLO, 'printf('));
    assert.equal(frame.source?.path, HELLO);
  });

  it('steps over a call that writes through the Linux server, to the next line', async () => {
    const threadId = await launchToPrintf();
    const stop = await adapter.until(() => adapter.client.nextRequest({ threadId }));
    assert.equal(stop.reason, 'step');
    assert.equal((await top(threadId)).line, lineOf(HELLO, 'return 0'));
    assert.equal(adapter.output, 'Hello, world!\r\n');
  });

  it('steps into a function, and out of it again', async () => {
    const threadId = await launchToPrintf();
    await adapter.until(() => adapter.client.stepInRequest({ threadId }));
    assert.equal((await top(threadId)).name, 'printf');
    await adapter.until(() => adapter.client.stepOutRequest({ threadId }));
    assert.equal((await top(threadId)).name, 'main');
  });

  it('steps by instruction, and into the kernel at int 0x30', async () => {
    const stop = await adapter.until(() =>
      adapter.launch({ program: guestProgram('hello') }, (client) =>
        client.setFunctionBreakpointsRequest({ breakpoints: [{ name: '__kernel_vsyscall' }] }),
      ),
    );
    const threadId = stop.threadId ?? 0;
    for (let count = 0; count < 40; count += 1) {
      const { instructionPointerReference } = await top(threadId);
      const { instructions } = await adapter.request<{
        instructions: DebugProtocol.DisassembledInstruction[];
      }>('disassemble', { memoryReference: instructionPointerReference, instructionCount: 1 });
      await adapter.until(() =>
        adapter.client.stepInRequest({ threadId, granularity: 'instruction' }),
      );
      if (/^int 30h/.test(instructions[0].instruction)) {
        const frames = await adapter.frames(threadId);
        assert.equal(frames[0].name, 'enter_ipc');
        assert.match(frames[0].instructionPointerReference ?? '', /^0xf0/);
        assert.ok(frames.some((frame) => frame.name === 'main'));
        return;
      }
    }
    assert.fail('int 0x30 was not reached');
  });

  it('steps over int 0x30 by instruction and stays in the thread', async () => {
    const stop = await adapter.until(() =>
      adapter.launch({ program: guestProgram('hello') }, (client) =>
        client.setFunctionBreakpointsRequest({ breakpoints: [{ name: '__kernel_vsyscall' }] }),
      ),
    );
    const threadId = stop.threadId ?? 0;
    for (let count = 0; count < 40; count += 1) {
      await adapter.until(() =>
        adapter.client.nextRequest({ threadId, granularity: 'instruction' }),
      );
      assert.equal((await top(threadId)).name, '__kernel_vsyscall');
      if (adapter.output !== '') {
        assert.equal(adapter.output, 'Hello, world!\r\n');
        return;
      }
    }
    assert.fail('the write did not happen');
  });

  it('stops in the Linux server and in the kernel by function', async () => {
    const stop = await adapter.until(() =>
      adapter.launch({ program: guestProgram('hello') }, (client) =>
        client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'sys_write' }] }),
      ),
    );
    const frame = await top(stop.threadId ?? 0);
    assert.equal(frame.name, 'sys_write');
    assert.match(frame.source?.path ?? '', /guest\/l4linux\/.*\.c$/);
    await adapter.client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'enter_ipc' }] });
    const next = await adapter.until(() =>
      adapter.client.continueRequest({ threadId: stop.threadId ?? 0 }),
    );
    assert.equal((await top(next.threadId ?? 0)).name, 'enter_ipc');
  });

  it('shows locals, registers, memory and the value of an expression', async () => {
    const stop = await adapter.until(() =>
      adapter.launch({ program: guestProgram('hello') }, (client) =>
        client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'write' }] }),
      ),
    );
    const frame = await top(stop.threadId ?? 0);
    const { body } = await adapter.client.scopesRequest({ frameId: frame.id });
    const read = async (index: number): Promise<Map<string, DebugProtocol.Variable>> => {
      const { variablesReference } = body.scopes[index];
      const answer = await adapter.client.variablesRequest({ variablesReference });
      return new Map(answer.body.variables.map((variable) => [variable.name, variable]));
    };
    const locals = await read(0);
    assert.equal(locals.get('fd')?.value, '1');
    assert.equal(locals.get('size')?.value, '14');
    assert.equal((await read(1)).get('cpl')?.value, '0x00000003');
    const memory = await adapter.request<{ data: string }>('readMemory', {
      memoryReference: locals.get('buffer')?.memoryReference,
      count: 14,
    });
    assert.equal(Buffer.from(memory.data, 'base64').toString(), 'Hello, world!\n');
    const value = await adapter.client.evaluateRequest({
      expression: 'size * 2 + ((char *)buffer)[0]',
      frameId: frame.id,
    });
    assert.equal(value.body.result, String(28 + 'H'.charCodeAt(0)));
  });

  it('stops at a filter with a condition, and refuses a malformed one with a sentence', async () => {
    const stop = await adapter.until(() =>
      adapter.launch({ program: guestProgram('hello') }, async (client) => {
        const answer = await client.customRequest('setExceptionBreakpoints', {
          filters: [],
          filterOptions: [{ filterId: 'linux-syscall', condition: 'number == ' }],
        });
        const [bad] = (answer.body as { breakpoints: DebugProtocol.Breakpoint[] }).breakpoints;
        assert.equal(bad.verified, false);
        assert.match(bad.message ?? '', /"number == " is not valid/);
        await client.customRequest('setExceptionBreakpoints', {
          filters: [],
          filterOptions: [{ filterId: 'linux-syscall', condition: 'number == SYS_exit_group' }],
        });
      }),
    );
    assert.equal(stop.reason, 'exception');
    assert.match(stop.text ?? '', /^Linux system call: 5 hello: exit_group/);
  });

  it('pauses a program that computes, and one that waits for input', async () => {
    await adapter.launch({ program: guestProgram('cat') });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const stop = await adapter.until(() => adapter.client.pauseRequest({ threadId: 1 }));
    assert.equal(stop.reason, 'pause');
    await adapter.client.continueRequest({ threadId: 1 });
    await adapter.request('l4/consoleInput', { text: 'abc\r' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await adapter.request('l4/consoleInput', { text: '\u0004' });
    await adapter.client.waitForEvent('terminated');
    assert.match(adapter.output, /abc\r\n.*abc/s);
  });

  it('stops at the beginning of main on entry', async () => {
    const stop = await adapter.until(() =>
      adapter.launch({ program: guestProgram('hello'), stopOnEntry: true }),
    );
    assert.equal(stop.reason, 'entry');
    assert.equal((await top(stop.threadId ?? 0)).name, 'main');
  });

  it('disassembles as many rows as asked for, before and after an address, the same each time', async () => {
    const threadId = await launchToPrintf();
    const { instructionPointerReference } = await top(threadId);
    const rows = async (instructionOffset: number, instructionCount: number) =>
      (
        await adapter.request<{ instructions: DebugProtocol.DisassembledInstruction[] }>(
          'disassemble',
          { memoryReference: instructionPointerReference, instructionOffset, instructionCount },
        )
      ).instructions;
    const wide = await rows(-50, 100);
    assert.equal(wide.length, 100);
    assert.equal(wide[50].address, instructionPointerReference);
    assert.deepEqual(await rows(-5, 10), wide.slice(45, 55));
  });
});
