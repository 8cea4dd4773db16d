// Boot sectors from assembly text in real mode, with their signature.
import { assembleRom } from './rom.ts';

/** The text runs at 0000:7C00; addresses in it are counted from the sector's start. */
export function assembleBootSector(text: string): Uint8Array {
  const sector = assembleRom(text).slice(0, 512);
  sector.set([0x55, 0xaa], 510);
  return sector;
}
