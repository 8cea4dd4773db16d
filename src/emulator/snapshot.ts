// A machine's whole state as named fields, and a hash of it. RAM is kept by page: a page of zeros is not stored, and
// a page that did not change since an earlier snapshot is shared with it.
import type { BoardSnapshot } from './board/pcBoard.ts';
import type { ClockSnapshot } from './clock.ts';
import type { AtaSnapshot } from './devices/ata/channel.ts';
import type { RtcSnapshot } from './devices/mc146818.ts';
import type { PicSnapshot } from './devices/pic8259.ts';
import type { PitSnapshot } from './devices/pit8254.ts';
import type { UartSnapshot } from './devices/uart16550.ts';
import type { InputEntry } from './inputLog.ts';
import type { DiskSnapshot } from './recordedDisk.ts';
import type { CpuSnapshot } from './x86/cpuSnapshot.ts';

export const SNAPSHOT_VERSION = 4;
const PAGE = 4096;

export interface DeviceSnapshots {
  readonly masterPic: PicSnapshot;
  readonly slavePic: PicSnapshot;
  readonly pit: PitSnapshot;
  readonly rtc: RtcSnapshot;
  readonly uarts: readonly UartSnapshot[];
  readonly sharedLines: readonly number[];
  readonly ata: AtaSnapshot;
  readonly disks: readonly DiskSnapshot[];
  /** Undefined on a bare board. */
  readonly board: BoardSnapshot | undefined;
}

export interface MachineSnapshot {
  readonly version: typeof SNAPSHOT_VERSION;
  readonly ramSize: number;
  /** Bytes below 1 MB that are read-only. */
  readonly romSize: number;
  readonly cpu: CpuSnapshot;
  readonly clock: ClockSnapshot;
  readonly devices: DeviceSnapshots;
  /** By page number; undefined is a page of zeros. Never change these bytes. */
  readonly pages: readonly (Uint8Array | undefined)[];
  /** Every input so far: a log replayed after a restore goes on behind these. */
  readonly inputs: readonly InputEntry[];
  readonly boundaryCycle: number;
  readonly exit: { readonly reason: string; readonly status: number } | undefined;
}

export function copyPages(
  ram: Uint8Array,
  earlier: readonly (Uint8Array | undefined)[] | undefined,
): (Uint8Array | undefined)[] {
  const words = new Int32Array(ram.buffer, ram.byteOffset, ram.length >> 2);
  const pages: (Uint8Array | undefined)[] = [];
  for (let page = 0; page < ram.length / PAGE; page++) {
    const before = earlier?.[page];
    if (before !== undefined && samePage(words, page, before)) {
      pages.push(before);
    } else if (isZero(words, page)) {
      pages.push(undefined);
    } else {
      pages.push(ram.slice(page * PAGE, (page + 1) * PAGE));
    }
  }
  return pages;
}

function samePage(words: Int32Array, page: number, bytes: Uint8Array): boolean {
  const other = new Int32Array(bytes.buffer, bytes.byteOffset, PAGE / 4);
  const first = page * (PAGE / 4);
  return other.every((word, index) => word === words[first + index]);
}

function isZero(words: Int32Array, page: number): boolean {
  const first = page * (PAGE / 4);
  for (let index = first; index < first + PAGE / 4; index++) {
    if (words[index] !== 0) {
      return false;
    }
  }
  return true;
}

export function restorePages(ram: Uint8Array, pages: readonly (Uint8Array | undefined)[]): void {
  pages.forEach((page, number) => {
    if (page === undefined) {
      ram.fill(0, number * PAGE, (number + 1) * PAGE);
    } else {
      ram.set(page, number * PAGE);
    }
  });
}

/** Two independent 32-bit multiplicative hashes: enough to tell two runs apart, not a signature. */
export class StateHash {
  private a = 0x811c_9dc5;
  private b = 0x2545_f491;

  word(value: number): void {
    this.a = Math.imul(this.a ^ value, 0x0100_0193);
    this.a ^= this.a >>> 15;
    this.b = Math.imul(this.b + value, 0x9e37_79b1) | 0;
    this.b ^= this.b >>> 13;
  }

  text(text: string): void {
    for (let index = 0; index < text.length; index++) {
      this.word(text.charCodeAt(index));
    }
  }

  ram(ram: Uint8Array): void {
    const words = new Int32Array(ram.buffer, ram.byteOffset, ram.length >> 2);
    for (let page = 0; page < ram.length / PAGE; page++) {
      if (!isZero(words, page)) {
        this.word(page);
        const first = page * (PAGE / 4);
        for (let index = first; index < first + PAGE / 4; index++) {
          this.word(words[index]);
        }
      }
    }
  }

  toString(): string {
    const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
    return hex(this.a) + hex(this.b);
  }
}
