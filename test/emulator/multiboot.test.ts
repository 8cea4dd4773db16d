// The Multiboot loader on a whole PC: what it hands over, and what it refuses (Multiboot Specification 0.6.96).
import assert from 'node:assert/strict';

import { assembleImage } from '../support/machineAssemble.ts';
import { type TestMachine, testMachine } from '../support/machineTest.ts';

const MAGIC = 0x1bad_b002;

/** An image without a format: its header with the given flags and addresses, then code, loaded at `address`. */
function plainImage(
  options: { flags?: number; address?: number; code?: number[]; mode?: number; end?: number } = {},
): Uint8Array {
  const { flags = 0, address = 0x10_0000, code = [0xf4], mode = 1, end = 0 } = options;
  const all = (flags | 0x1_0000) >>> 0;
  const fields = [
    ...[MAGIC, all, (-MAGIC - all) >>> 0],
    ...[address, address, 0, end, address + 48],
    ...[mode, 80, 25, 0],
  ];
  const image = new Uint8Array(48 + code.length);
  const view = new DataView(image.buffer);
  fields.forEach((field, index) => {
    view.setUint32(index * 4, field, true);
  });
  image.set(code, 48);
  return image;
}

function loaded(
  image: Uint8Array,
  modules: { content: Uint8Array; commandLine: string }[] = [],
): { machine: TestMachine; word: (address: number) => number; information: number } {
  const machine = testMachine({ board: 'pc' });
  machine.loadMultiboot(image, 'a b', modules);
  const word = (address: number) => {
    const bytes = machine.peekPhysical(address, 4) ?? assert.fail();
    return new DataView(bytes.buffer).getUint32(0, true);
  };
  return { machine, word, information: machine.registers().ebx };
}

describe('The Multiboot loader of a whole PC', () => {
  it('loads an image by the addresses in its header, clears behind it, and starts it', () => {
    const { machine } = loaded(
      plainImage({ code: [0xb0, 0x05, 0xe6, 0xf4], address: 0x20_0000, end: 0x20_1000 }),
    );
    assert.deepEqual(machine.run(5), { reason: 'debugExit', status: 11 });
  });

  it('leaves descriptors and a stack to an image that has none of its own yet', () => {
    const code = [
      ...[0x8c, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0], // mov %ds, %eax; mov %eax, %es; mov %eax, %ss
      ...[0xea, 48 + 13, 0x00, 0x10, 0x00, 0x08, 0x00], // ljmp $8, $1f
      ...[0x6a, 0x05, 0x58, 0xe6, 0xf4], // 1: push $5; pop %eax; out %al, $0xf4
    ];
    const { machine } = loaded(plainImage({ code }));
    assert.deepEqual(machine.run(10), { reason: 'debugExit', status: 11 });
  });

  it('gives a memory map in order, whose free ranges are RAM and whose reserved ones hold BIOS and ACPI', () => {
    const { word, information } = loaded(plainImage());
    assert.equal(word(information) & 0x1247, 0x1245 | (word(information) & 2));
    assert.deepEqual([word(information + 4), word(information + 8)], [639, 15 * 1024]);
    const ranges: number[][] = [];
    const [length, table] = [word(information + 44), word(information + 48)];
    for (let at = table; at < table + length; at += word(at) + 4) {
      ranges.push([word(at + 4), word(at + 12), word(at + 20)]);
    }
    assert.deepEqual(ranges, [
      [0, 0x9_fc00, 1],
      [0x9_fc00, 0x400, 2],
      [0xe_0000, 0x1_0000, 3],
      [0xf_0000, 0x1_0000, 2],
      [0x10_0000, 15 << 20, 1],
    ]);
  });

  it('tells of the text screen', () => {
    const { word, information } = loaded(plainImage({ flags: 4 }));
    const screen = [88, 92, 96, 100, 104, 108].map((offset) => word(information + offset));
    assert.deepEqual(screen, [0xb_8000, 0, 160, 80, 25, 0x0210]);
  });

  it('puts modules on pages behind everything, each with its command line', () => {
    const content = (length: number) => new Uint8Array(length).fill(length);
    const { word, information, machine } = loaded(plainImage({ end: 0x10_2345 }), [
      { content: content(5), commandLine: 'first module' },
      { content: content(4096), commandLine: '' },
      { content: content(1), commandLine: 'third' },
    ]);
    assert.equal(word(information + 20), 3);
    const list = word(information + 24);
    const places = [0, 1, 2].map((index) => [word(list + index * 16), word(list + index * 16 + 4)]);
    assert.deepEqual(places, [
      [0x10_3000, 0x10_3005],
      [0x10_4000, 0x10_5000],
      [0x10_5000, 0x10_5001],
    ]);
    const name = machine.peekPhysical(word(list + 8), 13) ?? new Uint8Array();
    assert.equal(String.fromCharCode(...name), 'first module\0');
    assert.equal(machine.peekPhysical(0x10_4000, 1)?.[0], 0);
    assert.equal(machine.peekPhysical(0x10_5000, 1)?.[0], 1);
  });

  it('hands over the section headers of an ELF image, and behind the modules what no segment holds', () => {
    const elf = assembleImage('.globl start\nstart: jmp .\n  .globl a_name\na_name:\n');
    const { word, information, machine } = loaded(elf, [
      { content: new Uint8Array(8), commandLine: '' },
    ]);
    assert.equal(word(information) & 0x30, 0x20);
    const [count, size, table, names] = [28, 32, 36, 40].map((at) => word(information + at));
    assert.equal(size, 40);
    assert.ok(table >= word(word(information + 24) + 4), 'behind the module');
    const bytes = (address: number, length: number) =>
      machine.peekPhysical(address, length) ?? assert.fail();
    const textAt = (address: number) => {
      const content = String.fromCharCode(...bytes(address, 32));
      return content.slice(0, content.indexOf('\0'));
    };
    const sections = Array.from({ length: count }, (_, index) => table + index * 40);
    const nameOf = (at: number) => textAt(word(table + names * 40 + 12) + word(at));
    const find = (name: string) => sections.find((at) => nameOf(at) === name) ?? assert.fail(name);
    assert.equal(word(find('.text') + 12), 0x10_0000);
    const [symbols, strings] = [find('.symtab'), find('.strtab')].map((at) => word(at + 12));
    const found = Array.from({ length: word(find('.symtab') + 20) / 16 }, (_, index) =>
      textAt(strings + word(symbols + index * 16)),
    );
    assert.ok(found.includes('a_name'), found.join(' '));
  });

  it('hands over no section headers that lie beyond the end of the image, or beside a header with addresses', () => {
    const cut = assembleImage('.globl start\nstart: jmp .\n').slice();
    new DataView(cut.buffer).setUint32(32, cut.length, true);
    for (const image of [cut, plainImage()]) {
      const { word, information } = loaded(image);
      assert.equal(word(information) & 0x20, 0);
    }
  });

  it('puts its information elsewhere when the image lies where it usually is', () => {
    const { information } = loaded(plainImage({ address: 0x8000, end: 0x1_2345 }));
    assert.equal(information, 0x1_3000);
  });

  const foreign = (offset: number, magic: number): Uint8Array => {
    const image = new Uint8Array(4096);
    new DataView(image.buffer).setUint32(offset, magic, true);
    return image;
  };

  it('gives text, and says so, to an image that prefers graphics, as a loader may (3.1.4)', () => {
    const machine = testMachine({ board: 'pc' });
    machine.loadMultiboot(plainImage({ flags: 4, mode: 0 }), '', []);
    assert.match(
      machine.messages.join(),
      /^[^,]* asks for a graphics mode; [^,]* 80 by 25 characters\.$/,
    );
    const satisfied = testMachine({ board: 'pc' });
    satisfied.loadMultiboot(plainImage({ flags: 4, mode: 1 }), '', []);
    assert.deepEqual(satisfied.messages, []);
  });

  for (const [what, image, sentence] of [
    ['a Multiboot 2 image', foreign(0x100, 0xe852_50d6), /has a Multiboot 2 header alone/],
    ['a Linux bzImage', foreign(0x202, 0x5372_6448), /is a Linux bzImage; .* GRUB/],
    ['what it does not know', foreign(0, 0), /neither ELF nor/],
    ['requirements that it does not know', plainImage({ flags: 0x20 }), /\(bit 5 of its flags\)/],
    [
      'an image over the BIOS',
      plainImage({ address: 0x9_f000, end: 0xa_1000 }),
      /between 639 KB and 1 MB/,
    ],
    [
      'an image without room for the information',
      plainImage({ address: 0x8000, end: 0x9_f000 }),
      /no room/,
    ],
  ] as const) {
    it(`refuses ${what} in one sentence`, () => {
      assert.throws(() => loaded(image), sentence);
    });
  }
});
