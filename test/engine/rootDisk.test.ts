// A directory of the host laid out as an ext2 disk: e2fsck and debugfs read it as any other, and a hostile or changing
// directory costs a warning, never a file outside of it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  ftruncateSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openNodeTree } from '../../src/cli/nodeTree.ts';
import { Ext2Disk } from '../../src/engine/disk/ext2Disk.ts';
import type { HostTree } from '../../src/engine/disk/hostTree.ts';

const hasTools = spawnSync('debugfs', ['-V']).error === undefined;

interface Opened {
  readonly disk: Ext2Disk;
  readonly warnings: string[];
}

function open(folder: string, host: HostTree = openNodeTree(folder)): Opened {
  const warnings: string[] = [];
  const disk = new Ext2Disk(host, (message) => warnings.push(message));
  return { disk, warnings };
}

/** The whole disk; sectors that cannot be read are left out as holes. */
function dump(disk: Ext2Disk, file: string): void {
  const output = openSync(file, 'w');
  ftruncateSync(output, disk.sectors * 512);
  const zero = Buffer.alloc(512);
  for (let sector = 0; sector < disk.sectors; sector++) {
    const bytes = disk.read(sector);
    if (bytes !== undefined && !zero.equals(bytes)) {
      writeSync(output, bytes, 0, 512, sector * 512);
    }
  }
  closeSync(output);
}

describe('The disk of a directory', function () {
  this.timeout(120_000);
  let folder: string;
  let tree: string;
  let image: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'l4scope-disk-'));
    tree = path.join(folder, 'tree');
    image = path.join(folder, 'image');
    mkdirSync(tree);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const at = (...names: string[]) => path.join(tree, ...names);
  const debugfs = (command: string): string =>
    execFileSync('debugfs', ['-R', command, image], {
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const check = (): void => {
    const result = spawnSync('e2fsck', ['-fn', image], { encoding: 'latin1' });
    const findings = result.stdout
      .split('\n')
      .filter(
        (line) => !/^(Pass|e2fsck|l4scope-root: |\/lost\+found not found|Create\? no|$)/.test(line),
      )
      .filter((line) => !line.includes('WARNING: Filesystem still has errors'));
    assert.deepEqual(findings, [], result.stdout);
  };
  const needTools = (test: Mocha.Context) => {
    if (!hasTools) {
      test.skip();
    }
  };

  it('is a clean file system with the contents, modes, times and links of the directory', function () {
    needTools(this);
    writeFileSync(at('hello'), 'Hello\n', { mode: 0o640 });
    utimesSync(at('hello'), 1_000_000_000, 1_000_000_001);
    mkdirSync(at('a', 'b'), { recursive: true });
    linkSync(at('hello'), at('a', 'again'));
    symlinkSync('../hello', at('a', 'short'));
    symlinkSync('x'.repeat(59), at('a', 'longest-short'));
    symlinkSync('x'.repeat(60), at('a', 'shortest-long'));
    symlinkSync('y/'.repeat(500), at('a', 'long'));
    writeFileSync(at('empty'), '');
    // 12 direct blocks, 1024 by the first indirect one, and some by the second
    const large = Buffer.alloc((12 + 1024 + 1024 + 5) * 4096 + 17);
    for (let index = 0; index < large.length; index += 4) {
      large.writeUInt32LE(index % 0xfffffff1, Math.min(index, large.length - 4));
    }
    writeFileSync(at('a', 'b', 'large'), large);
    const { disk, warnings } = open(tree);
    assert.deepEqual(warnings, []);
    dump(disk, image);
    check();
    assert.equal(debugfs('cat /hello'), 'Hello\n');
    debugfs(`dump /a/b/large ${path.join(folder, 'copy')}`);
    assert.ok(readFileSync(path.join(folder, 'copy')).equals(large));
    const stat = debugfs('stat /a/again');
    assert.match(stat, /Type: regular +Mode: +0640/);
    assert.match(stat, /Links: 2/);
    assert.match(stat, /mtime: 0x3b9aca01/);
    assert.match(debugfs('stat /a/short'), /Fast link dest: "..\/hello"/);
    assert.match(debugfs('stat /a/longest-short'), /Fast link dest: "x{59}"/);
    assert.equal(debugfs('cat /a/shortest-long'), 'x'.repeat(60));
    assert.equal(debugfs('cat /a/long'), 'y/'.repeat(500));
  });

  it('is the same for the same tree, whatever was accessed meanwhile', () => {
    writeFileSync(at('b'), 'one');
    writeFileSync(at('a'), 'two');
    const bytes = () => {
      const { disk } = open(tree);
      return Buffer.concat(
        Array.from({ length: disk.sectors }, (_, n) => disk.read(n) ?? Buffer.alloc(0)),
      );
    };
    const first = bytes();
    readFileSync(at('a'));
    assert.ok(first.equals(bytes()));
  });

  it('holds ten thousand files, names of 255 bytes and names that are no text', function () {
    needTools(this);
    mkdirSync(at('many'));
    for (let index = 0; index < 10_000; index++) {
      writeFileSync(at('many', `file-${index}`), index % 100 === 0 ? `${index}` : '');
    }
    writeFileSync(at('n'.repeat(255)), 'long name');
    writeFileSync(
      Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff, 0xfe, 0x80])]),
      'bytes',
    );
    const { disk } = open(tree);
    dump(disk, image);
    check();
    assert.equal(debugfs('cat /many/file-9900'), '9900');
    assert.equal(debugfs(`cat /${'n'.repeat(255)}`), 'long name');
    assert.match(debugfs('ls -p /'), /\/\xff\xfe\x80\//);
  });

  it('lays out a sparse file of 20 GB without reading it, over many groups', function () {
    needTools(this);
    const file = openSync(at('huge'), 'w');
    ftruncateSync(file, 20 * 2 ** 30);
    writeSync(file, 'end', 20 * 2 ** 30 - 3);
    closeSync(file);
    const host = openNodeTree(tree);
    let read = 0;
    const counting: HostTree = {
      ...host,
      read: (name, offset, length) => {
        read += length;
        return host.read(name, offset, length);
      },
    };
    const { disk } = open(tree, counting);
    assert.equal(read, 0);
    // all metadata, and the last data block: enough for e2fsck and for the end of the file
    const output = openSync(image, 'w');
    ftruncateSync(output, disk.sectors * 512);
    const layout = disk as unknown as {
      geometry: { place(block: number): { kind: string; ordinal?: number } };
    };
    for (let block = 0; block < disk.sectors / 8; block++) {
      const place = layout.geometry.place(block);
      const isFileData =
        place.kind === 'data' && (place.ordinal ?? 0) > 0 && (place.ordinal ?? 0) < 5 * 2 ** 20;
      for (let sector = 0; !isFileData && sector < 8; sector++) {
        writeSync(
          output,
          disk.read(block * 8 + sector) ?? Buffer.alloc(512),
          0,
          512,
          (block * 8 + sector) * 512,
        );
      }
    }
    closeSync(output);
    check();
    assert.match(debugfs('stat /huge'), /Size: 21474836480/);
    assert.equal(read < 2 ** 20, true, 'a chunk at the end at most');
  });

  it("opens nothing outside of the directory: links are links, and one that takes a folder's place is refused", () => {
    mkdirSync(path.join(folder, 'outside'));
    writeFileSync(path.join(folder, 'outside', 'secret'), 'TOPSECRET');
    writeFileSync(path.join(folder, 'secret'), 'TOPSECRET');
    symlinkSync('/etc/passwd', at('passwd'));
    symlinkSync('loop', at('loop'));
    symlinkSync('.', at('self'));
    mkdirSync(at('inside'));
    writeFileSync(at('inside', 'secret'), 'plain!');
    writeFileSync(at('file'), 'plain!');
    const { disk, warnings } = open(tree);
    renameSync(at('inside'), path.join(folder, 'moved'));
    symlinkSync('../outside', at('inside'));
    rmSync(at('file'));
    symlinkSync('../secret', at('file'));
    const all = Buffer.concat(
      Array.from({ length: disk.sectors }, (_, n) => disk.read(n) ?? Buffer.alloc(0)),
    );
    assert.equal(all.includes('root:x'), false);
    assert.equal(all.includes('TOPSECRET'), false);
    assert.equal(all.includes('/etc/passwd'), true);
    assert.match(warnings.join('\n'), /\/inside\/secret is gone since the start/);
    assert.match(warnings.join('\n'), /\/file is gone since the start/);
  });

  it('fills with zeroes what vanished or shrank, and warns once for each', () => {
    writeFileSync(at('shrinks'), 'x'.repeat(200_000));
    writeFileSync(at('vanishes'), 'y'.repeat(10_000));
    const { disk, warnings } = open(tree);
    writeFileSync(at('shrinks'), 'x'.repeat(100));
    rmSync(at('vanishes'));
    const all = Buffer.concat(
      Array.from({ length: disk.sectors }, (_, n) => disk.read(n) ?? Buffer.alloc(0)),
    );
    assert.equal(all.includes('xx'.repeat(51)), false);
    assert.equal(all.includes('yy'), false);
    assert.deepEqual(warnings.sort(), [
      '/shrinks is shorter than at the start; the guest reads zeroes behind its end.',
      '/vanishes is gone since the start; the guest reads zeroes.',
    ]);
  });

  it('leaves out FIFOs with a warning, and answers an unreadable file with an error', () => {
    execFileSync('mkfifo', [at('fifo')]);
    writeFileSync(at('locked'), 'content');
    const host = openNodeTree(tree);
    const { disk, warnings } = open(tree, {
      ...host,
      read: () => 'unreadable',
    });
    assert.deepEqual(warnings, [
      "/fifo is a device, a socket or a FIFO and is left out of the guest's root.",
    ]);
    const broken = Array.from({ length: disk.sectors }, (_, n) => disk.read(n)).filter(
      (bytes) => bytes === undefined,
    );
    assert.equal(broken.length, 8);
    assert.match(warnings[1], /^\/locked cannot be read; the guest gets an input error/);
    chmodSync(at('locked'), 0o600);
  });

  it('says why a directory cannot be the root', () => {
    writeFileSync(at('file'), '');
    assert.throws(() => openNodeTree(at('file')), /no directory/);
    assert.throws(() => openNodeTree(at('nothing')), /there is no such directory/);
  });
});
