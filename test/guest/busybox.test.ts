// Debian's busybox-static, an unmodified i386 Linux binary linked with glibc, on L4Linux by both roads and on the
// native system: the same output and status as on the host. scripts/fetch-debian.sh fetches it.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BUSYBOX, hasDebian, inGuest, onHost, ROADS } from '../support/debian.ts';
import { bootSystem } from '../support/system.ts';
import { runLinux } from './linuxMachine.ts';

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

/** As Debian's installer makes it. */
const TOP_LEVEL = [
  ...['bin', 'boot', 'dev', 'etc', 'home', 'lib', 'lib64', 'lost+found', 'media', 'mnt', 'opt'],
  ...['proc', 'root', 'run', 'sbin', 'srv', 'sys', 'tmp', 'usr', 'var'],
];

describe("Debian's busybox", () => {
  for (const { title, ...road } of ROADS) {
    it(`gives the output and status of the host (${title})`, async function () {
      this.timeout(300_000);
      if (!hasDebian) {
        this.skip();
      }
      for (const args of COMMANDS) {
        const guest = await inGuest({ program: BUSYBOX, args, ...road });
        assert.deepEqual(guest, onHost([BUSYBOX, ...args]), args.join(' '));
      }
    });
  }

  for (const system of ['l4linux', 'native'] as const) {
    it(`lists in columns on a terminal, and one name a line in a pipe (${system})`, function () {
      this.timeout(60_000);
      if (!hasDebian) {
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

  it('makes at least nine of ten calls by the library in ls -l /, none of them where it is not announced', async function () {
    this.timeout(60_000);
    if (!hasDebian) {
      this.skip();
    }
    const { Statistics } = await import('../../src/engine/statistics.ts');
    const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-ls-'));
    TOP_LEVEL.forEach((name) => mkdirSync(path.join(folder, name)));
    copyFileSync(BUSYBOX, path.join(folder, 'bin/busybox'));
    const calls = async (syscalls: 'library' | 'trampoline') => {
      const args = ['ls', '-l', '/'];
      const guest = await bootSystem({ program: '/bin/busybox', args, root: folder, syscalls });
      const statistics = new Statistics(guest);
      guest.endInput();
      await guest.execution.run();
      return statistics.report(1).syscallsByRoad;
    };
    const { library, trampoline } = await calls('library');
    assert.ok(library >= 0.9 * (library + trampoline), `${library} of ${library + trampoline}`);
    assert.equal((await calls('trampoline')).library, 0);
    rmSync(folder, { recursive: true });
  });
});
