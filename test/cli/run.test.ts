// l4scope run: programs on both systems, by both roads, with their streams and statuses kept apart.
import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { l4scope } from '../support/cli.ts';
import { guestProgram, l4Program } from '../support/paths.ts';

interface Stats {
  instructions: number;
  ipc: { count: number; bytes: number; byPair: Record<string, number> };
  pageFaultRpcs: number;
  tlb: { d: { flushes: number } };
  syscalls: Record<string, { count: number }>;
  syscallsByRoad: { library: number; trampoline: number; native: number };
}

describe('l4scope run', () => {
  let folder: string;
  const file = (name: string): string => path.join(folder, name);
  const stats = (name: string): Stats => JSON.parse(readFileSync(file(name), 'utf8')) as Stats;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("prints hello's text and ends with its status", async () => {
    const result = await l4scope(['run', guestProgram('hello')]);
    assert.deepEqual(result, { status: 0, stdout: 'Hello, world!\n', stderr: '' });
  });

  it('gives the same output by the trampoline, with more instructions', async () => {
    const run = (road: string) =>
      l4scope(['run', '--syscalls', road, '--stats', file(road), guestProgram('hello')]);
    const [library, trampoline] = [await run('library'), await run('trampoline')];
    assert.deepEqual(trampoline, library);
    assert.ok(stats('trampoline').instructions > stats('library').instructions);
    assert.deepEqual(stats('library').syscallsByRoad, { library: 2, trampoline: 0, native: 0 });
    assert.deepEqual(stats('trampoline').syscallsByRoad, { library: 0, trampoline: 2, native: 0 });
  });

  it('counts two TLB flushes a call with the server in a large space, none in a small one or with a tagged TLB', async () => {
    const flushes = async (size: string, tlb: string): Promise<number> => {
      const options = ['--server-space', size, '--tlb', tlb, '--stats', file(size)];
      await l4scope(['run', ...options, guestProgram('getpid-loop'), '500']);
      return stats(size).tlb.d.flushes;
    };
    const small = await flushes('small', 'untagged');
    const large = await flushes('large', 'untagged');
    const tagged = await flushes('large', 'tagged');
    assert.ok(small < 100 && large >= 1000, `${small} and ${large} flushes`);
    assert.ok(tagged < 100, `${tagged} flushes of a tagged TLB`);
  });

  it('runs the same program on the native system, without one IPC', async () => {
    const args = ['run', '--system', 'native', '--stats', file('native'), guestProgram('hello')];
    const result = await l4scope(args);
    assert.equal(result.stdout, 'Hello, world!\n');
    const { ipc, syscallsByRoad } = stats('native');
    assert.deepEqual(ipc, { count: 0, bytes: 0, byPair: {} });
    assert.deepEqual(syscallsByRoad, { library: 0, trampoline: 0, native: 2 });
  });

  it('passes arguments on, and the exit status back', async () => {
    assert.equal((await l4scope(['run', guestProgram('exitcode'), '42'])).status, 42);
    const echo = await l4scope(['run', guestProgram('echo'), '--memory', 'a  b', 'c']);
    assert.equal(echo.stdout, '--memory a  b c\n');
  });

  it('keeps standard output and standard error apart', async () => {
    const result = await l4scope(['run', guestProgram('cat'), '/no/such/file']);
    assert.equal(result.stdout, '');
    assert.match(result.stderr, /^\/no\/such\/file: /);
    assert.equal(result.status, 1);
  });

  it('takes a directory as the root file system, and the program from it', async () => {
    mkdirSync(file('root/bin'), { recursive: true });
    copyFileSync(guestProgram('cat'), file('root/bin/cat'));
    chmodSync(file('root/bin/cat'), 0o755);
    writeFileSync(file('root/text'), 'from the disk\n');
    for (const system of ['l4linux', 'native']) {
      const args = ['run', '--system', system, '--root', file('root'), '/bin/cat', '/text'];
      assert.deepEqual(await l4scope(args), { status: 0, stdout: 'from the disk\n', stderr: '' });
    }
    assert.deepEqual(await l4scope(['run', '--root', file('root')]), {
      status: 127,
      stdout: '',
      stderr: 'l4linux: /bin/sh: there is no such file in the root file system.\n',
    });
  });

  it('feeds standard input to the guest, and its end too', async () => {
    const result = await l4scope(['run', guestProgram('cat')], 'a\n');
    assert.deepEqual(result, { status: 0, stdout: 'a\n', stderr: '' });
    const much = 'The quick brown fox.\n'.repeat(2000);
    assert.equal((await l4scope(['run', guestProgram('cat')], much)).stdout, much);
  });

  it('ends with 139 when the program dereferences a null pointer', async () => {
    assert.equal((await l4scope(['run', guestProgram('crash')])).status, 139);
  });

  it('counts by pair of threads and by system call', async () => {
    await l4scope(['run', '--stats', file('cat'), guestProgram('cat')], 'a\n');
    const { syscalls, ipc, pageFaultRpcs } = stats('cat');
    assert.equal(syscalls.read.count, 2);
    assert.equal(syscalls.write.count, 1);
    assert.ok(ipc.byPair['5.0 cat (pid 1) -> 4.0 linux (main)'] >= 4 + 5, 'calls and faults');
    assert.ok(pageFaultRpcs >= 5);
  });

  it('traces events as JSON, one object a line', async () => {
    const args = ['run', '--trace', 'ipc-send,linux-syscall', '--trace-file', file('trace')];
    await l4scope([...args, guestProgram('hello')]);
    const lines = readFileSync(file('trace'), 'utf8').trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { event: string; text: string });
    const calls = events.filter(({ event }) => event === 'linux-syscall').map(({ text }) => text);
    assert.equal(calls.length, 2);
    assert.match(calls[0], /^Linux system call: 5 hello: write/);
    assert.match(calls[1], /^Linux system call: 5 hello: exit_group/);
  });

  it('writes call paths as collapsed stacks whose counts add up to all instructions', async () => {
    const args = ['run', '--profile', file('out.folded'), '--stats', file('profiled')];
    await l4scope([...args, guestProgram('hello')]);
    const lines = readFileSync(file('out.folded'), 'utf8').trimEnd().split('\n');
    const counted = lines.reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)?.[1]), 0);
    assert.equal(counted, stats('profiled').instructions);
    const path = lines.find(
      (line) => line.includes('write (system call)') && line.includes('sys_write'),
    );
    assert.match(
      path ?? '',
      /main_\[user\];.*__kernel_vsyscall_\[library\];.*sys_write_\[server\]/,
    );
  });

  it('stops at the instruction limit with status 124', async () => {
    const result = await l4scope(['run', '--max-instructions', '1000000', guestProgram('hello')]);
    assert.equal(result.status, 124);
    assert.equal(result.stderr, 'l4scope: the instruction limit is reached.\n');
  });

  it('runs a program that speaks L4 itself as the root task', async () => {
    const result = await l4scope([
      'boot',
      'build/guest/kernel.elf',
      '--module',
      'build/guest/sigma0.elf=sigma0',
      '--module',
      `${l4Program('pingpong')}=pingpong`,
    ]);
    assert.match(result.stdout, /pingpong/);
    assert.equal(result.status, 1, 'it writes 0 to the debug exit: (0 << 1) | 1');
  });
});
