// The PC's old chips as a ROM sees them through their ports, against QEMU: the same bytes must come out.
import assert from 'node:assert/strict';

import { assembleRom, runRom, runRomInQemu } from '../support/rom.ts';

/** `out port, value` and `in port`, which sends what was read to the console port. */
const MACROS = `
  .macro put port, value
  mov $\\value, %al
  mov $\\port, %dx
  out %al, %dx
  .endm
  .macro get port, mask=0xff
  mov $\\port, %dx
  in %dx, %al
  and $\\mask, %al
  out %al, $0xe9
  .endm
  .macro answer
1: in $0x64, %al
  test $1, %al
  jz 1b
  get 0x60
  .endm
  cli
`;
const END = `
  mov $0x10, %eax
  out %eax, $0xf4
9: jmp 9b
`;

const CHIPS: Record<string, string> = {
  'the 8259s: initialization, masks, requests, in service, polling, rotation, the edge or level register': `
    put 0x20, 0x11
    put 0x21, 0x40
    put 0x21, 0x04
    put 0x21, 0x01
    put 0xa0, 0x11
    put 0xa1, 0x48
    put 0xa1, 0x02
    put 0xa1, 0x01
    get 0x21
    put 0x21, 0xfa
    put 0xa1, 0xff
    get 0x21
    get 0xa1
    put 0x4d0, 0xff
    put 0x4d1, 0xff
    get 0x4d0
    get 0x4d1
    put 0x4d0, 0
    put 0x4d1, 0
    # Timer channel 0 in mode 0: its output rises and stays.
    put 0x43, 0x30
    put 0x40, 10
    put 0x40, 0
    mov $0, %cx
  2: in $0x61, %al
    loop 2b
    put 0x20, 0x0a
    get 0x20 0x01
    put 0x20, 0x0c
    get 0x20
    put 0x20, 0x0b
    get 0x20
    get 0x20
    put 0x20, 0x0c
    get 0x20
    put 0x20, 0x60
    put 0x20, 0x0b
    get 0x20`,
  // Without the output of a counter that has no count yet: it is high in all modes but 0, QEMU has it low.
  'the 8254: status, latches and outputs of channel 2 in five modes': `
    put 0x61, 0
    .irp mode, 0xb0, 0xb4, 0xb6, 0xb8
    put 0x43, \\mode
    put 0x43, 0xe8
    get 0x42 0x3f
    put 0x42, 0x34
    put 0x42, 0x12
    get 0x61 0x0f
    .endr
    put 0x43, 0xb0
    put 0x42, 0x34
    put 0x42, 0x12
    put 0x43, 0x80
    put 0x43, 0x80
    get 0x42
    get 0x42
    put 0x43, 0x90
    put 0x42, 0x77
    put 0x43, 0xc8
    get 0x42 0xbf
    get 0x42
    put 0x61, 1
    put 0x43, 0xb0
    put 0x42, 10
    put 0x42, 0
    mov $0, %cx
  2: in $0x61, %al
    loop 2b
    get 0x61 0x2f`,
  'the MC146818: bytes, 12 hours, binary, alarms, flags that a read clears': `
    .macro cmos index, value
    put 0x70, \\index
    put 0x71, \\value
    .endm
    .macro show index
    put 0x70, \\index
    get 0x71
    .endm
    cmos 0x0b, 0x82
    cmos 0x00, 0x56
    cmos 0x02, 0x34
    cmos 0x04, 0x21
    cmos 0x07, 0x28
    cmos 0x08, 0x02
    cmos 0x09, 0x96
    show 0x00
    show 0x04
    cmos 0x0b, 0x02
    show 0x02
    show 0x04
    show 0x07
    show 0x08
    show 0x09
    cmos 0x01, 0xc0
    show 0x01
    show 0x0d
    show 0x0b
    cmos 0x40, 0x5a
    show 0x40
    show 0x0c
    show 0x0c`,
  'the 16550: registers, divisor latch, loopback, interrupt identification': `
    put 0x3f9, 0
    get 0x3fa
    put 0x3fb, 0x83
    put 0x3f8, 0x0c
    put 0x3f9, 0x01
    get 0x3f8
    get 0x3f9
    put 0x3fb, 0x03
    get 0x3fb
    put 0x3ff, 0xa5
    get 0x3ff
    put 0x3fc, 0x1f
    get 0x3fc
    get 0x3fe 0xf0
    put 0x3fc, 0x10
    get 0x3fe 0xf0
    get 0x3fa 0x0e
    put 0x3f8, 0x42
    mov $0, %cx
  2: in $0x61, %al
    loop 2b
    get 0x3fd
    get 0x3f8
    get 0x3fd 0x01
    put 0x3fa, 0x01
    get 0x3fa
    put 0x3fa, 0x00
    get 0x3fa`,
  'the 8042 and its keyboard: self tests, mode, output port, identity, echo': `
    put 0x64, 0xaa
    answer
    put 0x64, 0xab
    answer
    put 0x64, 0x60
    put 0x60, 0x21
    put 0x64, 0x20
    answer
    put 0x60, 0xee
    answer
    put 0x60, 0xf2
    answer
    answer
    answer
    put 0x60, 0xf5
    answer
    put 0x64, 0xd2
    put 0x60, 0x99
    answer
    put 0x64, 0x60
    put 0x60, 0x65
    put 0x60, 0xf2
    answer
    answer
    answer
    put 0x60, 0xff
    answer
    answer`,
  'PCI’s mechanism: nothing without the enable bit, ones where there is no function': `
    mov $0xcf8, %dx
    mov $0x8000f800, %eax
    out %eax, %dx
    in %dx, %eax
    out %al, $0xe9
    mov %ah, %al
    out %al, $0xe9
    get 0xcfc
    get 0xcff
    mov $0xcf8, %dx
    xor %eax, %eax
    out %eax, %dx
    get 0xcfc
    mov $0xcf8, %dx
    mov $0x80000000, %eax
    out %eax, %dx
    get 0xcfc
    get 0xcfd
    mov $0xcf8, %dx
    mov $0x80000008, %eax
    out %eax, %dx
    get 0xcff
    get 0xcfe`,
  'the VGA’s registers: index and data, the attribute controller’s flip-flop, the palette': `
    put 0x3c2, 0x67
    put 0x3d4, 0x11
    put 0x3d5, 0x0e
    put 0x3d4, 0x0e
    put 0x3d5, 0x12
    put 0x3d4, 0x0f
    put 0x3d5, 0x34
    get 0x3d4
    get 0x3d5
    put 0x3d4, 0x0e
    get 0x3d5
    put 0x3d4, 0x11
    put 0x3d5, 0x8e
    put 0x3d4, 0x01
    put 0x3d5, 0x4f
    mov $0x3da, %dx
    in %dx, %al
    put 0x3c0, 0x10
    put 0x3c0, 0x0c
    mov $0x3da, %dx
    in %dx, %al
    put 0x3c0, 0x10
    get 0x3c1
    get 0x3cc
    put 0x3c4, 0x02
    put 0x3c5, 0x03
    get 0x3c5
    put 0x3c8, 0x05
    put 0x3c9, 0x01
    put 0x3c9, 0x02
    put 0x3c9, 0x03
    put 0x3c7, 0x05
    get 0x3c9
    get 0x3c9
    get 0x3c9`,
};

/** Its timers count instructions, too: a busy host would let them come late. */
const QEMU_OPTIONS = ['-vga', 'std', '-serial', 'null', '-icount', 'shift=3'];

describe('A ROM that asks the chips', () => {
  for (const [chip, body] of Object.entries(CHIPS)) {
    it(`gets the same answers as on QEMU from ${chip}`, () => {
      const rom = assembleRom(MACROS + body + END);
      const run = runRom(rom, 10_000_000);
      assert.equal(run.result.reason, 'debugExit', JSON.stringify(run.result));
      assert.ok(run.bytes.length > 4);
      const qemu = runRomInQemu(rom, 'pentium', QEMU_OPTIONS);
      if (qemu !== undefined) {
        assert.equal(run.bytes.toString('hex'), qemu.toString('hex'));
      }
    });
  }
});
