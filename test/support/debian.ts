// Debian's unmodified programs in the guest and on the host, which is what they are compared with.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.ts';
import { bootSystem, type BootOptions, type TestSystem } from './system.ts';

export const BUSYBOX = path.join(root, 'build/debian/bin/busybox');
export const BASH_STATIC = path.join(root, 'build/debian/bin/bash-static');
/** A root file system of dynamic programs. */
export const DEBIAN_ROOT = path.join(root, 'build/debian-root');

export const hasDebian = existsSync(BUSYBOX) && existsSync(path.join(DEBIAN_ROOT, 'bin/dash'));

/** The roads that an unmodified program's system calls can take. */
export const ROADS = [
  { title: 'l4linux, by the library', system: 'l4linux', syscalls: 'library' },
  { title: 'l4linux, by the trampoline', system: 'l4linux', syscalls: 'trampoline' },
  { title: 'native', system: 'native', syscalls: 'library' },
] as const;

export interface Outcome {
  /** As a shell gives it; a sentence if the guest has not ended by its first process's end. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to the end, standard input empty. Text comes as Latin-1, a character for each byte. */
export async function finish(guest: TestSystem): Promise<Outcome> {
  guest.endInput();
  const cause = await guest.execution.run();
  guest.console.flush();
  const { stdout, stderr } = guest.streams;
  return { status: cause.kind === 'exited' ? cause.waitStatus >> 8 : cause.kind, stdout, stderr };
}

export async function inGuest(options: BootOptions): Promise<Outcome> {
  return finish(await bootSystem({ epochSeconds: 1_700_000_000, ...options }));
}

export function onHost(
  command: readonly string[],
  where: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Outcome {
  const [file, ...args] = command;
  const options = { encoding: 'latin1', input: '', ...where } as const;
  const { status, stdout, stderr } = spawnSync(file, args, options);
  return { status: status ?? 'killed', stdout, stderr };
}
