// Debian's busybox-static, an unmodified i386 Linux binary linked with glibc, on L4Linux by both roads and on the
// native system: the same output and status as on the host. scripts/fetch-debian.sh fetches it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/paths.ts';
import { bootSystem } from '../support/system.ts';
import { runLinux } from './linuxMachine.ts';

const BUSYBOX = path.join(root, 'build/debian/bin/busybox');

/** Each is a command of busybox that needs no file but what stands in its arguments. */
const COMMANDS: readonly (readonly string[])[] = [
  ['echo', 'hello', 'from', 'busybox'],
  ['seq', '3', '2', '11'],
  ['expr', '6', '*', '7'],
  ['printf', '%5.2f|%x|%s\\n', '3.14159', '255', 'text'],
  ['basename', '/usr/lib/libc.so', '.so'],
  ['dirname', '/usr/lib/libc.so'],
  ['factor', '1234567'],
  ['test', '1', '-gt', '2'],
  ['true'],
  ['false'],
  ['sh', '-c', 'i=0; while [ $i -lt 5 ]; do i=$((i + 1)); echo "$i $((i * i))"; done; exit 3'],
  ['sh', '-c', 'f() { echo "$1-$2"; }; for x in a b c; do f $x "$#"; done; case abc in a*) echo yes;; esac'],
  ['sh', '-c', 'x=$(echo one; echo two); echo "$x"; (exit 4) || echo "status $?"'],
]; // prettier-ignore

const SYSTEMS = [
  { system: 'l4linux', syscalls: 'library' },
  { system: 'l4linux', syscalls: 'trampoline' },
  { system: 'native', syscalls: 'library' },
] as const;

describe("Debian's busybox", () => {
  for (const options of SYSTEMS) {
    const name = `${options.system}${options.system === 'native' ? '' : `, by the ${options.syscalls}`}`;
    it(`gives the output and status of the host (${name})`, async function () {
      this.timeout(300_000);
      if (!existsSync(BUSYBOX)) {
        this.skip();
      }
      for (const args of COMMANDS) {
        const host = spawnSync(BUSYBOX, args, { encoding: 'latin1' });
        const guest = await bootSystem({ program: BUSYBOX, args, ...options });
        guest.endInput();
        const cause = await guest.execution.run();
        guest.console.flush();
        const status = cause.kind === 'exited' ? cause.waitStatus >> 8 : cause;
        assert.deepEqual(
          { status, stdout: guest.streams.stdout, stderr: guest.streams.stderr },
          { status: host.status, stdout: host.stdout, stderr: host.stderr },
          args.join(' '),
        );
      }
    });
  }

  for (const system of ['l4linux', 'native'] as const) {
    it(`lists in columns on a terminal, and one name a line in a pipe (${system})`, function () {
      this.timeout(60_000);
      if (!existsSync(BUSYBOX)) {
        this.skip();
      }
      const file = readFileSync(BUSYBOX);
      const list = (terminal: boolean) =>
        runLinux({ system, program: 'busybox', file, args: ['ls', '/bin'], terminal }).output;
      const names = ['busybox', 'cat', 'echo', 'hello', 'ls', 'sh'];
      assert.equal(list(false), `${names.join('\n')}\n`);
      assert.match(list(true), /busybox +cat +echo +hello +ls +sh *\r\n$/);
    });
  }

  it('makes its calls by the library, all but the few of its start-up code', async function () {
    this.timeout(60_000);
    if (!existsSync(BUSYBOX)) {
      this.skip();
    }
    const { Statistics } = await import('../../src/engine/statistics.ts');
    const guest = await bootSystem({ program: BUSYBOX, args: ['ls', '-l', '/'] });
    const statistics = new Statistics(guest);
    guest.endInput();
    await guest.execution.run();
    const { library, trampoline } = statistics.report(1).syscallsByRoad;
    assert.ok(library >= 20 && trampoline <= 8, `${library} by library, ${trampoline} by trampoline`);
  });
});
