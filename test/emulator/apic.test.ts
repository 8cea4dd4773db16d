// Local APIC and I/O APIC: their registers against QEMU's, and in a machine, where an instruction that stores to them is
// run alone and an interrupt comes right behind it.
import assert from 'node:assert/strict';

import { PicPair } from '../../src/emulator/devices/pic8259.ts';
import { IoApic } from '../../src/emulator/devices/apic/ioApic.ts';
import { LocalApic } from '../../src/emulator/devices/apic/localApic.ts';
import * as apic from '../../src/emulator/devices/apic/registers.ts';
import { movingClock } from '../support/chips.ts';
import { machineWith } from '../support/machineTest.ts';
import { assembleRom, runRom, runRomInQemu, words } from '../support/rom.ts';

function bench() {
  const { clock, advance } = movingClock();
  const pics = new PicPair();
  const ended: number[] = [];
  const notes: string[] = [];
  const local: LocalApic = new LocalApic({
    clock,
    external: pics,
    performanceEntry: true,
    endOfInterrupt: (vector) => {
      ended.push(vector);
      io.endOfInterrupt(vector);
    },
    nonMaskable: () => notes.push('NMI'),
    log: (message) => notes.push(message),
  });
  const io = new IoApic(local, 1);
  const route = (input: number, low: number, high = 0) => {
    io.write(0x00, 0x10 + input * 2 + 1);
    io.write(0x10, high);
    io.write(0x00, 0x10 + input * 2);
    io.write(0x10, low);
  };
  return { advance, pics, local, io, ended, notes, route };
}

describe('The local APIC', () => {
  it('serves the higher class first, and lets nothing through that its priority forbids', () => {
    const { local } = bench();
    local.accept(0, 0x41, false);
    local.accept(0, 0x62, false);
    assert.equal(local.acknowledge(), 0x62);
    assert.equal(local.pending, false);
    local.accept(0, 0x6f, false);
    assert.equal(local.pending, false, 'the same class waits');
    local.write(apic.EOI, 0);
    assert.equal(local.acknowledge(), 0x6f);
    local.write(apic.EOI, 0);
    local.write(apic.TPR, 0x40);
    assert.equal(local.pending, false);
    local.write(apic.TPR, 0x3f);
    assert.equal(local.acknowledge(), 0x41);
  });

  it('counts its timer down with the divided bus clock, once or again and again', () => {
    const { local, advance } = bench();
    local.write(apic.DIVIDE, 0x0b);
    local.write(apic.LVT_TIMER, 0x50);
    local.write(apic.INITIAL_COUNT, 1000);
    advance(1998);
    assert.equal(local.read(apic.CURRENT_COUNT), 1);
    assert.equal(local.pending, false);
    advance(2);
    assert.equal(local.acknowledge(), 0x50);
    assert.equal(local.read(apic.CURRENT_COUNT), 0);
    local.write(apic.EOI, 0);
    advance(1e6);
    assert.equal(local.pending, false);
    local.write(apic.DIVIDE, 0x03); // by 16
    local.write(apic.LVT_TIMER, 0x2_0051);
    local.write(apic.INITIAL_COUNT, 10);
    for (let period = 0; period < 5; period++) {
      advance(320);
      assert.equal(local.acknowledge(), 0x51);
      local.write(apic.EOI, 0);
    }
  });

  it('passes the 8259s through until LINT0 is masked', () => {
    const { local, pics } = bench();
    pics.master.writePort(0x20, 0x11);
    [0x20, 4, 1].forEach((value) => {
      pics.master.writePort(0x21, value);
    });
    pics.line(3).raise();
    assert.equal(local.pending, true);
    local.write(apic.LVT_LINT0, 0x1_0700);
    assert.equal(local.pending, false);
    local.write(apic.LVT_LINT0, 0x700);
    assert.equal(local.acknowledge(), 0x23);
  });

  it('sends to itself by number, by logical name and by shorthand, and notes what nobody takes', () => {
    const { local, notes } = bench();
    local.write(apic.LDR, 0x0200_0000);
    const send = (high: number, low: number) => {
      local.write(apic.ICR_HIGH, high);
      local.write(apic.ICR_LOW, low);
    };
    send(0, 0x31);
    send(0x0300_0000, 0x0842);
    send(0, 0x4_0053);
    send(0x0500_0000, 0x64);
    send(0, 0xc_0075);
    send(0, 0x4_0400);
    assert.deepEqual(
      [0x53, 0x42, 0x31].map(() => {
        const vector = local.acknowledge();
        local.write(apic.EOI, 0);
        return vector;
      }),
      [0x53, 0x42, 0x31],
    );
    assert.equal(local.pending, false);
    assert.deepEqual(notes, ['NMI']);
    assert.equal(local.read(apic.ESR), 0);
    local.write(apic.ESR, 0);
    assert.equal(local.read(apic.ESR), 0x04);
  });

  it('masks its table while it is switched off', () => {
    const { local, advance } = bench();
    local.write(apic.LVT_TIMER, 0x50);
    local.write(apic.SVR, 0xff);
    local.write(apic.LVT_TIMER, 0x50);
    assert.equal(local.read(apic.LVT_TIMER), 0x1_0050);
    local.write(apic.INITIAL_COUNT, 1);
    advance(1000);
    assert.equal(local.pending, false);
  });
});

describe('The I/O APIC', () => {
  it('says what it is, and has 24 masked inputs', () => {
    const { io } = bench();
    const read = (index: number) => {
      io.write(0, index);
      return io.read(0x10);
    };
    assert.deepEqual(
      [0, 1, 0x10, 0x3e, 0x3f].map(read),
      [0x0100_0000, 0x0017_0011, 0x1_0000, 0x1_0000, 0],
    );
  });

  it('delivers an edge once, from a masked input when it is unmasked and still asserted', () => {
    const { local, io, route } = bench();
    io.input(4).raise();
    io.input(4).lower();
    route(4, 0x34);
    assert.equal(local.pending, false);
    io.input(4).raise();
    assert.equal(local.acknowledge(), 0x34);
    local.write(apic.EOI, 0);
    route(4, 0x1_0034);
    route(4, 0x34);
    assert.equal(local.pending, false);
    io.input(3).raise();
    route(3, 0x33);
    assert.equal(local.acknowledge(), 0x33);
  });

  it('delivers a level again at its end for as long as it is up, and shows the remote IRR', () => {
    const { local, io, ended, route } = bench();
    route(9, 0x8039);
    io.input(9).raise();
    io.write(0, 0x22);
    assert.equal(io.read(0x10), 0xc039);
    assert.equal(local.acknowledge(), 0x39);
    local.write(apic.EOI, 0);
    assert.deepEqual(ended, [0x39]);
    assert.equal(local.acknowledge(), 0x39);
    io.input(9).lower();
    local.write(apic.EOI, 0);
    assert.equal(local.pending, false);
  });

  it('sends to the processor that is meant and to no other', () => {
    const { local, io, route } = bench();
    route(5, 0x35, 0x0700_0000);
    io.input(5).raise();
    assert.equal(local.pending, false);
    io.input(5).lower();
    route(5, 0x0835, 0x0400_0000);
    local.write(apic.LDR, 0x0600_0000);
    io.input(5).raise();
    assert.equal(local.acknowledge(), 0x35);
  });
});

const GUEST = `
  .globl start
start:
  mov $0x80000, %esp
  lgdt gdt_pointer
  ljmp $8, $1f
1:
  mov $tick, %eax
  mov %ax, idt + 0x40 * 8
  mov $message, %eax
  mov %ax, idt + 0x41 * 8
  lidt idt_pointer
  mov $0xfee00000, %ebx
  movl $0x1ff, 0xf0(%ebx)
  movl $0xb, 0x3e0(%ebx)
  movl $0x20040, 0x320(%ebx)
  movl $5000, 0x380(%ebx)
  sti
  # A message to itself comes right behind the store.
  movl $0x40041, 0x300(%ebx)
  mov self, %ecx
wait:
  cmpl $20, ticks
  jb wait
  cli
  mov 0xf0(%ebx), %al
  lock orl $0x200, 0xf0(%ebx)
  mov 0xf1(%ebx), %ah
  movzwl 0x32(%ebx), %edx
  mov $1, %eax
  out %eax, $0xf4
tick:
  incl ticks
  movl $0, 0xfee000b0
  iret
message:
  incl self
  movl $0, 0xfee000b0
  iret
  .p2align 3
gdt: .quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdt_pointer: .word 23; .long gdt
idt:
  .fill 0x40, 8, 0
  .word 0, 8, 0x8e00, 0x10
  .word 0, 8, 0x8e00, 0x10
idt_pointer: .word 0x20f; .long idt
ticks: .long 0
self: .long 0
`;

describe('A guest that programs the APICs', () => {
  it('gets the timer’s interrupts, its own message at once, and bytes of registers', () => {
    const machine = machineWith(GUEST, { board: 'pc' });
    const result = machine.run(1_000_000);
    assert.equal(result.reason, 'debugExit', JSON.stringify(result));
    const { ecx, edx } = machine.registers();
    assert.deepEqual([ecx, edx], [1, 3]); // the last entry of a Pentium’s table is the fourth
    assert.equal(machine.statistics().interrupts.get(0x40), 20);
    assert.ok(machine.instructionCount > 180_000 && machine.instructionCount < 210_000);
  });

  it('ends in the same state however its run is sliced', () => {
    const whole = machineWith(GUEST, { board: 'pc' });
    whole.run(150_001);
    const sliced = machineWith(GUEST, { board: 'pc' });
    for (let size = 1; sliced.instructionCount < 150_001; size = (size * 7 + 3) % 1009) {
      sliced.run(Math.min(size + 1, 150_001 - sliced.instructionCount));
    }
    assert.equal(sliced.stateHash(), whole.stateHash());
  });
});

/** Writes registers of the local APIC and sends what they are then to the console port. */
const REGISTERS = `
  cli
  lgdtl %cs:pointer
  mov %cr0, %eax
  or $1, %al
  mov %eax, %cr0
  mov $0x10, %ax
  mov %ax, %ds
  mov %ax, %es
  mov %ax, %ss
  ljmpl $8, $(0xf0000 + flat)
  .p2align 3
table: .quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
pointer: .word 23; .long 0xf0000 + table
  .code32
flat:
  mov $0x7000, %esp
  mov $0xfee00000, %ebx
  mov $(0xf0000 + script), %esi
1:
  lodsl
  test %eax, %eax
  js 3f
  jz 2f
  mov %eax, %edi
  lodsl
  mov %eax, (%ebx, %edi)
  jmp 1b
2:
  lodsl
  mov (%ebx, %eax), %eax
  mov $4, %ecx
4:
  out %al, $0xe9
  shr $8, %eax
  loop 4b
  jmp 1b
3:
  mov $0x10, %eax
  out %eax, $0xf4
5: jmp 5b
  .macro write at, value
  .long \\at, \\value
  .endm
  .macro read at
  .long 0, \\at
  .endm
script:
  write 0xf0 0x1cf
  read 0xf0
  write 0x80 0x20
  write 0x300 0x40031
  write 0x300 0x40052
  write 0x300 0x400e3
  read 0x210
  read 0x220
  read 0x270
  read 0xa0
  write 0xd0 0x12345678
  read 0xd0
  write 0xe0 0x12345678
  read 0xe0
  write 0x310 0xffffffff
  write 0x350 0x1a7ff
  read 0x350
  write 0x320 0x300ff
  read 0x320
  write 0x370 0x100fe
  read 0x370
  write 0x3e0 0x0b
  read 0x3e0
  write 0x380 0
  read 0x390
  write 0xf0 0x0ff
  read 0x320
  .long -1
`;

describe('The registers of the local APIC', () => {
  it('hold what QEMU’s hold', () => {
    const rom = assembleRom(REGISTERS);
    const ours = words(runRom(rom).bytes);
    assert.deepEqual(ours, [
      '1cf',
      '20000',
      '40000',
      '8',
      '20',
      '12000000',
      '1fffffff',
      '1a7ff',
      '300ff',
      '100fe',
      'b',
      '0',
      '300ff',
    ]);
    const theirs = runRomInQemu(rom, 'pentium3');
    if (theirs !== undefined) {
      assert.deepEqual(ours, words(theirs));
    }
  });
});
