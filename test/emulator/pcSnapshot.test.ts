// Snapshots and replay of a whole PC at random points: interrupts of every source, keys and sectors under way.
import assert from 'node:assert/strict';

import type { Machine } from '../../src/emulator/machine.ts';
import { machineWith } from '../support/machineTest.ts';

/** APIC timer, PIT by the I/O APIC, RTC by the 8259s, keyboard, disk, VGA cursor and PCI, all at work. */
const BUSY = `
  .globl start
start:
  mov $0x80000, %esp
  lgdt gdt_pointer
  ljmp $8, $1f
1:
  mov $handlers, %esi
  mov $idt + 0x20 * 8, %edi
  mov $32, %ecx
2:
  lea handler, %eax
  mov %ax, (%edi)
  movw $8, 2(%edi)
  movw $0x8e00, 4(%edi)
  shr $16, %eax
  mov %ax, 6(%edi)
  add $8, %edi
  loop 2b
  lidt idt_pointer
  mov $0x11, %al; out %al, $0x20; out %al, $0xa0
  mov $0x30, %al; out %al, $0x21; mov $0x38, %al; out %al, $0xa1
  mov $4, %al; out %al, $0x21; mov $2, %al; out %al, $0xa1
  mov $3, %al; out %al, $0x21; out %al, $0xa1
  mov $0xfb, %al; out %al, $0x21; mov $0xfe, %al; out %al, $0xa1
  mov $0x0a, %al; out %al, $0x70; mov $0x23, %al; out %al, $0x71
  mov $0x0b, %al; out %al, $0x70; mov $0x52, %al; out %al, $0x71
  mov $0x34, %al; out %al, $0x43; mov $99, %al; out %al, $0x40; mov $0, %al; out %al, $0x40
  mov $0xfec00000, %ebp
  .macro route input, entry
  movl $0x10 + 2 * \\input, (%ebp)
  movl \\entry, 16(%ebp)
  .endm
  route 2, $0x22
  route 1, $0x8021
  route 14, $0x2e
  mov $0xfee00000, %ebx
  movl $0x1ff, 0xf0(%ebx)
  movl $0, 0x3e0(%ebx)
  movl $0x20023, 0x320(%ebx)
  movl $777, 0x380(%ebx)
  sti
forever:
  mov $0x1f2, %dx; mov $2, %al; out %al, %dx
  inc %dx; mov count, %al; and $0x3f, %al; out %al, %dx
  mov $0x1f6, %dx; mov $0xe0, %al; out %al, %dx
  inc %dx; mov $0x20, %al; out %al, %dx
  mov $2, %ecx
3:
  mov $0x1f7, %dx
4: in %dx, %al
  test $0x08, %al
  jz 4b
  push %ecx
  mov $0x1f0, %dx
  mov $buffer, %edi
  mov $128, %ecx
  rep insl
  pop %ecx
  loop 3b
  mov $0x3d4, %dx
  mov $0x0f, %al
  mov count, %ah
  out %ax, %dx
  mov $0xcf8, %dx
  mov $0x8000083c, %eax
  out %eax, %dx
  mov $0xcfc, %dx
  mov count, %al
  out %al, %dx
  incl 0xb8000
  jmp forever
handler:
  pusha
  incl count
  in $0x64, %al
  test $1, %al
  jz 5f
  in $0x60, %al
  mov letters, %edi
  and $0xff, %edi
  mov %al, keys(%edi)
  incl letters
5:
  mov $0x0c, %al; out %al, $0x70; in $0x71, %al
  mov $0x1f7, %dx; in %dx, %al
  movl $0, 0xfee000b0
  popa
  iret
  .p2align 3
gdt: .quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdt_pointer: .word 23; .long gdt
idt_pointer: .word 0x1ff; .long idt
  .data
handlers:
count: .long 0
letters: .long 0
keys: .fill 256
buffer: .fill 512
  .bss
idt: .fill 0x200
`;

function busyMachine(): Machine {
  const machine = machineWith(BUSY, {
    board: 'pc',
    disks: [{ sectors: 100, read: (sector) => new Uint8Array(512).fill(sector) }],
  });
  machine.typeText('The quick brown fox\n');
  return machine;
}

const LENGTH = 2_000_000;

describe('A whole PC', () => {
  let random = 12345;
  const below = (limit: number) => {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0;
    return Math.floor((random / 0x1_0000_0000) * limit);
  };

  it('ends in the same state after snapshots and restores at 100 random points', () => {
    const whole = busyMachine();
    whole.run(LENGTH);
    const { interrupts } = whole.statistics();
    for (const vector of [0x21, 0x22, 0x23, 0x2e, 0x38]) {
      assert.ok((interrupts.get(vector) ?? 0) > 5, `vector ${vector.toString(16)} came`);
    }
    let current = busyMachine();
    const points = Array.from({ length: 100 }, () => below(LENGTH)).sort((a, b) => a - b);
    for (const point of points) {
      current.run(point - current.instructionCount);
      const snapshot = structuredClone(current.snapshot());
      current.run(below(2000)); // goes astray
      if (below(2) === 0) {
        current = busyMachine();
      }
      current.restore(snapshot);
    }
    current.run(LENGTH - current.instructionCount);
    assert.equal(current.stateHash(), whole.stateHash());
  });

  it('replays its keys and sectors from the log alone', () => {
    const recorded = busyMachine();
    recorded.run(500_000);
    recorded.typeText('and more');
    recorded.run(500_000);
    const again = machineWith(BUSY, {
      board: 'pc',
      disks: [{ sectors: 100, read: () => undefined }],
    });
    again.replay(recorded.inputLog);
    again.run(1_000_000);
    assert.equal(again.stateHash(), recorded.stateHash());
  });

  it('refuses the snapshot of a machine with another board', () => {
    const bare = machineWith(BUSY, { disks: [{ sectors: 100, read: () => undefined }] });
    assert.throws(() => {
      bare.restore(busyMachine().snapshot());
    }, /another board/);
  });
});
