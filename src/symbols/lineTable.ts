// The line tables of an image as one sorted list: address to line, and line to the addresses where it begins.
import { AT } from './dwarf/constants.ts';
import type { DebugInformation } from './dwarf/entries.ts';
import { readLines, type LineRow } from './dwarf/lines.ts';
import type { DebugSections } from './dwarf/sections.ts';

export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

export class LineTable {
  /** As the programs gave them. */
  private readonly all: LineRow[];
  /** One row for each address: of several at one address the last that begins a statement counts. */
  private readonly rows: LineRow[];

  constructor(information: DebugInformation, sections: DebugSections) {
    const rows = information.units.flatMap(({ root }) => {
      const offset = root.number(AT.statementList);
      const directory = root.text(AT.compilationDirectory) ?? '';
      const linked = offset === undefined ? [] : readLines(sections, offset, directory);
      return sections.bias === 0
        ? linked
        : linked.map((row) => ({ ...row, address: (row.address + sections.bias) >>> 0 }));
    });
    // A sequence's end sorts before a row of the next sequence at the same address.
    this.all = rows.sort(
      (left, right) =>
        left.address - right.address || Number(right.endSequence) - Number(left.endSequence),
    );
    this.rows = oneForEachAddress(this.all);
  }

  get files(): string[] {
    return [...new Set(this.rows.map((row) => row.file))].sort();
  }

  /** The line of the code at an address; undefined where there is none. */
  lineAt(address: number): SourceLine | undefined {
    const row = this.rows[this.rowBefore(address)];
    return row === undefined || row.endSequence || row.line === 0
      ? undefined
      : { file: row.file, line: row.line };
  }

  /** Half-open range of the rows around an address that belong to one line. */
  rangeAt(address: number): { low: number; high: number } | undefined {
    let first = this.rowBefore(address);
    const row = this.rows[first];
    if (row === undefined || row.endSequence) {
      return undefined;
    }
    const same = (other: LineRow | undefined): boolean =>
      other !== undefined &&
      !other.endSequence &&
      other.line === row.line &&
      other.file === row.file;
    let last = first;
    while (same(this.rows[first - 1])) {
      first -= 1;
    }
    while (same(this.rows[last + 1])) {
      last += 1;
    }
    const next = this.rows[last + 1];
    return { low: this.rows[first].address, high: next?.address ?? address + 1 };
  }

  /**
   * Where execution reaches a line: for the asked line, or the next one that has code, the first address of
   * each run of its rows. `matches` says whether a file of the table is the one meant.
   */
  addressesOf(
    matches: (file: string) => boolean,
    line: number,
  ): { line: number; addresses: number[] } | undefined {
    const candidates = this.all.filter(
      (row) => !row.endSequence && row.isStatement && row.line >= line && matches(row.file),
    );
    const found = candidates.reduce((least, row) => Math.min(least, row.line), Infinity);
    if (found === Infinity) {
      return undefined;
    }
    const addresses = candidates
      .filter((row) => row.line === found)
      .map((row) => row.address)
      .filter((address, index, all) => all.indexOf(address) === index);
    return { line: found, addresses };
  }

  /** The lines of a file that have code, ascending. */
  linesWithCode(matches: (file: string) => boolean): number[] {
    const lines = this.all
      .filter((row) => !row.endSequence && row.isStatement && row.line > 0 && matches(row.file))
      .map((row) => row.line);
    return [...new Set(lines)].sort((left, right) => left - right);
  }

  /** The first address after a function's prologue: that of its second row. */
  afterPrologue(low: number, high: number): number {
    const rows = this.rows.filter(
      (row) => row.address >= low && row.address < high && row.isStatement && !row.endSequence,
    );
    const first = rows[0];
    const second = rows.find((row, index) => index > 0 && row.address > first.address);
    return second?.address ?? low;
  }

  /** Index of the last row at or before an address; -1 if there is none. */
  private rowBefore(address: number): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.rows[middle].address <= address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }
}

function oneForEachAddress(sorted: readonly LineRow[]): LineRow[] {
  const rows: LineRow[] = [];
  for (const row of sorted) {
    const last = rows[rows.length - 1];
    if (last?.address !== row.address) {
      rows.push(row);
    } else if (row.isStatement || !last.isStatement || last.endSequence) {
      rows[rows.length - 1] = row;
    }
  }
  return rows;
}
