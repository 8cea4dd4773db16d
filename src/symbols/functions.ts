// Functions and variables of an image, as DWARF describes them: names, ranges, nesting of inlined calls, scopes.
import { AT, TAG } from './dwarf/constants.ts';
import type { DebugInformation, Entry } from './dwarf/entries.ts';
import { contains, rangesOf, type AddressRange } from './dwarf/ranges.ts';
import type { DebugSections } from './dwarf/sections.ts';

export interface FunctionSymbol {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** The entry that describes it; undefined for a function known from the symbol table alone. */
  readonly entry?: Entry;
}

/** An attribute of an entry, or of the entry it was made from (abstract origin, specification). */
export function inherited<T>(
  information: DebugInformation,
  entry: Entry,
  read: (entry: Entry) => T | undefined,
): T | undefined {
  let current: Entry | undefined = entry;
  for (let depth = 0; current !== undefined && depth < 8; depth += 1) {
    const value = read(current);
    if (value !== undefined) {
      return value;
    }
    const origin: number | undefined =
      current.number(AT.abstractOrigin) ?? current.number(AT.specification);
    current = origin === undefined ? undefined : information.byOffset.get(origin);
  }
  return undefined;
}

export function nameOf(information: DebugInformation, entry: Entry): string {
  return inherited(information, entry, (at) => at.text(AT.name)) ?? '';
}

/** All functions that have code, sorted by address; a function in several parts appears once for each. */
export function readFunctions(
  information: DebugInformation,
  sections: DebugSections,
): FunctionSymbol[] {
  const functions: FunctionSymbol[] = [];
  for (const entry of information.byOffset.values()) {
    if (entry.tag === TAG.subprogram) {
      const name = nameOf(information, entry);
      for (const { low, high } of rangesOf(entry, sections)) {
        functions.push({ name, low, high, entry });
      }
    }
  }
  return functions.sort((left, right) => left.low - right.low);
}

/** Innermost first: the inlined calls and lexical blocks around an address, ending with the function itself. */
export function scopesAt(root: Entry, address: number, sections: DebugSections): Entry[] {
  const inner = root.children.find((child) => {
    const isScope = child.tag === TAG.lexicalBlock || child.tag === TAG.inlinedSubroutine;
    return isScope && contains(scopeRanges(child, sections), address);
  });
  return inner === undefined ? [root] : [...scopesAt(inner, address, sections), root];
}

function scopeRanges(entry: Entry, sections: DebugSections): AddressRange[] {
  return rangesOf(entry, sections);
}

/** The variables and parameters that a scope itself declares. */
export function variablesIn(scope: Entry): Entry[] {
  return scope.children.filter(
    (child) => child.tag === TAG.variable || child.tag === TAG.formalParameter,
  );
}
