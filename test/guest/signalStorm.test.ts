// Signals at any moment: a timer runs out, or ^C arrives on the serial port, at random instruction numbers (of a fixed
// seed) while a program makes system calls with known values in all registers, by each of the three roads. Beside the program's own checks,
// the places at which its main thread was stopped are collected: every kind must have been met.
import assert from 'node:assert/strict';
import type { Machine } from '../../src/emulator/machine.ts';
import { buildImages, imageFile, runLinux, wordAt, type LinuxOptions } from './linuxMachine.ts';

/** How many signals each run gets, if not its usual number. */
const SIGNALS = Number(process.env.STORM_SIGNALS ?? 0);
const CONTROL_C = 3;
const TERMINAL = 1;
/** From the return of a handler to the next keystroke, in instructions: some calls take longer, some less. */
const LONGEST_GAP = 7_000;
const UNTIL_RETURN = 1_500;
/** A keystroke that comes while the last one's signal is pending adds none; the next is typed after this time. */
const LOST = 100_000;
const OFFSET_OF_EIP = 48; // in struct user_registers

/** Marsaglia's xorshift. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** More than one tick of Linux's clock and of the program's timer, at 133 MHz. */
const TICK_CYCLES = 1_400_000;

/** What brings a signal: the processor stands still until the timer has run out, or somebody types ^C. */
const CAUSES = [
  {
    cause: 'of its timer',
    usual: 20_000,
    strike: (machine: Machine) => {
      machine.stall(TICK_CYCLES);
    },
  },
  {
    cause: 'of its terminal',
    usual: 5_000,
    strike: (machine: Machine) => {
      machine.receiveSerial(TERMINAL, Uint8Array.of(CONTROL_C));
    },
  },
];

/** Brings a signal, waits for a handler to return, and after a random number of instructions does so again. */
class Storm {
  private started = false;
  private returns = 0;
  private awaited = 0;
  private typedAt = 0;
  private paused = false;
  private readonly random = randomNumbers(0x5eed);
  private readonly strike: (machine: Machine) => void;

  constructor(strike: (machine: Machine) => void) {
    this.strike = strike;
  }

  start(): void {
    this.started = true;
  }

  handlerReturns(): void {
    this.returns++;
  }

  drive(machine: Machine): number {
    if (!this.started) {
      return UNTIL_RETURN;
    }
    if (this.returns < this.awaited && machine.instructionCount - this.typedAt < LOST) {
      return UNTIL_RETURN;
    }
    if (!this.paused) {
      this.paused = true;
      return 1 + Math.floor(this.random() * LONGEST_GAP);
    }
    this.paused = false;
    this.awaited = this.returns + 1;
    this.typedAt = machine.instructionCount;
    this.strike(machine);
    return UNTIL_RETURN;
  }
}

/** Names of the landmarks in the order of the library's table, with their addresses. */
function landmarks(): ReadonlyMap<string, number> {
  const base = 0xbffff000;
  const file = imageFile('emulation.so');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const names = [
    'call', 'answered', 'result', 'restore', 'failed', 'callEnd', 'trampoline', 'drop', 'skip', 'return', 'other',
    'report', 'reportEnd', 'resume', 'resumeEnd',
  ]; // prettier-ignore
  const table = 32 * (16 + 8) + 8; // behind stubs, gates and the table's descriptor
  return new Map(
    names.map((name, index) => {
      const at = table + 4 * index;
      return [name, (base + at + view.getInt32(0x1000 + at, true)) >>> 0];
    }),
  );
}

/** Where a stopped main thread was, by its EIP. */
function placeOf(eip: number, at: ReadonlyMap<string, number>): string {
  const within = (from: string, to: string): boolean => eip >= at.get(from)! && eip < at.get(to)!;
  if (within('call', 'answered')) {
    return 'entering the library';
  }
  if (within('answered', 'result')) {
    return 'at the IPC';
  }
  if (within('result', 'callEnd')) {
    return 'leaving the library';
  }
  if (within('trampoline', 'report')) {
    return eip === at.get('return') ? 'leaving the trampoline' : 'entering the trampoline';
  }
  return eip < 0xbfff0000 ? 'in the program' : 'elsewhere';
}

const systems: readonly (Pick<LinuxOptions, 'system' | 'syscalls'> & {
  readonly title: string;
  readonly places: readonly string[];
})[] = [
  { title: 'on the bare machine', system: 'native', places: [] },
  {
    title: 'on L4 by the library',
    system: 'l4linux',
    syscalls: 'library',
    
    places: ['entering the library', 'at the IPC', 'leaving the library', 'in the program'],
  },
  {
    title: 'on L4 by the trampoline',
    system: 'l4linux',
    syscalls: 'trampoline',
    
    places: ['entering the library', 'at the IPC', 'leaving the library', 'in the program', 'entering the trampoline'],
  },
];

describe('A storm of signals', function () {
  this.timeout(600_000);
  before(buildImages);

  for (const { title, places: expected, ...system } of systems) {
    for (const { cause, usual, strike } of CAUSES) {
    const signals = SIGNALS || usual;
    it(`changes no register and no result at ${signals} moments ${cause} ${title}.`, () => {
      const places = new Set<string>();
      const at = landmarks();
      const storm = new Storm(strike);
      let delivered = 0;
      const { output, status, console } = runLinux({
        ...system,
        program: 'signal-storm',
        args: [String(signals)],
        terminal: true,
        inputAt: 'idle',
        drive: (machine) => storm.drive(machine),
        calls: {
          sys_setitimer: () => {
            storm.start();
          },
          sys_sigreturn: () => {
            storm.handlerReturns();
          },
          signal_frame_push: () => {
            delivered++;
          },
          ...(system.system === 'l4linux' && {
            program_state: (machine: Machine, word: (index: number) => number) => {
              places.add(placeOf((wordAt(machine, word(2) + OFFSET_OF_EIP) ?? 0) >>> 0, at));
            },
          }),
        },
      });
      assert.equal(output, `storm\r\n${signals} signals or more, nothing wrong\r\n`, console);
      assert.equal(status, 0);
      assert.ok(delivered >= signals);
      assert.deepEqual(
        expected.filter((place) => !places.has(place)),
        [],
      );
    });
    }
  }
});
