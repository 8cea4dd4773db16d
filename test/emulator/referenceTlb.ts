// A second model of the Pentium's TLB, written from the data book's picture and not from the emulator: each set is a
// list of four slots under a little tree of two-way switches. Slow, and easy to check by eye.

export interface ReferenceSlot {
  page: number;
  dirty: boolean;
}

/** A switch that points at the side to be replaced next. */
class Switch {
  side: 'left' | 'right' = 'left';

  pointAwayFrom(side: 'left' | 'right'): void {
    this.side = side === 'left' ? 'right' : 'left';
  }
}

class ReferenceSet {
  readonly slots: (ReferenceSlot | undefined)[] = [undefined, undefined, undefined, undefined];
  private readonly root = new Switch();
  private readonly left = new Switch();
  private readonly right = new Switch();

  use(slot: number): void {
    const half = slot < 2 ? 'left' : 'right';
    this.root.pointAwayFrom(half);
    (half === 'left' ? this.left : this.right).pointAwayFrom(slot % 2 === 0 ? 'left' : 'right');
  }

  place(): number {
    const free = this.slots.indexOf(undefined);
    if (free >= 0) {
      return free;
    }
    const half = this.root.side === 'left' ? this.left : this.right;
    return (this.root.side === 'left' ? 0 : 2) + (half.side === 'left' ? 0 : 1);
  }
}

export class ReferenceTlb {
  private sets: ReferenceSet[] = [];
  misses = 0;
  private readonly setCount: number;

  constructor(setCount: number) {
    this.setCount = setCount;
    this.flush();
  }

  /** All but the pages that stay; a set in which none stays is as new. */
  flush(stays: (page: number) => boolean = () => false): void {
    this.sets = Array.from({ length: this.setCount }, (_, number) => {
      const old = this.sets.at(number);
      if (old?.slots.some((slot) => slot !== undefined && stays(slot.page)) !== true) {
        return new ReferenceSet();
      }
      old.slots.forEach((slot, index) => {
        old.slots[index] = slot !== undefined && stays(slot.page) ? slot : undefined;
      });
      return old;
    });
  }

  private setOf(page: number): ReferenceSet {
    return this.sets[page % this.setCount];
  }

  private slotOf(page: number): number {
    return this.setOf(page).slots.findIndex((slot) => slot?.page === page);
  }

  /** One reference that is allowed; a miss fills. */
  reference(page: number, dirty: boolean): void {
    const set = this.setOf(page);
    let slot = this.slotOf(page);
    if (slot < 0) {
      this.misses++;
      slot = set.place();
      set.slots[slot] = { page, dirty };
    }
    set.use(slot);
  }

  drop(page: number): void {
    const slot = this.slotOf(page);
    if (slot >= 0) {
      this.setOf(page).slots[slot] = undefined;
    }
  }

  dropAll(leaves: (page: number) => boolean): void {
    for (const set of this.sets) {
      set.slots.forEach((slot, index) => {
        if (slot !== undefined && leaves(slot.page)) {
          set.slots[index] = undefined;
        }
      });
    }
  }

  /** The pages by set and way. */
  pages(): (number | undefined)[] {
    return this.sets.flatMap((set) => set.slots.map((slot) => slot?.page));
  }
}
