// The SSE registers (SDM vol. 1, 10.2): eight of 128 bits and MXCSR; and the views by which vector instructions see
// them and the MMX registers, which are the x87's significands.
import { type MachineMemory, X87_SIGNIFICANDS_OFFSET, XMM_OFFSET } from '../memoryLayout.ts';
import type { Extension } from './cpuModel.ts';

const MXCSR_AFTER_RESET = 0x1f80;
/** Exception flags, as in the x87's status word. */
const FLAGS = 0x3f;
const DENORMALS_ARE_ZEROS = 1 << 6;
const MASKS_SHIFT = 7;
const ROUNDING_SHIFT = 13;
const FLUSH_TO_ZERO = 1 << 15;

export class SimdState {
  mxcsr = MXCSR_AFTER_RESET;
  /** Bits of MXCSR that exist: DAZ came with SSE2. */
  readonly mxcsrMask: number;
  /** The registers as bytes, eight behind one another. */
  readonly xmm: Uint8Array;
  readonly mmx: Uint8Array;

  constructor({ memory }: Pick<MachineMemory, 'memory'>, extensions: ReadonlySet<Extension>) {
    this.mxcsrMask = extensions.has('sse2') ? 0xffff : 0xffff & ~DENORMALS_ARE_ZEROS;
    this.xmm = new Uint8Array(memory.buffer, XMM_OFFSET, 8 * 16);
    this.mmx = new Uint8Array(memory.buffer, X87_SIGNIFICANDS_OFFSET, 8 * 8);
  }

  get rounding(): number {
    return (this.mxcsr >> ROUNDING_SHIFT) & 3;
  }

  get masks(): number {
    return (this.mxcsr >> MASKS_SHIFT) & FLAGS;
  }

  get denormalsAreZeros(): boolean {
    return (this.mxcsr & DENORMALS_ARE_ZEROS) !== 0;
  }

  get flushToZero(): boolean {
    return (this.mxcsr & FLUSH_TO_ZERO) !== 0;
  }

  snapshot(): SimdSnapshot {
    return { mxcsr: this.mxcsr, xmm: [...this.xmm] };
  }

  restore(from: SimdSnapshot): void {
    this.mxcsr = from.mxcsr;
    this.xmm.set(from.xmm);
  }
}

export interface SimdSnapshot {
  readonly mxcsr: number;
  /** Eight registers of sixteen bytes, XMM0 first. */
  readonly xmm: readonly number[];
}
