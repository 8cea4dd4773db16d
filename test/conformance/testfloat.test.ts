// The reader of TestFloat's vectors, on a few lines in its format; the vectors themselves come from outside.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { type TestFloatResult, runTestFloat } from './testfloat.ts';

/** 1/3 at three precisions and two roundings, a compare with a quiet NaN, conversions, an integer that does not fit. */
const FILES: Readonly<Record<string, string>> = {
  'extF80_div.txt': '3FFF8000000000000000 4000C000000000000000 3FFDAAAAAAAAAAAAAAAB 01\n',
  'extF80_div-rmin-precision32.txt':
    '3FFF8000000000000000 4000C000000000000000 3FFDAAAAAA0000000000 01\n' +
    '3FFF8000000000000000 00000000000000000000 7FFF8000000000000000 08\n',
  'extF80_sqrt-rnear_even-precision64.txt': 'BFFF8000000000000000 FFFFC000000000000000 10\n',
  'extF80_le.txt': '3FFF8000000000000000 7FFFC000000000000000 0 10\n',
  'extF80_le_quiet.txt': '3FFF8000000000000000 7FFFC000000000000000 0 00\n',
  'extF80_to_i32-rmax-exact.txt': '3FFDAAAAAAAAAAAAAAAB 00000001 01\n',
  'extF80_to_i32-rmax.txt': '3FFDAAAAAAAAAAAAAAAB 00000001 00\n401E8000000000000000 80000000 10\n',
  'f32_to_extF80.txt': '7F800001 7FFFC000010000000000 10\n',
  'f128_add.txt': '0 0 0 0\n',
  'README.md': 'not vectors\n',
};

function runFolder(files: Readonly<Record<string, string>>): TestFloatResult[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-testfloat-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(path.join(folder, name), text);
    }
    return runTestFloat(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("TestFloat's vectors", () => {
  it('are read from files named after function and options, and agree', () => {
    const results = runFolder(FILES);
    assert.deepEqual(
      results.filter(({ mismatches }) => mismatches > 0),
      [],
    );
    assert.equal(
      results.reduce((sum, { vectors }) => sum + vectors, 0),
      10,
    );
    assert.deepEqual(
      results.filter(({ skipped }) => skipped !== undefined).map(({ source }) => source),
      ['f128_add.txt'],
    );
  });

  it('are counted as mismatches when the result or a flag is another one', () => {
    const [result] = runFolder({
      'extF80_add.txt':
        '3FFF8000000000000000 3FFF8000000000000000 40008000000000000001 00\n' +
        '3FFF8000000000000000 3FFF8000000000000000 40008000000000000000 01\n' +
        '3FFF8000000000000000 3FFF8000000000000000 40008000000000000000 00\n',
    });
    assert.equal(result.mismatches, 2);
    assert.match(result.examples[0], /40008000000000000000 with status/i);
  });

  it('are refused with the line if they cannot be read', () => {
    assert.throws(() => runFolder({ 'extF80_add.txt': '1 2 3 4\nxyz\n' }), /line 2: 4 hexadecimal/);
    assert.throws(() => runFolder({ 'extF80_add-rodd.txt': '' }), /rounding or precision/);
  });
});
