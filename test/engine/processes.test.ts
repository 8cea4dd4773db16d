// Processes that execute other programs: each is shown with its own symbols, wherever its file comes from.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { EngineThread } from '../../src/engine/threads.ts';
import { root } from '../support/paths.ts';
import { bootSystem, stopAt, type TestSystem } from '../support/system.ts';

const SYSTEMS = ['l4linux', 'native'] as const;
const DEBIAN = path.join(root, 'build/debian-root');
const SYS_WRITE = 4;

/** Runs to the next write(2) of a process of that name; its main thread. */
async function atWriteOf(system: TestSystem, program: string): Promise<EngineThread> {
  const cause = await stopAt(system, 'linux-syscall', (fields) => {
    const [number, process] = [fields.get('number'), fields.get('process')];
    return (
      number?.kind === 'number' &&
      number.value === SYS_WRITE &&
      process?.kind === 'task' &&
      system.spaces.taskName(process.task) === program
    );
  });
  assert.equal(cause.kind, 'event', `${program} writes`);
  const thread = system.threads.list().threads.find(({ name }) => {
    const isSignalThread = name.endsWith(', signal thread)');
    return name.includes(`${program} (pid`) && !isSignalThread;
  });
  assert.ok(thread, `there is a thread of ${program}`);
  return thread;
}

const namesOf = (system: TestSystem, thread: EngineThread): string[] =>
  system.stacks.framesOf(thread).map(({ name }) => name);

for (const kind of SYSTEMS) {
  describe(`a process that executes another program (${kind})`, () => {
    it('is named after it, and shown with its symbols', async () => {
      const args = ['-c', 'hello; ls /bin; exit 5'];
      const system = await bootSystem({ program: 'sh', args, system: kind });
      const hello = await atWriteOf(system, 'hello');
      const inHello = namesOf(system, hello);
      assert.deepEqual(inHello.slice(inHello.indexOf('write')), [
        ...['write', 'vdprintf', 'printf', 'main', '__libc_start', '_start'],
      ]);
      assert.equal(system.images.programOf(hello.task)?.symbols.name, 'hello');
      const ls = await atWriteOf(system, 'ls');
      const frames = system.stacks.framesOf(ls);
      const list = frames.find(({ name }) => name === 'list');
      assert.equal(list?.line?.file, 'programs/ls.c');
      const shell = system.images.byRole('program');
      const first = kind === 'native' ? 1 : 5;
      const main = system.images.programOf(ls.task)?.symbols.functionNamed('main')?.low ?? 0;
      assert.equal(system.images.at(first, main), shell, 'the shell keeps its own');
      assert.equal(system.images.at(ls.task, main)?.symbols.name, 'ls', 'at the same address');
      const end = await system.execution.run();
      assert.deepEqual(end, { kind: 'exited', waitStatus: 5 << 8 });
    });

    it('has its parent’s symbols between fork and exec', async () => {
      const system = await bootSystem({ program: 'sh', args: ['-c', 'hello'], system: kind });
      const shell = system.images.byRole('program');
      let seen = 0;
      await stopAt(system, 'linux-syscall', (fields) => {
        const process = fields.get('process');
        const task = process?.kind === 'task' ? process.task : 0;
        const isChild = system.spaces.processOf(task)?.pid === 2;
        const isOfShell = system.spaces.taskName(task) === 'sh';
        seen += isChild && isOfShell && system.images.programOf(task) === shell ? 1 : 0;
        return isChild && !isOfShell;
      });
      assert.ok(seen > 0, 'the child has called the system as a shell');
    });
  });

  describe(`a process of a root on a disk (${kind})`, () => {
    before(function () {
      if (!existsSync(path.join(DEBIAN, 'bin/dash'))) {
        this.skip();
      }
    });

    const boot = (script: string): Promise<TestSystem> =>
      bootSystem({
        ...{ program: '/bin/dash', root: DEBIAN, args: ['-c', script] },
        ...{ system: kind, memory: 64 },
      });

    it('is shown with its program, its interpreter and its libraries, each where it lies', async () => {
      const system = await boot('ls -d /usr; exit 3');
      const ls = await atWriteOf(system, 'ls');
      const names = system.images.of(ls.task).flatMap(({ role, path: file }) => {
        return role === 'program' ? [path.basename(file)] : [];
      });
      assert.deepEqual(names.sort(), [
        ...['ld-linux.so.2', 'libc.so.6', 'libpcre2-8.so.0.11.2', 'libselinux.so.1', 'ls'],
      ]);
      const frames = namesOf(system, ls);
      const write = frames.findIndex((name) => name.startsWith('write+'));
      const start = frames.findIndex((name) => name.startsWith('__libc_start_main+'));
      assert.ok(write > 0 && start > write, frames.join());
      assert.match(frames[start + 1], /^ls\+0x[0-9a-f]+$/);
      assert.equal(frames.length, start + 2, 'the stack ends in _start');
      const end = await system.execution.run();
      assert.deepEqual(end, { kind: 'exited', waitStatus: 3 << 8 });
    });

    it('is shown with a program that was written before it was executed', async () => {
      const system = await boot('cp /bin/ls /copy; chmod 755 /copy; /copy -d /usr');
      const copy = await atWriteOf(system, 'copy');
      const frames = namesOf(system, copy);
      assert.match(frames[frames.length - 1], /^file \d+\+0x[0-9a-f]+$/);
      assert.ok(
        frames.some((name) => name.startsWith('__libc_start_main+')),
        frames.join(),
      );
    });
  });
}
