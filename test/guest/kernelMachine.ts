// Boots the built kernel and sigma0 in the emulator with one root task of guest/programs/l4, and collects what comes
// out of COM1 and how the machine ended. Golden texts stand in test/golden/kernel; numbers that depend on the
// compiler are masked.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Machine } from '../../src/emulator/machine.ts';
import { SymbolImage } from '../../src/symbols/image.ts';
import { imageFile } from './linuxMachine.ts';

export interface KernelRun {
  readonly console: string;
  readonly reason: string;
  readonly status: number | undefined;
  readonly machine: Machine;
}

export interface KernelOptions {
  readonly cpu?: 'pentium' | 'i686';
  readonly taggedTlb?: boolean;
  readonly memoryMegabytes?: number;
  readonly maximumInstructions?: number;
  /** Another kernel than the built one. */
  readonly kernel?: Uint8Array | undefined;
}

const golden = path.resolve(import.meta.dirname, '../golden/kernel');
/** Those of guest/programs/l4 that show something; each has a golden text. */
export const SAMPLE_PROGRAMS = [
  'rpc',
  'pager',
  'mapping_chain',
  'clans',
  'migrate',
  'deadlock',
  'task_deletion',
] as const;

const SLICE = 5_000_000;
const STEP = 100;
const KERNEL_WINDOW = 0xf0000000;

/** Boots kernel, sigma0 and the root task "l4/NAME.elf"; nothing has run yet. */
export function kernelMachine(
  name: string,
  options: KernelOptions,
  onSerial: (port: number, byte: number) => void,
): Machine {
  const machine = new Machine({
    memoryMegabytes: options.memoryMegabytes ?? 64,
    cpu: options.cpu ?? 'pentium',
    taggedTlb: options.taggedTlb ?? false,
    epochSeconds: 1_700_000_000,
    onSerial,
    log: () => undefined,
  });
  machine.loadMultiboot(options.kernel ?? imageFile('kernel.elf'), '', [
    { content: imageFile('sigma0.elf'), commandLine: 'sigma0' },
    { content: imageFile(`l4/${name}.elf`), commandLine: name },
  ]);
  return machine;
}

/** Runs on until the text has come out of the machine, give or take a step of so many instructions. */
export function runToText(
  machine: Machine,
  output: () => string,
  text: string,
  step = STEP,
): void {
  while (!output().includes(text)) {
    const result = machine.run(step);
    if (result.reason === 'idle') {
      machine.skipIdle();
    } else if (result.reason !== 'budget') {
      assert.ok(output().includes(text), `${result.reason} before ${JSON.stringify(text)}`);
    }
  }
}

/** Counts from now on how often each of the kernel's probes is passed, by its name. */
export function countProbes(machine: Machine): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const names = new Map<number, string>();
  for (const { name, address } of new SymbolImage('kernel.elf', imageFile('kernel.elf')).probes) {
    names.set(address - KERNEL_WINDOW, name);
    machine.addHook(address - KERNEL_WINDOW);
  }
  machine.onHook = (physical): boolean => {
    const name = names.get(physical) ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return false;
  };
  return counts;
}

/** Runs a root task until it ends the machine, or the instructions are used up. */
export function runKernel(name: string, options: KernelOptions = {}): KernelRun {
  const bytes: number[] = [];
  const machine = kernelMachine(name, options, (port, byte) => {
    if (port === 0) {
      bytes.push(byte);
    }
  });
  const maximum = options.maximumInstructions ?? 400_000_000;
  let end: { reason: string; status?: number } = { reason: 'budget' };
  while (machine.instructionCount < maximum) {
    end = machine.run(SLICE);
    if (end.reason === 'idle') {
      machine.skipIdle();
    } else if (end.reason !== 'budget') {
      break;
    }
  }
  const console = Buffer.from(bytes).toString('utf8');
  return { console, reason: end.reason, status: end.status, machine };
}

/** Compiler-dependent numbers out: code addresses and cycles. */
export function masked(text: string): string {
  return text.replace(/eip [0-9a-f]{8}/g, 'eip ADDRESS').replace(/(cycles [a-z ]+): \d+/g, '$1: N');
}

/** The golden text of this name. UPDATE_GOLDEN=1 writes it instead; a mismatch leaves an .actual file beside it. */
export function goldenText(name: string, actual: string): string {
  const file = path.join(golden, `${name}.txt`);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(golden, { recursive: true });
    writeFileSync(file, actual);
  }
  const expected = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (expected !== actual) {
    mkdirSync(golden, { recursive: true });
    writeFileSync(`${file}.actual`, actual);
  }
  return expected;
}
