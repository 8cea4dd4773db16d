// What observers (kernel awareness, the Linux awareness, the engine) may see of a machine, and nothing more.
// Everything here is without side effects on the guest: looking never disturbs (design: peek apart from read).

/** The CPU's architectural state, each value an unsigned number; segment bases and limits are those of the hidden descriptor parts. */
export interface Registers {
  readonly eax: number;
  readonly ecx: number;
  readonly edx: number;
  readonly ebx: number;
  readonly esp: number;
  readonly ebp: number;
  readonly esi: number;
  readonly edi: number;
  readonly eip: number;
  readonly eflags: number;
  readonly cs: number;
  readonly ss: number;
  readonly ds: number;
  readonly es: number;
  readonly fs: number;
  readonly gs: number;
  readonly csBase: number;
  readonly ssBase: number;
  readonly dsBase: number;
  readonly esBase: number;
  readonly fsBase: number;
  readonly gsBase: number;
  readonly cr0: number;
  readonly cr2: number;
  readonly cr3: number;
  readonly cr4: number;
  /** Current privilege level, 0 to 3. */
  readonly cpl: number;
}

/** One page translation as the page tables in memory say it now; the TLB is not asked (SDM vol. 3, 4.3). */
export interface PageTranslation {
  /** Physical address that the linear address maps to. */
  readonly physical: number;
  readonly writable: boolean;
  readonly user: boolean;
  readonly accessed: boolean;
  readonly dirty: boolean;
  /** 4096 or 4194304 bytes. */
  readonly pageSize: number;
}

/** One entry of one of the Pentium's TLBs, for the view. */
export interface TlbEntry {
  readonly kind: 'instruction' | 'data' | 'data-4M';
  readonly set: number;
  readonly way: number;
  /** Linear address of the page. */
  readonly linear: number;
  readonly physical: number;
  readonly writable: boolean;
  readonly user: boolean;
  readonly dirty: boolean;
  /** The page directory that CR3 named when the entry was filled. */
  readonly pageDirectory: number;
  /** Of the address space, in a tagged TLB; else 0. */
  readonly tag: number;
  /** Instruction count when the entry was filled. */
  readonly filledAt: number;
  /** True if pseudo-LRU would replace this way of its set next. */
  readonly nextVictim: boolean;
}

export interface TlbCounters {
  readonly hits: number;
  readonly misses: number;
  readonly flushes: number;
}

export interface Target {
  /** Instructions executed since reset; exact in every callback. */
  readonly instructionCount: number;
  registers(): Registers;
  /** `length` bytes of RAM from a physical address, copied; undefined if any of them is not RAM. */
  peekPhysical(address: number, length: number): Uint8Array | undefined;
  /** Walks the page tables below a page directory (a CR3 value); undefined if not present. With paging off: identity. */
  translate(pageDirectory: number, linear: number): PageTranslation | undefined;
  /** The valid entries of all TLBs. */
  tlbEntries(): TlbEntry[];
}
