// The processor's state words: the index of each register in the shared Int32Array (memoryLayout.ts).
// SDM vol. 3, chapter 2 names them; the hidden parts of segment registers stand beside the selectors.

export const EAX = 0;
export const ECX = 1;
export const EDX = 2;
export const EBX = 3;
export const ESP = 4;
export const EBP = 5;
export const ESI = 6;
export const EDI = 7;
/** Always zero: the base or index of an address that has none. */
export const ZERO = 8;
export const EIP = 9;
/** System flags; the six arithmetic flags only while LAZY_TYPE says that they are explicit (flags.ts). */
export const EFLAGS = 10;
export const LAZY_TYPE = 11;
export const LAZY_RESULT = 12;
export const LAZY_A = 13;
export const LAZY_B = 14;
/** Holds a memory operand between the micro-operations of one instruction. */
export const TEMPORARY = 15;
/** Linear address that a segment check left for the access behind it. */
export const ADDRESS = 29;
/** A second TEMPORARY, for a return address. */
export const TEMPORARY_2 = 30;
export const CR0 = 16;
export const CR2 = 17;
export const CR3 = 18;
export const CR4 = 19;
export const DR0 = 20; // to DR7 = 27
export const CPL = 28;
export const GDT_BASE = 64;
export const GDT_LIMIT = 65;
export const IDT_BASE = 66;
export const IDT_LIMIT = 67;

// Segment registers in the order of their encoding, then the two system segments.
export const ES = 0;
export const CS = 1;
export const SS = 2;
export const DS = 3;
export const FS = 4;
export const GS = 5;
export const LDTR = 6;
export const TR = 7;

// First index of each table over the eight segments.
export const SELECTOR = 32;
export const BASE = 40;
export const LIMIT = 48;
/** Access byte in bits 0-7, flags G, D/B, L, AVL in bits 8-11; 0 for a null selector. */
export const ATTRIBUTES = 56;

export const CR0_PE = 1 << 0;
export const CR0_MP = 1 << 1;
export const CR0_EM = 1 << 2;
export const CR0_TS = 1 << 3;
export const CR0_ET = 1 << 4;
export const CR0_NE = 1 << 5;
export const CR0_WP = 1 << 16;
export const CR0_AM = 1 << 18;
export const CR0_NW = 1 << 29;
export const CR0_CD = 1 << 30;
export const CR0_PG = 1 << 31;

export const CR4_VME = 1 << 0;
export const CR4_PVI = 1 << 1;
export const CR4_TSD = 1 << 2;
export const CR4_DE = 1 << 3;
export const CR4_PSE = 1 << 4;
export const CR4_PGE = 1 << 7;
export const CR4_PCE = 1 << 8;
export const CR4_OSFXSR = 1 << 9;
export const CR4_OSXMMEXCPT = 1 << 10;
/** Not a Pentium's (memory/taggedTlb.ts). */
export const CR4_TAGS = 1 << 17;
