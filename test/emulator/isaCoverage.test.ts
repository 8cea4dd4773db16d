// The coverage report of the instruction table: every row is executed by some suite, and the check can fail.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { root } from '../support/paths.ts';

function coverage(...suites: string[]): { status: number | null; output: string } {
  const run = spawnSync(
    process.execPath,
    ['--import', 'tsx/esm', 'scripts/coverage-isa.mjs', ...suites],
    { cwd: root, encoding: 'utf8', timeout: 400_000 },
  );
  return { status: run.status, output: run.stdout + run.stderr };
}

describe('The coverage of the instruction table', () => {
  it('is whole', function () {
    this.timeout(400_000);
    const { status, output } = coverage();
    assert.equal(status, 0, output);
  });

  it('fails where a row is executed by no suite, and names it', function () {
    this.timeout(100_000);
    const { status, output } = coverage('forms');
    assert.equal(status, 1, output);
    assert.match(output, /^No suite executes 0F 34 SYSENTER\.$/m);
  });
});
