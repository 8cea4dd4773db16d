// One translation look-aside buffer of the Pentium: 4-way, tree pseudo-LRU, tagged by page number alone.
// It is part of the machine: what it holds is what the guest's accesses see, stale or not. facts: SDM vol. 3, 11.1.

export const WAYS = 4;

// Permission bits of an entry, the conjunction over both levels of the page tables.
export const ENTRY_WRITABLE = 1;
export const ENTRY_USER = 2;
export const ENTRY_DIRTY = 4;

const EMPTY = -1;

// What a use of each way keeps of its set's tree, and what it sets: every switch on the way points elsewhere.
const TREE_KEEP = Uint8Array.of(4, 4, 2, 2);
const TREE_SET = Uint8Array.of(3, 1, 4, 0);

export class Tlb {
  readonly sets: number;
  /** Page number (linear address >> shift), or -1. Index: set * 4 + way. */
  readonly pages: Int32Array;
  readonly physical: Int32Array;
  readonly flags: Uint8Array;
  readonly pageDirectory: Int32Array;
  readonly filledAt: Float64Array;
  /** Bit 0 names the half that goes next (1: ways 2 and 3); bits 1 and 2 the way inside the lower and upper half. */
  readonly tree: Uint8Array;
  misses = 0;
  flushes = 0;
  /** One bit for each set that was filled since the last flush: a µ-kernel flushes often and fills little between. */
  private usedSets = 0;

  constructor(sets: number) {
    this.sets = sets;
    this.pages = new Int32Array(sets * WAYS).fill(EMPTY);
    this.physical = new Int32Array(sets * WAYS);
    this.flags = new Uint8Array(sets * WAYS);
    this.pageDirectory = new Int32Array(sets * WAYS);
    this.filledAt = new Float64Array(sets * WAYS);
    this.tree = new Uint8Array(sets);
  }

  /** Index of the entry for a page, or -1. Changes nothing. */
  find(page: number): number {
    const { pages } = this;
    const first = (page & (this.sets - 1)) * WAYS;
    if (pages[first] === page) {
      return first;
    }
    if (pages[first + 1] === page) {
      return first + 1;
    }
    if (pages[first + 2] === page) {
      return first + 2;
    }
    return pages[first + 3] === page ? first + 3 : -1;
  }

  /** Whether nothing was filled since the last flush. */
  get empty(): boolean {
    return this.usedSets === 0;
  }

  /** Makes an entry the most recently used of its set. */
  touch(index: number): void {
    const { tree } = this;
    const set = index >> 2;
    const way = index & 3;
    tree[set] = (tree[set] & TREE_KEEP[way]) | TREE_SET[way];
  }

  /** The way that a fill of this set would take: an empty one first, else what the tree says. */
  victim(set: number): number {
    const { pages } = this;
    const first = set * WAYS;
    if (pages[first] === EMPTY) {
      return 0;
    }
    if (pages[first + 1] === EMPTY) {
      return 1;
    }
    if (pages[first + 2] === EMPTY) {
      return 2;
    }
    if (pages[first + 3] === EMPTY) {
      return 3;
    }
    const tree = this.tree[set];
    return (tree & 1) === 0 ? (tree >> 1) & 1 : 2 + ((tree >> 2) & 1);
  }

  /** Fills the victim's place and makes it the most recently used; returns its index. */
  fill(page: number, physical: number, flags: number, directory: number, count: number): number {
    const set = page & (this.sets - 1);
    const index = set * WAYS + this.victim(set);
    this.usedSets |= 1 << set;
    this.pages[index] = page;
    this.physical[index] = physical;
    this.flags[index] = flags;
    this.pageDirectory[index] = directory;
    this.filledAt[index] = count;
    this.touch(index);
    return index;
  }

  drop(page: number): void {
    const index = this.find(page);
    if (index >= 0) {
      this.pages[index] = EMPTY;
    }
  }

  flush(): void {
    const { pages, tree } = this;
    for (let used = this.usedSets; used !== 0; used &= used - 1) {
      const set = 31 - Math.clz32(used & -used);
      const first = set * WAYS;
      pages[first] = EMPTY;
      pages[first + 1] = EMPTY;
      pages[first + 2] = EMPTY;
      pages[first + 3] = EMPTY;
      tree[set] = 0;
    }
    this.usedSets = 0;
    this.flushes++;
  }

  snapshot(): TlbSnapshot {
    return {
      pages: [...this.pages],
      physical: [...this.physical],
      flags: [...this.flags],
      pageDirectory: [...this.pageDirectory],
      filledAt: [...this.filledAt],
      tree: [...this.tree],
      misses: this.misses,
      flushes: this.flushes,
    };
  }

  restore(from: TlbSnapshot): void {
    this.pages.set(from.pages);
    this.usedSets = (1 << this.sets) - 1;
    this.physical.set(from.physical);
    this.flags.set(from.flags);
    this.pageDirectory.set(from.pageDirectory);
    this.filledAt.set(from.filledAt);
    this.tree.set(from.tree);
    this.misses = from.misses;
    this.flushes = from.flushes;
  }
}

export interface TlbSnapshot {
  readonly pages: readonly number[];
  readonly physical: readonly number[];
  readonly flags: readonly number[];
  readonly pageDirectory: readonly number[];
  readonly filledAt: readonly number[];
  readonly tree: readonly number[];
  readonly misses: number;
  readonly flushes: number;
}
