// The TLBs as part of the machine: against a second model on millions of references, and as a guest sees them.
import assert from 'node:assert/strict';

import { createMemory, RAM_OFFSET } from '../../src/emulator/memoryLayout.ts';
import type { MachineOptions } from '../../src/emulator/machineOptions.ts';
import { PendingFault } from '../../src/emulator/x86/faults.ts';
import { Mmu } from '../../src/emulator/x86/memory/mmu.ts';
import { WANT_READ, WANT_WRITE } from '../../src/emulator/x86/memory/rights.ts';
import { INVALIDATIONS } from '../../src/emulator/x86/memory/taggedTlb.ts';
import type { Tlb } from '../../src/emulator/x86/memory/tlb.ts';
import { CR0, CR3, CR4, CR4_TAGS } from '../../src/emulator/x86/registers.ts';
import { machineWith, type TestMachine } from '../support/machineTest.ts';
import {
  ENABLE_PAGING,
  FINISH,
  gate,
  IDENTITY_TABLES,
  LOAD_TABLES,
  TABLES,
} from '../support/pagingAssembly.ts';
import { Random } from './randomInstructions.ts';
import { ReferenceTlb } from './referenceTlb.ts';

const FAST_READ = 1;
const FAST_WRITE = 2;

const isGlobal = (page: number): boolean => page < 1024 && page % 7 === 0;

/** 1024 small pages from 0 and 4 MB pages from 16 MB up, over 16 MB of RAM. */
function pagedMmu(): { mmu: Mmu; fast: Int32Array; registers: Int32Array } {
  const memory = createMemory(16 << 20);
  const observer = {
    instructionCount: 0,
    codePages: new Uint8Array(4096),
    codeStored: () => undefined,
    codePageFilled: () => undefined,
  };
  const mmu = new Mmu(memory, new PendingFault(), observer);
  const ram = new Int32Array(memory.memory.buffer, RAM_OFFSET, (16 << 20) / 4);
  for (let page = 0; page < 1024; page++) {
    ram[0x1000 / 4 + page] = (page << 12) | (isGlobal(page) ? 0x107 : 7);
  }
  ram[0] = 0x1000 | 7;
  for (let large = 4; large < 64; large++) {
    ram[large] = ((large & 3) << 22) | 0x87;
  }
  memory.state[CR0] = -0x7fffffff;
  memory.state[CR3] = 0;
  memory.state[CR4] = 0x90;
  mmu.controlChanged();
  return { mmu, fast: memory.fastTable, registers: memory.state };
}

describe('The data TLB', () => {
  it('agrees with the reference model on ten million references, global pages among them, seen through the fast table', () => {
    const { mmu, fast } = pagedMmu();
    const small = new ReferenceTlb(16);
    const large = new ReferenceTlb(2);
    const random = new Random(42);
    let throughFast = 0;
    for (let count = 0; count < 10_000_000; count++) {
      const action = random.below(5000);
      const isLarge = random.below(8) === 0;
      const page = isLarge ? (4 + random.below(12)) * 1024 + random.below(4) : random.below(120);
      if (action === 0) {
        mmu.flush();
        small.flush();
        large.flush();
      } else if (action < 3) {
        mmu.directoryChanged();
        small.flush(isGlobal);
        large.flush();
      } else if (action < 20) {
        mmu.invalidatePage(page << 12);
        small.drop(page);
        large.drop(page >> 10);
      }
      const write = random.below(3) === 0;
      if ((fast[page] & (write ? FAST_WRITE : FAST_READ)) !== 0) {
        throughFast++;
      } else {
        assert.ok(mmu.translate(page << 12, write ? WANT_WRITE : WANT_READ) >= 0);
      }
      (isLarge ? large : small).reference(isLarge ? page >> 10 : page, write);
      if (count % 20_000 === 0) {
        assert.deepEqual(contents(mmu.dataTlb), small.pages());
        assert.deepEqual(contents(mmu.largeTlb), large.pages());
      }
    }
    assert.equal(mmu.dataTlb.misses, small.misses + large.misses);
    assert.ok(throughFast > 100_000, `only ${throughFast} references took the fast way`);
  });
});

describe('The tagged data TLB', () => {
  it('agrees with the reference model over changes of the tag and all four invalidations', () => {
    const { mmu, fast, registers } = pagedMmu();
    registers[CR4] |= CR4_TAGS;
    mmu.controlChanged();
    const small = new ReferenceTlb(16);
    const large = new ReferenceTlb(2);
    const random = new Random(43);
    const tags = [0, 5, 2047];
    let tag = 0;
    const keyOf = (page: number): number => page | (tag << 20);
    for (let count = 0; count < 3_000_000; count++) {
      const isLarge = random.below(8) === 0;
      const page = isLarge ? (4 + random.below(12)) * 1024 + random.below(4) : random.below(120);
      const action = random.below(1000);
      if (action < 20) {
        tag = tags[random.below(tags.length)];
        registers[CR3] = tag;
        mmu.directoryChanged();
      } else if (action < 25) {
        mmu.invalidatePage(page << 12);
        small.drop(keyOf(page));
        large.drop(keyOf(page >> 10));
      } else if (action < 35) {
        const other = tags[random.below(tags.length)];
        const kind = random.below(20) === 0 ? 3 : random.below(3);
        mmu.invalidate(INVALIDATIONS[kind]((page << 12) | other));
        for (const [reference, number] of [
          [small, page],
          [large, page >> 10],
        ] as const) {
          const leaves = [
            (key: number): boolean => key === (number | (other << 20)),
            (key: number): boolean => key >> 20 === other,
            (key: number): boolean => (key & 0xf_ffff) === number,
          ][kind] as ((key: number) => boolean) | undefined;
          if (leaves === undefined) {
            reference.flush();
          } else {
            reference.dropAll(leaves);
          }
        }
      }
      const write = random.below(3) === 0;
      if ((fast[page] & (write ? FAST_WRITE : FAST_READ)) === 0) {
        assert.ok(mmu.translate(page << 12, write ? WANT_WRITE : WANT_READ) >= 0);
      }
      (isLarge ? large : small).reference(keyOf(isLarge ? page >> 10 : page), write);
      if (count % 10_000 === 0) {
        assert.deepEqual(contents(mmu.dataTlb), small.pages());
        assert.deepEqual(contents(mmu.largeTlb), large.pages());
      }
    }
    assert.equal(mmu.dataTlb.misses, small.misses + large.misses);
  });
});

/** Two directories, tags 1 and 2; 0x300000 shows another frame in each. EBX, ECX, ESI: what is read under 1, 2, 1. */
const twoTags = (middle: string): string => `
  .globl start
start:
  mov $0x90000, %esp
  ${LOAD_TABLES}
  ${gate(13, 'refused')}
  movl $0x11111111, 0x300000
  movl $0x22222222, 0x310000
  movl $0x33333333, 0x320000
  ${IDENTITY_TABLES}
  mov $0x200000, %esi
  mov $0x208000, %edi
  mov $0x2000, %ecx
  rep movsb
  movl $0x209007, 0x208000
  movl $0x310007, 0x209c00
  ${ENABLE_PAGING}
  mov %cr4, %eax
  or $0x20000, %eax
  mov %eax, %cr4
  mov $0x200001, %eax
  mov %eax, %cr3
  mov 0x300000, %ebx
  mov $0x208002, %eax
  mov %eax, %cr3
  mov 0x300000, %ecx
  movl $0x320007, 0x201c00
  ${middle}
  mov $0x200001, %eax
  mov %eax, %cr3
  mov 0x300000, %esi
  ${FINISH}
refused:
  mov $0xdead, %edi
  ${FINISH}
  ${TABLES}`;
const TAGGED = { taggedTlb: true };
const writes = (eax: string, edx: number): string => `
  mov $0x4c345301, %ecx
  mov $${eax}, %eax
  mov $${edx}, %edx
  wrmsr
  mov 0x300000, %ecx
`;

describe('A guest with a hardware-tagged TLB', () => {
  const after = (middle: string): number[] => {
    const { ebx, ecx, esi } = run(twoTags(middle), TAGGED).registers();
    return [ebx, ecx, esi];
  };

  it('keeps an entry over loads of CR3, stale as it is, and finds it under its own tag alone', () => {
    assert.deepEqual(after(''), [0x11111111, 0x22222222, 0x11111111]);
  });

  it('loses the entry of another tag by the register for it: one page, one tag, one page of all, everything', () => {
    assert.equal(after(writes('0x300001', 0))[2], 0x33333333);
    assert.equal(after(writes('0x001', 1))[2], 0x33333333);
    assert.equal(after(writes('0x300000', 2))[2], 0x33333333);
    assert.equal(after(writes('0', 3))[2], 0x33333333);
  });

  it('keeps it if another page or another tag is named, or INVLPG is executed elsewhere', () => {
    assert.equal(after(writes('0x301001', 0))[2], 0x11111111);
    assert.equal(after(writes('0x300002', 0))[2], 0x11111111);
    assert.equal(after(writes('0x002', 1))[2], 0x11111111);
    assert.equal(after('invlpg 0x300000')[2], 0x11111111);
  });

  it('gets a #GP for an invalidation that there is not, and reading the register', () => {
    for (const middle of [writes('0', 4), 'mov $0x4c345301, %ecx; rdmsr']) {
      assert.equal(run(twoTags(middle), TAGGED).registers().edi, 0xdead, middle);
    }
  });

  it('is told of it by CPUID, and a Pentium has neither the leaf nor CR4.TAGS', () => {
    const asks = `
  .globl start
start:
  mov $0x4c345300, %eax
  cpuid
  mov %eax, %esi
  ${FINISH}`;
    const { esi, ebx, ecx, edx } = run(asks, TAGGED).registers();
    const text = Buffer.from(Int32Array.of(ebx, ecx, edx).buffer).toString('latin1');
    assert.deepEqual([esi, text], [11, 'L4Scope tags']);
    assert.notEqual(run(asks).registers().ebx, ebx);
    assert.equal(run(twoTags('')).registers().edi, 0xdead);
  });

  it('shows whose tag an entry has, and is as it was after a restore', () => {
    const machine = run(twoTags(''), TAGGED);
    const shown = (): string =>
      machine
        .tlbEntries()
        .filter(({ kind, linear }) => kind === 'data' && linear === 0x300000)
        .map(({ tag, physical, pageDirectory }) =>
          [tag, physical.toString(16), pageDirectory.toString(16)].join(' '),
        )
        .join('\n');
    assert.equal(shown(), '1 300000 200000\n2 310000 208000');
    const snapshot = machine.snapshot();
    machine.restore(snapshot);
    assert.equal(shown(), '1 300000 200000\n2 310000 208000');
    assert.equal(machine.statistics().tlbIsTagged, true);
  });
});

function contents(tlb: Tlb): (number | undefined)[] {
  return Array.from(tlb.snapshot().pages, (page) => (page === -1 ? undefined : page));
}

function run(assembly: string, options: Partial<MachineOptions> = {}): TestMachine {
  const machine = machineWith(assembly, options);
  const result = machine.run(1_000_000);
  assert.equal(result.reason, 'debugExit', machine.messages.join('\n'));
  return machine;
}

/** The ways of set 0 of the data TLB, as text. */
function setZero(machine: TestMachine): string {
  return machine
    .tlbEntries()
    .filter((entry) => entry.kind === 'data' && entry.set === 0)
    .map(
      (entry) =>
        `way ${entry.way}: ${entry.linear.toString(16)}${entry.nextVictim ? ' leaves next' : ''}`,
    )
    .join('\n');
}

/** Reads the pages A to E, which share set 0. */
function touches(order: string): string {
  const page = (letter: string) => 0x300000 + (letter.charCodeAt(0) - 65) * 0x10000;
  const loads = [...order].map((letter) => `mov 0x${page(letter).toString(16)}, %eax`);
  return `
  .globl start
start:
  ${IDENTITY_TABLES}
  ${ENABLE_PAGING}
  ${loads.join('\n')}
  ${FINISH}`;
}

describe('A guest that touches pages of one TLB set', () => {
  it('loses the first of four when a fifth comes', () => {
    assert.equal(
      setZero(run(touches('ABCDE'))),
      'way 0: 340000\nway 1: 310000\nway 2: 320000 leaves next\nway 3: 330000',
    );
  });

  it('loses the third after A B C D A, where a true LRU would lose the second', () => {
    assert.equal(
      setZero(run(touches('ABCDAE'))),
      'way 0: 300000\nway 1: 310000 leaves next\nway 2: 340000\nway 3: 330000',
    );
  });

  it('keeps code and data apart: code pages are in the instruction TLB only', () => {
    const entries = run(touches('A')).tlbEntries();
    const at = (linear: number) =>
      entries.filter((entry) => entry.linear === linear).map((entry) => entry.kind);
    assert.deepEqual(at(0x100000), ['instruction']);
    assert.deepEqual(at(0x300000), ['data']);
  });
});

describe('A stale TLB entry', () => {
  const text = (middle: string) => `
  .globl start
start:
  mov $0x90000, %esp
  ${LOAD_TABLES}
  movl $0x11111111, 0x300000
  movl $0x22222222, 0x310000
  ${IDENTITY_TABLES}
  ${ENABLE_PAGING}
  mov 0x300000, %ebx
  movl $0x310007, 0x201c00
  ${middle}
  mov 0x300000, %ecx
  ${FINISH}
  ${TABLES}`;
  const after = (middle: string) => run(text(middle)).registers().ecx;

  it('is used while nobody invalidates it, even over a load of a segment register', () => {
    assert.equal(after(''), 0x11111111);
    assert.equal(after('mov $0x10, %eax; mov %eax, %ds'), 0x11111111);
  });

  it('goes with INVLPG and with a load of CR3', () => {
    assert.equal(after('invlpg 0x300000'), 0x22222222);
    assert.equal(after('mov %cr3, %eax; mov %eax, %cr3'), 0x22222222);
  });

  it('does not go with INVLPG of another page of its set', () => {
    assert.equal(after('invlpg 0x310000'), 0x11111111);
  });

  it('walks again for the first write, because its D bit is clear', () => {
    const machine = run(text('movl $0, 0x300010'));
    assert.equal(machine.translate(machine.registers().cr3, 0x300000)?.dirty, true);
  });
});
