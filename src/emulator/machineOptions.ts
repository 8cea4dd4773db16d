// What the owner of a machine gives it and gets back from it; no logic.
import type { DiskSource } from './recordedDisk.ts';
import type { TlbCounters } from './target.ts';
import type { CpuKind } from './x86/cpuModel.ts';

export { CPU_KINDS } from './x86/cpuModel.ts';
export type { CpuKind };

export interface MachineOptions {
  /** 16 to 256. */
  readonly memoryMegabytes: number;
  readonly cpu: CpuKind;
  /** The processor offers TLBs that are tagged by address space, which no Pentium does (x86/memory/taggedTlb.ts). */
  readonly taggedTlb?: boolean;
  /** What the real-time clock shows at instruction 0. */
  readonly epochSeconds: number;
  /** Whether the host end of each serial port is a terminal (DSR). */
  readonly terminals?: readonly boolean[];
  /** At most two, on the primary ATA channel. */
  readonly disks?: readonly DiskSource[];
  /** Takes bytes written to the POST ports 80h and 190h, and to the console port E9h; undefined: no such ports. */
  readonly diagnostics?: {
    readonly post: (code: number) => void;
    readonly console: (byte: number) => void;
  };
  /**
   * What is there beside the chips of the bundled system: nothing, or the whole board of a PC as other kernels expect
   * it, with what its BIOS leaves in memory.
   */
  readonly board?: 'bare' | 'pc';
  readonly onSerial: (port: number, byte: number) => void;
  readonly log: (message: string) => void;
}

export interface RunResult {
  /** reset: by the guest's reset line. shutdown: triple fault, or HLT with interrupts disabled; `detail` says which. */
  readonly reason: 'budget' | 'hook' | 'idle' | 'shutdown' | 'debugExit' | 'powerOff' | 'reset';
  /** Of debugExit (value << 1 | 1) and powerOff (a wait status). */
  readonly status?: number;
  readonly detail?: string;
}

export interface MachineStatistics {
  readonly instructions: number;
  readonly cycles: number;
  readonly tlb: { readonly i: TlbCounters; readonly d: TlbCounters };
  /** Interrupts and exceptions delivered, by vector. */
  readonly interrupts: ReadonlyMap<number, number>;
  readonly interruptCount: number;
  /** INT instructions executed at CPL 3, by vector. */
  readonly softwareFromUser: ReadonlyMap<number, number>;
  readonly cr3Loads: number;
  /** Whether the TLBs tell address spaces apart now. */
  readonly tlbIsTagged: boolean;
}
