// One translation look-aside buffer of the Pentium: 4-way, tree pseudo-LRU, an entry's key is its page number alone.
// It is part of the machine: what it holds is what the guest's accesses see, stale or not. facts: SDM vol. 3, 11.1.
// The tagged TLB, which no Pentium had, puts the number of an address space into the key (taggedTlb.ts).
//
// All of it but the fill counts stands in one Int32Array, sixteen words (a line of the host's cache) for each set:
//   words 0-3    key of each way: linear address >> shift, the tag from bit 20 on; or -1
//   words 4-7    physical address | permissions
//   words 8-11   CR3 when it was filled
//   word  12     the tree
// An entry's place is the index of its first word.

export const WAYS = 4;

// Permission bits of an entry, the conjunction over both levels of the page tables.
export const ENTRY_WRITABLE = 1;
export const ENTRY_USER = 2;
export const ENTRY_DIRTY = 4;
/** Beside them in a table of rights: CR0.WP is set. */
export const ENTRY_PROTECTED = 8;
/** The entry survives a CR3 load (CR4.PGE, SDM vol. 3, 4.10.2.4). */
export const ENTRY_GLOBAL = 16;

const EMPTY = -1;
const PAGE_MASK = 0xf_ffff;
/** A tag's first bit in a key. Keys stay positive: tags have 11 bits. */
export const TAG_SHIFT = 20;
const SET_WORDS = 16;
const SET_SHIFT = 4;
const ENTRY = 4;
const DIRECTORY = 8;
const TREE = 12;

/**
 * A set's tree after the use of a way: every switch on the way points elsewhere. Bit 0 names the half that goes next
 * (1: ways 2 and 3), bits 1 and 2 the way inside the lower and the upper half.
 */
function afterUse(tree: number, way: number): number {
  return way < 2 ? (tree & 4) | (way === 0 ? 3 : 1) : (tree & 2) | (way === 2 ? 4 : 0);
}

/** The tree of a set whose only use was of its first way. */
const AFTER_FIRST_WAY = afterUse(0, 0);

export class Tlb {
  readonly sets: number;
  private readonly words: Int32Array;
  /** Instruction count at each fill, by place. */
  private readonly fillCounts: Float64Array;
  misses = 0;
  flushes = 0;
  /** One bit for each set that was filled since the last flush: a µ-kernel flushes often and fills little between. */
  private usedSets = 0;

  constructor(sets: number) {
    this.sets = sets;
    this.words = new Int32Array(sets * SET_WORDS);
    this.fillCounts = new Float64Array(sets * SET_WORDS);
    this.usedSets = (1 << sets) - 1;
    this.empties();
  }

  /** Place of the entry for a key, or -1. Changes nothing. */
  find(key: number): number {
    const { words } = this;
    const first = (key & (this.sets - 1)) << SET_SHIFT;
    if (words[first] === key) {
      return first;
    }
    if (words[first + 1] === key) {
      return first + 1;
    }
    if (words[first + 2] === key) {
      return first + 2;
    }
    return words[first + 3] === key ? first + 3 : -1;
  }

  /** Whether nothing was filled since the last flush. */
  get empty(): boolean {
    return this.usedSets === 0;
  }

  setOf(place: number): number {
    return place >> SET_SHIFT;
  }

  /** Page number and tag, or -1. */
  key(place: number): number {
    return this.words[place];
  }

  physical(place: number): number {
    return this.words[place + ENTRY] & ~0xfff;
  }

  flags(place: number): number {
    return this.words[place + ENTRY] & 0xfff;
  }

  replace(place: number, physical: number, flags: number): void {
    this.words[place + ENTRY] = physical | flags;
  }

  /** Makes an entry the most recently used of its set; false if nothing changed by that. */
  touch(place: number): boolean {
    const { words } = this;
    const tree = (place & ~(SET_WORDS - 1)) + TREE;
    const way = place & (WAYS - 1);
    const before = words[tree];
    const after = afterUse(before, way);
    words[tree] = after;
    return before !== after;
  }

  /** The way that a fill of this set would take: an empty one first, else what the tree says. */
  victim(set: number): number {
    const { words } = this;
    const first = set << SET_SHIFT;
    if (words[first] === EMPTY) {
      return 0;
    }
    if (words[first + 1] === EMPTY) {
      return 1;
    }
    if (words[first + 2] === EMPTY) {
      return 2;
    }
    if (words[first + 3] === EMPTY) {
      return 3;
    }
    const tree = words[first + TREE];
    return (tree & 1) === 0 ? (tree >> 1) & 1 : 2 + ((tree >> 2) & 1);
  }

  /** Fills the victim's place and makes it the most recently used; returns the place. */
  fill(key: number, physical: number, flags: number, directory: number, count: number): number {
    const { words } = this;
    const set = key & (this.sets - 1);
    const way = this.victim(set);
    const first = set << SET_SHIFT;
    const place = first + way;
    this.usedSets |= 1 << set;
    words[place] = key;
    words[place + ENTRY] = physical | flags;
    words[place + DIRECTORY] = directory;
    words[first + TREE] = afterUse(words[first + TREE], way);
    this.fillCounts[place] = count;
    return place;
  }

  /** Whether a key's set was not filled since the last flush: then nothing is found in it, and it fills from its front. */
  isFresh(key: number): boolean {
    return ((this.usedSets >> (key & (this.sets - 1))) & 1) === 0;
  }

  /** fill() for a key whose set is fresh. */
  fillFresh(key: number, entry: number, directory: number, count: number): void {
    const { words } = this;
    const set = key & (this.sets - 1);
    const first = set << SET_SHIFT;
    this.usedSets |= 1 << set;
    words[first] = key;
    words[first + ENTRY] = entry;
    words[first + DIRECTORY] = directory;
    words[first + TREE] = AFTER_FIRST_WAY;
    this.fillCounts[first] = count;
  }

  drop(key: number): void {
    const place = this.find(key);
    if (place >= 0) {
      this.words[place] = EMPTY;
    }
  }

  /** All entries whose keys have these bits leave; the rest of their sets, and the trees, stay as they are. */
  private dropMatching(bits: number, mask: number): void {
    const { words } = this;
    for (let set = 0; set < this.sets; set++) {
      const first = set << SET_SHIFT;
      for (let place = first; place < first + WAYS; place++) {
        if (words[place] !== EMPTY && (words[place] & mask) === bits) {
          words[place] = EMPTY;
        }
      }
    }
  }

  /** All entries of one address space. */
  dropTag(tag: number): void {
    this.dropMatching(tag << TAG_SHIFT, ~PAGE_MASK);
  }

  /** One page, whatever its tag. */
  dropPageOfAllTags(page: number): void {
    this.dropMatching(page, PAGE_MASK);
  }

  flush(): void {
    this.empties();
    this.flushes++;
  }

  /** A CR3 load while CR4.PGE is set: all but the global entries leave. */
  flushLocal(): void {
    const { words } = this;
    let kept = 0;
    for (let used = this.usedSets; used !== 0; used &= used - 1) {
      const set = 31 - Math.clz32(used & -used);
      const first = set << SET_SHIFT;
      for (let place = first; place < first + WAYS; place++) {
        if ((words[place + ENTRY] & ENTRY_GLOBAL) === 0) {
          words[place] = EMPTY;
        } else if (words[place] !== EMPTY) {
          kept |= 1 << set;
        }
      }
      if (((kept >> set) & 1) === 0) {
        words[first + TREE] = 0;
      }
    }
    this.usedSets = kept;
    this.flushes++;
  }

  private empties(): void {
    const { words } = this;
    for (let used = this.usedSets; used !== 0; used &= used - 1) {
      const first = (31 - Math.clz32(used & -used)) << SET_SHIFT;
      words[first] = EMPTY;
      words[first + 1] = EMPTY;
      words[first + 2] = EMPTY;
      words[first + 3] = EMPTY;
      words[first + TREE] = 0;
    }
    this.usedSets = 0;
  }

  /** What stands at each way of each set, in order. */
  private entries(): EntrySnapshot[] {
    return Array.from({ length: this.sets * WAYS }, (_, index) => {
      const place = placeOf(index);
      return {
        key: this.words[place],
        physical: this.physical(place),
        flags: this.flags(place),
        pageDirectory: this.words[place + DIRECTORY],
        filledAt: this.fillCounts[place],
      };
    });
  }

  /** The valid entries with their places, for the view. */
  valid(): ValidEntry[] {
    const { words, fillCounts } = this;
    const valid: ValidEntry[] = [];
    for (let set = 0; set < this.sets; set++) {
      for (let way = 0; way < WAYS; way++) {
        const place = (set << SET_SHIFT) + way;
        const key = words[place];
        if (key !== EMPTY) {
          valid.push({
            page: key & PAGE_MASK,
            tag: key >>> TAG_SHIFT,
            set,
            way,
            physical: this.physical(place),
            flags: this.flags(place),
            pageDirectory: words[place + DIRECTORY],
            filledAt: fillCounts[place],
          });
        }
      }
    }
    return valid;
  }

  snapshot(): TlbSnapshot {
    const entries = this.entries();
    return {
      pages: entries.map((entry) => entry.key),
      physical: entries.map((entry) => entry.physical),
      flags: entries.map((entry) => entry.flags),
      pageDirectory: entries.map((entry) => entry.pageDirectory),
      filledAt: entries.map((entry) => entry.filledAt),
      tree: Array.from({ length: this.sets }, (_, set) => this.words[set * SET_WORDS + TREE]),
      misses: this.misses,
      flushes: this.flushes,
    };
  }

  restore(from: TlbSnapshot): void {
    const { words } = this;
    from.pages.forEach((key, index) => {
      const place = placeOf(index);
      words[place] = key;
      words[place + ENTRY] = from.physical[index] | from.flags[index];
      words[place + DIRECTORY] = from.pageDirectory[index];
      this.fillCounts[place] = from.filledAt[index];
    });
    from.tree.forEach((tree, set) => {
      words[set * SET_WORDS + TREE] = tree;
    });
    this.usedSets = (1 << this.sets) - 1;
    this.misses = from.misses;
    this.flushes = from.flushes;
  }
}

function placeOf(index: number): number {
  return Math.floor(index / WAYS) * SET_WORDS + (index % WAYS);
}

interface EntrySnapshot {
  readonly key: number;
  readonly physical: number;
  readonly flags: number;
  readonly pageDirectory: number;
  readonly filledAt: number;
}

interface ValidEntry extends Omit<EntrySnapshot, 'key'> {
  readonly page: number;
  readonly tag: number;
  readonly set: number;
  readonly way: number;
}

export interface TlbSnapshot {
  /** Keys, or -1. */
  readonly pages: readonly number[];
  readonly physical: readonly number[];
  readonly flags: readonly number[];
  readonly pageDirectory: readonly number[];
  readonly filledAt: readonly number[];
  readonly tree: readonly number[];
  readonly misses: number;
  readonly flushes: number;
}
