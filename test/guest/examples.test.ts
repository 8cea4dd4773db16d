// The examples are copies, so that a newcomer may change them: as shipped they are the sources of the bundled
// programs, line for line, or breakpoints in them would lie.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/paths.ts';

describe('The examples', () => {
  const files = readdirSync(path.join(root, 'examples')).filter((name) => name.endsWith('.c'));
  const text = (folder: string, name: string): string =>
    readFileSync(path.join(root, folder, name), 'utf8');

  for (const name of files) {
    it(`hold ${name} as the bundled program was compiled from it`, () => {
      assert.equal(text('examples', name), text('guest/programs', name));
    });
  }

  it('are at least two', () => {
    assert.ok(files.length >= 2);
  });
});
