// Where QEMU's processor is not the manuals': each difference with its reason and the narrowest condition that tells it.
// Whatever is not here fails the test.
import { LANDING } from './layout.ts';
import type { Outcome } from './run.ts';

const BREAKPOINT = 3;
const INVALID_TSS = 10;
const NOT_PRESENT = 11;
const PROTECTION = 13;
const PAGE_FAULT = 14;
const WRITE = 2;

export interface Comparison {
  readonly snippet: string;
  readonly ours: Outcome;
  readonly theirs: Outcome;
  /** The fields that differ. */
  readonly fields: readonly string[];
}

const only = (fields: readonly string[], ...allowed: readonly string[]): boolean =>
  fields.every((field) => allowed.includes(field));

const MODIFIES = /^(incl|orl|xchg|cmpxchg|cmpxchg8b|btsl) .*\(%esi\)$/;
const FAR = /^(int|lcallw?|lretw?|iretw?|ljmpw?|lret \$8) ?/;

/** A reason and when it applies. The manual is SDM volume 3, and volume 2 for an instruction. */
const REASONS: readonly [reason: string, applies: (c: Comparison) => boolean][] = [
  [
    'QEMU reads before it writes: a read-modify-write is a write from its beginning (4.7; real processors agree)',
    ({ snippet, ours, theirs, fields }) =>
      MODIFIES.test(snippet.split('\n')[0]) &&
      ours.vector === PAGE_FAULT &&
      theirs.vector === PAGE_FAULT &&
      (ours.error & WRITE) !== 0 &&
      (theirs.error & WRITE) === 0 &&
      only(fields, 'error', 'cr2', 'pages'),
  ],
  [
    'QEMU reads the destination of CMPS first, the manual the source (CMPS, Operation; real processors agree)',
    ({ snippet, ours, theirs, fields }) =>
      snippet === 'cmpsl' &&
      ours.vector === PAGE_FAULT &&
      theirs.vector === PAGE_FAULT &&
      only(fields, 'error', 'cr2'),
  ],
  [
    'QEMU takes 32 bits of offset from a 16-bit gate (5.8.3 and 6.11)',
    ({ snippet, ours, theirs, fields }) =>
      FAR.test(snippet) &&
      only(fields, 'eip', 'gdt') &&
      ours.vector === BREAKPOINT &&
      (theirs.eip & 0xffff) === ours.eip,
  ],
  [
    'QEMU does not check the offset of a gate or of a far return against the limit of the code segment (INT, RET)',
    ({ snippet, ours, theirs }) =>
      FAR.test(snippet) &&
      ours.vector === PROTECTION &&
      ours.error === 0 &&
      theirs.vector === BREAKPOINT,
  ],
  [
    'QEMU gives the selector as error code where an offset lies beyond the limit; the manual has 0 (CALL)',
    ({ snippet, ours, theirs, fields }) =>
      snippet.startsWith('lcall') &&
      ours.vector === PROTECTION &&
      theirs.vector === PROTECTION &&
      ours.error === 0 &&
      theirs.error !== 0 &&
      only(fields, 'error', 'stacks'),
  ],
  [
    'QEMU gives #TS for a task gate whose selector is local or beyond the GDT; the manual has #GP (INT, JMP and CALL, Task-gate)',
    ({ snippet, ours, theirs, fields }) =>
      FAR.test(snippet) &&
      ours.vector === PROTECTION &&
      theirs.vector === INVALID_TSS &&
      ours.error === theirs.error &&
      only(fields, 'vector'),
  ],
  [
    'QEMU pushes another EIP for a segment of the new task that cannot be loaded (7.3)',
    ({ ours, theirs, fields }) =>
      ours.vector === theirs.vector &&
      ours.eip === LANDING + 0x20 &&
      only(fields, 'eip', 'gdt', 'ldt'),
  ],
  [
    'QEMU does not mark as accessed the stack of a far return, nor what a task switch loads (3.4.5.1)',
    ({ snippet, fields }) => FAR.test(snippet) && only(fields, 'gdt', 'ldt'),
  ],
  [
    'QEMU gives #GP, not #NP, for an absent code segment behind the call gate of a jump (JMP, Call-gate)',
    ({ snippet, ours, theirs, fields }) =>
      snippet.startsWith('ljmp') &&
      ours.vector === NOT_PRESENT &&
      theirs.vector === PROTECTION &&
      only(fields, 'vector'),
  ],
  [
    'QEMU keeps the RPL of a gate to conforming code; the manual puts the CPL there (CALL, Same-privilege)',
    ({ snippet, ours, theirs, fields }) =>
      snippet.startsWith('lcall') &&
      (ours.cs & ~3) === (theirs.cs & ~3) &&
      only(fields, 'cs', 'stacks'),
  ],
  [
    'QEMU takes a null selector for LTR (LTR, Protected Mode Exceptions)',
    ({ snippet, ours, theirs }) =>
      snippet.startsWith('ltr') &&
      ours.vector === PROTECTION &&
      theirs.vector === BREAKPOINT &&
      (theirs.tr & ~3) === 0,
  ],
];

/** The reason of a difference, or undefined. */
export function explain(comparison: Comparison): string | undefined {
  return REASONS.find(([, applies]) => applies(comparison))?.[0];
}
