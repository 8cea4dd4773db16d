// The debug registers' breakpoints (SDM vol. 3, 17.2 and 17.3). While DR7 enables any, the interpreter executes single
// instructions and no access takes the fast table, so that each is seen here.
import { CR4, CR4_DE, DR0 } from './registers.ts';

const ENABLED = 0xff;
const EXECUTE = 0;
const WRITE = 1;
const PORT = 2;
const READ_OR_WRITE = 3;

export const DR6 = DR0 + 6;
export const DR7 = DR0 + 7;
/** Bits of DR6 beside the four hits. */
export const DR6_ACCESS = 1 << 13;
export const DR6_SINGLE_STEP = 1 << 14;
export const DR6_TASK_SWITCH = 1 << 15;
/** The next access to a debug register is a #DB. */
export const DR7_GENERAL_DETECT = 1 << 13;
/** L0 to L3 and LE, which a task switch clears. */
export const DR7_LOCAL = 0x155;
export const DR7_FIXED_ONE = 0x400;
export const DR7_WRITABLE = 0xffff_2bff;
export const DR6_FIXED_ONES = 0xffff_0ff0;
export const DR6_WRITABLE = 0xe00f;

export function breakpointsEnabled(r: Int32Array): boolean {
  return (r[DR7] & ENABLED) !== 0;
}

/** Bits 0 to 3 of DR6 for the enabled breakpoints of a kind that `touches` the bytes from first to last. */
function hits(r: Int32Array, kinds: readonly number[], linear: number, size: number): number {
  const control = r[DR7];
  let found = 0;
  for (let number = 0; number < 4; number++) {
    const kind = (control >>> (16 + number * 4)) & 3;
    const enabled = ((control >>> (number * 2)) & 3) !== 0;
    if (enabled && kinds.includes(kind) && overlaps(r, number, linear, size)) {
      found |= 1 << number;
    }
  }
  return found;
}

/** Breakpoints cover 1, 2 or 4 bytes and are aligned to their length, whatever the register's low bits. */
function overlaps(r: Int32Array, number: number, linear: number, size: number): boolean {
  const length = ((r[DR7] >>> (18 + number * 4)) & 3) + 1;
  const first = (r[DR0 + number] & -length) >>> 0;
  return linear >>> 0 < first + length && (linear >>> 0) + size > first;
}

const EXECUTES = [EXECUTE];
const WRITES = [WRITE, READ_OR_WRITE];
const READS = [READ_OR_WRITE];
const PORTS = [PORT];

export function instructionHits(r: Int32Array, linear: number): number {
  return hits(r, EXECUTES, linear, 1);
}

export function dataHits(r: Int32Array, linear: number, size: number, write: boolean): number {
  return hits(r, write ? WRITES : READS, linear, size);
}

/** Breakpoints on I/O ports, which exist while CR4.DE is set (SDM vol. 3, 17.2.4). */
export function portHits(r: Int32Array, port: number, size: number): number {
  return (r[CR4] & CR4_DE) === 0 ? 0 : hits(r, PORTS, port, size);
}
