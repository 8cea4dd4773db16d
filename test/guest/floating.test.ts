// Floating point as gcc compiles it for a Pentium: one program, run by the host's processor and by ours on both
// systems, gives the same bits.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../support/paths.ts';
import { bootSystem } from '../support/system.ts';

describe('a program that computes with floating point', () => {
  for (const flags of [['-O1', '-march=pentium'], ['-O2', '-march=pentium'], ['-O2', '-march=i686', '-mno-sse']]) {
    it(`gives the same bits as on the host, compiled with ${flags.join(' ')}`, async function () {
      this.timeout(120_000);
      const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
      try {
        const program = path.join(folder, 'floating');
        const fixed = ['-m32', '-ffreestanding', '-nostdlib', '-static', '-no-pie', '-fno-pie', '-fno-stack-protector'];
        execFileSync('gcc', [...fixed, ...flags, path.join(root, 'test/fixtures/floating.c'), '-o', program]);
        assert.ok(readFileSync(program).length > 0);
        const expected = execFileSync(program, { encoding: 'latin1' });
        assert.equal(expected.split('\n').length, 12);
        for (const system of ['native', 'l4linux'] as const) {
          const guest = await bootSystem({ program, system });
          const cause = await guest.execution.run();
          guest.console.flush();
          assert.deepEqual(cause, { kind: 'exited', waitStatus: 0 });
          assert.equal(guest.streams.stdout, expected);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
