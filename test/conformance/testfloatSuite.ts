// Berkeley TestFloat as a suite: its source tree with testfloat_gen built, or a folder of vectors that it has written.
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Choice, type Suite, type Verdict, failed, passed, skipped } from './suite.ts';
import {
  GENERATOR,
  type TestFloatResult,
  describeFile,
  generated,
  runVectors,
  vectorsOf,
} from './testfloat.ts';

/** The generator where its makefile leaves it, or beside the vectors' place. */
function generatorIn(folder: string): string | undefined {
  const build = path.join(folder, 'build');
  const targets = existsSync(build) ? readdirSync(build).map((name) => path.join(build, name)) : [];
  return [folder, ...targets].map((each) => path.join(each, GENERATOR)).find(existsSync);
}

function holdsVectors(folder: string): boolean {
  return readdirSync(folder).some(
    (name) => name.endsWith('.txt') && describeFile(name) !== undefined,
  );
}

function verdictOf({ source, mismatches, vectors, examples, ...rest }: TestFloatResult): Verdict {
  if (rest.skipped !== undefined) {
    return skipped(source, rest.skipped);
  }
  const where = `cpu, ${vectors} vectors`;
  return mismatches === 0
    ? passed(source, where)
    : failed(source, where, `${mismatches} mismatches, first ${examples[0]}`);
}

function* run(found: string, { only }: Choice): Iterable<Verdict> {
  const isGenerator = path.basename(found) === GENERATOR;
  for (const vectors of isGenerator ? generated(found, only) : vectorsOf(found)) {
    if (only === undefined || vectors.function === only) {
      yield verdictOf(runVectors(vectors));
    }
  }
}

export const testFloat: Suite = {
  name: 'testfloat',
  wants: `testfloat*/ or berkeley-testfloat*/ with ${GENERATOR} built, or with its vectors`,
  find: (folder) =>
    readdirSync(folder)
      .filter((name) => /^(berkeley-)?testfloat/i.test(name))
      .map((name) => path.join(folder, name))
      .filter((candidate) => statSync(candidate).isDirectory())
      .map((candidate) => generatorIn(candidate) ?? (holdsVectors(candidate) ? candidate : ''))
      .find((found) => found !== ''),
  run,
};
