// ROM images from assembly text, run by our machine and by QEMU. The text starts in real mode at F000:0000 in a
// 64 KB ROM, with symbols counted from the ROM's start; it writes its results to the console port and ends the run by
// writing 0x10 to port 0xF4.
import type { CpuKind } from '../../src/emulator/machineOptions.ts';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Machine } from '../../src/emulator/machine.ts';
import type { RunResult } from '../../src/emulator/machineOptions.ts';

const FRAME = (text: string): string => `
  .code16
  .globl _start
_start:
${text}
  .org 0xfff0
  .code16
  ljmp $0xf000, $_start
  .org 0x10000
`;

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-rom-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function assembleRom(text: string): Uint8Array {
  return inFolder((folder) => {
    const at = (name: string): string => path.join(folder, name);
    execFileSync('gcc', ['-m32', '-c', '-x', 'assembler', '-o', at('rom.o'), '-'], {
      input: FRAME(text),
    });
    const layout = ['-m', 'elf_i386', '-Ttext=0', '--oformat', 'binary'];
    execFileSync('ld', [...layout, '-o', at('rom.bin'), at('rom.o')]);
    return new Uint8Array(readFileSync(at('rom.bin')));
  });
}

export interface RomRun {
  readonly bytes: Buffer;
  readonly result: RunResult;
  readonly machine: Machine;
}

/** What the ROM wrote to the console port on our machine. */
export function runRom(rom: Uint8Array, maximum = 1_000_000, cpu: CpuKind = 'pentium'): RomRun {
  const written: number[] = [];
  const machine = new Machine({
    memoryMegabytes: 16,
    cpu,
    epochSeconds: 0,
    board: 'pc',
    onSerial: () => undefined,
    log: () => undefined,
    diagnostics: { post: () => undefined, console: (byte) => written.push(byte) },
  });
  machine.loadRom(rom);
  const result = machine.run(maximum);
  return { bytes: Buffer.from(written), result, machine };
}

/** What it writes on QEMU, with a processor that QEMU knows by this name; undefined if QEMU is not installed. */
export function runRomInQemu(
  rom: Uint8Array,
  cpu = 'pentium',
  more: readonly string[] = [],
): Buffer | undefined {
  return inFolder((folder) => {
    const file = path.join(folder, 'rom.bin');
    execFileSync('dd', [`of=${file}`, 'status=none'], { input: rom });
    const exit = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'];
    const quiet = ['-display', 'none', '-nodefaults', '-no-reboot'];
    const run = spawnSync(
      'qemu-system-i386',
      ['-cpu', cpu, '-m', '16', '-bios', file, '-debugcon', 'stdio', ...quiet, ...exit, ...more],
      { timeout: 20_000 },
    );
    return run.error === undefined ? run.stdout : undefined;
  });
}

/** Little-endian doublewords in hexadecimal. */
export function words(bytes: Buffer): string[] {
  return Array.from({ length: bytes.length >> 2 }, (_, index) =>
    bytes.readUInt32LE(index * 4).toString(16),
  );
}
