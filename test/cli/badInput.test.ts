// Bad input: one clear sentence on standard error and a defined status, whatever is wrong.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SymbolImage } from '../../src/symbols/image.ts';
import { l4scope } from '../support/cli.ts';
import { elfWith } from '../support/elfFile.ts';
import { guestProgram } from '../support/paths.ts';

const CODE = 0x08048000;

describe('bad input', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** One line, beginning with "l4scope: ", and the status. */
  async function refuses(args: readonly string[], status: number, sentence: RegExp): Promise<void> {
    const result = await l4scope(args);
    assert.equal(result.status, status, result.stderr);
    assert.match(result.stderr, /^l4scope: [^\n]+\.\n$/);
    assert.match(result.stderr, sentence);
    assert.equal(result.stdout, '');
  }

  function program(name: string, content: Uint8Array): string {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  }

  const hello = (): Buffer => readFileSync(guestProgram('hello'));

  const PROGRAMS: readonly [string, () => Uint8Array, RegExp][] = [
    ['an empty file', () => Buffer.alloc(0), /too short to be an ELF file/],
    ['a text file', () => Buffer.from('#!/bin/sh\n'.repeat(20)), /is not an ELF file/],
    ['a truncated ELF file', () => hello().subarray(0, 3000), /is truncated/],
    ['a 64-bit ELF file', () => readFileSync(process.execPath).subarray(0, 4096), /is a 64-bit ELF file; build it .*-m32/],
    ['a file for another processor', () => elfWith([{ address: CODE }], (view) => view.setUint16(18, 40, true)), /ELF machine 40, not for the i386/],
    ['a shared object', () => elfWith([{ address: CODE }], (view) => view.setUint16(16, 3, true)), /not a static executable/],
    ['no segment', () => elfWith([]), /nothing to load/],
    ['overlapping segments', () => elfWith([{ address: CODE, memorySize: 0x2000 }, { address: CODE + 0x1000 }]), /segments that overlap at 0x8049000/],
    ['a wrapping segment', () => elfWith([{ address: 0xfffff000, memorySize: 0x2000 }]), /wraps or ends above 3 GB/],
    ['a segment larger in the file than in memory', () => elfWith([{ address: CODE, fileSize: 64, memorySize: 8 }]), /larger in the file than in memory/],
  ]; // prettier-ignore

  for (const [name, make, sentence] of PROGRAMS) {
    it(`refuses ${name} as a program with status 3`, async () => {
      await refuses(['run', program('bad', make())], 3, sentence);
    });
  }

  it('refuses a program that cannot be read', async () => {
    await refuses(
      ['run', '/no/such/program'],
      3,
      /\/no\/such\/program cannot be read: there is no such file/,
    );
    await refuses(['run', folder], 3, /it is a directory/);
    await refuses(
      ['run', '--root', '/no/such/folder', '/x'],
      3,
      /cannot be the root file system: there is no such directory/,
    );
    await refuses(
      ['run', '--root', process.execPath, '/x'],
      3,
      /cannot be the root file system: it is no directory/,
    );
  });

  it('refuses images that are larger than memory, or no Multiboot images', async () => {
    const large = elfWith([{ address: 0x100000, memorySize: 0x10000000 }], (view) => {
      view.setUint32(4096, 0x1badb002, true);
      view.setUint32(4100, 0, true);
      view.setUint32(4104, -0x1badb002, true);
    });
    await refuses(['boot', program('large', large)], 3, /memory/);
    await refuses(['boot', guestProgram('hello')], 3, /Multiboot/);
    await refuses(
      ['boot', '--rom', program('short', new TextEncoder().encode('12345'))],
      3,
      /whole number of 4 KB pages/,
    );
  });

  const ARGUMENTS: readonly [readonly string[], RegExp][] = [
    [[], /a command is missing/],
    [['walk'], /there is no command "walk"/],
    [['run'], /PROGRAM is missing, and there is no terminal/],
    [['run', '--root'], /--root needs DIR/],
    [['run', '--fast', 'x'], /there is no option --fast/],
    [['run', '--memory'], /--memory needs MB/],
    [['run', '--memory', '8', 'x'], /whole number from 16 to 256, not "8"/],
    [['run', '--memory', '1e2', 'x'], /whole number from 16 to 256/],
    [
      ['run', '--cpu', '8086', 'x'],
      /--cpu must be pentium or pentium\+mmx or i686 or i686\+mmx or/,
    ],
    [['run', '--tlb', 'blue', 'x'], /--tlb must be untagged or tagged, not "blue"/],
    [['run', '--profile', 'p.xyz', 'x'], /must end in \.folded/],
    [['boot', 'a', 'b'], /one word too many/],
    [['boot', 'a', '--rom', 'b'], /--rom excludes IMAGE/],
    [['boot', '--rom', 'b', '--module', 'c'], /--rom excludes --module/],
    [['dap', '--port', '99999'], /from 0 to 65535/],
  ];

  for (const [args, sentence] of ARGUMENTS) {
    it(`refuses "${['l4scope', ...args].join(' ')}" with status 2`, async () => {
      await refuses(args, 2, sentence);
    });
  }

  it('refuses an unknown event to trace, and an environment without a name', async () => {
    await refuses(
      ['run', '--trace', 'nonsense', guestProgram('hello')],
      2,
      /no event "nonsense".*ipc-send/,
    );
    await refuses(['run', '--env', 'novalue', guestProgram('hello')], 2, /NAME=VALUE/);
  });

  it('says that a report cannot be written, and keeps what the program wrote', async () => {
    const result = await l4scope(['run', '--stats', '/no/such/folder/s', guestProgram('hello')]);
    assert.equal(result.stdout, 'Hello, world!\n');
    assert.equal(result.status, 2);
    assert.match(result.stderr, /cannot be written/);
  });

  it('ends with status 4 and a symbolised backtrace when the kernel panics', async () => {
    const result = await l4scope(['boot', 'build/guest/kernel.elf']);
    assert.equal(result.status, 4);
    assert.match(result.stdout, /kernel panic: the modules must be sigma0/);
    assert.match(
      result.stderr,
      / panic at kernel\/ia32\/console\.c:\d+\n.* multiboot_prepare at kernel\/multiboot\.c:\d+\n.* kernel_main at kernel\/main\.c/s,
    );
  });

  it('runs a program with broken debug information, and says so where it matters', async () => {
    const bytes = hello();
    const info = new SymbolImage('hello', bytes).elf.sections.find(
      ({ name }) => name === '.debug_info',
    )!;
    bytes.fill(
      0x55,
      info.bytes.byteOffset - bytes.byteOffset,
      info.bytes.byteOffset - bytes.byteOffset + info.bytes.length,
    );
    const broken = program('broken', bytes);
    assert.deepEqual(await l4scope(['run', broken]), {
      status: 0,
      stdout: 'Hello, world!\n',
      stderr: '',
    });
    const profile = path.join(folder, 'p.folded');
    const profiled = await l4scope(['run', '--profile', profile, broken]);
    assert.equal(profiled.status, 0);
    assert.match(
      profiled.stderr,
      /^l4scope: The debug information of broken cannot be used: [^\n]+\.\n$/,
    );
    assert.match(
      readFileSync(profile, 'utf8'),
      /main_\[user\]/,
      'the symbol table still names functions',
    );
  });
});
