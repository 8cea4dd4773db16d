// The package that people install: what is in it, that it carries the notices of what it bundles, and that activation
// loads no engine.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { matchGolden } from '../support/golden.ts';
import { makePackage } from '../support/package.ts';
import { root } from '../support/paths.ts';
import { zipNames } from './zipNames.ts';

const inDist = (file: string): string => path.join(root, 'dist', file);

/** The guest grows, so its sources stand as a folder and a kind of file each, and its programs as one line. */
function summary(names: readonly string[]): string[] {
  const lines = names.map((name) =>
    name
      .replace(/^(extension\/guest\/.*?)[^/]*?(\.\w+)$/, '$1*$2')
      .replace(/^(extension\/build\/guest\/(programs|l4)\/)[^/]*?(\.elf)?$/, '$1*$3'),
  );
  return [...new Set(lines)].sort();
}

describe('The package of the extension', () => {
  let names: string[] = [];
  before(() => {
    const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-package-'));
    names = zipNames(readFileSync(makePackage(path.join(folder, 'l4scope.vsix'))));
    rmSync(folder, { recursive: true });
  });

  it('holds the bundles, the guest images, the guest sources and the documents', () => {
    matchGolden('package-content', summary(names).join('\n') + '\n');
  });

  it('holds no test, no map, no node_modules and no binary of the host', () => {
    const unwanted =
      /\.test\.|^extension\/test\/|js\.map$|node_modules|\.node$|\.so\.|\.exe$|\.dll$/;
    assert.deepEqual(
      names.filter((name) => unwanted.test(name)),
      [],
    );
  });

  it('carries the licence of every package that it bundles', () => {
    const notices = readFileSync(inDist('ThirdPartyNotices.txt'), 'utf8');
    assert.match(notices, /^iced-x86 [\d.]+ \(MIT\)$/m);
    assert.match(notices, /Permission is hereby granted/);
  });

  it('loads no engine when it is activated', () => {
    const map = JSON.parse(readFileSync(inDist('extension.cjs.map'), 'utf8')) as {
      sources: string[];
    };
    const allowed = /^\.\.\/src\/(views|protocol)\/|^\.\.\/src\/\w+\.ts$/;
    assert.deepEqual(
      map.sources.filter((source) => !allowed.test(source)),
      [],
    );
    const { size } = statSync(inDist('extension.cjs'));
    assert.ok(size < 64 * 1024, `dist/extension.cjs has ${size} bytes`);
  });
});
