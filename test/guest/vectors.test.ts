// Vector registers under Linux: a program compiled for SSE2 computes the bits that it computes on the host, and its
// registers survive handlers, fork and other processes; on both systems.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../support/paths.ts';
import { bootSystem } from '../support/system.ts';

const FLAGS = [
  ...['-m32', '-ffreestanding', '-nostdlib', '-static', '-no-pie', '-fno-pie', '-fno-stack-protector'],
  ...['-march=pentium-m', '-mfpmath=sse', '-mstackrealign', '-Wall', '-Wextra', '-Werror'],
];

const PROGRAMS = [
  { name: 'vectors', flags: ['-O1'], lines: 13 },
  { name: 'vectors', flags: ['-O2', '-ftree-vectorize'], lines: 13 },
  { name: 'floating', flags: ['-O2'], lines: 11 },
];

describe('A program compiled for SSE2', () => {
  for (const { name, flags, lines } of PROGRAMS) {
    it(`says what it says on the host: ${name}, compiled with ${flags.join(' ')}`, async function () {
      this.timeout(120_000);
      const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
      try {
        const program = path.join(folder, name);
        const source = path.join(root, `test/fixtures/${name}.c`);
        execFileSync('gcc', [...FLAGS, ...flags, source, '-o', program]);
        const expected = execFileSync(program, { encoding: 'latin1' });
        assert.equal(expected.trimEnd().split('\n').length, lines);
        for (const system of ['native', 'l4linux'] as const) {
          const guest = await bootSystem({ program, system, cpu: 'i686+sse2' });
          const cause = await guest.execution.run();
          guest.console.flush();
          assert.equal(guest.streams.stdout, expected, system);
          assert.deepEqual(cause, { kind: 'exited', waitStatus: 0 });
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
