// A suite's Linux program, built for i386 with glibc, run on the host's processor and in the guest, and compared.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LIBRARY_ARGUMENTS, canCompileStatic } from '../support/compile.ts';
import { root } from '../support/paths.ts';
import { buildImages, runLinux } from '../guest/linuxMachine.ts';
import { type Choice, type Verdict, failed, firstDifference, passed, skipped } from './suite.ts';

const FOLDER = path.join(root, 'build/conformance');
/** As much as a program of the suites writes. */
const LARGEST_OUTPUT = 1 << 28;

/** The suites' programs use what CPUID does not have to announce; this kind of processor has it. */
const CPU = 'i686+movbe';
const MAXIMUM_INSTRUCTIONS = 120_000_000_000;

export interface LinuxProgram {
  readonly name: string;
  readonly sources: readonly string[];
  /** Beside -m32 -static and the library: what its suite's makefile gives. */
  readonly flags: readonly string[];
  /** Programs that need what our µ-kernel does not let a task have run on our Linux at ring 0. */
  readonly systems: readonly ('l4linux' | 'native')[];
  /** Takes more than a thousand million instructions. */
  readonly isLong?: boolean;
  /** Leaves out what the manuals leave undefined. */
  readonly comparable?: (text: string) => string;
}

/** The program's file, or the compiler's first complaint. */
function compile(suite: string, program: LinuxProgram): { file: string } | { complaint: string } {
  mkdirSync(path.join(FOLDER, suite), { recursive: true });
  const file = path.join(FOLDER, suite, program.name);
  try {
    const options = [...program.flags, '-o', file, ...program.sources, '-lm'];
    execFileSync('gcc', ['-m32', '-static', '-w', ...LIBRARY_ARGUMENTS, ...options], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return { file };
  } catch (error) {
    return { complaint: String((error as { stderr?: Buffer }).stderr ?? error).split('\n')[0] };
  }
}

/** What a program wrote and how it ended: the exit status, 128 + the signal's number, or why the machine stopped. */
interface End {
  readonly output: string;
  readonly status: number | string;
}

function onHost(file: string): End {
  const run = spawnSync(file, [], {
    encoding: 'latin1',
    timeout: 60_000,
    maxBuffer: LARGEST_OUTPUT,
  });
  return { output: run.stdout, status: run.status ?? 128 + signalNumber(run.signal) };
}

function signalNumber(name: NodeJS.Signals | null): number {
  return name === 'SIGSEGV' ? 11 : name === 'SIGILL' ? 4 : name === 'SIGFPE' ? 8 : 0;
}

/** Of a wait(2) status: that of exit(2), or 128 and the signal's number. */
function exitStatus(status: number): number {
  return (status & 0x7f) === 0 ? status >> 8 : 128 + (status & 0x7f);
}

function inGuest(file: string, system: 'l4linux' | 'native'): End {
  const run = runLinux({
    system,
    cpu: CPU,
    maximumInstructions: MAXIMUM_INSTRUCTIONS,
    program: path.basename(file),
    file: readFileSync(file),
  });
  const output = Buffer.from(run.output, 'utf8').toString('latin1');
  return { output, status: run.status === undefined ? run.reason : exitStatus(run.status) };
}

/** One verdict for each system that the program is to run on. */
export function* compareWithHost(
  suite: string,
  program: LinuxProgram,
  { only, quick }: Choice,
): Iterable<Verdict> {
  if (program.isLong && quick && only === undefined) {
    yield skipped(program.name, 'takes minutes');
    return;
  }
  if (!canCompileStatic) {
    yield skipped(
      program.name,
      'scripts/fetch-debian.sh fetches the library that it is linked with',
    );
    return;
  }
  buildImages();
  const compiled = compile(suite, program);
  if ('complaint' in compiled) {
    yield skipped(program.name, compiled.complaint);
    return;
  }
  const comparable = program.comparable ?? ((text: string) => text);
  const host = onHost(compiled.file);
  for (const system of program.systems) {
    const guest = inGuest(compiled.file, system);
    const difference = firstDifference(comparable(guest.output), comparable(host.output));
    const ends = guest.status === host.status;
    if (!ends || difference !== undefined) {
      const end = ends ? [] : [`status ${guest.status} instead of ${host.status}`];
      yield failed(program.name, system, [...end, difference ?? []].flat().join(', '));
    } else {
      yield passed(program.name, system);
    }
  }
}
