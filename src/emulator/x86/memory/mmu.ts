// The memory management unit: linear to physical through the Pentium's three TLBs and, on a miss, the page tables
// (SDM vol. 3, chapter 4). Everything that is not answered by the fast table comes here. A translation returns a
// byte offset into machine memory; a fault returns -1 and waits in PendingFault.
import { OPEN_BUS_OFFSET, RAM_OFFSET, type MachineMemory } from '../../memoryLayout.ts';
import { ROM_END } from '../../rom.ts';
import { PF_FAULT, type PendingFault } from '../faults.ts';
import { CR0, CR0_PG, CR0_WP, CR2, CR3, CR4, CR4_PGE, CR4_PSE } from '../registers.ts';
import { DeviceAccess } from './deviceMemory.ts';
import { FastTable } from './fastTable.ts';
import {
  FAST_READ_SUPERVISOR,
  FAST_READ_USER,
  FAST_WRITE,
  FAST_WRITE_SUPERVISOR,
  FAST_WRITE_USER,
  FAULT_PRESENT,
  PDE_LARGE,
  PTE_ACCESSED,
  PTE_DIRTY,
  PTE_GLOBAL,
  PTE_PRESENT,
  PTE_USER,
  PTE_WRITABLE,
  WANT_READ,
  WANT_USER,
  WANT_WRITE,
} from './rights.ts';
import {
  ENTRY_DIRTY,
  ENTRY_GLOBAL,
  ENTRY_PROTECTED,
  ENTRY_USER,
  ENTRY_WRITABLE,
  Tlb,
} from './tlb.ts';
import { tagOf, tagsAreOn } from './taggedTlb.ts';

/** Who must know: the block cache of stores into code, the processor of the instruction count, an observer of code pages. */
export interface MmuObserver {
  readonly instructionCount: number;
  /** One byte for each physical page: non-zero if decoded blocks lie in it. */
  readonly codePages: Uint8Array;
  codeStored(physical: number, size: number): void;
  codePageFilled(linearPage: number, physicalPage: number): void;
}

/** The fast table's bits by an entry's permissions. A clear D bit forbids writing, so that the first write walks. */
const RIGHTS = Uint8Array.from({ length: 32 }, (_, flags) => {
  const user = (flags & ENTRY_USER) !== 0;
  const writable = (flags & ENTRY_WRITABLE) !== 0;
  const dirty = (flags & ENTRY_DIRTY) !== 0;
  return (
    FAST_READ_SUPERVISOR |
    (dirty && (writable || (flags & ENTRY_PROTECTED) === 0) ? FAST_WRITE_SUPERVISOR : 0) |
    (user ? FAST_READ_USER : 0) |
    (user && writable && dirty ? FAST_WRITE_USER : 0)
  );
});

/** What is looked at in the entry of a page directory: the usual one names a table and was used before. */
const USUAL_PDE = PTE_PRESENT | PTE_ACCESSED | PDE_LARGE;

export class Mmu {
  readonly instructionTlb = new Tlb(8);
  readonly dataTlb = new Tlb(16);
  readonly largeTlb = new Tlb(2);
  readonly fast: FastTable;
  /** The most recently used page of each instruction TLB set: (page | user << 20 | valid << 21), then where it lies. */
  readonly fetches = new Int32Array(16);
  /** One bit for each of them that may be valid. */
  private liveFetches = 0;
  /** Data references so far; hits are these less the misses. */
  references = 0;
  /** PTE_GLOBAL while CR4.PGE is set, else 0. */
  private globalBit = 0;
  /** The current address space's tag, in its place in a TLB key; 0 while tags are off. */
  private tag = 0;
  /** Bytes of ROM below 1 MB; read-only, and seen again below 4 GB. */
  romSize = 0;
  /** What lies outside RAM. */
  readonly outside: DeviceAccess;
  readonly memory: MachineMemory;
  private readonly r: Int32Array;
  private readonly fault: PendingFault;
  private readonly observer: MmuObserver;
  private readonly codePages: Uint8Array;
  // What the last successful walk found.
  private walkPhysical = 0;
  private walkFlags = 0;
  private walkLarge = false;

  constructor(memory: MachineMemory, fault: PendingFault, observer: MmuObserver) {
    this.memory = memory;
    this.r = memory.state;
    this.fault = fault;
    this.outside = new DeviceAccess(fault);
    this.observer = observer;
    this.codePages = observer.codePages;
    this.fast = new FastTable(memory.fastTable, this.dataTlb.sets, this.largeTlb.sets);
  }

  /** For a data access that the fast table did not answer: the byte offset, or -1 with a fault pending. */
  translate(linear: number, want: number): number {
    const page = linear >>> 12;
    if (this.r[CR0] >= 0) {
      return this.unpaged(page) + (linear & 0xfff);
    }
    const key = page | this.tag;
    const fresh = this.dataTlb.isFresh(key);
    let place = fresh ? -1 : this.dataTlb.find(key);
    if (place >= 0) {
      return this.smallHit(place, linear, want);
    }
    if (!this.largeTlb.empty) {
      place = this.largeTlb.find((linear >>> 22) | this.tag);
      if (place >= 0) {
        return this.largeHit(place, linear, want);
      }
    }
    // The usual miss in one piece, as in walk() and fillData(): a function of this size is compiled by itself, and
    // all that it calls into it, instead of in halves into its callers.
    const { r, memory, dataTlb } = this;
    const { words, ramSize } = memory;
    const directoryEntry = (r[CR3] & ~0xfff) + ((linear >>> 22) << 2);
    if (directoryEntry >>> 0 < ramSize) {
      const pde = words[(RAM_OFFSET + directoryEntry) >> 2];
      const tableEntry = (pde & ~0xfff) + ((page & 0x3ff) << 2);
      if ((pde & USUAL_PDE) === (PTE_PRESENT | PTE_ACCESSED) && tableEntry >>> 0 < ramSize) {
        const pte = words[(RAM_OFFSET + tableEntry) >> 2];
        if ((pte & PTE_PRESENT) === 0) {
          r[CR2] = linear;
          this.fault.set(PF_FAULT, want);
          return -1;
        }
        const marked = pte | PTE_ACCESSED | ((want & WANT_WRITE) === 0 ? 0 : PTE_DIRTY);
        const flags =
          ((pte & pde & (PTE_WRITABLE | PTE_USER)) >> 1) |
          ((marked & (PTE_DIRTY | this.globalBit)) >> 4);
        if (this.allows(flags, want) && (marked === pte || this.isPlain(tableEntry))) {
          words[(RAM_OFFSET + tableEntry) >> 2] = marked;
          const physical = pte & ~0xfff;
          const count = this.observer.instructionCount;
          dataTlb.misses++;
          if (fresh) {
            dataTlb.fillFresh(key, physical | flags, r[CR3], count);
          } else {
            dataTlb.fill(key, physical, flags, r[CR3], count);
          }
          return this.installSmall(linear, physical, flags);
        }
      }
    }
    if (!this.walk(linear, want)) {
      return -1;
    }
    dataTlb.misses++;
    return this.fillData(linear);
  }

  /**
   * For a doubleword that the fast table did not answer, if its page is in the data TLB with a right of the fast table
   * (FAST_*): uses the entry as an access would, and returns the byte offset. Else -1, and nothing has changed.
   */
  useResident(linear: number, right: number): number {
    const { dataTlb, fast } = this;
    const page = linear >>> 12;
    const place = this.r[CR0] < 0 ? dataTlb.find(page | this.tag) : -1;
    if (place < 0) {
      return -1;
    }
    const physical = dataTlb.physical(place);
    const rights = this.rights(physical, dataTlb.flags(place));
    if ((rights & right) === 0) {
      return -1;
    }
    dataTlb.touch(place);
    fast.installSmall(page, (RAM_OFFSET + physical) | rights);
    return RAM_OFFSET + physical + (linear & 0xfff);
  }

  private unpaged(page: number): number {
    const physical = page << 12;
    const offset = this.hostOffset(physical);
    const rights = this.rights(physical, ENTRY_WRITABLE | ENTRY_USER | ENTRY_DIRTY);
    if (rights !== 0) {
      this.fast.installPiece(this.fast.unpagedList, page, offset | rights);
    }
    return offset;
  }

  private smallHit(place: number, linear: number, want: number): number {
    const tlb = this.dataTlb;
    if (!this.permitted(tlb, place, linear, want)) {
      return -1;
    }
    tlb.touch(place);
    return this.installSmall(linear, tlb.physical(place), tlb.flags(place));
  }

  private largeHit(place: number, linear: number, want: number): number {
    const tlb = this.largeTlb;
    if (!this.permitted(tlb, place, linear, want)) {
      return -1;
    }
    if (tlb.touch(place)) {
      // Another way is the most recently used: the old way's pieces leave the fast table.
      this.fast.clearList(tlb.setOf(place));
    }
    return this.installLarge(place, linear);
  }

  /** Checks an entry's rights; a clear D bit makes a write walk again, a violation raises the fault and drops the entry. */
  private permitted(tlb: Tlb, place: number, linear: number, want: number): boolean {
    const flags = tlb.flags(place);
    if (!this.allows(flags, want)) {
      this.dropEntry(tlb, place, linear);
      return this.pageFault(linear, want | FAULT_PRESENT);
    }
    if ((want & WANT_WRITE) !== 0 && (flags & ENTRY_DIRTY) === 0) {
      if (!this.walk(linear, want)) {
        this.dropEntry(tlb, place, linear);
        return false;
      }
      const frame = tlb === this.largeTlb ? this.walkPhysical & ~0x3f_ffff : this.walkPhysical;
      tlb.replace(place, frame, this.walkFlags);
    }
    return true;
  }

  private fillData(linear: number): number {
    const { r } = this;
    const count = this.observer.instructionCount;
    if (this.walkLarge) {
      const frame = this.walkPhysical & ~0x3f_ffff;
      const key = (linear >>> 22) | this.tag;
      this.fast.clearList(key & (this.largeTlb.sets - 1));
      const place = this.largeTlb.fill(key, frame, this.walkFlags, r[CR3], count);
      return this.installLarge(place, linear);
    }
    const { walkPhysical, walkFlags } = this;
    this.dataTlb.fill((linear >>> 12) | this.tag, walkPhysical, walkFlags, r[CR3], count);
    return this.installSmall(linear, walkPhysical, walkFlags);
  }

  /** The page is the most recently used of its set. */
  private installSmall(linear: number, physical: number, flags: number): number {
    const offset = this.hostOffset(physical);
    const rights = this.rights(physical, flags);
    this.fast.installSmall(linear >>> 12, rights === 0 ? 0 : offset | rights);
    return offset + (linear & 0xfff);
  }

  private installLarge(place: number, linear: number): number {
    const tlb = this.largeTlb;
    const physical = tlb.physical(place) + (linear & 0x3f_f000);
    const offset = this.hostOffset(physical);
    const rights = this.rights(physical, tlb.flags(place));
    if (rights !== 0) {
      this.fast.installPiece(tlb.setOf(place), linear >>> 12, offset | rights);
    }
    return offset + (linear & 0xfff);
  }

  /** Physical address of an instruction fetch (not an offset), or -1 with a fault pending. */
  translateFetch(linear: number, user: boolean): number {
    const { r, observer } = this;
    const page = linear >>> 12;
    if (r[CR0] >= 0) {
      this.installFetch(page, page << 12, ENTRY_USER);
      return linear;
    }
    const tlb = this.instructionTlb;
    const key = page | this.tag;
    const directoryEntry = (r[CR3] & ~0xfff) + ((linear >>> 22) << 2);
    if (tlb.isFresh(key) && directoryEntry >>> 0 < this.memory.ramSize) {
      // The usual miss after a change of address space, in one piece like that of translate().
      const { words, ramSize } = this.memory;
      const pde = words[(RAM_OFFSET + directoryEntry) >> 2];
      const tableEntry = (pde & ~0xfff) + ((page & 0x3ff) << 2);
      if ((pde & USUAL_PDE) === (PTE_PRESENT | PTE_ACCESSED) && tableEntry >>> 0 < ramSize) {
        const pte = words[(RAM_OFFSET + tableEntry) >> 2];
        const flags =
          ((pte & pde & (PTE_WRITABLE | PTE_USER)) >> 1) |
          ((pte & (PTE_DIRTY | this.globalBit)) >> 4);
        if (
          (pte & (PTE_PRESENT | PTE_ACCESSED)) === (PTE_PRESENT | PTE_ACCESSED) &&
          (!user || (flags & ENTRY_USER) !== 0)
        ) {
          const physical = pte & ~0xfff;
          tlb.misses++;
          tlb.fillFresh(key, physical | flags, r[CR3], observer.instructionCount);
          this.installFetch(page, physical, flags);
          observer.codePageFilled(page, physical >>> 12);
          return physical + (linear & 0xfff);
        }
      }
    }
    const place = tlb.find(key);
    if (place >= 0) {
      const flags = tlb.flags(place);
      if (user && (flags & ENTRY_USER) === 0) {
        tlb.drop(key);
        this.fetches[(page & 7) * 2] = 0;
        this.pageFault(linear, WANT_USER | FAULT_PRESENT);
        return -1;
      }
      tlb.touch(place);
      this.installFetch(page, tlb.physical(place), flags);
      return tlb.physical(place) + (linear & 0xfff);
    }
    if (!this.walk(linear, user ? WANT_USER : WANT_READ)) {
      return -1;
    }
    tlb.misses++;
    const { walkPhysical, walkFlags } = this;
    tlb.fill(key, walkPhysical, walkFlags, r[CR3], observer.instructionCount);
    this.installFetch(page, walkPhysical, walkFlags);
    observer.codePageFilled(page, walkPhysical >>> 12);
    return walkPhysical + (linear & 0xfff);
  }

  private installFetch(page: number, physical: number, flags: number): void {
    const user = (flags & ENTRY_USER) === 0 ? 0 : 1;
    const { fetches } = this;
    const set = page & 7;
    fetches[set * 2] = page | (user << 20) | (1 << 21);
    fetches[set * 2 + 1] = physical;
    this.liveFetches |= 1 << set;
  }

  /** The usual walk in one piece: a small page that is there, is allowed, and carries its marks already. */
  private walk(linear: number, want: number): boolean {
    const { r, memory } = this;
    const { words, ramSize } = memory;
    const directoryEntry = (r[CR3] & ~0xfff) + ((linear >>> 22) << 2);
    if (directoryEntry >>> 0 >= ramSize) {
      return this.walkFully(linear, want);
    }
    const pde = words[(RAM_OFFSET + directoryEntry) >> 2];
    const tableEntry = (pde & ~0xfff) + (((linear >>> 12) & 0x3ff) << 2);
    if ((pde & USUAL_PDE) !== (PTE_PRESENT | PTE_ACCESSED) || tableEntry >>> 0 >= ramSize) {
      return this.walkFully(linear, want);
    }
    const pte = words[(RAM_OFFSET + tableEntry) >> 2];
    if ((pte & PTE_PRESENT) === 0) {
      return this.pageFault(linear, want);
    }
    const marks = PTE_PRESENT | PTE_ACCESSED | ((want & WANT_WRITE) === 0 ? 0 : PTE_DIRTY);
    // W and U of both levels, and D, each in the place that it has in a TLB entry.
    const flags =
      ((pte & pde & (PTE_WRITABLE | PTE_USER)) >> 1) | ((pte & (PTE_DIRTY | this.globalBit)) >> 4);
    if ((pte & marks) !== marks || !this.allows(flags, want)) {
      return this.walkFully(linear, want);
    }
    this.walkLarge = false;
    this.walkFlags = flags;
    this.walkPhysical = pte & ~0xfff;
    return true;
  }

  /** SDM vol. 3, 4.3: two levels, A and D bits set once the access is known to be allowed. */
  private walkFully(linear: number, want: number): boolean {
    const { r } = this;
    const directoryEntry = (r[CR3] & ~0xfff) + ((linear >>> 22) << 2);
    const pde = this.readPhysical32(directoryEntry);
    if ((pde & PTE_PRESENT) === 0) {
      return this.pageFault(linear, want);
    }
    if ((pde & PDE_LARGE) !== 0 && (r[CR4] & CR4_PSE) !== 0) {
      this.walkLarge = true;
      return this.finishWalk(directoryEntry, pde, pde, linear, want);
    }
    this.walkLarge = false;
    const tableEntry = (pde & ~0xfff) + (((linear >>> 12) & 0x3ff) << 2);
    const pte = this.readPhysical32(tableEntry);
    if ((pte & PTE_PRESENT) === 0) {
      return this.pageFault(linear, want);
    }
    if (!this.finishWalk(tableEntry, pte, pte & pde, linear, want)) {
      return false;
    }
    if ((pde & PTE_ACCESSED) === 0) {
      this.writePhysical32(directoryEntry, pde | PTE_ACCESSED);
    }
    return true;
  }

  private finishWalk(
    address: number,
    entry: number,
    both: number,
    linear: number,
    want: number,
  ): boolean {
    let flags = 0;
    if ((both & PTE_WRITABLE) !== 0) {
      flags |= ENTRY_WRITABLE;
    }
    if ((both & PTE_USER) !== 0) {
      flags |= ENTRY_USER;
    }
    if (!this.allows(flags, want)) {
      return this.pageFault(linear, want | FAULT_PRESENT);
    }
    const marked = entry | PTE_ACCESSED | ((want & WANT_WRITE) === 0 ? 0 : PTE_DIRTY);
    if (marked !== entry) {
      this.writePhysical32(address, marked);
    }
    if ((marked & PTE_DIRTY) !== 0) {
      flags |= ENTRY_DIRTY;
    }
    if ((marked & this.globalBit) !== 0) {
      flags |= ENTRY_GLOBAL;
    }
    this.walkFlags = flags;
    this.walkPhysical = this.walkLarge
      ? (entry & ~0x3f_ffff) | (linear & 0x3f_f000)
      : entry & ~0xfff;
    return true;
  }

  private allows(flags: number, want: number): boolean {
    if ((want & WANT_USER) !== 0) {
      return (
        (flags & ENTRY_USER) !== 0 && ((want & WANT_WRITE) === 0 || (flags & ENTRY_WRITABLE) !== 0)
      );
    }
    return (
      (want & WANT_WRITE) === 0 || (flags & ENTRY_WRITABLE) !== 0 || (this.r[CR0] & CR0_WP) === 0
    );
  }

  private pageFault(linear: number, errorCode: number): false {
    this.r[CR2] = linear;
    this.fault.set(PF_FAULT, errorCode);
    return false;
  }

  /** The fast table's bits for a page: none outside RAM, no writing where decoded code lies. */
  private rights(physical: number, flags: number): number {
    if (physical >>> 0 >= this.memory.ramSize) {
      return 0;
    }
    const rights = RIGHTS[(this.r[CR0] & CR0_WP) === 0 ? flags : flags | ENTRY_PROTECTED];
    return this.codePages[physical >>> 12] === 0 && !this.isRom(physical)
      ? rights
      : rights & ~FAST_WRITE;
  }

  /** Offset of a physical page in machine memory; outside RAM that of the open bus, where nothing is stored. */
  private hostOffset(physical: number): number {
    if (physical >>> 0 < this.memory.ramSize) {
      return RAM_OFFSET + physical;
    }
    const inRam = this.inRom(physical);
    if (inRam >>> 0 < this.memory.ramSize) {
      return RAM_OFFSET + inRam;
    }
    this.outside.page = (physical & ~0xfff) >>> 0;
    return OPEN_BUS_OFFSET;
  }

  /** Whether a physical address below 1 MB lies in ROM. */
  private isRom(physical: number): boolean {
    return physical < ROM_END && physical >= ROM_END - this.romSize;
  }

  /** A physical address below 4 GB that shows the ROM, as the address where the ROM stands; any other as it is. */
  inRom(physical: number): number {
    return physical >>> 0 >= 0x1_0000_0000 - this.romSize
      ? (physical >>> 0) - 0x1_0000_0000 + ROM_END
      : physical;
  }

  /** Whether a physical address in RAM can be written without telling anybody. */
  private isPlain(physical: number): boolean {
    return this.codePages[physical >>> 12] === 0 && !this.isRom(physical);
  }

  /** Whether a store at this byte offset changes anything: ROM does not. */
  keeps(offset: number): boolean {
    return this.romSize === 0 || !this.isRom(offset - RAM_OFFSET);
  }

  readPhysical32(address: number): number {
    return address >>> 0 < this.memory.ramSize
      ? this.memory.words[(RAM_OFFSET + address) >> 2]
      : -1;
  }

  private writePhysical32(address: number, value: number): void {
    if (address >>> 0 < this.memory.ramSize && !this.isRom(address)) {
      this.memory.words[(RAM_OFFSET + address) >> 2] = value;
      this.noticeStore(RAM_OFFSET + address, 4);
    }
  }

  /** Tells the block cache of a store, by offset, if the page holds code. */
  noticeStore(offset: number, size: number): void {
    const physical = offset - RAM_OFFSET;
    if (physical >= 0 && this.codePages[physical >>> 12] !== 0) {
      this.observer.codeStored(physical, size);
    }
  }

  /** A data entry that caused a fault leaves (SDM vol. 3, 4.10.4.1), and its shadow with it. */
  private dropEntry(tlb: Tlb, place: number, linear: number): void {
    if (tlb === this.largeTlb) {
      this.fast.clearList(tlb.setOf(place));
    }
    tlb.drop(tlb.key(place));
    this.fast.dropPage(linear >>> 12);
  }

  /** Takes from CR4 what is kept of it here. */
  controlChanged(): void {
    this.globalBit = (this.r[CR4] & CR4_PGE) === 0 ? 0 : PTE_GLOBAL;
    this.tag = tagOf(this.r);
  }

  /** MOV CR3 and task switches: global entries stay while CR4.PGE is set, all entries while CR4.TAGS is. */
  directoryChanged(): void {
    if (tagsAreOn(this.r)) {
      this.tag = tagOf(this.r);
      this.dropShadows();
      return;
    }
    if (this.globalBit === 0) {
      this.flush();
      return;
    }
    this.instructionTlb.flushLocal();
    this.dataTlb.flushLocal();
    this.largeTlb.flushLocal();
    this.dropShadows();
  }

  /** Whatever else empties the TLBs. */
  flush(): void {
    this.instructionTlb.flush();
    this.dataTlb.flush();
    this.largeTlb.flush();
    this.dropShadows();
  }

  /** What the register of taggedTlb.ts asks for; the shadows are made anew from what stays. */
  invalidate(change: (tlb: Tlb, shift: number) => void): void {
    change(this.instructionTlb, 12);
    change(this.dataTlb, 12);
    change(this.largeTlb, 22);
    this.dropShadows();
  }

  /** INVLPG: one page leaves all three TLBs. */
  invalidatePage(linear: number): void {
    const page = linear >>> 12;
    const large = (linear >>> 22) | this.tag;
    this.instructionTlb.drop(page | this.tag);
    this.dataTlb.drop(page | this.tag);
    if (this.largeTlb.find(large) >= 0) {
      this.fast.clearList(large & (this.largeTlb.sets - 1));
      this.largeTlb.drop(large);
    }
    if ((this.fetches[(page & 7) * 2] & 0xf_ffff) === page) {
      this.fetches[(page & 7) * 2] = 0;
    }
    this.fast.dropPage(page);
  }

  /** After a change of CR0.WP or of the tables behind the fast paths: they refill from the TLBs. */
  dropShadows(): void {
    for (let live = this.liveFetches; live !== 0; live &= live - 1) {
      this.fetches[(31 - Math.clz32(live & -live)) * 2] = 0;
    }
    this.liveFetches = 0;
    this.fast.flush();
  }

  get paging(): boolean {
    return (this.r[CR0] & CR0_PG) !== 0;
  }
}
