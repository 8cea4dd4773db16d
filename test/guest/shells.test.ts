// One script of two hundred lines in three unmodified shells of Debian: busybox's ash, bash (static), dash (dynamic). The
// same output and status as on the host, by every road.
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  BASH_STATIC,
  BUSYBOX,
  DEBIAN_ROOT,
  hasDebian,
  inGuest,
  onHost,
  ROADS,
  type Outcome,
} from '../support/debian.ts';

const SCRIPT = path.join(import.meta.dirname, 'debian/script.sh');
/** What the script calls besides the shell itself. */
const TOOLS = ['sh', 'cat', 'sleep', 'rm'];
const LOADER = 'lib/ld-linux.so.2';

interface Shell {
  readonly name: string;
  /** The command in the guest. */
  readonly command: readonly string[];
  /** And on the host, where the guest's root is the working directory. */
  readonly host: (folder: string) => readonly string[];
}

const SHELLS: readonly Shell[] = [
  {
    name: 'ash',
    command: ['/bin/busybox', 'sh', 'script.sh'],
    host: (folder) => [path.join(folder, 'bin/busybox'), 'sh', 'script.sh'],
  },
  {
    name: 'bash',
    command: ['/bin/bash', 'script.sh'],
    host: (folder) => [path.join(folder, 'bin/bash'), 'script.sh'],
  },
  {
    name: 'dash',
    command: ['/bin/dash', 'script.sh'],
    host: (folder) => [
      path.join(folder, LOADER),
      '--library-path',
      path.join(folder, 'lib/i386-linux-gnu'),
      path.join(folder, 'bin/dash'),
      'script.sh',
    ],
  },
];

function makeRoot(folder: string): void {
  mkdirSync(path.join(folder, 'bin'));
  mkdirSync(path.join(folder, 'tmp'));
  copyFileSync(BUSYBOX, path.join(folder, 'bin/busybox'));
  copyFileSync(BASH_STATIC, path.join(folder, 'bin/bash'));
  copyFileSync(path.join(DEBIAN_ROOT, 'bin/dash'), path.join(folder, 'bin/dash'));
  cpSync(path.join(DEBIAN_ROOT, 'lib'), path.join(folder, 'lib'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  copyFileSync(SCRIPT, path.join(folder, 'script.sh'));
  TOOLS.forEach((tool) => symlinkSync('busybox', path.join(folder, 'bin', tool)));
}

describe('A shell script of two hundred lines', () => {
  let folder = '';

  before(() => {
    if (hasDebian) {
      folder = mkdtempSync(path.join(tmpdir(), 'l4scope-shells-'));
      makeRoot(folder);
    }
  });

  after(() => {
    if (hasDebian) {
      rmSync(folder, { recursive: true });
    }
  });

  for (const { name, command, host } of SHELLS) {
    for (const { title, ...road } of ROADS) {
      it(`does in Debian's ${name} what it does on the host (${title})`, async function () {
        this.timeout(300_000);
        if (!hasDebian) {
          this.skip();
        }
        const env = { PATH: path.join(folder, 'bin') };
        const expected: Outcome = onHost(host(folder), { cwd: folder, env });
        const [program, ...args] = command;
        const options = { program, args, root: folder, memory: 32, ...road };
        const guest = await inGuest(options);
        assert.deepEqual(guest, expected);
        assert.equal(guest.status, 42);
      });
    }
  }
});
