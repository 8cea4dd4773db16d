// What a finished block may leave out and join, from its last micro-operation to its first:
//
// Flags that nobody sees are not computed. An arithmetic operation whose flags are all replaced before an operation
// that reads them, or that may leave the block in its middle (a fault, a hook, a handler, a store into the block
// itself), becomes one without flags.
//
// A comparison directly before its conditional jump does both. The jump stays in its place behind it and lends its
// operands.
import { MICRO, MICRO_WORDS } from './microOps.ts';
import { ZERO } from './registers.ts';

/** What an operation means for the flags; what is not listed may leave the block, so that all flags must be right. */
const FLAGS = {
  KEEPS: 1, // neither reads nor writes, and stays in the block
  REPLACES: 2, // writes all six, reads none
  CHANGES: 3, // reads some, or writes only some
} as const;

const EFFECTS = new Map<number, number>([
  ...among(FLAGS.KEEPS, 'MOV_RR MOV_RI LEA MOV8_RR MOV8_RI MOVZX8 MOVSX8 MOVZX16 MOVSX16'),
  ...among(FLAGS.KEEPS, 'CDQ XCHG_RR NOT RETURN_ADDRESS'),
  ...among(FLAGS.REPLACES, 'ADD_RR OR_RR AND_RR SUB_RR XOR_RR CMP_RR TEST_RR'),
  ...among(FLAGS.REPLACES, 'ADD_RI OR_RI AND_RI SUB_RI XOR_RI CMP_RI TEST_RI'),
  ...among(FLAGS.REPLACES, 'NEG SHL_RI SHR_RI SAR_RI IMUL_RR IMUL_RRI'),
  ...among(FLAGS.CHANGES, 'INC DEC ROL_RI ROR_RI'),
]);

function among(effect: number, names: string): [number, number][] {
  return names.split(' ').map((name) => [MICRO[name as keyof typeof MICRO], effect]);
}

/** Rewrites the operation at a place as one that does the same without flags. */
type Quieten = (code: Int32Array, at: number) => void;

function renamed(operation: number): Quieten {
  return (code, at) => {
    code[at] = operation;
  };
}

/** destination = destination + (index << shift) + displacement */
function address(
  index: (code: Int32Array, at: number) => number,
  displacement: (code: Int32Array, at: number) => number,
): Quieten {
  return (code, at) => {
    lea(code, at, [code[at + 1], index(code, at), 0, displacement(code, at)]);
  };
}

function lea(code: Int32Array, at: number, operands: readonly number[]): void {
  code[at] = MICRO.LEA;
  code.set(operands, at + 2);
}

const QUIET = new Map<number, Quieten>([
  [MICRO.ADD_RR, address((code, at) => code[at + 2], () => 0)],
  [MICRO.ADD_RI, address(() => ZERO, (code, at) => code[at + 2])],
  [MICRO.SUB_RI, address(() => ZERO, (code, at) => -code[at + 2])],
  [MICRO.INC, address(() => ZERO, () => 1)],
  [MICRO.DEC, address(() => ZERO, () => -1)],
  [
    MICRO.SHL_RI,
    (code, at) => {
      lea(code, at, [ZERO, code[at + 1], code[at + 2], 0]);
    },
  ],
  [MICRO.SUB_RR, renamed(MICRO.SUB_RR_QUIET)],
  [MICRO.AND_RR, renamed(MICRO.AND_RR_QUIET)],
  [MICRO.AND_RI, renamed(MICRO.AND_RI_QUIET)],
  [MICRO.OR_RR, renamed(MICRO.OR_RR_QUIET)],
  [MICRO.OR_RI, renamed(MICRO.OR_RI_QUIET)],
  [MICRO.XOR_RR, renamed(MICRO.XOR_RR_QUIET)],
  [MICRO.XOR_RI, renamed(MICRO.XOR_RI_QUIET)],
  [MICRO.SHR_RI, renamed(MICRO.SHR_RI_QUIET)],
  [MICRO.SAR_RI, renamed(MICRO.SAR_RI_QUIET)],
  [MICRO.ROL_RI, renamed(MICRO.ROL_RI_QUIET)],
  [
    MICRO.ROR_RI,
    (code, at) => {
      code[at] = MICRO.ROL_RI_QUIET;
      code[at + 2] = 32 - code[at + 2];
    },
  ],
]); // prettier-ignore

const ANY_JUMP: readonly number[] = [MICRO.JCC, MICRO.JZ, MICRO.JNZ];
const ZERO_JUMP: readonly number[] = [MICRO.JZ, MICRO.JNZ];

/** Operation, the jumps that it can be joined with, and what both become. */
const JOINED = new Map<number, [jumps: readonly number[], operation: number]>([
  [MICRO.CMP_RR, [ANY_JUMP, MICRO.CMP_RR_JCC]],
  [MICRO.CMP_RI, [ANY_JUMP, MICRO.CMP_RI_JCC]],
  [MICRO.TEST_RR, [ZERO_JUMP, MICRO.TEST_RR_JZ]],
  [MICRO.TEST_RI, [ZERO_JUMP, MICRO.TEST_RI_JZ]],
  [MICRO.AND_RI, [ZERO_JUMP, MICRO.AND_RI_JZ]],
  [MICRO.DEC, [ZERO_JUMP, MICRO.DEC_JZ]],
]);

/** Rewrites the block between two places of the arena, `end` behind its last micro-operation. */
export function simplify(code: Int32Array, start: number, end: number): void {
  dropUnseenFlags(code, start, end);
  joinJump(code, start, end);
}

function dropUnseenFlags(code: Int32Array, start: number, end: number): void {
  let seen = true;
  for (let at = end - MICRO_WORDS; at > start; at -= MICRO_WORDS) {
    const effect = EFFECTS.get(code[at]);
    if (effect === undefined) {
      seen = true;
    } else if (effect !== FLAGS.KEEPS && !seen) {
      QUIET.get(code[at])?.(code, at);
    } else if (effect !== FLAGS.KEEPS) {
      seen = effect === FLAGS.CHANGES;
    }
  }
}

function joinJump(code: Int32Array, start: number, end: number): void {
  const jump = end - MICRO_WORDS;
  const before = jump - MICRO_WORDS;
  const joined = before > start ? JOINED.get(code[before]) : undefined;
  if (joined?.[0].includes(code[jump]) === true) {
    code[before] = joined[1];
  }
}
