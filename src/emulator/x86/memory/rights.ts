// What an access wants, what the fast table grants, and the bits of the page tables behind both.

// The values are those of the page-fault error code (SDM vol. 3, 4.7).
export const WANT_READ = 0;
export const WANT_WRITE = 2;
export const WANT_USER = 4;
export const FAULT_PRESENT = 1;

// Low bits of an entry of the fast table.
export const FAST_READ_SUPERVISOR = 1;
export const FAST_WRITE_SUPERVISOR = 2;
export const FAST_READ_USER = 4;
export const FAST_WRITE_USER = 8;
export const FAST_WRITE = 10;

// Page directory and page table entries (SDM vol. 3, tables 4-4 to 4-6).
export const PTE_PRESENT = 1;
export const PTE_WRITABLE = 2;
export const PTE_USER = 4;
export const PTE_ACCESSED = 0x20;
export const PTE_DIRTY = 0x40;
export const PDE_LARGE = 0x80;
export const PTE_GLOBAL = 0x100;
