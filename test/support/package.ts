// The package of what is built, made as "npm run package" makes it.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { root } from './paths.ts';

export function makePackage(file: string): string {
  execFileSync(process.execPath, [path.join(root, 'scripts/package.mjs'), '--built', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 120_000,
  });
  return file;
}
