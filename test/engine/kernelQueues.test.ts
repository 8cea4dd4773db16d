// What the view of the kernel's queues says of programs of which it is known who waits for whom: three philosophers in a
// circle, long messages whose pages are missing, a process that sleeps.
import assert from 'node:assert/strict';
import { kernelQueuesModel } from '../../src/engine/models/kernelQueuesModel.ts';
import type { KernelQueuesAnswer } from '../../src/protocol/requests.ts';
import { bootRootTask, bootSystem, stopAt, type TestSystem } from '../support/system.ts';

type Queues = NonNullable<KernelQueuesAnswer['queues']>;

const STEP = 100;

function queuesOf(system: TestSystem): Queues {
  const { queues, note } = kernelQueuesModel(system);
  assert.ok(queues !== undefined, note);
  return queues;
}

/** Runs on until the condition holds, looking every so many instructions. */
function runUntil(
  system: TestSystem,
  isThere: () => boolean,
  most = 200_000_000,
  step = STEP,
): void {
  const { machine } = system;
  const end = machine.instructionCount + most;
  while (!isThere()) {
    assert.ok(machine.instructionCount < end, 'it never comes');
    const { reason } = machine.run(step);
    if (reason === 'idle') {
      machine.skipIdle();
    } else {
      assert.equal(reason, 'budget');
    }
  }
}

const says = (system: TestSystem, text: string) => (): boolean =>
  `${system.streams.kernel}${system.streams.stdout}`.includes(text);

/** Microseconds of "12 µs", "3.5 ms", "1.25 s". */
function microseconds(text: string): number {
  const [number, unit] = text.split(' ');
  return Number(number) * (unit === 's' ? 1_000_000 : unit === 'ms' ? 1000 : 1);
}

/** "5.0" of "5.0 hello (pid 1)". */
const idOf = (name: string): string => name.split(' ')[0];

describe("The kernel's queues", () => {
  it('show who sends to whom in a circle, and which of them will give up, and when', async () => {
    const system = await bootRootTask('deadlock');
    const closed = 'the circle is closed: 3 pending sends\n';
    runUntil(system, () => says(system, closed)());
    const circle = ['5.0 6.0', '6.0 7.0', '7.0 5.0'];
    const shown = queuesOf(system);
    const pairs = shown.senders.flatMap(({ receiver, senders }) =>
      senders.map(({ name }) => `${idOf(name)} ${idOf(receiver.name)}`),
    );
    assert.deepEqual(pairs.sort(), circle);
    const sends = shown.ipc.filter(({ phase }) => phase === 'waits to send');
    assert.deepEqual(
      sends.map(({ sender, receiver }) => `${idOf(sender)} ${idOf(receiver)}`).sort(),
      circle,
    );
    assert.ok(shown.senders.every(({ senders }) => senders[0].timeout === 'waits for ever'));
    const [second] = shown.senders.filter(({ receiver }) => idOf(receiver.name) === '7.0');
    assert.equal(second.senders[0].message, '2 dwords (0x00000001 0x00000000)');

    // The second circle has a time limit for one of them.
    const twice = (): boolean =>
      system.streams.kernel.split(closed).length + system.streams.stdout.split(closed).length === 4;
    runUntil(system, twice);
    const { sleepers, senders, clock } = queuesOf(system);
    const limited = sleepers.find(({ name }) => idOf(name) === '5.0');
    assert.ok(limited !== undefined);
    assert.equal(limited.waitsFor.startsWith('sends to 6.0'), true);
    const wakesAt = microseconds(limited.wakesAt);
    assert.equal(Math.round(wakesAt - microseconds(clock)), microseconds(limited.remaining));
    const waiting = senders.find(({ receiver }) => idOf(receiver.name) === '6.0');
    assert.equal(waiting?.senders[0].timeout, `gives up in ${limited.remaining}`);
    // It does: no later than two ticks of the real-time clock after that time.
    await stopAt(system, 'wakeup', (fields) => {
      const thread = fields.get('thread');
      return thread?.kind === 'thread' && thread.task === 5 && thread.lthread === 0;
    });
    const late = microseconds(queuesOf(system).clock) - wakesAt;
    assert.ok(late >= 0 && late < 4000, `${late} µs`);
  });

  it('show the running thread and who is ready, the most urgent first', async () => {
    const system = await bootRootTask('l4test');
    runUntil(
      system,
      says(system, 'ok two spinning threads share the processor'),
      200_000_000,
      10_000,
    );
    const priorities: number[][] = [];
    runUntil(system, () => {
      const { ready } = queuesOf(system);
      priorities.push(ready.map(({ priority }) => priority));
      return ready.length > 1 && ready[0].threads[0].remark === 'running';
    });
    const last = priorities[priorities.length - 1];
    assert.deepEqual(
      last,
      [...last].sort((left, right) => right - left),
    );
  });

  it('show a long message, and which page it waits for', async () => {
    const system = await bootRootTask('l4test');
    runUntil(system, says(system, 'ok its sender then waits for the answer'), 200_000_000, 10_000);
    const message = '4 dwords, 1 string (0x0000000b 0x00000016)';
    const transfer = (phase: RegExp) => (): boolean =>
      queuesOf(system).ipc.some((ipc) => phase.test(ipc.phase) && ipc.message === message);
    runUntil(system, transfer(/^is being carried$/), 1_000_000);
    runUntil(
      system,
      transfer(/^stands still: the receiver's page at 0x[0-9a-f]{8} is missing$/),
      1_000_000,
    );
    // The receiver asks its pager for it: its answer is the next that it waits for.
    runUntil(
      system,
      () => {
        const { ipc } = queuesOf(system);
        const standing = ipc.find((each) => each.message === message);
        const asking = ipc.find(({ phase }) => phase === 'page fault: its answer is waited for');
        assert.match(standing?.phase ?? '', /^stands still/);
        return asking !== undefined && asking.receiver === standing?.receiver;
      },
      100_000,
    );
    runUntil(system, says(system, 'ok with a limit of 0 at once'), 10_000_000);
    runUntil(
      system,
      () =>
        queuesOf(system).ipc.some(
          ({ phase }) => phase === "stands still: a page of the sender's is missing",
        ),
      1_000_000,
    );
  });

  it('show the processes of Linux that wait for the server, and nothing of a system without L4', async () => {
    const system = await bootSystem({ program: 'sh', args: ['-c', 'hello | cat'] });
    const SYS_WRITE = 4;
    await stopAt(system, 'linux-syscall', (fields) => {
      const number = fields.get('number');
      return number?.kind === 'number' && number.value === SYS_WRITE;
    });
    const awaited = queuesOf(system).ipc.map(({ sender, receiver }) => `${sender} → ${receiver}`);
    assert.ok(awaited.includes('4.0 linux (main) → 5.0 sh (pid 1)'), awaited.join('\n'));
    assert.ok(awaited.includes('irq 0 → 4.2 linux (timer interrupt)'), awaited.join('\n'));
    const native = await bootSystem({ program: 'hello', system: 'native' });
    const { note, queues } = kernelQueuesModel(native);
    assert.deepEqual(
      [note?.startsWith('The native system has no such queues'), queues],
      [true, undefined],
    );
  });
});
