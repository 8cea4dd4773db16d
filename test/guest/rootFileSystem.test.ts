// A directory of the host as the guest's root file system: read from the disk, written in memory, the same as on the host,
// on both systems. scripts/fetch-debian.sh fetches the programs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeHost } from '../../src/cli/nodeHost.ts';
import { Machine } from '../../src/emulator/machine.ts';
import { canCompileStatic, compileStatic } from '../support/compile.ts';
import { BUSYBOX, DEBIAN_ROOT as DEBIAN, finish, inGuest, type Outcome } from '../support/debian.ts';
import { root as repository } from '../support/paths.ts';
import { type BootOptions, bootSystem } from '../support/system.ts';

const SYSTEMS = ['l4linux', 'native'] as const;

function run(options: BootOptions): Promise<Outcome> {
  return inGuest({ memory: 32, ...options });
}

/** What a shell makes of the directory that it stands in, by names relative to it. */
const SCRIPT = `
set -u
cat text; cat link folder/up; wc -c < large; md5sum large
cat dangling; cat loop; echo "status $?"
echo more >> text; tail -n 2 text
cp large copy; cmp large copy && echo same
echo x | dd of=copy bs=1 seek=50000 conv=notrunc 2>/dev/null; cmp large copy
mkdir -p a/b/c; echo 1 > a/b/c/one; ln a/b/c/one a/two; ln -s ../text a/b/three
ls a a/b a/b/c; readlink a/b/three; cat a/b/three | head -n 1; stat -c '%h %s %a %F' a/two
mv folder a/folder; ls -d folder; ls a/folder; mv a/two moved; cat moved; rmdir a; rm -r a/b; find a | sort
chmod 751 text; stat -c '%a %n' text; touch -d @1111111111 text; stat -c '%Y' text
truncate -s 3 text; cat text; echo; sed -i 's/o/0/' text; cat text; echo
rm text; ls text; echo new > text; cat text; > many
i=0; while [ $i -lt 300 ]; do echo $i > f$i; i=$((i + 1)); done; ls | wc -l; rm f*; ls
test -L link && test ! -e dangling && test -d a && echo tests; pwd | wc -l
find . -name 'c*' -type f | sort; du -s -k large > many; grep -c . many; cd a; cd ..; cd nothing
`;

function makeTree(tree: string): void {
  mkdirSync(path.join(tree, 'folder'), { recursive: true });
  const at = (name: string) => path.join(tree, name);
  writeFileSync(at('text'), 'one\ntwo\nthree\n', { mode: 0o644 });
  writeFileSync(at('large'), Buffer.from(Array.from({ length: 100_000 }, (_, n) => (n * 7 + (n >> 8)) & 0xff)));
  writeFileSync(at('folder/inner'), 'inner\n');
  symlinkSync('text', at('link'));
  symlinkSync('nowhere', at('dangling'));
  symlinkSync('loop', at('loop'));
  symlinkSync('../text', at('folder/up'));
  utimesSync(at('text'), 1_000_000_000, 1_000_000_000);
}

/** Everything below a directory, as text. */
function contents(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => path.join(entry.parentPath, entry.name) + (entry.isFile() ? readFileSync(path.join(entry.parentPath, entry.name), 'latin1') : ''))
    .sort()
    .join('\n');
}

describe('A directory as the root file system', function () {
  this.timeout(300_000);
  let folder: string;
  let tree: string;
  let program: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'l4scope-root-'));
    tree = path.join(folder, 'tree');
    program = path.join(folder, 'filesystem');
    makeTree(path.join(tree, 'workshop'));
    mkdirSync(path.join(tree, 'bin'));
    if (existsSync(BUSYBOX)) {
      copyFileSync(BUSYBOX, path.join(tree, 'bin/busybox'));
      for (const name of ['sh', 'cat', 'ls', 'md5sum', 'find', 'sort', 'dd', 'stat', 'touch', 'sed', 'cmp', 'wc', 'tail', 'head', 'du', 'truncate', 'readlink', 'cp', 'mv', 'ln', 'rm', 'mkdir', 'rmdir', 'chmod', 'grep']) {
        symlinkSync('busybox', path.join(tree, 'bin', name));
      }
      writeFileSync(path.join(tree, 'bin/script'), `#!/bin/sh\ncd /workshop\n${SCRIPT}`);
      chmodSync(path.join(tree, 'bin/script'), 0o755);
    }
    if (canCompileStatic) {
      compileStatic(path.join(repository, 'test/fixtures/filesystem.c'), path.join(tree, 'bin/filesystem'));
      copyFileSync(path.join(tree, 'bin/filesystem'), program);
      writeFileSync(path.join(tree, 'bin/start'), '#!/bin/busybox sh\ncd /workshop; exec /bin/filesystem\n');
      chmodSync(path.join(tree, 'bin/start'), 0o755);
    }
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  const need = (test: Mocha.Context, present: boolean) => {
    if (!present) {
      test.skip();
    }
  };

  for (const system of SYSTEMS) {
    it(`is listed as the host lists it (${system})`, async function () {
      need(this, existsSync(BUSYBOX));
      const rows = (text: string) =>
        text.split('\n').filter((line) => !/^total| (dev|proc)$/.test(line));
      // numbers for names, because the guest has no /etc/passwd; an epoch in which both show the year
      const list = ['ls', '-lnR'];
      const host = spawnSync(BUSYBOX, [...list, '.'], { cwd: tree, encoding: 'latin1' });
      const guest = await run({ program: '/bin/busybox', root: tree, args: [...list, '/'], system });
      const year = (line: string) => line.replace(/ [A-Z][a-z]{2} +\d+ +[\d:]+ /, ' date ');
      const dropped = /^\/(dev|proc)/;
      const guestRows = guest.stdout.split('\n\n').filter((part) => !dropped.test(part)).join('\n\n');
      assert.deepEqual(
        rows(guestRows.replace(/^\/:/, '.:').replace(/^\//gm, './')).map(year),
        rows(host.stdout).map(year),
      );
      assert.equal(guest.status, 0);
    });

    it(`is read and written by a shell script as on the host, which it does not touch (${system})`, async function () {
      need(this, existsSync(BUSYBOX));
      const copy = path.join(folder, `copy-${system}`);
      cpSync(tree, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
      const before = contents(tree);
      const host = spawnSync(BUSYBOX, ['sh', '-c', SCRIPT], {
        cwd: path.join(copy, 'workshop'),
        encoding: 'latin1',
        env: { PATH: path.join(copy, 'bin') },
      });
      const guest = await run({ program: '/bin/script', root: tree, system, memory: 64 });
      const errors = (text: string) => text.replace(/^[^\n:]*: /gm, '').replace(/line \d+: /g, '');
      assert.equal(guest.stdout, host.stdout);
      assert.equal(errors(guest.stderr), errors(host.stderr));
      assert.equal(guest.status, host.status);
      assert.equal(contents(tree), before);
    });

    it(`answers each call about files as Linux does (${system})`, async function () {
      need(this, canCompileStatic && existsSync(BUSYBOX));
      const copy = path.join(folder, `calls-${system}`);
      makeCallsTree(copy);
      const inGuest = path.join(folder, `calls-guest-${system}`);
      cpSync(tree, inGuest, { recursive: true, verbatimSymlinks: true });
      rmSync(path.join(inGuest, 'workshop'), { recursive: true });
      makeCallsTree(path.join(inGuest, 'workshop'));
      const host = spawnSync(program, { cwd: copy, encoding: 'latin1' });
      const guest = await run({ program: '/bin/start', root: inGuest, system, memory: 64 });
      assert.equal(guest.stdout, host.stdout);
      assert.equal(guest.status, 0);
      assert.ok(host.stdout.split('\n').length > 180);
    });

    it(`runs Debian's dynamic programs (${system})`, async function () {
      need(this, existsSync(path.join(DEBIAN, 'bin/bash')));
      const bash = await run({
        program: '/bin/bash',
        root: DEBIAN,
        args: ['-c', 'a=(x y z); echo "${a[@]:1}" $((6 * 7)); ls -d /usr/bin | wc -l; printf "%s\\n" c a b | sort; false'],
        system,
        memory: 64,
      });
      assert.deepEqual(bash, { status: 1, stdout: 'y z 42\n1\na\nb\nc\n', stderr: '' });
      const args = ['-c', 'cd /usr; pwd; /bin/readlink /proc/self/exe; exec /bin/cat /lib/ld-linux.so.2 | sha256sum'];
      const dash = await run({ program: '/bin/dash', root: DEBIAN, args, system, memory: 64 });
      const loader = path.join(DEBIAN, 'lib/i386-linux-gnu/ld-linux.so.2');
      const sum = spawnSync('sha256sum', { input: readFileSync(loader), encoding: 'latin1' }).stdout;
      assert.deepEqual(dash, { status: 0, stdout: `/usr\n/bin/readlink\n${sum}`, stderr: '' });
    });

    it(`says in one sentence that a program is not there, cannot be executed or lacks its interpreter (${system})`, async () => {
      const refused = async (name: string) => {
        const { status, stderr } = await run({ program: name, root: tree, system });
        return [status, stderr];
      };
      assert.deepEqual(await refused('/bin/nothing'), [
        127,
        'l4linux: /bin/nothing: there is no such file in the root file system.\n',
      ]);
      assert.deepEqual(await refused('/workshop/text'), [126, 'l4linux: /workshop/text: may not be executed.\n']);
      assert.deepEqual(await refused('/workshop/loop'), [126, 'l4linux: /workshop/loop: leads through too many links.\n']);
    });

    it(`reads a disk that mke2fs made, with blocks of 1 KB and hashed directories (${system})`, async function () {
      need(this, existsSync(BUSYBOX) && spawnSync('mke2fs', ['-V']).error === undefined);
      const image = path.join(folder, `mke2fs-${system}`);
      const source = path.join(folder, `source-${system}`);
      cpSync(tree, source, { recursive: true, verbatimSymlinks: true });
      mkdirSync(path.join(source, 'many'));
      for (let index = 0; index < 500; index++) {
        writeFileSync(path.join(source, 'many', `a-name-that-takes-some-room-${index}`), `${index}`);
      }
      // beyond what the doubly indirect block begins with: 12 + 256 KB
      writeFileSync(path.join(source, 'workshop/large'), Buffer.alloc(600_000, 'pattern '));
      const made = spawnSync('mke2fs', ['-q', '-t', 'ext2', '-b', '1024', '-d', source, image, '16M']);
      assert.equal(made.status, 0);
      const bytes = readFileSync(image);
      const disk = { sectors: bytes.length / 512, read: (n: number) => bytes.subarray(n * 512, n * 512 + 512) };
      const script = 'cd /many; ls | wc -l; cat a-name-that-takes-some-room-499; cd /workshop; md5sum < large; cat link | head -n 1';
      const args = ['sh', '-c', script];
      const guest = await run({ program: '/bin/busybox', root: tree, disks: [disk], args, system });
      const sum = spawnSync('md5sum', { input: readFileSync(path.join(source, 'workshop/large')), encoding: 'latin1' }).stdout;
      assert.deepEqual(guest, { status: 0, stdout: `500\n499${sum}one\n`, stderr: '' });
    });

    it(`says that the disk is full before processes lack memory (${system})`, async function () {
      need(this, existsSync(BUSYBOX));
      const script = 'dd if=/dev/zero of=/big bs=64k; echo "status $?"; rm /big; echo x > /small; cat /small';
      const guest = await run({ program: '/bin/busybox', root: tree, args: ['sh', '-c', script], system, memory: 16 });
      assert.equal(guest.stdout, 'status 1\nx\n');
      assert.match(guest.stderr, /No space left on device/);
    });

    it(`gives an input error for a file that the host cannot read (${system})`, async function () {
      need(this, existsSync(BUSYBOX));
      const host = nodeHost(repository);
      const unreadable = {
        ...host,
        openTree: (directory: string) => {
          const real = host.openTree(directory);
          const read: typeof real.read = (name, offset, length) =>
            Buffer.from(name).toString() === 'workshop/text' ? 'unreadable' : real.read(name, offset, length);
          return { ...real, read };
        },
      };
      const options = { program: '/bin/cat', root: tree, system, host: unreadable };
      const { status, stderr } = await run({ ...options, args: ['/workshop/text', '/workshop/folder/inner'] });
      assert.match(stderr, /error: (I\/O|Input\/output) error/);
      assert.equal(status, 1);
      assert.equal((await run({ ...options, args: ['/workshop/folder/inner'] })).stdout, 'inner\n');
    });
  }

  it('is replayed from the input log alone, without the directory', async function () {
    need(this, existsSync(BUSYBOX));
    const recorded = await bootSystem({ program: '/bin/busybox', root: tree, args: ['md5sum', '/workshop/large'], memory: 32 });
    await finish(recorded);
    const never = (): never => assert.fail('the host must not be asked');
    const { sectors } = recorded.disks[0];
    const replayed = await bootSystem({
      program: '/bin/busybox',
      root: tree,
      args: ['md5sum', '/workshop/large'],
      memory: 32,
      disks: [{ sectors, read: never }],
    });
    assert.ok(replayed.machine instanceof Machine);
    replayed.machine.replay(recorded.machine.inputLog);
    await replayed.execution.run();
    replayed.console.flush();
    assert.equal(replayed.streams.stdout, recorded.streams.stdout);
    assert.equal(replayed.machine.stateHash(), recorded.machine.stateHash());
  });
});

/** As test/fixtures/filesystem.c wants it. */
function makeCallsTree(work: string): void {
  mkdirSync(path.join(work, 'folder'), { recursive: true });
  const at = (name: string) => path.join(work, name);
  writeFileSync(at('given'), 'one\ntwo\n');
  chmodSync(at('given'), 0o640);
  utimesSync(at('given'), 1_000_000_000, 1_000_000_000);
  writeFileSync(at('folder/inner'), '');
  symlinkSync('given', at('link'));
  symlinkSync('nowhere', at('dangling'));
  symlinkSync('loop', at('loop'));
  symlinkSync('../given', at('folder/up'));
  writeFileSync(at('large'), Buffer.from(Array.from({ length: 5_000_000 }, (_, n) => (n * 7 + (n >> 8) + 1) & 0xff)));
}
