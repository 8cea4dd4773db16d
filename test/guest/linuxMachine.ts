// Boots the built guest images in the emulator with one Linux program and collects what leaves the machine: the
// three standard streams, the server's own messages, the wait status, and which of the guest's probes were passed.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Machine } from '../../src/emulator/machine.ts';
import type { CpuKind } from '../../src/emulator/x86/cpuModel.ts';
import { parseElf } from '../../src/symbols/elf.ts';
import { readOperand, readProbes, type Probe } from '../../src/symbols/probes.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const images = path.join(repository, 'build/guest');

export interface LinuxOptions {
  readonly system: 'l4linux' | 'native';
  readonly syscalls?: 'library' | 'trampoline';
  readonly serverSpace?: 'small' | 'large';
  /** "i686" unless given. */
  readonly cpu?: CpuKind;
  /** "": the boot loader brings none. */
  readonly program: string;
  /** The program's file, if it is not one of guest/programs. */
  readonly file?: Uint8Array;
  readonly args?: readonly string[];
  readonly environment?: readonly string[];
  readonly input?: string;
  /** When the input comes: before the first instruction, once the machine waits, or while it computes. */
  readonly inputAt?: 'start' | 'idle' | 'running';
  /** More input, a piece each time that the machine waits. */
  readonly typing?: readonly string[];
  /** All three standard streams are terminals; the input then stays open. */
  readonly terminal?: boolean;
  /** 16 unless given: asking σ0 for less memory makes the boot shorter. */
  readonly memoryMegabytes?: number;
  /** 400 million unless given, 4,000 million with `drive`. */
  readonly maximumInstructions?: number;
  /** Called before each slice of the run: may give the machine input; returns how many instructions to run next. */
  readonly drive?: (machine: Machine) => number;
  /** Functions of the server to listen to: called at each entry, with the words that lie at ESP. */
  readonly calls?: Readonly<Record<string, (machine: Machine, word: (index: number) => number) => void>>;
  /** Probes to follow, as "provider:name". */
  readonly follow?: readonly string[];
}

export interface LinuxEvent {
  readonly name: string;
  readonly operands: readonly number[];
  readonly instructionCount: number;
}

export interface LinuxRun {
  readonly output: string;
  readonly error: string;
  readonly console: string;
  /** The wait(2) status of the program. */
  readonly status: number | undefined;
  readonly reason: string;
  readonly instructions: number;
  readonly events: readonly LinuxEvent[];
}

const MAXIMUM_INSTRUCTIONS = 400_000_000;
const MAXIMUM_WHEN_DRIVEN = 4_000_000_000;
const SLICE = 10_000_000;
const NOTHING_LEFT_TO_DO = 4000;
const WAITS = 4;

let built = false;

/** Brings build/guest up to date, once in a test run. */
export function buildImages(): void {
  if (!built) {
    execFileSync(process.execPath, [path.join(repository, 'scripts/build-guest.mjs')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    built = true;
  }
}

export function imageFile(name: string): Uint8Array {
  return readFileSync(path.join(images, name));
}

function strings(list: readonly string[]): string {
  return list.map((text) => `${text}\0`).join('') + '\0';
}

function boot(machine: Machine, options: LinuxOptions): void {
  const program = options.file ?? imageFile(`programs/${options.program || 'hello'}`);
  const block = strings([options.program, ...(options.args ?? [])]);
  const argumentBytes = new TextEncoder().encode(block + strings(options.environment ?? []));
  const modules = [
    { content: program, commandLine: options.program },
    { content: argumentBytes, commandLine: 'arguments' },
  ];
  const tail = options.program === '' ? [] : modules;
  if (options.system === 'native') {
    machine.loadMultiboot(imageFile('linux-native.elf'), '', tail);
    return;
  }
  machine.loadMultiboot(imageFile('kernel.elf'), '', [
    { content: imageFile('sigma0.elf'), commandLine: 'sigma0' },
    {
      content: imageFile('l4linux.elf'),
      commandLine: `l4linux syscalls=${options.syscalls ?? 'library'} space=${options.serverSpace ?? 'small'}`,
    },
    ...tail,
  ]);
}

/** Where an image's code lies in physical memory; the emulation library's place is known to the server only. */
const physicalOffset = {
  'kernel.elf': 0xf0000000,
  'l4linux.elf': 0,
  'linux-native.elf': 0xc0000000,
};

/** Hooks the wanted probes; each passage is appended to `events`. */
function followProbes(machine: Machine, options: LinuxOptions, events: LinuxEvent[]): void {
  const wanted = options.follow ?? [];
  const found = new Map<number, Probe>();
  const names =
    options.system === 'native'
      ? ['linux-native.elf' as const]
      : (['kernel.elf', 'l4linux.elf'] as const);
  for (const name of names) {
    const offset = physicalOffset[name];
    for (const probe of readProbes(parseElf(imageFile(name), name))) {
      if (wanted.includes(`${probe.provider}:${probe.name}`)) {
        found.set(probe.address - offset, probe);
        machine.addHook(probe.address - offset);
      }
    }
  }
  const calls = functionsToHear(options);
  calls.forEach((_, address) => machine.addHook(address));
  machine.onHook = (address) => {
    const { esp } = machine.registers();
    calls.get(address)?.(machine, (index) => wordAt(machine, esp + 4 * index) ?? NaN);
    const probe = found.get(address);
    if (probe !== undefined) {
      const registers: Readonly<Record<string, number>> = { ...machine.registers() };
      const operands = probe.operands.map(
        (operand) =>
          readOperand(operand, {
            register: (name) => registers[name],
            readWord: (at) => wordAt(machine, at),
          }) ?? NaN,
      );
      events.push({
        name: `${probe.provider}:${probe.name}`,
        operands,
        instructionCount: machine.instructionCount,
      });
    }
    return false;
  };
}

function functionsToHear(
  options: LinuxOptions,
): Map<number, NonNullable<LinuxOptions['calls']>[string]> {
  const image = options.system === 'native' ? 'linux-native.elf' : 'l4linux.elf';
  const { symbols } = parseElf(imageFile(image), image);
  return new Map(
    Object.entries(options.calls ?? {}).map(([name, called]) => [
      symbols.find((symbol) => symbol.name === name)!.value - physicalOffset[image],
      called,
    ]),
  );
}

export function wordAt(machine: Machine, address: number): number | undefined {
  const { cr3, dsBase } = machine.registers();
  const page = machine.translate(cr3, (address + dsBase) >>> 0);
  const bytes = page && machine.peekPhysical(page.physical, 4);
  return bytes && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}

/** Gives the machine its input, and the end of it where the stream is a pipe. */
function type(machine: Machine, options: LinuxOptions): void {
  if (options.input !== undefined) {
    machine.receiveSerial(1, new TextEncoder().encode(options.input));
  }
  if (!options.terminal) {
    machine.closeSerial(1);
  }
}

/** Runs to the end; the machine that waits for nothing any more counts as ended, with its reason "idle". */
function runToEnd(machine: Machine, options: LinuxOptions): { reason: string; status?: number } {
  const inputAt = options.inputAt ?? 'start';
  const pieces = [...(options.typing ?? [])];
  let typed = false;
  let idle = 0;
  const maximum =
    options.maximumInstructions ?? (options.drive ? MAXIMUM_WHEN_DRIVEN : MAXIMUM_INSTRUCTIONS);
  while (machine.instructionCount < maximum && idle < NOTHING_LEFT_TO_DO) {
    if (
      !typed &&
      (inputAt === 'start' || (inputAt === 'idle' ? idle > 0 : machine.instructionCount > 0))
    ) {
      type(machine, options);
      typed = true;
    }
    const result = machine.run(options.drive?.(machine) ?? SLICE);
    if (result.reason === 'idle') {
      machine.skipIdle();
      idle++;
      const piece = idle === WAITS ? pieces.shift() : undefined;
      if (piece !== undefined) {
        machine.receiveSerial(1, new TextEncoder().encode(piece));
        idle = 0;
      }
    } else if (result.reason !== 'budget') {
      return result;
    } else {
      idle = 0;
    }
  }
  return { reason: idle < NOTHING_LEFT_TO_DO ? 'budget' : 'idle' };
}

export function runLinux(options: LinuxOptions): LinuxRun {
  const received: number[][] = [[], [], [], []];
  const terminal = options.terminal ?? false;
  const machine = new Machine({
    memoryMegabytes: options.memoryMegabytes ?? 16,
    cpu: options.cpu ?? 'i686',
    epochSeconds: 1_700_000_000,
    terminals: [false, terminal, terminal, terminal],
    onSerial: (port, byte) => received[port].push(byte),
    log: () => undefined,
  });
  boot(machine, options);
  const events: LinuxEvent[] = [];
  followProbes(machine, options, events);
  const end = runToEnd(machine, options);
  const text = (port: number): string => Buffer.from(received[port]).toString('utf8');
  return {
    output: text(2),
    error: text(3),
    console: text(0),
    status: end.reason === 'powerOff' ? end.status : undefined,
    reason: end.reason,
    instructions: machine.instructionCount,
    events,
  };
}
