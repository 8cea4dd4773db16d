// boot --rom as a person meets it: what a ROM writes, and what its last POST code makes of the exit status.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { l4scope } from '../support/cli.ts';
import { assembleRom } from '../support/rom.ts';

async function bootRom(text: string): ReturnType<typeof l4scope> {
  const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-rom-'));
  try {
    const file = path.join(folder, 'suite.bin');
    writeFileSync(file, assembleRom(text));
    return await l4scope(['boot', '--rom', file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const GREETING = `
  mov $'O', %al
  out %al, $0xe9
  mov $'K', %al
  out %al, $0xe9
  movb $1, %cs:start_byte
  mov %cs:start_byte, %al
  mov $0x190, %dx
  out %al, %dx
  cli
  hlt
start_byte: .byte `;

describe('l4scope boot --rom', () => {
  it('writes the console port to stdout, and ends with status 0 on POST code FF, which no store into ROM changes', async () => {
    const { stdout, stderr, status } = await bootRom(`${GREETING} 0xff`);
    assert.deepEqual([stdout, status], ['OK', 0]);
    assert.match(stderr, /POST code FF/);
  });

  it('ends with status 4 on any other code, and names it', async () => {
    const { stdout, stderr, status } = await bootRom(`${GREETING} 0x12`);
    assert.deepEqual([stdout, status], ['OK', 4]);
    assert.match(stderr, /last POST code: 12\.\neip=/);
  });
});
