// Drives guest/programs/l4/l4fuzz.c: a crowd of tasks that call the kernel at random, in bursts; the TLB is held against
// the page tables all the time, all other structures against each other after each burst.
import type { Machine } from '../../src/emulator/machine.ts';
import { parseElf } from '../../src/symbols/elf.ts';
import { readOperand, readProbes, type Probe } from '../../src/symbols/probes.ts';
import type { Ownership } from './invariants/mappings.ts';
import { staleEntries } from './invariants/protection.ts';
import { KERNEL_WINDOW, KernelNames } from './invariants/structures.ts';
import { brokenInvariants } from './kernelInvariants.ts';
import { kernelMachine } from './kernelMachine.ts';
import { imageFile } from './linuxMachine.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** At least so many system calls. */
  readonly calls: number;
  /** Guest time between two looks at all structures; 100 ms is about 5000 calls. */
  readonly burstMicroseconds?: number;
  /** Most of the kernel's memory is in use before the crowd comes. */
  readonly isMemoryScarce?: boolean;
  /** Another kernel than the built one. */
  readonly kernel?: Uint8Array;
  readonly taggedTlb?: boolean;
}

export interface FuzzResult {
  /** What is wrong after the first look at which something is; nothing: all was well. */
  readonly wrong: readonly string[];
  readonly calls: number;
}

const MEMORY_MEGABYTES = 16;
const PAGE_SHIFT = 12;
const SLICE = 1_000_000;
const BURST_MICROSECONDS = 100_000;
const BURSTS_WITHOUT_END = 0xffffffff;
/** A thread that spins, alone at its priority, keeps the others from calling until its task is made anew. */
const BURSTS_IN_VAIN = 8;
/** The TLB is looked at this often: what it remembers wrongly is soon replaced. */
const EXITS_BETWEEN_LOOKS = 16;

const wordAt = (machine: Machine, physical: number): number => {
  const bytes = machine.peekPhysical(physical, 4);
  return bytes === undefined ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
};

/** The task numbers of the two spaces that a grant's probe names. */
function grantedTasks(machine: Machine, probe: Probe, names: KernelNames): readonly number[] {
  const registers: Readonly<Record<string, number>> = { ...machine.registers() };
  return probe.operands.slice(0, 2).map((operand) => {
    const space = readOperand(operand, {
      register: (name) => registers[name],
      readWord: (at) => wordAt(machine, at - KERNEL_WINDOW),
    });
    return wordAt(machine, (space ?? 0) - KERNEL_WINDOW + names.offset('space', 'task'));
  });
}

/** sigma0's own table of who has which frame. */
function ownerTable(machine: Machine): (physical: number) => number {
  const { symbols } = parseElf(imageFile('sigma0.elf'), 'sigma0.elf');
  const owners = symbols.find(({ name }) => name === 'owners')?.value;
  if (owners === undefined) {
    throw new Error('sigma0 has no table of owners.');
  }
  return (physical) => wordAt(machine, owners + (physical >>> PAGE_SHIFT) * 2) & 0xffff;
}

/** A machine with the crowd in it, watched at the kernel's exits: no structure is in mid-change there. */
class FuzzRun {
  wrong: readonly string[] = [];
  calls = 0;
  private console = '';
  private exits = 0;
  private reports = 0;
  private burstsInVain = 0;
  private readonly machine: Machine;
  private readonly names: KernelNames;
  private readonly ownership: Ownership;
  private readonly grantedBy = new Map<number, Set<number>>();
  private readonly grants: ReadonlyMap<number, Probe>;

  constructor(kernel: Uint8Array, taggedTlb: boolean) {
    this.names = new KernelNames(kernel);
    this.machine = kernelMachine(
      'l4fuzz',
      { memoryMegabytes: MEMORY_MEGABYTES, kernel, taggedTlb },
      (port, byte) => {
        this.console += port === 0 ? String.fromCharCode(byte) : '';
      },
    );
    this.ownership = { ownerOf: ownerTable(this.machine), grantedBy: this.grantedBy };
    this.grants = new Map(
      readProbes(parseElf(kernel, 'kernel.elf'))
        .filter(({ name }) => name === 'grant')
        .map((probe) => [probe.address - KERNEL_WINDOW, probe]),
    );
    const exit = this.names.address('return_to_user_iret') - KERNEL_WINDOW;
    for (const physical of [exit, ...this.grants.keys()]) {
      this.machine.addHook(physical);
    }
    this.machine.onHook = (physical): boolean => {
      const grant = this.grants.get(physical);
      if (grant === undefined) {
        return this.atExit();
      }
      const [from, to] = grantedTasks(this.machine, grant, this.names);
      this.grantedBy.set(from, (this.grantedBy.get(from) ?? new Set()).add(to));
      return false;
    };
  }

  /** True: the machine stops, because the console has a report or something is wrong. */
  private atExit(): boolean {
    if (this.reports !== 0 && this.console.endsWith('calls\n')) {
      return true;
    }
    this.exits++;
    if (this.exits % EXITS_BETWEEN_LOOKS === 0) {
      const { machine } = this;
      const physicalWord = (physical: number): number => wordAt(machine, physical);
      this.wrong = staleEntries({ machine, physicalWord });
    }
    return this.wrong.length > 0;
  }

  private runTo(text: RegExp): RegExpExecArray | undefined {
    for (;;) {
      const { reason } = this.machine.run(SLICE);
      const found = text.exec(this.console);
      if (found !== null || this.wrong.length > 0) {
        return found ?? undefined;
      }
      if (reason === 'idle') {
        this.machine.skipIdle();
      } else if (reason !== 'budget' && reason !== 'hook') {
        this.wrong = [`The machine has stopped (${reason}): ${this.console}`];
      }
    }
  }

  start(values: Readonly<Record<string, number>>): void {
    this.runTo(/^ready\n/m);
    const { symbols } = parseElf(imageFile('l4/l4fuzz.elf'), 'l4fuzz.elf');
    for (const [name, value] of Object.entries(values)) {
      const address = symbols.find((symbol) => symbol.name === name)?.value;
      if (address === undefined) {
        throw new Error(`The program has no ${name}.`);
      }
      this.machine.pokePhysical(address, new Uint8Array(new Uint32Array([value]).buffer));
    }
  }

  burst(): void {
    this.console = '';
    this.reports++;
    const report = this.runTo(/^burst \d+: (\d+) calls\n/m);
    const calls = Number(report?.[1] ?? this.calls);
    this.burstsInVain = calls === this.calls ? this.burstsInVain + 1 : 0;
    if (this.wrong.length === 0 && this.burstsInVain > BURSTS_IN_VAIN) {
      this.wrong = [`The crowd makes no calls any more, after ${calls}.`];
    }
    this.calls = calls;
    if (this.wrong.length === 0) {
      const { names, ownership } = this;
      this.wrong = brokenInvariants(this.machine, MEMORY_MEGABYTES, { names, ownership });
    }
  }
}

export function fuzz(options: FuzzOptions): FuzzResult {
  const run = new FuzzRun(options.kernel ?? imageFile('kernel.elf'), options.taggedTlb ?? false);
  run.start({
    fuzz_seed: options.seed,
    fuzz_bursts: BURSTS_WITHOUT_END,
    fuzz_burst_microseconds: options.burstMicroseconds ?? BURST_MICROSECONDS,
    fuzz_hoard: options.isMemoryScarce === true ? 1 : 0,
  });
  while (run.wrong.length === 0 && run.calls < options.calls) {
    run.burst();
  }
  return { wrong: run.wrong, calls: run.calls };
}
