// Where everything lies in the machine of the system-level fuzz, and the shape of one state. Every linear address that a
// random transfer can land on holds 0xCC (INT3), which brings the machine back to the recorder.

/** Physical and linear: page 0 to 15, 8 MB to 12 MB, and above 16 MB (linear only) hold INT3 alone. */
export const LANDING = 0x80_0000;
export const TABLES = 0xc0_0000;
export const AT = {
  directory: TABLES,
  lowTable: TABLES + 0x1000,
  testTable: TABLES + 0x2000,
  landingTable: TABLES + 0x3000,
  highTable: TABLES + 0x4000,
  landingPage: TABLES + 0x1_0000,
  testPages: TABLES + 0x1_1000,
  gdt: TABLES + 0x2_0000,
  ldt: TABLES + 0x2_1000,
  idt: TABLES + 0x2_2000,
  tss: TABLES + 0x2_3000,
  otherTss: TABLES + 0x2_4000,
  userStack: TABLES + 0x3_0800,
  kernelStack: TABLES + 0x4_0800,
  /** Tops. */
  innerStack: TABLES + 0x4_3000,
  ring1Stack: TABLES + 0x4_4000,
  ring2Stack: TABLES + 0x4_5000,
  otherStack: TABLES + 0x4_6000,
  otherInnerStack: TABLES + 0x4_7000,
} as const;

/** Linear addresses of the eight pages whose entries are random. */
export const TEST_REGION = 0x40_0000;
export const TEST_PAGES = 8;

/** Selectors that are always good. */
export const SELECTOR = {
  code: 0x08,
  data: 0x10,
  userCode: 0x1b,
  userData: 0x23,
  tss: 0x28,
  ldt: 0x30,
  ring1Data: 0x39,
  ring2Data: 0x42,
  otherTss: 0x48,
} as const;
export const FIRST_RANDOM_DESCRIPTOR = 10;
export const RANDOM_DESCRIPTORS = 12;
export const LOCAL_DESCRIPTORS = 6;
export const FIRST_GATE = 0x30;
export const RANDOM_GATES = 8;

/** Doublewords of each part of a state, in the order in which they stand in memory. */
export const STATE = {
  snippet: 1,
  ring: 1,
  registers: 8, // EDI ESI EBP - EBX EDX ECX EAX, as POPA takes them
  flags: 1,
  stack: 8,
  gdt: RANDOM_DESCRIPTORS * 2,
  ldt: LOCAL_DESCRIPTORS * 2,
  gates: RANDOM_GATES * 2,
  pageEntries: TEST_PAGES,
  directoryEntry: 1,
  cr0: 1,
  cr4: 1,
  otherTss: 26,
  tssStacks: 6,
} as const;

export type StatePart = keyof typeof STATE;

/** Offset of a part, in bytes. */
export const OFFSET = Object.fromEntries(
  Object.keys(STATE).map((name, index, names) => [
    name,
    4 * names.slice(0, index).reduce((sum, before) => sum + STATE[before as StatePart], 0),
  ]),
) as Record<StatePart, number>;

export const STATE_BYTES = 4 * Object.values(STATE).reduce((sum: number, words) => sum + words, 0);

/** What the recorder prints for each state, a doubleword each. */
export const RECORD = [
  ...['vector', 'error', 'eip', 'cs', 'eflags', 'esp', 'ss', 'ds', 'es', 'fs', 'gs'],
  ...['eax', 'ecx', 'edx', 'ebx', 'ebp', 'esi', 'edi', 'cr2', 'ldtr', 'tr', 'cr0'],
  ...['gdt', 'ldt', 'pages', 'otherTss', 'stacks'],
] as const;
export type RecordField = (typeof RECORD)[number];
