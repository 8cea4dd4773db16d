// The TLB view's model: every valid entry of the Pentium's TLBs, who filled it and when, and whether it is stale.
import type { TlbEntry } from '../../emulator/target.ts';
import type { TlbAnswer, TlbRow, TlbUnit } from '../../protocol/requests.ts';
import { formatReference, hex32, isKernelAddress } from '../addresses.ts';
import type { System } from '../system.ts';

const LARGE_PAGE = 0x400000;

const UNITS: readonly { kind: TlbEntry['kind']; name: string; counter: 'i' | 'd' }[] = [
  { kind: 'instruction', name: 'Instruction TLB', counter: 'i' },
  { kind: 'data', name: 'Data TLB, 4 KB pages', counter: 'd' },
  { kind: 'data-4M', name: 'Data TLB, 4 MB pages', counter: 'd' },
];

export function tlbModel(system: System): TlbAnswer {
  const entries = system.machine.tlbEntries();
  const { tlb, tlbIsTagged } = system.machine.statistics();
  const units = UNITS.map(({ kind, name, counter }): TlbUnit => {
    const rows = entries
      .filter((entry) => entry.kind === kind)
      .map((entry) => row(entry, system, tlbIsTagged));
    return { name, ...tlb[counter], entries: rows };
  });
  const kind = tlbIsTagged
    ? 'Tagged by address space: 4-way, pseudo-LRU, kept at a CR3 load'
    : 'Pentium: 4-way, pseudo-LRU, flushed by a CR3 load';
  return { kind, units };
}

function row(entry: TlbEntry, system: System, isTagged: boolean): TlbRow {
  const { space, reference } = placeOf(entry, system);
  return {
    set: entry.set,
    way: entry.way,
    linear: hex32(entry.linear),
    reference,
    physical: hex32(entry.physical),
    rights: (entry.writable ? 'rw' : 'r-') + (entry.user ? ' user' : ''),
    dirty: entry.dirty,
    space: isTagged ? `${space}, tag ${entry.tag}` : space,
    filledAt: entry.filledAt,
    nextVictim: entry.nextVictim,
    stale: isStale(entry, system),
  };
}

/** A page of 4 MB that has been split since is stale, though its first 4 KB may be where they were. */
function isStale(entry: TlbEntry, system: System): boolean {
  const page = system.machine.translate(entry.pageDirectory, entry.linear);
  return (
    page?.physical !== entry.physical ||
    page.writable !== entry.writable ||
    (entry.kind === 'data-4M' && page.pageSize !== LARGE_PAGE)
  );
}

/** Whose page it is: a small space's in its slot under any directory, the kernel's, or the loaded directory's. */
function placeOf(entry: TlbEntry, system: System): { space: string; reference: string } {
  if (!isKernelAddress(entry.linear)) {
    const task = taskOfDirectory(entry.pageDirectory, system);
    return {
      space: task === undefined ? 'unknown' : system.spaces.taskLabel(task),
      reference: formatReference(task ?? 0, entry.linear),
    };
  }
  const place = system.kernel?.slotAddress(entry.linear);
  if (place === undefined) {
    return { space: 'kernel', reference: formatReference(0, entry.linear) };
  }
  const owner = system.kernel?.spaces().items.find((space) => space.smallSlot === place.slot);
  const name = owner === undefined ? 'nobody' : system.spaces.taskLabel(owner.task);
  return {
    space: `${name} (small, slot ${place.slot})`,
    reference: formatReference(owner?.task ?? 0, place.address),
  };
}

function taskOfDirectory(pageDirectory: number, system: System): number | undefined {
  return system.spaces
    .tasks()
    .find((task) => system.spaces.pageDirectoryOf(task) === pageDirectory);
}
