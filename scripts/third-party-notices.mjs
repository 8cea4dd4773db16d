// The notices of what others wrote and the bundles carry. The source maps say which packages those are, so the list
// is what was really bundled, not what package.json names.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Names of the packages that the bundles of `dist` contain. */
function bundledPackages(dist) {
  const maps = readdirSync(dist, { recursive: true }).filter((file) => file.endsWith('.map'));
  const sources = maps.flatMap((file) => JSON.parse(readFileSync(path.join(dist, file))).sources);
  const names = sources.map((source) => /node_modules\/((@[^/]+\/)?[^/]+)\//.exec(source)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json')));
  const file = readdirSync(folder).find((each) => /^licen[cs]e(\.\w+)?$/i.test(each));
  if (file === undefined) {
    throw new Error(`${name} is bundled but brings no licence text; its notice cannot be made.`);
  }
  const text = readFileSync(path.join(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}

export function thirdPartyNotices(root) {
  const packages = bundledPackages(path.join(root, 'dist'));
  const head = 'L4Scope contains code of these packages, each under its own licence.\n';
  const notices = packages.map((name) => noticeOf(path.join(root, 'node_modules', name)));
  return [head, ...notices].join(`\n${'-'.repeat(80)}\n\n`);
}
