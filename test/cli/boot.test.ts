// boot as a person meets it with kernels and disks of other people: what the screen showed, how the machine ended, and
// what stdin becomes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { assembleBootSector } from '../support/bootSector.ts';
import { l4scope } from '../support/cli.ts';
import { assembleImage } from '../support/machineAssemble.ts';

type Run = Awaited<ReturnType<typeof l4scope>>;

async function bootWith(
  content: Uint8Array,
  make: (file: string) => string[],
  input?: string,
): Promise<Run> {
  const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-boot-'));
  try {
    const file = path.join(folder, 'file.bin');
    writeFileSync(file, content);
    return await l4scope(['boot', ...make(file)], input);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const image = (body: string) => assembleImage(`.globl start\nstart:\n${body}\n9: jmp 9b\n`);
const POWER_OFF = 'mov $0x604, %dx; mov $0x2000, %ax; out %ax, %dx';
const HI = 'movw $0x0748, 0xb8000; movw $0x0769, 0xb8002';

describe('l4scope boot', () => {
  it('prints the screen of a guest that speaks through nothing else', async () => {
    const { stdout, status } = await bootWith(image(`${HI}; ${POWER_OFF}`), (file) => [file]);
    assert.deepEqual([stdout, status], ['Hi\n', 0]);
  });

  it('leaves the screen out when the guest has a serial port, unless it is asked for', async () => {
    const both = image(`${HI}; mov $0x3f8, %dx; mov $'s', %al; out %al, %dx; ${POWER_OFF}`);
    assert.equal((await bootWith(both, (file) => [file])).stdout, 's');
    assert.equal((await bootWith(both, (file) => ['--screen', file])).stdout, 'sHi\n');
  });

  it('says that the guest has reset the machine, with status 0', async () => {
    const { stderr, status } = await bootWith(image('mov $0xfe, %al; out %al, $0x64'), (file) => [
      file,
    ]);
    assert.deepEqual([stderr, status], ['l4scope: the guest has reset the machine.\n', 0]);
  });

  it('types stdin on the keyboard', async () => {
    const echo = image(`
      mov $3, %ecx
      1: in $0x64, %al; test $1, %al; jz 1b
      in $0x60, %al
      out %al, $0xe9
      loop 1b
      ${POWER_OFF}`);
    const { stdout, status } = await bootWith(echo, (file) => ['--keyboard', file], 'A');
    assert.deepEqual([stdout, status], ['*\x1e\x9e', 0]);
  });

  it('boots the first disk’s first sector, and reads the second disk', async () => {
    const sector = assembleBootSector(`
      mov $0x1f6, %dx; mov $0xf0, %al; out %al, %dx
      mov $0x1f2, %dx; mov $1, %al; out %al, %dx
      inc %dx; mov $1, %al; out %al, %dx
      mov $0x1f7, %dx; mov $0x20, %al; out %al, %dx
      1: in %dx, %al; test $8, %al; jz 1b
      mov $0x1f0, %dx; in %dx, %ax
      out %al, $0xe9; mov %ah, %al; out %al, $0xe9
      mov $0x604, %dx; mov $0x2000, %ax; out %ax, %dx
      hlt`);
    const disk = new Uint8Array(1500);
    disk.set(sector);
    disk.set([0x6f, 0x6b], 512);
    const { stdout, status } = await bootWith(disk, (file) => ['--disk', file, '--disk', file]);
    assert.deepEqual([stdout, status], ['ok', 0]);
  });

  it('ends with status 4 and a sentence when a boot sector calls the BIOS', async () => {
    const sector = assembleBootSector('mov $0x0e41, %ax; int $0x10');
    const { stderr, status } = await bootWith(sector, (file) => ['--disk', file]);
    assert.equal(status, 4);
    assert.match(
      stderr,
      /^l4scope: The guest calls the BIOS, which is not there \(interrupt 10h with AH=0Eh, return to 0000:[0-9A-F]{4}\)\.\neip=/,
    );
  });

  it('names no place of the image when a guest ends outside it', async () => {
    const leaves = image('movw $0x0b0f, 0x9000; mov $0x9000, %eax; jmp *%eax');
    const { stderr, status } = await bootWith(leaves, (file) => [file]);
    assert.equal(status, 4);
    assert.match(stderr, /\neip=00009000 esp=[0-9a-f]+ cr2=00000000 cr3=00000000\n$/);
  });

  for (const [name, make, sentence] of [
    ['a disk without a boot sector', (file: string) => ['--disk', file], /no boot sector/],
    [
      'three disks',
      (file: string) => ['--disk', file, '--disk', file, '--disk', file],
      /at most two disks/,
    ],
    [
      'a command line for a boot sector',
      (file: string) => ['--disk', file, '--cmdline', 'x'],
      /--cmdline needs IMAGE/,
    ],
    ['nothing to boot', () => [], /IMAGE is missing/],
  ] as const) {
    it(`says in one sentence what is wrong with ${name}`, async () => {
      const { stderr, status } = await bootWith(new Uint8Array(600), (file) => [...make(file)]);
      assert.ok(status === 2 || status === 3, stderr);
      assert.match(stderr, sentence);
      assert.equal(stderr.trim().split('\n').length, 1);
    });
  }
});
