// QEMU's own programs for i386 (tests/tcg/i386 of its source package), as Linux programs.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type LinuxProgram, compareWithHost } from './linuxProgram.ts';
import { type Choice, type Suite, type Verdict, skipped } from './suite.ts';

/** Programs for instructions that no kind of our processor has. */
const BEYOND: Readonly<Record<string, string>> = {
  'test-3dnow': 'needs 3DNow!',
  'test-avx': 'needs AVX',
  'test-mmx': 'is for x86-64',
  'test-i386-bmi2': 'is for x86-64',
  'test-i386-ssse3': 'is for x86-64',
  'test-i386-pcmpistri': 'needs SSE4.2',
  'test-i386-sse-exceptions': 'needs SSE4.1',
};

const FLAGS: Readonly<Record<string, readonly string[]>> = {
  'test-i386': ['-fno-pie', '-no-pie'],
  'hello-i386': ['-ffreestanding', '-nostdlib'],
};

const OTHER_SOURCES: Readonly<Record<string, readonly string[]>> = {
  'test-i386': ['test-i386.c', 'test-i386-code16.S', 'test-i386-vm86.S'],
};

/** SHLD and SHRD of 16 bits with a count above 16 are undefined (SDM vol. 2). */
function comparable(text: string): string {
  return text
    .split('\n')
    .filter((line) => !isUndefinedShift(line))
    .join('\n');
}

function isUndefinedShift(line: string): boolean {
  const shift = /^sh[lr]dw .* C=([0-9a-f]+)/.exec(line);
  return shift !== null && (parseInt(shift[1], 16) & 31) > 16;
}

function program(folder: string, name: string): LinuxProgram {
  return {
    name,
    sources: (OTHER_SOURCES[name] ?? [`${name}.c`]).map((file) => path.join(folder, file)),
    flags: ['-g', '-fno-strict-aliasing', `-I${folder}`, ...(FLAGS[name] ?? [])],
    isLong: name === 'test-i386-fprem',
    systems: name === 'test-i386' ? ['native'] : ['l4linux'],
    comparable,
  };
}

function* run(folder: string, choice: Choice): Iterable<Verdict> {
  const { only } = choice;
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.c'))
    .map((file) => path.basename(file, '.c'));
  for (const name of names.filter((each) => only === undefined || each === only).sort()) {
    if (Object.hasOwn(BEYOND, name)) {
      yield skipped(name, BEYOND[name]);
    } else {
      yield* compareWithHost('qemu', program(folder, name), choice);
    }
  }
}

export const qemu: Suite = {
  name: 'qemu',
  wants: 'qemu-VERSION/tests/tcg/i386 of its source package',
  find: (folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith('qemu'))
      .map((name) => path.join(folder, name, 'tests/tcg/i386'))
      .find((candidate) => existsSync(path.join(candidate, 'test-i386.c'))),
  run,
};
