// Valgrind's programs for the x86 instruction set (none/tests/x86 of its source package), as Linux programs.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/paths.ts';
import { type LinuxProgram, compareWithHost } from './linuxProgram.ts';
import { type Choice, type Suite, type Verdict, skipped } from './suite.ts';

const GENERATED = path.join(root, 'build/conformance/valgrind-sources');

/** Flags of single programs in none/tests/x86/Makefile.am. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  fpu_lazy_eflags: ['-O2', '-march=pentiumpro'],
  x86locked: ['-O'],
  insn_sse3: ['-msse3'],
  insn_ssse3: ['-mssse3'],
  ssse3_misaligned: ['-mssse3'],
  lzcnt32: ['-mlzcnt'],
  movbe: ['-mmovbe'],
};

const OTHER_SOURCES: Readonly<Record<string, readonly string[]>> = {
  cpuid: ['cpuid_c.c', 'cpuid_s.S'],
};

/** Programs whose text is the processor's own, or that end differently on today's processors than when written. */
const NOT_COMPARED: Readonly<Record<string, string>> = {
  cpuid: 'prints what the processor says of itself',
  smc1: "executes its stack, which today's Linux forbids",
};

/** A program's sources; those that a script makes of a .def file are made first. */
function sources(folder: string, name: string): string[] {
  const definition = path.join(folder, `${name}.def`);
  if (!existsSync(definition)) {
    return (OTHER_SOURCES[name] ?? [`${name}.c`]).map((file) => path.join(folder, file));
  }
  mkdirSync(GENERATED, { recursive: true });
  const generated = path.join(GENERATED, `${name}.c`);
  const script = path.join(folder, 'gen_insn_test.pl');
  writeFileSync(
    generated,
    execFileSync('perl', [script], {
      input: readFileSync(definition),
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  );
  return [generated];
}

function program(folder: string, name: string): LinuxProgram {
  const top = path.resolve(folder, '../../..');
  mkdirSync(GENERATED, { recursive: true });
  writeFileSync(path.join(GENERATED, 'config.h'), '');
  return {
    name,
    sources: sources(folder, name),
    flags: [
      '-g',
      '-mmmx',
      '-msse',
      `-I${top}`,
      `-I${GENERATED}`,
      `-I${folder}`,
      ...(FLAGS[name] ?? []),
    ],
    isLong: name === 'x86locked',
    systems: ['l4linux'],
  };
}

function* run(folder: string, choice: Choice): Iterable<Verdict> {
  const { only } = choice;
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.vgtest'))
    .map((file) => path.basename(file, '.vgtest'));
  for (const name of names.filter((each) => only === undefined || each === only).sort()) {
    if (Object.hasOwn(NOT_COMPARED, name)) {
      yield skipped(name, NOT_COMPARED[name]);
    } else {
      yield* compareWithHost('valgrind', program(folder, name), choice);
    }
  }
}

export const valgrind: Suite = {
  name: 'valgrind',
  wants: 'valgrind-VERSION/none/tests/x86 of its source package',
  find: (folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith('valgrind'))
      .map((name) => path.join(folder, name, 'none/tests/x86'))
      .find((candidate) => existsSync(path.join(candidate, 'gen_insn_test.pl'))),
  run,
};
