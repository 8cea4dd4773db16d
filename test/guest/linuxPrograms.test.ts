import assert from 'node:assert/strict';
import { buildImages, runLinux, type LinuxOptions, type LinuxRun } from './linuxMachine.ts';

type System = Pick<LinuxOptions, 'system' | 'syscalls'>;

const systems: readonly (System & { readonly title: string })[] = [
  { title: 'On the bare machine', system: 'native' },
  { title: 'On L4 by the library', system: 'l4linux', syscalls: 'library' },
  { title: 'On L4 by the trampoline', system: 'l4linux', syscalls: 'trampoline' },
];

const SIGSEGV = 11;
const exited = (code: number): number => code << 8;

describe('Linux programs', () => {
  before(buildImages);

  for (const { title, ...system } of systems) {
    describe(title, () => {
      const run = (program: string, more: Partial<LinuxOptions> = {}): LinuxRun =>
        runLinux({ ...system, program, ...more });

      it('hello says its line with one write and exits with 0.', () => {
        const { output, error, status, events } = run('hello', { follow: ['linux:linux-syscall'] });
        assert.equal(output, 'Hello, world!\n');
        assert.equal(error, '');
        assert.equal(status, 0);
        assert.deepEqual(
          events.map((event) => event.operands[1]),
          [4, 252],
        );
      });

      it('syscalls finds no wrong result and no wrong error.', () => {
        const { output, status } = run('syscalls');
        assert.deepEqual(
          output.split('\n').filter((line) => line.startsWith('FAIL')),
          [],
        );
        assert.match(output, /\n0 failed\n$/);
        assert.equal(status, exited(0));
      });

      for (const program of ['files', 'execs', 'pipes', 'tls', 'signals', 'signal-faults', 'timers', 'jobs']) {
        it(`${program} finds no wrong result and no wrong error.`, () => {
          const { output, status } = run(program);
          assert.doesNotMatch(output, /^FAIL/m);
          assert.match(output, /\n0 failed\n$/);
          assert.equal(status, exited(0));
        });
      }

      it('processes finds fork, vfork, clone and wait as they should be.', () => {
        const { output, status } = run('processes');
        assert.match(output, /^ok {3}vfork: the child has ended first$/m);
        assert.doesNotMatch(output, /^FAIL/m);
        assert.match(output, /\n0 failed\n$/);
        assert.equal(status, exited(0));
      });

      it('cat copies its input, however long, until the carrier drops.', () => {
        const input = Array.from({ length: 3000 }, (_, line) => `line ${line}\n`).join('');
        const { output, status } = run('cat', { input });
        assert.equal(output, input);
        assert.equal(status, exited(0));
      });

      it('cat without input ends at once.', () => {
        const { output, status } = run('cat');
        assert.equal(output, '');
        assert.equal(status, exited(0));
      });

      it('cat of a missing file complains on standard error.', () => {
        const { output, error, status } = run('cat', { args: ['/no/such'] });
        assert.equal(output, '');
        assert.equal(error, '/no/such: No such file or directory\n');
        assert.equal(status, exited(1));
      });

      it('echo gets its arguments, empty ones too only at the end of the list.', () => {
        assert.equal(run('echo', { args: ['a', 'b c', 'd'] }).output, 'a b c d\n');
      });

      it('exitcode ends with the code of its argument.', () => {
        assert.equal(run('exitcode', { args: ['42'] }).status, exited(42));
      });

      it('crash dies of SIGSEGV, and what it wrote before has arrived.', () => {
        const { output, status, console } = run('crash');
        assert.equal(output, 'about to write through a null pointer\n');
        assert.equal(status, SIGSEGV);
        assert.match(console, /cannot access address 0x0\n/);
      });

      it('bss reads and writes zeroed memory.', () => {
        const { output, status } = run('bss');
        assert.equal(output, '3\n');
        assert.equal(status, exited(0));
      });

      it('int80, which uses no library, keeps all registers but EAX.', () => {
        const { output, status } = run('int80');
        assert.equal(output, 'by int 0x80\n');
        assert.equal(status, exited(0));
      });

      for (const [fault, signal] of Object.entries({
        divide: 8,
        opcode: 4,
        privileged: SIGSEGV,
        disable: SIGSEGV,
        port: SIGSEGV,
        breakpoint: 5,
        jump: SIGSEGV,
        interrupt: SIGSEGV,
        text: SIGSEGV,
        kernel: SIGSEGV,
        stack: SIGSEGV,
        protected: SIGSEGV,
        unmapped: SIGSEGV,
        abort: 6,
        terminate: 15,
      })) {
        it(`fault ${fault} dies of signal ${signal}.`, () => {
          assert.equal(run('fault', { args: [fault] }).status, signal);
        });
      }

      it('On a terminal, cat reads edited lines, echoes them and ends with ^D.', () => {
        const { output, status } = run('cat', { input: 'abx\x7fc\r\x04', terminal: true });
        assert.equal(output, 'abx\b \bc\r\nabc\r\n');
        assert.equal(status, exited(0));
      });

      it('cat that waits for its input wakes up when it comes.', () => {
        const { output, status } = run('cat', { input: 'late\n', inputAt: 'idle' });
        assert.equal(output, 'late\n');
        assert.equal(status, exited(0));
      });

      it('On a terminal, ^C typed later ends a program that reads, and one that computes.', () => {
        const typed = { input: '\x03', terminal: true };
        assert.equal(run('cat', { ...typed, inputAt: 'idle' }).status, 2);
        const args = ['100000000'];
        assert.equal(run('getpid-loop', { ...typed, args, inputAt: 'running' }).status, 2);
      });

      it('On a terminal, ^C ends a program that reads.', () => {
        const { output, status } = run('cat', { input: 'hi\x03', terminal: true });
        assert.equal(output, 'hi^C\r\n');
        assert.equal(status, 2);
      });

      it('On a terminal, ^C ends a program that computes.', () => {
        const { status } = run('getpid-loop', {
          args: ['100000000'],
          input: '\x03',
          terminal: true,
        });
        assert.equal(status, 2);
      });
    });
  }

  it('The three roads give the same output; the trampoline costs more than the library.', () => {
    const [native, library, trampoline] = systems.map((system) =>
      runLinux({ ...system, program: 'getpid-loop', args: ['2000'] }),
    );
    assert.equal(native.output, '2000 calls, pid 1\n');
    assert.equal(library.output, native.output);
    assert.equal(trampoline.output, native.output);
    assert.ok(library.instructions < trampoline.instructions);
    assert.ok(native.instructions < library.instructions);
  });
});
