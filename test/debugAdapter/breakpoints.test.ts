// Every kind of breakpoint, in every world, on both systems and both roads.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { SymbolImage } from '../../src/symbols/image.ts';
import { Adapter } from '../support/adapter.ts';
import { guestProgram, l4Program, root } from '../support/paths.ts';

function lineOf(file: string, text: string): number {
  const line =
    readFileSync(path.join(root, file), 'utf8')
      .split('\n')
      .findIndex((each) => each.includes(text)) + 1;
  assert.ok(line > 0, `${file} has "${text}"`);
  return line;
}

describe('breakpoints in all worlds', () => {
  let adapter: Adapter;

  beforeEach(async () => {
    adapter = await Adapter.start();
  });

  afterEach(async () => {
    await adapter.stop();
  });

  /** Launches with source breakpoints on lines that hold a text; the stop's top frame and all frames. */
  async function stopAtLine(
    file: string,
    text: string,
    launch: Record<string, unknown> = { program: guestProgram('hello') },
    more: object = {},
  ): Promise<DebugProtocol.StackFrame[]> {
    const line = lineOf(file, text);
    const stop = await adapter.until(() =>
      adapter.launch(launch, async (client) => {
        const source = { path: path.join(root, file) };
        const { body } = await client.setBreakpointsRequest({
          source,
          breakpoints: [{ line, ...more }],
        });
        assert.equal(body.breakpoints[0].verified, true, body.breakpoints[0].message);
      }),
    );
    assert.equal(stop.reason, 'breakpoint');
    return adapter.frames(stop.threadId ?? 0);
  }

  const exits = {
    filters: [],
    filterOptions: [{ filterId: 'linux-syscall', condition: 'number == SYS_exit_group' }],
  };

  it('stop at a source line of the kernel', async () => {
    const [top] = await stopAtLine('guest/kernel/ipc.c', 'void sys_ipc(');
    assert.equal(top.name, 'sys_ipc');
    assert.match(top.instructionPointerReference ?? '', /^0xf0/);
  });

  it('stop at a source line of the Linux server, with the message that it serves on the stack', async () => {
    const frames = await stopAtLine('guest/l4linux/kernel/system_call.c', 'int system_call(');
    assert.equal(frames[0].name, 'system_call');
    assert.match(frames[0].instructionPointerReference ?? '', /^0x4004/);
  });

  it('stop in assembly', async () => {
    const [top] = await stopAtLine('guest/lib/emulation/entry.S', 'int	$VECTOR_IPC');
    assert.equal(top.name, '__kernel_vsyscall');
  });

  it('stop at a line for which a C condition holds, and count hits', async () => {
    const launch = { program: guestProgram('getpid-loop'), args: ['100'] };
    const frames = await stopAtLine('guest/programs/getpid-loop.c', 'pid = getpid()', launch, {
      condition: 'i == 41',
    });
    const { body } = await adapter.client.evaluateRequest({
      expression: 'i',
      frameId: frames[0].id,
    });
    assert.equal(body.result, '41');
    await adapter.client.setBreakpointsRequest({
      source: { path: path.join(root, 'guest/programs/getpid-loop.c') },
      breakpoints: [{ line: frames[0].line, hitCondition: '>= 3' }],
    });
    const stop = await adapter.until(() => adapter.client.continueRequest({ threadId: 1 }));
    const [top] = await adapter.frames(stop.threadId ?? 0);
    const next = await adapter.client.evaluateRequest({ expression: 'i', frameId: top.id });
    assert.equal(next.body.result, '44');
  });

  it('log without stopping', async () => {
    let log = '';
    adapter.client.on('output', ({ body }: DebugProtocol.OutputEvent) => {
      log += body.category === 'console' ? body.output : '';
    });
    const file = 'guest/programs/getpid-loop.c';
    await Promise.all([
      adapter.client.waitForEvent('terminated'),
      adapter.launch({ program: guestProgram('getpid-loop'), args: ['3'] }, (client) =>
        client.setBreakpointsRequest({
          source: { path: path.join(root, file) },
          breakpoints: [
            { line: lineOf(file, 'pid = getpid()'), logMessage: 'round {i} of {rounds}' },
          ],
        }),
      ),
    ]);
    assert.match(log, /round 0 of 3\nround 1 of 3\nround 2 of 3\n/);
  });

  it('stop at an address, given as the disassembly gives it: a reference and an offset', async () => {
    const stop = await adapter.until(() =>
      adapter.launch({ program: guestProgram('hello') }, (client) =>
        client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'write' }] }),
      ),
    );
    const [, caller] = await adapter.frames(stop.threadId ?? 0);
    const reference = BigInt(caller.instructionPointerReference ?? '0');
    const base = `0x${(reference - 16n).toString(16)}`;
    await adapter.request('setInstructionBreakpoints', {
      breakpoints: [{ instructionReference: base, offset: 16 }],
    });
    const next = await adapter.until(() => adapter.client.continueRequest({ threadId: 1 }));
    const [top] = await adapter.frames(next.threadId ?? 0);
    assert.equal(BigInt(top.instructionPointerReference ?? '0'), reference);
  });

  for (const [system, task] of [
    ['l4linux', 6],
    ['native', 2],
  ] as const) {
    it(`at an address die with their task: the next one of that number has none (${system})`, async () => {
      const hello = new SymbolImage('hello', readFileSync(guestProgram('hello')));
      const [main, exit] = ['main', 'exit'].map((name) => hello.functionNamed(name)!.low);
      const inWrite = { name: 'linux-syscall', condition: 'number == SYS_write' };
      const launch = { program: guestProgram('sh'), args: ['-c', 'hello; hello; exit 7'], system };
      await adapter.until(() =>
        adapter.launch(launch, (client) =>
          client.setFunctionBreakpointsRequest({ breakpoints: [inWrite] }),
        ),
      );
      await adapter.client.setFunctionBreakpointsRequest({ breakpoints: [] });
      const reference = (address: number): string => `0x${(task * 2 ** 32 + address).toString(16)}`;
      const set = (
        addresses: readonly number[],
      ): Promise<DebugProtocol.SetBreakpointsResponse['body']> =>
        adapter.request('setInstructionBreakpoints', {
          breakpoints: addresses.map((each) => ({ instructionReference: reference(each) })),
        });
      const { breakpoints } = await set([main, exit]);
      assert.deepEqual(
        breakpoints.map(({ verified }) => verified),
        [true, true],
      );
      const stop = await adapter.until(() => adapter.client.continueRequest({ threadId: 1 }));
      assert.deepEqual(stop.hitBreakpointIds, [breakpoints[1].id], 'the first hello ends');
      const changes: DebugProtocol.Breakpoint[] = [];
      adapter.client.on('breakpoint', ({ body }: DebugProtocol.BreakpointEvent) => {
        changes.push(body.breakpoint);
      });
      assert.equal(await adapter.toEnd(), 7, 'the second hello does not stop');
      assert.equal(adapter.output, 'Hello, world!\r\nHello, world!\r\n');
      assert.deepEqual(
        changes.map(({ id, verified }) => ({ id, verified })),
        [
          { id: breakpoints[0].id, verified: false },
          { id: breakpoints[1].id, verified: false },
        ],
      );
      assert.match(changes[0].message ?? '', new RegExp(`^Task ${task}, .* has ended\\.$`));
    });
  }

  it('are refused with a sentence where there is no code and no such function', async () => {
    const answers: DebugProtocol.Breakpoint[] = [];
    await Promise.all([
      adapter.client.waitForEvent('terminated'),
      adapter.launch({ program: guestProgram('hello') }, async (client) => {
        const source = { path: '/nowhere/else.c' };
        answers.push(
          ...(await client.setBreakpointsRequest({ source, breakpoints: [{ line: 1 }] })).body
            .breakpoints,
        );
        const breakpoints = [{ name: 'no_such' }, { name: 'ipc-send', condition: 'too == linux' }];
        answers.push(
          ...(await client.setFunctionBreakpointsRequest({ breakpoints })).body.breakpoints,
        );
      }),
    ]);
    assert.deepEqual(
      answers.map(({ verified }) => verified),
      [false, false, false],
    );
    assert.match(answers[0].message ?? '', /No loaded image has code/);
    assert.match(answers[1].message ?? '', /no function and no event "no_such"/);
    assert.match(answers[2].message ?? '', /no field "too"; it has from, to/);
  });

  it('do not stop a program that is run without debugging', async () => {
    let verified = true;
    await Promise.all([
      adapter.client.waitForEvent('terminated'),
      adapter.launch(
        { program: guestProgram('hello'), noDebug: true, stopOnEntry: true },
        async (client) => {
          const breakpoints = [{ name: 'main' }];
          const { body } = await client.setFunctionBreakpointsRequest({ breakpoints });
          verified = body.breakpoints[0].verified;
        },
      ),
    ]);
    assert.equal(verified, false);
    assert.equal(adapter.output, 'Hello, world!\r\n');
  });

  it('work on the native system too, whose kernel is in the same stack', async () => {
    const launch = { program: guestProgram('hello'), system: 'native' };
    const frames = await stopAtLine(
      'guest/l4linux/kernel/system_call.c',
      'int system_call(',
      launch,
    );
    const names = frames.map(({ name }) => name);
    assert.equal(names[0], 'system_call');
    assert.ok(names.includes('main'), names.join());
    assert.equal(
      await adapter.client
        .setBreakpointsRequest({
          source: { path: path.join(root, 'guest/l4linux/kernel/system_call.c') },
          breakpoints: [],
        })
        .then(() => adapter.toEnd()),
      0,
    );
    assert.equal(adapter.output, 'Hello, world!\r\n');
  });

  it('show the trampoline on the stack of a system call that trapped', async () => {
    const stop = await adapter.until(() =>
      adapter.launch({ program: guestProgram('hello'), syscalls: 'trampoline' }, (client) =>
        client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'trampoline' }] }),
      ),
    );
    assert.match(stop.text ?? '', /int 0x80 caught by the trampoline: write/);
    const names = (await adapter.frames(stop.threadId ?? 0)).map(({ name }) => name);
    assert.ok(names.includes('write') && names.includes('main'), names.join());
  });

  it('stop on the messages of programs that speak L4 themselves', async () => {
    const stop = await adapter.until(() =>
      adapter.launch({ program: l4Program('pager') }, (client) =>
        client.setFunctionBreakpointsRequest({
          breakpoints: [{ name: 'pf-rpc', condition: 'from != sigma0 && to != sigma0' }],
        }),
      ),
    );
    assert.match(
      stop.text ?? '',
      /^Page-fault RPC to the pager: 5\.0 pager\.elf to 4\.\d pager\.elf/,
    );
  });

  it('stop at a kernel event once for each hit that is asked for', async () => {
    const stop = await adapter.until(() =>
      adapter.launch({ program: guestProgram('hello') }, async (client) => {
        await client.setFunctionBreakpointsRequest({
          breakpoints: [{ name: 'tlb-flush', hitCondition: '5' }],
        });
        await client.customRequest('setExceptionBreakpoints', exits);
      }),
    );
    assert.equal(stop.reason, 'function breakpoint');
    assert.match(stop.description ?? '', /^TLB flush \(CR3 load\)/);
    const last = await adapter.until(() => adapter.client.continueRequest({ threadId: 1 }));
    assert.match(last.text ?? '', /exit_group/);
  });
});
