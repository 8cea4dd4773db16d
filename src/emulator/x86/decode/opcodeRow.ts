// The shape of one row of the instruction table (opcodes.ts), and the compact notation in which rows are written.
import { EXTENSIONS, type Extension } from '../cpuModel.ts';
import type { HandlerName } from '../execute/handlers.ts';

// How an instruction may pair in the Pentium's pipes (SDM's optimisation chapter; pentium.md section 3).
export type Pairing = 'NP' | 'UV' | 'PU' | 'PV';

export interface OpcodeRow {
  readonly opcode: number;
  /** The /digit of a group, or -1. */
  readonly digit: number;
  readonly name: string;
  /** Operand codes as in the SDM's opcode map: Eb, Ev, Gv, Ib, Iz, Is (sign-extended byte), Zv (in the opcode) ... */
  readonly operands: readonly string[];
  readonly handler: HandlerName;
  /** Letters of the flags written with a defined value: o s z a p c (also d i t). */
  readonly sets: string;
  /** Letters of the flags that are undefined afterwards. */
  readonly undefines: string;
  readonly endsBlock: boolean;
  /**
   * Ends its block, but neither waits nor reaches a device: the fast path goes on behind it, unless an interrupt or
   * a single step is due.
   */
  readonly stays: boolean;
  /** Only at CPL 0. */
  readonly privileged: boolean;
  /** Accepts LOCK on a memory destination. */
  readonly lockable: boolean;
  /** Exists only with this extension of the processor. */
  readonly needs: Extension | undefined;
  /** The mandatory prefix that selects the row; undefined: any prefix is an ordinary one. */
  readonly prefix: MandatoryPrefix | undefined;
  /** Bytes of the row's vector registers: 8 (MMX), 16 (XMM), 0. */
  readonly vectorBytes: 0 | 8 | 16;
  readonly pairing: Pairing;
  /** Clocks of the register form on a Pentium. */
  readonly clocks: number;
}

/** NP: none of the three may be there. */
export const MANDATORY_PREFIXES = ['NP', '66', 'F2', 'F3'] as const;
export type MandatoryPrefix = (typeof MANDATORY_PREFIXES)[number];

const FLAG_WORDS = new Set(['end', 'stays', 'cpl0', 'lock', ...EXTENSIONS, 'NP', 'UV', 'PU', 'PV']);

/** By the first operand that is a vector register or may be one. */
function vectorBytes(operands: readonly string[]): 0 | 8 | 16 {
  const first = operands.find((code) => /^[PQNVWU]/.test(code));
  return first === undefined ? 0 : /^[PQN]/.test(first) ? 8 : 16;
}

/** The opcode maps, and the bytes that lead to each: an opcode's number is its map's index times 256, plus its byte. */
export const OPCODE_MAPS = ['', '0F', '0F38', '0F3A'] as const;

/** A lone 0F has no row. */
function opcodeNumber(hex: string): number {
  const map = OPCODE_MAPS.findIndex(
    (lead) => hex.length === lead.length + 2 && hex.startsWith(lead),
  );
  return (map << 8) | parseInt(hex.slice(-2), 16);
}

/**
 * Reads one line: `80/0 ADD Eb,Ib add oszapc - lock UV 1`
 * = [prefix.]opcode[/digit] name operands handler sets undefines [attributes] [pairing] [clocks].
 */
export function parseRow(line: string): OpcodeRow {
  const [code, name, operands, handler, sets, undefines, ...rest] = line.trim().split(/\s+/);
  const [left, digit] = code.split('/');
  const [hex, prefix] = left.split('.').reverse() as [string, MandatoryPrefix?];
  const words = new Set(rest.filter((word) => FLAG_WORDS.has(word)));
  const clocks = rest.find((word) => /^\d+$/.test(word));
  const unknown = rest.find((word) => !FLAG_WORDS.has(word) && !/^\d+$/.test(word));
  if (undefines === undefined || unknown !== undefined) {
    throw new SyntaxError(`Instruction table: cannot read "${line}".`);
  }
  const pairing: Pairing = words.has('UV') ? 'UV' : words.has('PU') ? 'PU' : 'NP';
  return {
    opcode: opcodeNumber(hex),
    digit: digit === undefined ? -1 : Number(digit),
    name,
    operands: operands === '-' ? [] : operands.split(','),
    handler: handler as HandlerName,
    sets: sets === '-' ? '' : sets,
    undefines: undefines === '-' ? '' : undefines,
    endsBlock: words.has('end') || words.has('stays'),
    stays: words.has('stays'),
    privileged: words.has('cpl0'),
    lockable: words.has('lock'),
    needs: EXTENSIONS.find((extension) => words.has(extension)),
    prefix,
    vectorBytes: vectorBytes(operands.split(',')),
    pairing: words.has('PV') ? 'PV' : pairing,
    clocks: clocks === undefined ? 1 : Number(clocks),
  };
}
