// "Small enough to be read in an afternoon": the µ-kernel and σ0 together.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/paths.ts';

const FEWER_LINES_THAN = 7000;
const MEDIAN_FILE = 150;

describe('The source of kernel and σ0', () => {
  const lines = ['kernel', 'sigma0']
    .flatMap((part) => {
      const folder = path.join(root, 'guest', part);
      return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file));
    })
    .filter((file) => /\.[chS]$/.test(file))
    .map((file) => readFileSync(file, 'utf8').split('\n').length - 1)
    .sort((left, right) => left - right);

  it(`has fewer than ${FEWER_LINES_THAN} lines.`, () => {
    const total = lines.reduce((sum, count) => sum + count, 0);
    assert.ok(total < FEWER_LINES_THAN, `${total} lines`);
  });

  it(`has a median file of at most ${MEDIAN_FILE} lines.`, () => {
    const median = lines[lines.length >> 1];
    assert.ok(lines.length > 50 && median <= MEDIAN_FILE, `${median} lines of ${lines.length} files`);
  });
});
