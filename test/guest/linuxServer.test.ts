import assert from 'node:assert/strict';
import { parseElf } from '../../src/symbols/elf.ts';
import { readProbes } from '../../src/symbols/probes.ts';
import { buildImages, imageFile, runLinux, type LinuxRun } from './linuxMachine.ts';

const PAGE_MASK = 0xfffff000;
const STT_FILE = 4;
const SIGSEGV = 11;
const exited = (code: number): number => code << 8;

/** Pages of a section of a program, as page addresses. */
function pagesIn(run: LinuxRun, start: number, end: number): number[] {
  return run.events
    .filter((event) => event.name === 'l4:pf-rpc')
    .map((event) => (event.operands[3] & PAGE_MASK) >>> 0)
    .filter((page) => page >= start && page < end);
}

/** What lies below 4 MB (kernel, σ0), the server's image, and the modules. */
const IMAGES_KILOBYTES = 6 * 1024;

describe('The Linux server', () => {
  before(buildImages);

  it('gives a program with 1 MB of bss the three pages it touches, each by one page-fault RPC.', () => {
    const run = runLinux({ system: 'l4linux', program: 'bss', follow: ['l4:pf-rpc'] });
    const area = parseElf(imageFile('programs/bss'), 'bss').symbols.find(
      (symbol) => symbol.name === 'area',
    )!;
    const last = area.value + area.size - 4096;
    assert.deepEqual(pagesIn(run, area.value, area.value + area.size), [
      area.value,
      area.value + area.size / 2,
      last,
    ]);
  });

  it('enters hello with one fault for each page of stack, library, signal page, code and data.', () => {
    const run = runLinux({ system: 'l4linux', program: 'hello', follow: ['l4:pf-rpc'] });
    assert.equal(new Set(pagesIn(run, 0x08048000, 0xc0000000)).size, 6);
    assert.equal(pagesIn(run, 0x08048000, 0xc0000000).length, 6);
  });

  it('takes all memory that the machine has, but the kernel its own.', () => {
    for (const memoryMegabytes of [16, 64, 256]) {
      for (const system of ['native', 'l4linux'] as const) {
        const { output, console } = runLinux({ system, program: 'hello', memoryMegabytes });
        assert.equal(output, 'Hello, world!\n');
        const kilobytes = Number(/(\d+) KB of memory/.exec(console)?.[1]);
        const kernelsEighth = (memoryMegabytes * 1024) / 8;
        const least = memoryMegabytes * 1024 - kernelsEighth - IMAGES_KILOBYTES;
        assert.ok(kilobytes > least && kilobytes < memoryMegabytes * 1024, `${kilobytes} KB`);
      }
    }
  });

  it('answers each system call once: every linux-syscall but the last has its return.', () => {
    const follow = ['linux:linux-syscall', 'linux:linux-syscall-return'];
    const { events } = runLinux({ system: 'l4linux', program: 'syscalls', follow });
    for (let index = 0; index + 1 < events.length; index += 2) {
      assert.equal(events[index].name, follow[0]);
      assert.equal(events[index + 1].name, follow[1]);
      assert.equal(events[index].operands[1], events[index + 1].operands[1]);
    }
    assert.equal(events.at(-1)?.operands[1], 252);
  });

  it('refuses files that are no program with status 126 and a sentence.', () => {
    const hello = imageFile('programs/hello');
    const damaged = (offset: number, ...bytes: number[]): Uint8Array => {
      const file = Uint8Array.from(hello);
      file.set(bytes, offset);
      return file;
    };
    const cases: readonly (readonly [Uint8Array, RegExp])[] = [
      [new TextEncoder().encode('no program\n'), /is not an ELF file/],
      [hello.slice(0, 60), /damaged program header table/],
      [damaged(4, 2), /is not for a 32-bit x86 processor/],
      [damaged(16, 1, 0), /is not a program/],
      [damaged(18, 8, 0), /is not for a 32-bit x86 processor/],
      [damaged(24, 0, 0, 0, 0), /starts outside its code/],
      [damaged(28, 0xf0, 0xff, 0xff, 0xff), /damaged program header table/],
      [damaged(52 + 4, 0, 0xf0, 0xff, 0x7f), /lies outside the file/],
      [damaged(52 + 8, 0, 0x80, 0xff, 0xbf), /outside the memory of a program/],
      [damaged(52 + 20, 1, 0, 0, 0), /longer in the file than in memory/],
    ];
    for (const [file, sentence] of cases) {
      for (const system of ['native', 'l4linux'] as const) {
        const { status, console } = runLinux({ system, program: 'damaged', file });
        assert.match(console, sentence);
        assert.equal(status, exited(126));
      }
    }
  });

  it('kills a program whose frame of a system call is wild, and nothing else.', () => {
    const { status } = runLinux({ system: 'l4linux', program: 'wildframe' });
    assert.equal(status, SIGSEGV);
  });

  it('has the probes of the table, every one with arguments that can be read.', () => {
    const expected = {
      coroutine: ['coroutine-switch', 2],
      exec: ['exec', 1],
      exit: ['exit', 2],
      fork: ['fork', 2],
      call: ['linux-syscall', 3],
      return: ['linux-syscall-return', 3],
      panic: ['panic', 1],
      signal: ['signal-deliver', 2],
    } as const;
    for (const image of ['l4linux.elf', 'linux-native.elf']) {
      const probes = readProbes(parseElf(imageFile(image), image));
      for (const [name, count] of Object.values(expected)) {
        const found = probes.filter((probe) => probe.name === name);
        assert.ok(found.length > 0, `${image} has no probe ${name}`);
        assert.ok(found.every((probe) => probe.operands.length === count && !probe.problem));
      }
    }
  });

  it('uses task numbers and frames again: 300 processes, one after the other, and no memory is lost.', () => {
    const { output, status } = runLinux({
      system: 'l4linux',
      program: 'processes',
      args: ['many'],
    });
    assert.match(output, /^ok {3}fork: 300 times/m);
    assert.equal(status, exited(0));
  });

  it('is not linked with L4 on the bare machine.', () => {
    const { symbols } = parseElf(imageFile('linux-native.elf'), 'linux-native.elf');
    const names = symbols.filter((symbol) => symbol.type !== STT_FILE).map((symbol) => symbol.name);
    assert.ok(names.includes('process_list'));
    assert.deepEqual(
      names.filter((name) => /l4|ipc|sigma0/i.test(name)),
      [],
    );
  });
});
