// The fast translation table: one word for each linear page, (byte offset of the page in machine memory) | rights.
// It is a shadow of the data TLBs and holds only pages that are the most recently used way of their set, so that
// an access which finds its right here needs no bookkeeping at all. At most one small page a set is live, so that
// a flush is a short loop; a 4 MB entry may have many of its 4 KB pieces live, and those are listed.
import { FAST_TABLE_WORDS } from '../../memoryLayout.ts';
import { FAST_WRITE } from './rights.ts';

const NONE = -1;
/** Pieces listed for one set of the 4 MB TLB, or without paging; when it is full, that list starts anew. */
const LIST_CAPACITY = 1024;

export class FastTable {
  readonly entries: Int32Array;
  /** The live page of each set of the 4 KB data TLB. */
  private readonly smallPages: Int32Array;
  /** One bit for each set with a live page. */
  private liveSets = 0;
  /** The live pieces of each set of the 4 MB TLB; the last list is for running without paging. */
  private readonly lists: Int32Array[];
  private readonly listLengths: Int32Array;

  constructor(entries: Int32Array, smallSets: number, largeSets: number) {
    if (entries.length !== FAST_TABLE_WORDS) {
      throw new RangeError('The fast table must cover 2^20 pages.');
    }
    this.entries = entries;
    this.smallPages = new Int32Array(smallSets).fill(NONE);
    this.lists = Array.from({ length: largeSets + 1 }, () => new Int32Array(LIST_CAPACITY));
    this.listLengths = new Int32Array(largeSets + 1);
  }

  /** The list for accesses without paging. */
  get unpagedList(): number {
    return this.lists.length - 1;
  }

  installSmall(page: number, entry: number): void {
    const { entries, smallPages } = this;
    const set = page & (smallPages.length - 1);
    const old = smallPages[set];
    if (old !== NONE) {
      entries[old] = 0;
    }
    smallPages[set] = page;
    entries[page] = entry;
    this.liveSets |= 1 << set;
  }

  installPiece(list: number, page: number, entry: number): void {
    if (this.entries[page] === 0) {
      if (this.listLengths[list] === LIST_CAPACITY) {
        this.clearList(list);
      }
      this.lists[list][this.listLengths[list]++] = page;
    }
    this.entries[page] = entry;
  }

  clearList(list: number): void {
    const pages = this.lists[list];
    for (let index = 0; index < this.listLengths[list]; index++) {
      this.entries[pages[index]] = 0;
    }
    this.listLengths[list] = 0;
  }

  dropPage(page: number): void {
    this.entries[page] = 0;
    const set = page & (this.smallPages.length - 1);
    if (this.smallPages[set] === page) {
      this.smallPages[set] = NONE;
    }
  }

  flush(): void {
    const { entries, smallPages, listLengths } = this;
    for (let live = this.liveSets; live !== 0; live &= live - 1) {
      const set = 31 - Math.clz32(live & -live);
      const page = smallPages[set];
      if (page !== NONE) {
        entries[page] = 0;
        smallPages[set] = NONE;
      }
    }
    this.liveSets = 0;
    for (let list = 0; list < listLengths.length; list++) {
      if (listLengths[list] !== 0) {
        this.clearList(list);
      }
    }
  }

  /** Takes the right to write from every live page that lies at this offset: it holds code from now on. */
  protect(offset: number): void {
    for (const page of this.smallPages) {
      if (page !== NONE) {
        this.protectPage(page, offset);
      }
    }
    this.lists.forEach((pages, list) => {
      for (let index = 0; index < this.listLengths[list]; index++) {
        this.protectPage(pages[index], offset);
      }
    });
  }

  private protectPage(page: number, offset: number): void {
    if ((this.entries[page] & ~0xfff) === offset) {
      this.entries[page] &= ~FAST_WRITE;
    }
  }
}
