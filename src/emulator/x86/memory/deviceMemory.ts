// Physical addresses at which a chip answers instead of memory: what the processor asks of them. The instruction that
// stores to one is run alone, because the chip may ask for an interrupt or change when its next event comes. The first
// attempt therefore ends like a fault that nobody delivers, and the interpreter tries again with `allowed` set.
import { OPEN_BUS_OFFSET } from '../../memoryLayout.ts';
import type { PendingFault } from '../faults.ts';

export interface DeviceMemory {
  /** Whether a chip answers in this 4 KB page, given by its first address. */
  claims(page: number): boolean;
  /** `size` is 1, 2 or 4 bytes. Changes nothing. */
  readMemory(address: number, size: number): number;
  writeMemory(address: number, size: number, value: number): void;
}

/** Stands in PendingFault for "run this instruction alone"; no vector of the processor. */
export const DEVICE_ACCESS = 256;

/** What lies above is a chip's place, which a guest may try without believing in memory there. */
const MORE_MEMORY_THAN_ANY = 0x4000_0000;

/** The chips of one machine as its memory management unit reaches them. */
export class DeviceAccess {
  /** Undefined: every address outside RAM is open bus. */
  chips: DeviceMemory | undefined;
  /** The instruction that runs may store to chips. */
  allowed = false;
  /** First physical address of the page that was translated last, outside RAM. */
  page = 0;
  /** The first address below 1 GB at which something was stored that nothing kept: the guest believes in more memory. */
  firstLost: number | undefined;
  private readonly fault: PendingFault;

  constructor(fault: PendingFault) {
    this.fault = fault;
  }

  /** Of a store outside RAM: false if a chip is meant and must not be touched yet. */
  begin(): boolean {
    if (this.allowed || this.chips?.claims(this.page) !== true) {
      return true;
    }
    this.fault.set(DEVICE_ACCESS, 0);
    return false;
  }

  /** The instruction has met a chip before it was allowed to. */
  get isPending(): boolean {
    return this.fault.raised;
  }

  /** Zero with a fault pending. */
  load(offset: number, size: number): number {
    if (offset < 0) {
      return 0;
    }
    return this.chips?.claims(this.page) === true
      ? this.chips.readMemory(this.page + offset - OPEN_BUS_OFFSET, size)
      : 0xffff_ffff >>> (32 - size * 8);
  }

  /** False with a fault pending. `page`: that of the translation that gave the offset. */
  store(offset: number, size: number, value: number, page: number = this.page): boolean {
    this.page = page;
    if (offset < 0 || !this.begin()) {
      return false;
    }
    const address = page + offset - OPEN_BUS_OFFSET;
    if (this.chips?.claims(page) === true) {
      this.chips.writeMemory(address, size, value);
    } else if (address < MORE_MEMORY_THAN_ANY) {
      this.firstLost ??= address;
    }
    return true;
  }
}
