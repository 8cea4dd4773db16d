// Runs the machine in bounded slices, so that pause works and the host stays responsive, until something stops
// it. Slicing changes no guest state; only the person's clock decides how long a slice is.
import type { Machine } from '../emulator/machine.ts';
import type { Host } from './host.ts';
import { EXIT } from './userError.ts';

export type StopCause =
  | { readonly kind: 'breakpoint'; readonly ids: readonly number[] }
  | { readonly kind: 'event'; readonly ids: readonly number[]; readonly text: string }
  | { readonly kind: 'filter'; readonly filter: string; readonly text: string }
  | { readonly kind: 'entry' }
  | { readonly kind: 'step' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'limit' }
  | { readonly kind: 'panic'; readonly text: string }
  | { readonly kind: 'shutdown'; readonly text: string }
  | { readonly kind: 'exited'; readonly waitStatus: number }
  | { readonly kind: 'debugExit'; readonly status: number }
  | { readonly kind: 'reset' };

/** True if the machine cannot run on after this. */
export function isFinal(cause: StopCause): boolean {
  return ['exited', 'debugExit', 'shutdown', 'reset'].includes(cause.kind);
}

/** The exit status as a shell gives it: 128+N for a program that signal N ended. */
export function exitCodeOf(cause: StopCause): number {
  if (cause.kind === 'exited') {
    const signal = cause.waitStatus & 0x7f;
    return signal === 0 ? (cause.waitStatus >> 8) & 0xff : 128 + signal;
  }
  if (cause.kind === 'reset') {
    return 0;
  }
  return cause.kind === 'debugExit' ? cause.status : EXIT.guestPanic;
}

export interface ExecutionOptions {
  /** An idle machine waits for host time, so that its clock does not run ahead of the person's. */
  readonly paceIdle: () => boolean;
  /** True while input may still come. */
  readonly inputOpen: () => boolean;
  /** The host gets its turn: what the guest has said so far can be shown, a prompt too. */
  readonly showOutput: () => void;
}

const SLICE_MILLISECONDS = 8;
/** An idle machine's waits are slept in pieces of this length: a kernel ticks hundreds of times a second. */
const NAP_MILLISECONDS = 40;

export class Execution {
  private readonly machine: Machine;
  private readonly host: Host;
  private readonly options: ExecutionOptions;
  private slice = 100_000;
  private pending: StopCause | undefined;
  private pauseRequested = false;
  private idleStreak = 0;
  /** Guest time that has been skipped and not slept yet. */
  private owedMilliseconds = 0;
  private lastBreath = 0;
  private wakeSleeper: (() => void) | undefined;
  /** Never run beyond this instruction count. */
  limit = Infinity;

  constructor(machine: Machine, host: Host, options: ExecutionOptions) {
    this.machine = machine;
    this.host = host;
    this.options = options;
  }

  /** From a hook: the machine is to stop here for this cause. The first cause given counts. */
  requestStop(cause: StopCause): true {
    this.pending ??= cause;
    return true;
  }

  pause(): void {
    this.pauseRequested = true;
    this.wake();
  }

  /** Input has arrived: an idle machine should look at it now. */
  wake(): void {
    this.idleStreak = 0;
    this.wakeSleeper?.();
  }

  /** Runs until something stops the machine. */
  async run(): Promise<StopCause> {
    this.pending = undefined;
    this.pauseRequested = false;
    for (;;) {
      const cause = await this.runSlice();
      if (cause !== undefined) {
        return cause;
      }
      if (await this.breathe()) {
        return { kind: 'pause' };
      }
    }
  }

  /** Lets the host's event loop run if it has not for a while; true if a pause has been asked for. */
  async breathe(): Promise<boolean> {
    if (this.host.now() - this.lastBreath >= SLICE_MILLISECONDS) {
      this.options.showOutput();
      await this.host.yield();
      this.lastBreath = this.host.now();
    }
    return this.pauseRequested;
  }

  /** Executes one instruction; undefined if nothing stopped the machine. */
  step(): StopCause | undefined {
    this.pending = undefined;
    const result = this.machine.step();
    if (result.reason === 'idle') {
      this.machine.skipIdle();
      return undefined;
    }
    return this.causeOf(result);
  }

  private async runSlice(): Promise<StopCause | undefined> {
    const remaining = this.limit - this.machine.instructionCount;
    if (remaining <= 0) {
      return { kind: 'limit' };
    }
    const started = this.host.now();
    const before = this.machine.instructionCount;
    const result = this.machine.run(Math.min(this.slice, remaining));
    this.adapt(this.machine.instructionCount - before, this.host.now() - started);
    if (result.reason === 'idle') {
      await this.idle();
      return undefined;
    }
    if (this.machine.instructionCount - before > 50_000) {
      this.idleStreak = 0;
    }
    return this.causeOf(result);
  }

  private causeOf(result: ReturnType<Machine['run']>): StopCause | undefined {
    switch (result.reason) {
      case 'hook':
        return this.pending;
      case 'powerOff':
        return { kind: 'exited', waitStatus: result.status ?? 0 };
      case 'debugExit':
        return { kind: 'debugExit', status: result.status ?? 1 };
      case 'reset':
        return { kind: 'reset' };
      case 'shutdown':
        return { kind: 'shutdown', text: result.detail ?? 'The processor has shut down.' };
      default:
        return undefined;
    }
  }

  /** Slices last about SLICE_MILLISECONDS, whatever the host's speed. */
  private adapt(instructions: number, milliseconds: number): void {
    if (instructions === this.slice && milliseconds < SLICE_MILLISECONDS / 2) {
      this.slice = Math.min(this.slice * 2, 10_000_000);
    } else if (milliseconds > SLICE_MILLISECONDS && this.slice > 10_000) {
      this.slice = Math.floor(this.slice / 2);
    }
  }

  /**
   * The machine waits for an interrupt. Paced: sleep for as long as guest time says. Otherwise guest time jumps
   * to the next event; but while input may still come and nothing else happens, the host is not kept busy.
   */
  private async idle(): Promise<void> {
    this.idleStreak += 1;
    this.options.showOutput();
    if (this.options.paceIdle()) {
      this.owedMilliseconds += this.millisecondsToEvent();
      if (this.owedMilliseconds >= NAP_MILLISECONDS) {
        await this.sleep(this.owedMilliseconds);
        this.owedMilliseconds = 0;
      }
    } else if (this.options.inputOpen() && this.idleStreak > 20) {
      await this.sleep(1);
    } else {
      await this.host.yield();
    }
    if (!this.pauseRequested) {
      this.machine.skipIdle();
    }
  }

  /** Until the time is over, or somebody wakes it. */
  private async sleep(milliseconds: number): Promise<void> {
    const sleep = this.host.sleep(milliseconds);
    this.wakeSleeper = () => sleep.wake();
    await sleep.done;
    this.wakeSleeper = undefined;
  }

  private millisecondsToEvent(): number {
    return Math.min(50, Math.max(0, this.machine.idleCycles / 133_000));
  }
}
