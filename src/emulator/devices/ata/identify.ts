// The 256 words that IDENTIFY DEVICE gives (ATA/ATAPI-4, section 8.12, table 11): a fixed disk without DMA.
import { HEADS, LARGEST_MULTIPLE, SECTOR_BYTES, SECTORS_A_TRACK } from './registers.ts';

const LARGEST_CYLINDERS = 16383;

export interface Identity {
  readonly sectors: number;
  /** Of a block of READ and WRITE MULTIPLE as it is set now; 0: none is set. */
  readonly multiple: number;
  readonly serialNumber: string;
}

/** Little-endian bytes, as the data register gives them. */
export function identifyData(identity: Identity): Uint8Array {
  const words = new DataView(new ArrayBuffer(SECTOR_BYTES));
  const set = (word: number, value: number) => words.setUint16(word * 2, value, true);
  const setLong = (word: number, value: number) => words.setUint32(word * 2, value, true);
  const { sectors } = identity;
  const cylinders = cylindersOf(sectors);
  set(0, 0x0040); // ATA, fixed
  set(1, cylinders);
  set(3, HEADS);
  set(6, SECTORS_A_TRACK);
  setText(words, 10, 10, identity.serialNumber);
  setText(words, 23, 4, '1.0');
  setText(words, 27, 20, 'L4Scope disk');
  set(47, 0x8000 | LARGEST_MULTIPLE);
  set(49, 0x0200); // LBA
  set(51, 0x0200); // PIO mode 2
  set(53, 0x0001); // words 54 to 58 are valid
  set(54, cylinders);
  set(55, HEADS);
  set(56, SECTORS_A_TRACK);
  setLong(57, Math.min(cylinders * HEADS * SECTORS_A_TRACK, sectors));
  set(59, identity.multiple === 0 ? 0 : 0x0100 | identity.multiple);
  setLong(60, sectors);
  set(80, 0x001e); // ATA-1 to ATA-4
  set(83, 0x4000);
  set(84, 0x4000);
  set(87, 0x4000);
  return new Uint8Array(words.buffer);
}

export function cylindersOf(sectors: number): number {
  return Math.min(LARGEST_CYLINDERS, Math.floor(sectors / (HEADS * SECTORS_A_TRACK)));
}

/** ATA strings: padded with blanks, the first character in the upper half of each word. */
function setText(words: DataView, word: number, count: number, text: string): void {
  const padded = text.padEnd(count * 2);
  for (let index = 0; index < count * 2; index++) {
    words.setUint8(word * 2 + (index ^ 1), padded.charCodeAt(index));
  }
}
