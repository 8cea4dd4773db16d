// A raw ROM image: code from the reset vector on, with nothing around it.
import { ImageError } from './elfImage.ts';

/** Physical address behind the ROM's copy in the first megabyte. */
export const ROM_END = 0x10_0000;
const LARGEST = 0x4_0000;
const PAGE = 0x1000;

const SECTOR = 512;
export const BOOT_SECTOR_ADDRESS = 0x7c00;

/** Whether a disk's first sector ends with the signature of a boot sector. */
export function isBootSector(sector: Uint8Array): boolean {
  return sector.length === SECTOR && sector[SECTOR - 2] === 0x55 && sector[SECTOR - 1] === 0xaa;
}

/** Throws ImageError. */
export function checkRom({ length }: Uint8Array): void {
  if (length === 0 || length > LARGEST || length % PAGE !== 0) {
    throw new ImageError(
      `A ROM is a whole number of 4 KB pages, at most 256 KB; this file has ${length} bytes.`,
    );
  }
}
