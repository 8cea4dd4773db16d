// The conformance command on what Debian carries of the public suites (scripts/fetch-debian.sh), on bad arguments, and
// on a program that cannot agree with the host.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { canCompileStatic } from '../support/compile.ts';
import { root } from '../support/paths.ts';

const SUITES = path.join(root, 'build/debian-suites');
const isFetched = existsSync(path.join(SUITES, '.qemu')) && canCompileStatic;
const MINUTES = 60_000;
const INCLUDES = '#include <stdio.h>\n#include <string.h>\n#include <sys/utsname.h>';

function conformance(...args: string[]): { status: number | null; output: string } {
  const run = spawnSync(
    process.execPath,
    ['--import', 'tsx/esm', 'test/conformance/main.ts', ...args],
    { cwd: root, encoding: 'utf8', timeout: 20 * MINUTES, maxBuffer: 1 << 26 },
  );
  return { status: run.status, output: run.stdout + run.stderr };
}

describe('The conformance command', function () {
  this.timeout(20 * MINUTES);

  it("finds no difference in Valgrind's and QEMU's programs", function () {
    if (!isFetched) {
      this.skip();
    }
    const { status, output } = conformance('--suites', SUITES, '--quick');
    const [, passed] = /^(\d+) passed, 0 failed, \d+ skipped$/m.exec(output) ?? [];
    assert.ok(Number(passed) >= 55, output);
    assert.equal(status, 0);
  });

  // The guest's Linux says "#1" of its version, which no other does.
  it('fails where a program says something else than on the host', function () {
    if (!canCompileStatic) {
      this.skip();
    }
    const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-suites-'));
    const programs = path.join(folder, 'valgrind-0/none/tests/x86');
    const file = (name: string, text: string): void => {
      writeFileSync(path.join(programs, name), text);
    };
    try {
      mkdirSync(programs, { recursive: true });
      file('gen_insn_test.pl', '');
      for (const [name, statement] of [
        ['text', 'puts(u.version);'],
        ['status', 'return strcmp(u.version, "#1") == 0;'],
      ]) {
        file(`${name}.vgtest`, '');
        file(
          `${name}.c`,
          `${INCLUDES}\nint main() { struct utsname u; uname(&u); ${statement} }\n`,
        );
      }
      const { status, output } = conformance('--suites', folder);
      assert.match(output, /^failed {3}valgrind\/text \(l4linux\): line 1: ".+" instead of ".+"$/m);
      assert.match(output, /^failed {3}valgrind\/status \(l4linux\): status 1 instead of 0$/m);
      assert.match(output, /^0 passed, 2 failed, 0 skipped$/m);
      assert.equal(status, 1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const usage = 'Usage: npm run conformance -- --suites DIR [--only SUITE[/PROGRAM]] [--quick]\n';
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['no folder', [], `Say where the suites lie. ${usage}`],
    [
      'a folder that is not there',
      ['--suites', '/nonexistent'],
      `There is no folder /nonexistent: give one that holds suites. ${usage}`,
    ],
    [
      'a file for a folder',
      ['--suites', 'package.json'],
      `There is no folder package.json: give one that holds suites. ${usage}`,
    ],
    [
      'a suite that it does not know',
      ['--suites', '.', '--only', 'spec'],
      'There is no suite spec: test386, testfloat, valgrind, qemu.\n',
    ],
  ];
  for (const [what, args, sentence] of cases) {
    it(`answers ${what} with one sentence and status 2`, () => {
      assert.deepEqual(conformance(...args), { status: 2, output: sentence });
    });
  }

  it('is no success where there is nothing to run', () => {
    const { status, output } = conformance('--suites', path.join(root, 'scripts'));
    assert.equal(status, 2);
    assert.match(output, /\n0 passed, 0 failed, 0 skipped\nThere is nothing to run in .*\.\n$/);
  });
});
