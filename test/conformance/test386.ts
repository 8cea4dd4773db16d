// barotto's test386.asm: a ROM that says how far it came on the POST port and writes a long text; POST FF is success.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Machine } from '../../src/emulator/machine.ts';
import { type Suite, type Verdict, failed, firstDifference, passed } from './suite.ts';

const SUCCESS = 0xff;
const MAXIMUM_INSTRUCTIONS = 2_000_000_000;
const REFERENCE = 'test386-EE-reference.txt';

function* run(folder: string): Iterable<Verdict> {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.bin'))) {
    yield runRom(folder, name);
  }
}

function runRom(folder: string, name: string): Verdict {
  const written: number[] = [];
  let post = 0;
  const machine = new Machine({
    memoryMegabytes: 16,
    cpu: 'pentium',
    epochSeconds: 0,
    onSerial: () => undefined,
    log: () => undefined,
    diagnostics: { post: (code) => (post = code), console: (byte) => written.push(byte) },
  });
  machine.loadRom(readFileSync(path.join(folder, name)));
  machine.run(MAXIMUM_INSTRUCTIONS);
  if (post !== SUCCESS) {
    return failed(name, 'rom', `POST ${post.toString(16).toUpperCase()} instead of FF`);
  }
  const reference = path.join(folder, REFERENCE);
  const text = Buffer.from(written).toString('latin1');
  const difference = existsSync(reference)
    ? firstDifference(text.trimEnd(), readFileSync(reference, 'latin1').trimEnd())
    : undefined;
  return difference === undefined ? passed(name, 'rom') : failed(name, 'rom', difference);
}

export const test386: Suite = {
  name: 'test386',
  wants: `test386*/ with ROMs (*.bin) and ${REFERENCE}`,
  find: (folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith('test386'))
      .map((name) => path.join(folder, name))
      .find((candidate) => readdirSync(candidate).some((file) => file.endsWith('.bin'))),
  run,
};
