// Runs a set of states on our machine and on QEMU, and gives back what each recorded.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { assembleImage } from '../../support/machineAssemble.ts';
import { testMachine } from '../../support/machineTest.ts';
import { systemFuzzImage } from './image.ts';
import { RECORD, type RecordField } from './layout.ts';

export type Outcome = Record<RecordField, number>;

export function stateBytes(states: readonly (readonly number[])[]): Uint8Array {
  return new Uint8Array(Int32Array.from(states.flat()).buffer);
}

/** Fewer outcomes than states: the run ended early, and `detail` says how. */
export interface FuzzRun {
  readonly outcomes: Outcome[];
  readonly detail: string;
}

function outcomes(printed: Uint8Array): Outcome[] {
  const view = new DataView(printed.buffer, printed.byteOffset, printed.byteLength);
  const size = RECORD.length * 4;
  return Array.from({ length: Math.floor(printed.length / size) }, (_, index) =>
    Object.fromEntries(
      RECORD.map((field, at) => [field, view.getUint32(index * size + at * 4, true)]),
    ),
  ) as Outcome[];
}

export function runOnMachine(states: Uint8Array): FuzzRun {
  const printed: number[] = [];
  const machine = testMachine({
    diagnostics: { post: () => undefined, console: (byte) => printed.push(byte) },
  });
  const module = { content: states, commandLine: 'states' };
  machine.loadMultiboot(assembleImage(systemFuzzImage()), '', [module]);
  const result = machine.run(1_000_000_000);
  const detail = `${result.reason} ${result.detail ?? ''}`;
  return { outcomes: outcomes(Uint8Array.from(printed)), detail };
}

/** Undefined if QEMU is not installed. */
export function runOnQemu(states: Uint8Array): FuzzRun | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-fuzz-'));
  try {
    writeFileSync(path.join(folder, 'image.elf'), assembleImage(systemFuzzImage()));
    writeFileSync(path.join(folder, 'states'), states);
    const run = spawnSync(
      'qemu-system-i386',
      [
        ...['-kernel', 'image.elf', '-initrd', 'states', '-cpu', 'pentium', '-m', '16'],
        ...['-debugcon', 'file:printed', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
        ...['-display', 'none', '-nodefaults', '-no-reboot'],
      ],
      { cwd: folder, timeout: 120_000 },
    );
    if (run.error !== undefined) {
      return undefined;
    }
    const printed = spawnSync('cat', ['printed'], { cwd: folder, maxBuffer: 1 << 28 }).stdout;
    return { outcomes: outcomes(new Uint8Array(printed)), detail: `status ${run.status}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
