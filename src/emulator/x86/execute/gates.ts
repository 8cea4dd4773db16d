// The gates of the interrupt descriptor table (SDM vol. 3, 6.11).
import type { Cpu } from '../cpu.ts';
import { GP, NP } from '../faults.ts';
import { IF, NT, RF, TF, VM } from '../flags.ts';
import { PRESENT } from '../memory/descriptorBits.ts';
import { privilegeOf } from '../memory/segmentation.ts';
import { CPL, EFLAGS, IDT_BASE, IDT_LIMIT } from '../registers.ts';

export const TASK_GATE = 5;
const INTERRUPT_GATE_16 = 6;
const TRAP_GATE_16 = 7;
const INTERRUPT_GATE = 0xe;
const TRAP_GATE = 0xf;

const GATES = new Set([TASK_GATE, INTERRUPT_GATE_16, TRAP_GATE_16, INTERRUPT_GATE, TRAP_GATE]);

/** A present interrupt, trap or task gate, taken apart. */
export interface Gate {
  readonly low: number;
  readonly high: number;
  readonly type: number;
  readonly dpl: number;
  readonly selector: number;
  readonly offset: number;
  /** Of what is pushed: 32 or 16. */
  readonly width: number;
}

/** The gate of a vector, or the fault that SDM vol. 2, INT, prescribes. */
export function readGate(cpu: Cpu, vector: number, software: boolean, external: number): Gate {
  const { r } = cpu;
  const code = vector * 8 + 2 + external;
  if (vector * 8 + 7 > r[IDT_LIMIT] >>> 0) {
    cpu.fault.raise(GP, code);
  }
  const low = cpu.systemRead32((r[IDT_BASE] + vector * 8) | 0);
  const high = cpu.systemRead32((r[IDT_BASE] + vector * 8 + 4) | 0);
  const attributes = (high >>> 8) & 0xff;
  const type = attributes & 0x1f;
  if (software && privilegeOf(attributes) < r[CPL]) {
    cpu.fault.raise(GP, code);
  }
  if (!GATES.has(type)) {
    cpu.fault.raise(GP, code);
  }
  if ((attributes & PRESENT) === 0) {
    cpu.fault.raise(NP, code);
  }
  const wide = type === INTERRUPT_GATE || type === TRAP_GATE;
  const gate = {
    low,
    high,
    type,
    dpl: privilegeOf(attributes),
    selector: low >>> 16,
    offset: (low & 0xffff) | (wide ? high & 0xffff_0000 : 0),
    width: wide ? 32 : 16,
  };
  // The fast path is for 32-bit gates only.
  cpu.gates[vector] = wide ? gate : undefined;
  return gate;
}

/** The flags that a handler starts without; an interrupt gate also closes interrupts. */
export function clearHandlerFlags(cpu: Cpu, gate: Gate): void {
  const closes = gate.type === INTERRUPT_GATE || gate.type === INTERRUPT_GATE_16;
  const cleared = NT | TF | RF | VM | (closes ? IF : 0);
  cpu.r[EFLAGS] &= ~cleared;
}
