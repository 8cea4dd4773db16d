// C programs for the tests: static i386 programs with Debian's glibc, which run on the host as well as in the guest.
// scripts/fetch-debian.sh fetches what compiles them.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.ts';

const SYSROOT = path.join(root, 'build/debian-sysroot');
const LIBC = path.join(SYSROOT, 'usr/lib/i386-linux-gnu');
const GCC = path.join(SYSROOT, 'usr/lib/gcc/i686-linux-gnu/12');

export const canCompileStatic = existsSync(path.join(LIBC, 'libc.a'));

const INCLUDE = path.join(SYSROOT, 'usr/include');

/** What tells gcc where Debian's i386 library and its headers lie. */
export const LIBRARY_ARGUMENTS: readonly string[] = [
  ...[`--sysroot=${SYSROOT}`, `-B${GCC}/`, `-B${LIBC}/`, `-L${GCC}`, `-L${LIBC}`],
  ...['-isystem', INCLUDE, '-isystem', path.join(INCLUDE, 'i386-linux-gnu')],
];

export function compileStatic(source: string, output: string): void {
  const options = ['-m32', '-static', '-O1', '-w', ...LIBRARY_ARGUMENTS];
  execFileSync('gcc', [...options, '-o', output, source]);
}
