// The four formats of FNSTENV and FNSAVE (SDM vol. 1, figures 8-9 to 8-12): what lies where, and that each is read
// back by its own FLDENV or FRSTOR.
import assert from 'node:assert/strict';

import { assembleRom, runRom, words } from '../support/rom.ts';
import { machineWith } from '../support/machineTest.ts';

/** Writes the doublewords at DS:0x500 to the console port. */
const dump = (count: number): string => `
  mov $0x500, %si
  mov $${count * 4}, %cx
1: lodsb
  out %al, $0xe9
  loop 1b
  mov $0x10, %al
  out %al, $0xf4
`;

const PREPARE = `
  xor %ax, %ax
  mov %ax, %ds
  fninit
  fld1
  mov $0x1234, %ax
  mov %ax, %es
operation:
  faddl %es:0x5678
  xor %ax, %ax
  mov %ax, %es
`;
/** Operand at 0x12340 + 0x5678; the opcode DC 06 is 4 << 8 | 6 and stands with the high bits of the pointer. */
const DATA = 0x12340 + 0x5678;

describe("The x87's environment in real mode", () => {
  it('has 28 bytes with a 32-bit operand: linear pointers, the opcode between', () => {
    const rom = assembleRom(`${PREPARE}\n data32 fnstenv 0x500\n${dump(7)}`);
    const found = words(runRom(rom).bytes).map((word) => parseInt(word, 16));
    const operation = (found[3] & 0xffff) | ((found[4] & 0xf000) << 4);
    assert.deepEqual(
      found.map((word) => word >>> 0),
      [
        ...[0xffff037f, 0xffff3800, 0xffff3fff],
        (0xffff0000 | (operation & 0xffff)) >>> 0,
        ((operation >>> 16) << 12) | 0x406,
        (0xffff0000 | (DATA & 0xffff)) >>> 0,
        (DATA >>> 16) << 12,
      ],
    );
    assert.equal(operation >>> 16, 0xf, 'the ROM lies at F0000');
  });

  it('has 14 bytes with a 16-bit operand', () => {
    const rom = assembleRom(`${PREPARE}\n movl $0x55555555, 0x50c\n fnstenv 0x500\n${dump(4)}`);
    const found = words(runRom(rom).bytes).map((word) => parseInt(word, 16));
    assert.equal(found[0] >>> 0, 0x3800037f);
    assert.equal(found[1] & 0xffff, 0x3fff);
    assert.equal(found[2] & 0xffff, 0xf406);
    assert.equal(found[2] >>> 16, DATA & 0xffff);
    assert.equal(found[3], 0x55550000 | ((DATA >>> 16) << 12), 'and not a byte more');
  });

  it('comes back by FLDENV and FRSTOR of the same size, registers and all', () => {
    for (const size of ['', 'data32 ']) {
      const text = `${PREPARE}
  fldpi
  ${size}fnsave 0x600
  fninit
  ${size}frstor 0x600
  ${size}fnsave 0x500
  mov $0x600, %si
  mov $0x500, %di
  mov $${size === '' ? 94 : 108}, %cx
  repe cmpsb
  sete 0x500
  ${dump(1)}`;
      const found = words(runRom(assembleRom(text)).bytes);
      assert.equal(parseInt(found[0], 16) & 0xff, 1, `the images of "${size}" differ`);
    }
  });
});

describe("The x87's environment in protected mode", () => {
  it('has 14 bytes of selectors and offsets with a 16-bit operand', () => {
    const machine = machineWith(`
      .globl start
start: fninit
      fld1
operation: fadds data
      data16 fnstenv out
      mov $out, %ecx
      mov $operation, %edx
      mov $data, %ebx
      mov $0x10, %al
      out %al, $0xf4
      .data
data: .long 0x3f800000
out:  .fill 4, 4, 0x5a5a5a5a
    `);
    assert.equal(machine.run(100).reason, 'debugExit');
    const { ecx, edx, ebx } = machine.registers();
    const bytes = machine.peekPhysical(ecx, 16)!;
    const halves = [...new Uint16Array(bytes.slice().buffer)];
    const expected = [0x37f, 0x3800, 0x3fff, edx & 0xffff, 0x08, ebx & 0xffff, 0x10, 0x5a5a];
    assert.deepEqual(halves, expected);
  });
});
