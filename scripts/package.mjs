#!/usr/bin/env node
// npm run package: builds everything and makes l4scope-VERSION.vsix. What goes in stands in .vscodeignore, and the
// list of what came out is test/golden/package-content.txt.
//
//   node scripts/package.mjs                  builds, and packages
//   node scripts/package.mjs --built FILE     packages what is built, as FILE
import { createVSIX } from '@vscode/vsce';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { thirdPartyNotices } from './third-party-notices.mjs';

const root = path.resolve(import.meta.dirname, '..');

async function makePackage(file) {
  writeFileSync(path.join(root, 'dist/ThirdPartyNotices.txt'), thirdPartyNotices(root));
  await createVSIX({
    cwd: root,
    packagePath: file,
    dependencies: false, // everything is bundled
    allowMissingRepository: true,
    rewriteRelativeLinks: false, // package.json names no repository that they could lead to
    skipVerify: true,
  });
}

async function main([option, file]) {
  if (option === '--built') {
    return makePackage(path.resolve(file));
  }
  await build();
  const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json')));
  return makePackage(path.join(root, `${name}-${version}.vsix`));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`package: ${error.message}`);
  process.exit(1);
}
