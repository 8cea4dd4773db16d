// A kernel built with L4_DEBUG stops by name at a kind of message that it does not carry yet; the ordinary one ends it
// with the error code 0xF0, message cut.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Machine } from '../../src/emulator/machine.ts';
import { root } from '../support/paths.ts';

/** A root task that sends a message of 16 words from memory to σ0, and leaves its completion code at the debug exit. */
const PROGRAM = `
#include <l4/ipc.h>
#include <l4/sigma0.h>
#include <l4/types.h>

static unsigned message[32] = { 0, 16 << 13, 16 << 13 };

int main(void)
{
	unsigned result;
	unsigned low = 0x00040001, high = 0x00080000;

	__asm__ volatile("push %%ebp\\n\\tmov $-1, %%ebp\\n\\tint $0x30\\n\\tpop %%ebp"
			 : "=a"(result), "+S"(low), "+D"(high)
			 : "0"(message), "c"(0)
			 : "edx", "ebx", "memory", "cc");
	__asm__ volatile("outl %0, %%dx" : : "a"(result & 0xff), "d"(0xf4));
	return 0;
}
`;

describe('A long message, which the kernel does not carry yet', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function run(defines: string[]): Promise<{ console: string; status: number | undefined }> {
    const guest = path.join(folder, 'guest');
    const out = path.join(folder, `images${defines.join('')}`);
    cpSync(path.join(root, 'guest'), guest, { recursive: true });
    writeFileSync(path.join(guest, 'programs/l4/long_message.c'), PROGRAM);
    const builder = '../../scripts/build-guest.mjs';
    const { buildGuest } = (await import(builder)) as {
      buildGuest: (options: { guest: string; out: string; defines: string[] }) => Promise<string>;
    };
    await buildGuest({ guest, out, defines });
    let console = '';
    const machine = new Machine({
      memoryMegabytes: 16,
      cpu: 'pentium',
      epochSeconds: 0,
      onSerial: (port, byte) => {
        console += port === 0 ? String.fromCharCode(byte) : '';
      },
      log: () => undefined,
    });
    const image = (name: string): Uint8Array => readFileSync(path.join(out, name));
    machine.loadMultiboot(image('kernel.elf'), '', [
      { content: image('sigma0.elf'), commandLine: 'sigma0' },
      { content: image('l4/long_message.elf'), commandLine: 'long_message' },
    ]);
    let result = machine.run(50_000_000);
    while (result.reason === 'idle' && machine.instructionCount < 50_000_000) {
      machine.skipIdle();
      result = machine.run(1_000_000);
    }
    return { console, status: result.status };
  }

  it('ends with the code 0xF0', async () => {
    assert.deepEqual(await run([]), { console: '', status: (0xf0 << 1) | 1 });
  });

  it('stops a debug kernel by name', async () => {
    const { console, status } = await run(['L4_DEBUG']);
    assert.match(console, /kernel panic: not yet: .*message/);
    assert.equal(status, undefined);
  });
});
