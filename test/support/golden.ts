// Golden text files: what a test has produced is compared with test/golden/NAME.txt. UPDATE_GOLDEN=1 rewrites the
// file; a mismatch leaves NAME.txt.actual beside it.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.resolve(import.meta.dirname, '../golden');

export function matchGolden(name: string, text: string): void {
  const file = path.join(folder, `${name}.txt`);
  const actual = `${file}.actual`;
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  const expected = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (expected === text) {
    rmSync(actual, { force: true });
  } else {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(actual, text);
  }
  assert.equal(text, expected, `differs from ${path.relative(process.cwd(), file)}`);
}

/** Addresses and counts, which change with each compiler, as placeholders. */
export function masked(text: string): string {
  return text
    .replace(/0x[0-9a-f]{8,12}\b/g, '<address>')
    .replace(/ at [\w./-]+:\d+/g, ' at <line>');
}
