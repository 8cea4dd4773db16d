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

export function compileStatic(source: string, output: string): void {
  const include = path.join(SYSROOT, 'usr/include');
  execFileSync('gcc', [
    ...['-m32', '-static', '-O1', '-w', `--sysroot=${SYSROOT}`],
    ...[`-B${GCC}/`, `-B${LIBC}/`, `-L${GCC}`, `-L${LIBC}`],
    ...['-isystem', include, '-isystem', path.join(include, 'i386-linux-gnu')],
    ...['-o', output, source],
  ]);
}
