// What a public suite is to the conformance command, and one line of its report.

export interface Verdict {
  readonly program: string;
  /** Where it ran: "l4linux", "native" (our ring-0 Linux), "rom", "cpu"; or why it did not run. */
  readonly where: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  /** Of a failure: the first difference. Of a skip: the reason. */
  readonly detail: string;
}

/** Which programs of a suite are run. */
export interface Choice {
  /** One alone, by its name. */
  readonly only?: string;
  /** Not those that take minutes, unless they are named. */
  readonly quick: boolean;
}

export interface Suite {
  readonly name: string;
  /** What has to lie in the folder for the suite to be found there. */
  readonly wants: string;
  /** The suite's own folder or file in a folder of suites; undefined: not there. */
  find(folder: string): string | undefined;
  /** Runs what is chosen of it; one verdict as soon as it is known. */
  run(found: string, choice: Choice): Iterable<Verdict>;
}

export const passed = (program: string, where: string): Verdict => ({
  program,
  where,
  result: 'passed',
  detail: '',
});

export const failed = (program: string, where: string, detail: string): Verdict => ({
  program,
  where,
  result: 'failed',
  detail,
});

export const skipped = (program: string, detail: string): Verdict => ({
  program,
  where: '-',
  result: 'skipped',
  detail,
});

/** The first line in which two texts differ, or undefined. */
export function firstDifference(ours: string, wanted: string): string | undefined {
  const left = ours.split('\n');
  const right = wanted.split('\n');
  const line = left.findIndex((text, index) => text !== right[index]);
  if (line < 0 && left.length === right.length) {
    return undefined;
  }
  const at = line < 0 ? left.length : line;
  const shown = (text: string | undefined): string =>
    text === undefined ? 'nothing' : JSON.stringify(text.slice(0, 120));
  return `line ${at + 1}: ${shown(left[at])} instead of ${shown(right[at])}`;
}
