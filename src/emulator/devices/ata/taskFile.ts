// The task file: the registers of the command block, and the sector that they name, as a number of 28 bits (LBA) or as
// cylinder, head and sector of the translation that IDENTIFY gives (ATA/ATAPI-4, section 6.2).
import { cylindersOf } from './identify.ts';
import * as ata from './registers.ts';

export class TaskFile {
  /** By register number: error, count, the address, device. */
  readonly values = new Uint8Array(8);

  private get isLba(): boolean {
    return (this.values[ata.DEVICE] & ata.DEVICE_LBA) !== 0;
  }

  /** The sector that the registers name; -1: a cylinder, head and sector that is none. */
  address(diskSectors: number): number {
    const { values } = this;
    const head = values[ata.DEVICE] & 0x0f;
    const cylinder = values[ata.LBA_MID] | (values[ata.LBA_HIGH] << 8);
    const low = values[ata.LBA_LOW];
    if (this.isLba) {
      return (head * 0x10000 + cylinder) * 0x100 + low;
    }
    if (low === 0 || low > ata.SECTORS_A_TRACK || cylinder >= cylindersOf(diskSectors)) {
      return -1;
    }
    return (cylinder * ata.HEADS + head) * ata.SECTORS_A_TRACK + low - 1;
  }

  setAddress(sector: number): void {
    if (this.isLba) {
      this.setParts(sector & 0xff, (sector >>> 8) & 0xffff, sector >>> 24);
      return;
    }
    const track = Math.floor(sector / ata.SECTORS_A_TRACK);
    const low = (sector % ata.SECTORS_A_TRACK) + 1;
    this.setParts(low, Math.floor(track / ata.HEADS), track % ata.HEADS);
  }

  private setParts(low: number, cylinder: number, head: number): void {
    const { values } = this;
    values[ata.LBA_LOW] = low;
    values[ata.LBA_MID] = cylinder & 0xff;
    values[ata.LBA_HIGH] = cylinder >>> 8;
    values[ata.DEVICE] = (values[ata.DEVICE] & 0xf0) | head;
  }
}
