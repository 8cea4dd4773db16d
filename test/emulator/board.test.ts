// The board of a PC beside its old chips: screen, PCI, power and reset, the tables of the firmware, booting a disk.
import assert from 'node:assert/strict';

import { acpiTables } from '../../src/emulator/board/acpiTables.ts';
import { CYCLES_PER_SECOND } from '../../src/emulator/clock.ts';
import { FirmwareConfiguration } from '../../src/emulator/devices/firmwareConfiguration.ts';
import type { DiskSource } from '../../src/emulator/recordedDisk.ts';
import { PowerManagement } from '../../src/emulator/devices/powerManagement.ts';
import { PciHost } from '../../src/emulator/devices/pciHost.ts';
import { Vga } from '../../src/emulator/devices/vga.ts';
import { PCI_FUNCTIONS } from '../../src/emulator/board/pciFunctions.ts';
import { movingClock } from '../support/chips.ts';
import { assembleBootSector } from '../support/bootSector.ts';
import { assembleImage } from '../support/machineAssemble.ts';
import { machineWith, testMachine, type TestMachine } from '../support/machineTest.ts';

const sum = (bytes: Uint8Array) => bytes.reduce((total, byte) => (total + byte) & 0xff, 0);
const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);

function guest(body: string): TestMachine {
  return machineWith(`.globl start\nstart:\n${body}\n1: jmp 1b\n`, { board: 'pc' });
}

function diskWith(sector: Uint8Array, sectors = 4): DiskSource {
  return { sectors, read: (number) => (number === 0 ? sector : new Uint8Array(512)) };
}

describe('The screen', () => {
  it('is blank at first, and shows characters of code page 437, the cursor and where the screen starts', () => {
    const machine = guest(`
      movw $0x0748, 0xb8000
      movw $0x07cd, 0xb8002
      movw $0x0701, 0xb80a0
      movw $0x074f, 0xb8140
      mov $0x3d4, %dx
      mov $0x510f, %ax
      out %ax, %dx`);
    assert.deepEqual(machine.screenText()?.lines, new Array(25).fill(''));
    machine.run(7);
    const { lines, cursor } = machine.screenText() ?? {};
    assert.deepEqual(lines?.slice(0, 3), ['H═', '☺', 'O']);
    assert.deepEqual(cursor, { line: 1, column: 1 });
    const scrolled = guest(`
      movw $0x074f, 0xb80a0
      mov $0x3d4, %dx
      mov $0x500d, %ax
      out %ax, %dx
      mov $0x200a, %ax
      out %ax, %dx`);
    scrolled.run(6);
    assert.equal(scrolled.screenText()?.lines[0], 'O');
    assert.equal(scrolled.screenText()?.cursor, undefined);
  });

  it('keeps its registers, protects the first of the CRTC, and runs its retrace', () => {
    const { clock, advance } = movingClock();
    const vga = new Vga(clock);
    vga.writePort(0x3d4, 0x00);
    vga.writePort(0x3d5, 0x11);
    assert.equal(vga.readPort(0x3d5), 0x5f);
    vga.readPort(0x3da);
    vga.writePort(0x3c0, 0x10);
    vga.writePort(0x3c0, 0x04);
    assert.equal(vga.readPort(0x3c1), 0x04);
    vga.writePort(0x3c8, 1);
    [10, 20, 30].forEach((value) => {
      vga.writePort(0x3c9, value);
    });
    vga.writePort(0x3c7, 1);
    assert.deepEqual(
      [0, 0, 0].map(() => vga.readPort(0x3c9)),
      [10, 20, 30],
    );
    const seen = new Set<number>();
    for (let time = 0; time < 2_000; time++) {
      seen.add(vga.readPort(0x3da));
      advance(1000);
    }
    assert.deepEqual([...seen].sort(), [0, 1, 9]);
  });
});

describe('PCI configuration', () => {
  const read = (pci: PciHost, device: number, number: number, offset: number): number => {
    pci.writePort(0xcf8, 0x8000_0000 | (device << 11) | (number << 8) | offset, 32);
    return pci.readPort(0xcfc, 32) >>> 0;
  };

  it('shows the bridges, the drives’ controller and power management, and ones elsewhere', () => {
    const pci = new PciHost(PCI_FUNCTIONS, () => undefined);
    assert.deepEqual(
      [read(pci, 0, 0, 0), read(pci, 1, 0, 0), read(pci, 1, 1, 0), read(pci, 1, 3, 0)],
      [0x7100_8086, 0x7110_8086, 0x7111_8086, 0x7113_8086],
    );
    assert.deepEqual([read(pci, 2, 0, 0), read(pci, 1, 2, 0)], [0xffff_ffff, 0xffff_ffff]);
    assert.equal(read(pci, 1, 0, 0x08) >>> 16, 0x0601);
    pci.writePort(0xcf8, 0x8000_0808, 32);
    assert.deepEqual([pci.readPort(0xcfe, 16), pci.readPort(0xcff, 8)], [0x0601, 0x06]);
    pci.writePort(0xcf8, 0, 32);
    assert.equal(pci.readPort(0xcfc, 32) >>> 0, 0xffff_ffff);
  });

  it('changes only what can be changed, and resets by port CF9h', () => {
    let resets = 0;
    const pci = new PciHost(PCI_FUNCTIONS, () => resets++);
    read(pci, 1, 3, 0x3c);
    pci.writePort(0xcfc, 0xffff_ff0b, 32);
    assert.equal(read(pci, 1, 3, 0x3c), 0x010b);
    pci.writePort(0xcf9, 0x02, 8);
    assert.equal(resets, 0);
    pci.writePort(0xcf9, 0x06, 8);
    assert.equal(resets, 1);
  });
});

describe('Power and reset', () => {
  it('switch the machine off by the sleeping state S5, as the DSDT names it', () => {
    const machine = guest('mov $0x604, %dx; mov $0x2000, %ax; out %ax, %dx');
    assert.deepEqual(machine.run(10), { reason: 'powerOff', status: 0 });
    const other = guest('mov $0x604, %dx; mov $0x2400, %ax; out %ax, %dx');
    assert.equal(other.run(10).reason, 'budget');
    assert.equal(other.messages.length, 1);
  });

  it('reset by the keyboard controller, by port 92h and by port CF9h', () => {
    for (const body of [
      'mov $0xfe, %al; out %al, $0x64',
      'mov $1, %al; out %al, $0x92',
      'mov $0xcf9, %dx; mov $6, %al; out %al, %dx',
    ]) {
      assert.deepEqual(guest(body).run(10), { reason: 'reset', status: 0 });
    }
  });

  it('say once that A20 stays open', () => {
    const machine = guest('mov $0xdd, %al; out %al, $0x64; mov $0, %al; out %al, $0x92');
    machine.run(10);
    assert.match(machine.messages.join(), /^Address line 20 cannot be masked/);
  });

  it('count 3.579545 MHz in the timer of power management', () => {
    const { clock, advance } = movingClock();
    const device = new PowerManagement(
      clock,
      () => undefined,
      () => undefined,
    );
    advance(133_000_000 * 5);
    assert.equal(device.readPort(0x608, 32), (3_579_545 * 5) % (1 << 24));
    assert.equal(device.readPort(0x604, 16), 1);
  });
});

describe('The firmware', () => {
  const machine = guest('');
  const peek = (address: number, length: number) =>
    machine.peekPhysical(address, length) ?? new Uint8Array();
  const half = (address: number) => new DataView(peek(address, 2).buffer).getUint16(0, true);
  const word = (address: number) => new DataView(peek(address, 4).buffer).getUint32(0, true);
  const find = (signature: string) => {
    for (let address = 0xe_0000; address < 0x10_0000; address += 16) {
      if (text(peek(address, signature.length)) === signature) {
        return address;
      }
    }
    return assert.fail(`There is no ${signature}.`);
  };

  it('leaves an MP table whose checksums hold and whose entries fill it', () => {
    const pointer = find('_MP_');
    assert.equal(sum(peek(pointer, 16)), 0);
    const table = word(pointer + 4);
    const length = half(table + 4);
    assert.equal(text(peek(table, 4)), 'PCMP');
    assert.equal(sum(peek(table, length)), 0);
    const types: number[] = [];
    for (let at = table + 44; at < table + length;) {
      const [type] = peek(at, 1);
      types.push(type);
      at += type === 0 ? 20 : 8;
    }
    assert.equal(types.length, half(table + 34));
    assert.deepEqual(types, [0, 1, 2, ...new Array<number>(16).fill(3), 4, 4]);
  });

  it('leaves ACPI tables that are found from their pointer, each with its checksum', () => {
    const pointer = find('RSD PTR ');
    assert.equal(sum(peek(pointer, 20)), 0);
    const rsdt = word(pointer + 16);
    const [fadt, madt] = [word(rsdt + 36), word(rsdt + 40)];
    const dsdt = word(fadt + 40);
    const names = [rsdt, fadt, madt, dsdt].map((table) => {
      assert.equal(sum(peek(table, word(table + 4))), 0);
      return text(peek(table, 4));
    });
    assert.deepEqual(names, ['RSDT', 'FACP', 'APIC', 'DSDT']);
    assert.equal(word(fadt + 4), 116);
    assert.equal(text(peek(word(fadt + 36), 4)), 'FACS');
    // Scope and device end where the name of S5 begins: package lengths count from their own byte.
    const code = peek(dsdt + 36, word(dsdt + 4) - 36);
    const [scopeEnd, deviceEnd] = [1 + code[1], 9 + code[9]];
    assert.deepEqual([code[0], code[8], deviceEnd], [0x10, 0x82, scopeEnd]);
    assert.equal(text(code.subarray(scopeEnd, scopeEnd + 6)), '\x08\\_S5_');
    assert.equal(scopeEnd + 7 + code[scopeEnd + 7], code.length);
    assert.equal(acpiTables(0x1000, 0x2000).length, 6);
  });

  it('leaves a data area, a memory size in CMOS, and vectors into the BIOS', () => {
    assert.deepEqual([half(0x413), half(0x40e), half(0x463)], [639, 0x9fc0, 0x3d4]);
    assert.equal(half(0x10 * 4 + 2), 0xf000);
    const sized = guest('mov $0x31, %al; out %al, $0x70; in $0x71, %al; mov $0, %ah');
    sized.run(4);
    assert.equal(sized.registers().eax & 0xffff, 15 * 4); // 15 MB, in units of 256 KB
  });

  it('leaves the geometry of each drive where vectors 41h and 46h point, as IDENTIFY gives it', () => {
    const sectors = 16 * 63 * 20;
    const disks = [1, 2].map((times) => diskWith(new Uint8Array(512), sectors * times));
    const machine = testMachine({ board: 'pc', disks });
    machine.loadMultiboot(assembleImage('.globl start\nstart: jmp .\n'), '', []);
    const tables = [0x41, 0x46].map((vector) => {
      const [low, high, segmentLow, segmentHigh] = machine.peekPhysical(vector * 4, 4) ?? [];
      const at = (((segmentHigh << 8) | segmentLow) << 4) + ((high << 8) | low);
      const table = machine.peekPhysical(at, 16) ?? new Uint8Array(16);
      return [table[0] | (table[1] << 8), table[2], table[8], table[14]];
    });
    assert.deepEqual(tables, [
      [20, 16, 0xc8, 63],
      [40, 16, 0xc8, 63],
    ]);
  });

  it('is read-only where its ROM is', () => {
    const writer = guest('movl $-1, 0xf2000; mov 0xf2000, %eax');
    writer.run(2);
    assert.equal(writer.registers().eax, 0x5f50_4d5f);
  });
});

describe('What a BIOS leaves in the chips', () => {
  it('is requests at 08h and 70h, with timer, keyboard and slave open', () => {
    const machine = guest('nop');
    assert.deepEqual(
      [0x21, 0xa1].map((port) => machine.peekPort(port)),
      [0xf8, 0xde],
    );
  });

  it('is a timer that wakes a kernel which moves the requests and keeps the masks', () => {
    const machine = guest(`
      mov $0x80000, %esp
      lgdt gdt_pointer
      lidt idt_pointer
      in $0x21, %al; mov %al, %bl
      mov $0x11, %al; out %al, $0x20
      mov $0x20, %al; out %al, $0x21
      mov $4, %al; out %al, $0x21
      mov $1, %al; out %al, $0x21
      mov %bl, %al; out %al, $0x21
      lea handler, %eax
      mov %ax, idt + 0x100
      movl $0x8e000008, idt + 0x102
      shr $16, %eax
      mov %ax, idt + 0x106
      sti
      hlt
      jmp .
    handler:
      mov $5, %al
      out %al, $0xf4
      .p2align 3
    gdt: .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
    gdt_pointer: .word 23; .long gdt
    idt_pointer: .word 0x107; .long idt
      .lcomm idt, 0x108`);
    assert.equal(machine.run(1000).reason, 'idle');
    machine.skipIdle();
    const status = machine.run(1000);
    assert.deepEqual(status, { reason: 'debugExit', status: 11 });
    const milliseconds = machine.cycles / (CYCLES_PER_SECOND / 1000);
    assert.ok(milliseconds > 54.9 && milliseconds < 55, `it ticked after ${milliseconds} ms`);
  });
});

describe('A halted processor whose local APIC masks the 8259s', () => {
  it('lets time pass although they ask', () => {
    const machine = guest(`
      movl $0x1ff, 0xfee000f0
      movl $0x10700, 0xfee00350
      movl $0x20, 0xfee00320
      movl $0xb, 0xfee003e0
      movl $20000000, 0xfee00380
      sti
      hlt
      jmp .`);
    assert.equal(machine.run(1000).reason, 'idle');
    const start = machine.cycles;
    machine.advanceIdle(CYCLES_PER_SECOND);
    const seconds = (machine.cycles - start) / CYCLES_PER_SECOND;
    assert.ok(machine.peekPort(0x20) === 1, 'the timer asks');
    assert.ok(seconds > 0.06, `it passed ${seconds} s`);
  });
});

describe('The configuration of QEMU’s firmware', () => {
  it('tells of one processor and the memory, little-endian, and reads as zero behind an item’s end', () => {
    const machine = guest('mov $0x510, %dx; mov $5, %ax; out %ax, %dx; inc %dx; in %dx, %al');
    machine.run(5);
    assert.equal(machine.registers().eax & 0xff, 1);
    const configuration = new FirmwareConfiguration(64 << 20);
    const item = (number: number, length: number) => {
      configuration.writePort(0x510, number, 16);
      return Array.from({ length }, () => configuration.readPort(0x511));
    };
    assert.equal(text(Uint8Array.from(item(0, 4))), 'QEMU');
    assert.deepEqual(item(1, 4), [1, 0, 0, 0]);
    assert.deepEqual(item(3, 9), [0, 0, 0, 4, 0, 0, 0, 0, 0]);
    assert.deepEqual(item(0x0f, 3), [1, 0, 0]);
    assert.deepEqual(item(0x1234, 2), [0, 0]);
    const [between, restored] = [configuration.snapshot(), new FirmwareConfiguration(64 << 20)];
    assert.deepEqual(between, { selected: 0x1234, offset: 2 });
    restored.restore({ selected: 3, offset: 3 });
    assert.equal(restored.readPort(0x511), 4);
  });
});

describe('The channels of the drives', () => {
  const probe = (select: number, status: number) => `
      mov $${select}, %dx; mov $0xa0, %al; out %al, %dx
      inc %dx; mov $0xec, %al; out %al, %dx
      in %dx, %al; movzbl %al, %ebx
      mov $${status}, %dx; in %dx, %al; mov %al, %bh`;

  it('are there without drives, and read as not busy when one is looked for', () => {
    const primary = guest(probe(0x1f6, 0x3f6));
    primary.run(11);
    assert.equal(primary.registers().ebx, 0);
    const secondary = guest(probe(0x176, 0x376));
    secondary.run(11);
    assert.equal(secondary.registers().ebx, 0);
  });
});

describe('A disk that is booted', () => {
  it('runs its first sector in real mode with the drive’s number', () => {
    const machine = testMachine({
      board: 'pc',
      disks: [diskWith(assembleBootSector('mov %dl, %al; out %al, $0xf4'))],
    });
    machine.bootDisk();
    assert.deepEqual(machine.run(10), { reason: 'debugExit', status: 0x101 });
  });

  it('is told in one sentence that there is no BIOS to call', () => {
    const machine = testMachine({
      board: 'pc',
      disks: [diskWith(assembleBootSector('mov $0x0241, %ax; int $0x13'))],
    });
    machine.bootDisk();
    const { reason, detail } = machine.run(100);
    assert.equal(reason, 'shutdown');
    assert.equal(
      detail,
      'The guest calls the BIOS, which is not there (interrupt 13h with AH=02h, return to 0000:7C05).',
    );
  });

  it('is told where it got an exception without a handler of its own', () => {
    const machine = testMachine({
      board: 'pc',
      disks: [diskWith(assembleBootSector('nop; ud2'))],
    });
    machine.bootDisk();
    assert.equal(
      machine.run(100).detail,
      'The guest gets #UD in real mode at 0000:7C01 and has no handler for it.',
    );
  });

  it('has the timer of the BIOS, which counts, wraps at midnight and calls interrupt 1Ch', () => {
    const body = `
      movl $0x1800af, %fs:0x46c
      movw $tick + 0x7c00, %fs:0x1c * 4
      movw $0, %fs:0x1c * 4 + 2
      mov $2, %cx
    1: hlt
      loop 1b
      mov %fs:0x46c, %al
      add %fs:0x470, %al
      add %bl, %al
      out %al, $0xf4
    tick: add $0x10, %bl
      iret`;
    const machine = testMachine({
      board: 'pc',
      disks: [diskWith(assembleBootSector(`xor %ax, %ax; mov %ax, %fs; xor %bl, %bl; ${body}`))],
    });
    machine.bootDisk();
    const ticks = new DataView(
      (machine.peekPhysical(0x46c, 4) ?? new Uint8Array(4)).slice().buffer,
    ).getUint32(0, true);
    assert.equal(ticks, Math.floor(((1_000_000_000 % 86_400) * 1_193_182) / 65_536));
    let result = machine.run(1000);
    while (result.reason === 'idle') {
      machine.skipIdle();
      result = machine.run(1000);
    }
    // One tick to midnight, one behind it, midnight passed, two calls.
    assert.deepEqual(result, { reason: 'debugExit', status: ((0x20 + 1 + 1) << 1) | 1 });
  });

  it('must have a boot sector', () => {
    const machine = testMachine({ board: 'pc', disks: [diskWith(new Uint8Array(512))] });
    assert.throws(() => {
      machine.bootDisk();
    }, /no boot sector: its first 512 bytes do not end with 55 AA\.$/);
  });
});
