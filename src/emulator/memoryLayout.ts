// Where everything lies in the machine's one WebAssembly.Memory: processor state, fast translation table, guest RAM.
// Interpreter, debugger and later compiled code share these offsets; nobody else may write one down.
//
//   0x0000_0000  state words            registers.ts numbers them
//   0x0000_0200  x87 significands        eight of 64 bits, by physical register; MM0 to MM7 are the same bytes
//   0x0000_0240  x87 signs and exponents eight of 16 bits
//   0x0000_0280  XMM0 to XMM7            eight of 128 bits
//   0x0000_1000  open bus               stands for every page outside RAM: nothing is kept there
//   0x0001_0000  fast translation table one word for each of the 2^20 linear pages
//   0x0080_0000  guest RAM              physical address 0

export const STATE_OFFSET = 0;
export const STATE_WORDS = 128;
export const X87_SIGNIFICANDS_OFFSET = 0x200;
export const X87_EXPONENTS_OFFSET = 0x240;
export const XMM_OFFSET = 0x280;
export const OPEN_BUS_OFFSET = 0x1000;
export const FAST_TABLE_OFFSET = 0x1_0000;
export const FAST_TABLE_WORDS = 1 << 20;
export const RAM_OFFSET = 0x80_0000;

const WASM_PAGE = 0x1_0000;

/** The typed views on one machine's memory. */
export interface MachineMemory {
  readonly memory: WebAssembly.Memory;
  readonly ramSize: number;
  /** State words, and the same bytes in halves and single bytes for the small registers. */
  readonly state: Int32Array;
  readonly state16: Uint16Array;
  readonly state8: Uint8Array;
  readonly fastTable: Int32Array;
  /** Views on the whole memory: the fast table's entries are byte offsets into these. */
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

export function createMemory(ramSize: number): MachineMemory {
  const pages = (RAM_OFFSET + ramSize) / WASM_PAGE;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const buffer = memory.buffer;
  return {
    memory,
    ramSize,
    state: new Int32Array(buffer, STATE_OFFSET, STATE_WORDS),
    state16: new Uint16Array(buffer, STATE_OFFSET, STATE_WORDS * 2),
    state8: new Uint8Array(buffer, STATE_OFFSET, STATE_WORDS * 4),
    fastTable: new Int32Array(buffer, FAST_TABLE_OFFSET, FAST_TABLE_WORDS),
    bytes: new Uint8Array(buffer),
    words: new Int32Array(buffer),
  };
}
