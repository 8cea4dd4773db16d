// The bits of a descriptor's access byte (0 to 7) and flags (shifted down to 8 to 11); SDM vol. 3, 3.4.5.

export const ACCESSED = 1;
/** Data: writable; code: readable. */
export const READ_WRITE = 2;
/** Data: expand-down; code: conforming. */
export const DOWN_OR_CONFORMING = 4;
export const CODE = 8;
export const NOT_SYSTEM = 0x10;
export const DPL_BITS = 0x60;
export const PRESENT = 0x80;
export const BIG = 0x400;
export const GRANULAR = 0x800;

/** A present 32-bit code segment that has been used. */
export const USABLE_CODE = 0x499; // BIG | PRESENT | NOT_SYSTEM | CODE | ACCESSED
/** A present writable data segment that has been used. */
export const USABLE_STACK = 0x93; // PRESENT | NOT_SYSTEM | READ_WRITE | ACCESSED

/** Descriptors that are kept taken apart, less one. */
export const DESCRIPTOR_CACHE_MASK = 63;
