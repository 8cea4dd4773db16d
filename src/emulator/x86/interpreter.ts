// The run loop around the fast path: events at their cycle, interrupts and faults at exact instruction boundaries,
// the interrupt shadow, single steps, double and triple faults (SDM vol. 3, 6.9 and 6.15).
import type { Clock } from '../clock.ts';
import { findScratchBlock } from './blockBuilder.ts';
import { ENTER_BLOCK } from './blocks.ts';
import { DR6, DR6_SINGLE_STEP, instructionHits } from './breakpoints.ts';
import type { Cpu } from './cpu.ts';
import { executeBlocks } from './execute/dispatch.ts';
import { EXIT } from './execute/dispatchSlow.ts';
import { deliver, deliverResident } from './execute/interrupts.ts';
import {
  DB,
  DOUBLE_FAULT,
  GUEST_FAULT,
  NMI,
  NO_ERROR_CODE,
  NUMERIC_WAIT,
  isFaultClass,
  makesDoubleFault,
} from './faults.ts';
import { IF, RF, TF } from './flags.ts';
import { DEVICE_ACCESS } from './memory/deviceMemory.ts';
import { BASE, CR0, CR0_NE, CR2, CS, EFLAGS, EIP } from './registers.ts';

/**
 * The fast path returns now and then although nothing happened, because an engine replaces a function by its
 * optimised code most readily when it is entered anew.
 */
const LONGEST_STAY = 50_000;
/** Nobody's handlers fault one in the other as often without a single instruction. */
const ENDLESS_FAULTS = 1 << 18;

export type StopReason = 'budget' | 'hook' | 'idle' | 'shutdown' | 'stopped';

/** What the interpreter asks of the interrupt controller. */
export interface InterruptSource {
  /** Whether the INTR line is up. */
  readonly pending: boolean;
  /** The acknowledge cycle: the vector. */
  acknowledge(): number;
}

export class Interpreter {
  readonly cpu: Cpu;
  private readonly clock: Clock;
  private readonly interrupts: InterruptSource;
  /** The instruction count at the last fault, and how many have come at it since the first. */
  private faultsAt = -1;
  private faultsHere = 0;
  /** Set by a device that ends the run (power off, debug exit). */
  stopRequested = false;
  shutdownReason = '';
  /** The next instruction touches a chip's memory and runs alone. */
  private touchesDevice = false;
  /** Cycle of the last boundary at which events and interrupts were looked at; orders inputs of a recording. */
  boundaryCycle = -1;

  constructor(cpu: Cpu, clock: Clock, interrupts: InterruptSource) {
    this.cpu = cpu;
    this.clock = clock;
    this.interrupts = interrupts;
    cpu.interruptLine = interrupts;
  }

  /** Executes at most `maximum` instructions. */
  run(maximum: number): StopReason {
    const { cpu, clock } = this;
    const end = cpu.instructionCount + maximum;
    for (;;) {
      if (this.stopRequested) {
        return 'stopped';
      }
      if (cpu.shutdown) {
        return 'shutdown';
      }
      if (cpu.instructionCount >= end) {
        return 'budget';
      }
      this.boundary();
      if (cpu.halted && !cpu.shutdown) {
        return this.haltReason();
      }
      if (cpu.shutdown) {
        continue;
      }
      const toEvent = clock.nextDeadline - this.boundaryCycle;
      const budget = Math.min(end - cpu.instructionCount, toEvent);
      if (this.execute(budget) === EXIT.HOOK) {
        return 'hook';
      }
    }
  }

  /** Events and interrupts at an instruction boundary. */
  boundary(): void {
    const { cpu, clock } = this;
    this.boundaryCycle = clock.cycles;
    if (clock.nextDeadline <= this.boundaryCycle) {
      clock.runDue();
    }
    if (cpu.nmiPending && !cpu.nmiBlocked && !cpu.inhibitInterrupts) {
      cpu.halted = false;
      cpu.nmiPending = false;
      cpu.nmiBlocked = true;
      cpu.hardwareInterrupts++;
      cpu.instructionEip = cpu.r[EIP];
      this.deliverGuarded(NMI, 'hardware', NO_ERROR_CODE);
    }
    if (this.interrupts.pending && (cpu.r[EFLAGS] & IF) !== 0 && !cpu.inhibitInterrupts) {
      cpu.halted = false;
      cpu.hardwareInterrupts++;
      cpu.instructionEip = cpu.r[EIP];
      this.deliverGuarded(this.interrupts.acknowledge(), 'hardware', NO_ERROR_CODE);
    }
  }

  private haltReason(): StopReason {
    if ((this.cpu.r[EFLAGS] & IF) !== 0) {
      return 'idle';
    }
    this.shutDown(
      this.cpu.fpu.pendingError && (this.cpu.r[CR0] & CR0_NE) === 0
        ? 'an x87 error waits for interrupt 13 with interrupts disabled'
        : 'HLT with interrupts disabled',
    );
    return 'shutdown';
  }

  private execute(budget: number): number {
    const { cpu } = this;
    const resumed = cpu.r[EFLAGS] & RF;
    if (cpu.watching && this.instructionBreakpoint()) {
      return EXIT.CONTINUE;
    }
    const stepping = (cpu.r[EFLAGS] & TF) !== 0;
    const inhibited = cpu.inhibitInterrupts;
    const single = inhibited || stepping || cpu.watching || this.touchesDevice;
    cpu.mmu.outside.allowed = this.touchesDevice;
    this.touchesDevice = false;
    cpu.inhibitInterrupts = false;
    cpu.inhibitSingleStep = false;
    cpu.watchHits = 0;
    const delivered = cpu.deliveries;
    const before = cpu.instructionCount;
    const exit = this.executeFor(single ? 1 : budget, single);
    cpu.mmu.outside.allowed = false;
    if (this.touchesDevice) {
      cpu.inhibitInterrupts ||= inhibited && cpu.instructionCount === before;
    }
    if (exit === EXIT.HOOK) {
      cpu.r[EFLAGS] |= resumed;
    }
    const completed = cpu.instructionCount > before && cpu.deliveries === delivered;
    if (exit !== EXIT.HOOK && completed) {
      this.trapBehind(stepping ? stepCause(cpu) : 0);
    }
    return exit;
  }

  /** The #DB traps of the instruction that has just ended: a single step, and breakpoints that it has met. */
  private trapBehind(singleStep: number): void {
    const { cpu } = this;
    const causes = cpu.watchHits | singleStep;
    if (causes !== 0) {
      cpu.r[DR6] |= causes;
      cpu.instructionEip = cpu.r[EIP];
      this.deliverGuarded(DB, 'fault', NO_ERROR_CODE);
    }
  }

  /**
   * A #DB before the instruction at EIP, unless RF says that it came already; RF is for one instruction. Behind a load
   * of SS there is none, as if RF were set (SDM vol. 3, 6.8.3).
   */
  private instructionBreakpoint(): boolean {
    const { cpu } = this;
    const { r } = cpu;
    const resumed = (r[EFLAGS] & RF) !== 0 || cpu.inhibitSingleStep;
    const found = resumed ? 0 : instructionHits(r, r[BASE + CS] + r[EIP]);
    r[EFLAGS] &= ~RF;
    if (found !== 0) {
      r[DR6] |= found;
      cpu.instructionEip = r[EIP];
      this.deliverGuarded(DB, 'fault', NO_ERROR_CODE);
      this.endIfEndless(DB);
    }
    return found !== 0;
  }

  private executeFor(budget: number, exact: boolean): number {
    const { cpu } = this;
    const before = cpu.instructionCount;
    const stay = Math.min(budget, LONGEST_STAY);
    cpu.target = before + stay;
    cpu.left = stay;
    cpu.toEnd = 0;
    cpu.pendingReferences = 0;
    let exit: number = EXIT.CONTINUE;
    try {
      exit = this.runBlocks(exact, stay === budget);
    } catch (error) {
      if (error !== GUEST_FAULT) {
        throw error;
      }
      // Thrown by a handler: the instruction did not happen.
      cpu.left += cpu.toEnd;
      cpu.toEnd = 0;
      cpu.mmu.references += cpu.pendingReferences - cpu.referencesToEnd;
      exit = EXIT.FAULT;
    }
    cpu.target = cpu.instructionCount;
    cpu.left = 0;
    if (cpu.fault.raised) {
      this.deliverFault();
    }
    return exit;
  }

  /** `exact`: not one block more than cpu.left; `last`: the budget ends with this stay, to the instruction. */
  private runBlocks(exact: boolean, last: boolean): number {
    const { cpu } = this;
    cpu.instructionEip = cpu.r[EIP];
    let start = exact ? findScratchBlock(cpu, cpu.r[EIP], cpu.left) : ENTER_BLOCK;
    if (cpu.fault.raised) {
      return EXIT.FETCH_FAULT;
    }
    const exit = this.runThroughFaults(start);
    if (exit !== EXIT.PRECISE || !last) {
      return exit;
    }
    start = findScratchBlock(cpu, cpu.r[EIP], cpu.left);
    return start === 0 ? EXIT.FETCH_FAULT : executeBlocks(cpu, start);
  }

  /** A fault does not end the run: it goes on in the handler, unless something else is due before. */
  private runThroughFaults(start: number): number {
    const { cpu } = this;
    const { fault } = cpu;
    let exit = executeBlocks(cpu, start);
    while (fault.raised && (cpu.r[EFLAGS] & TF) === 0 && !cpu.watching) {
      if (fault.vector === DEVICE_ACCESS || fault.vector === NUMERIC_WAIT) {
        return exit;
      }
      this.markResumption(fault.vector);
      if (deliverResident(cpu, fault.vector, fault.errorCode)) {
        fault.raised = false;
      } else {
        this.deliverFault();
      }
      this.endIfEndless(fault.vector);
      if (cpu.mustLeave || cpu.shutdown) {
        return EXIT.CONTINUE;
      }
      exit = executeBlocks(cpu, ENTER_BLOCK);
    }
    return exit;
  }

  private deliverFault(): void {
    const { cpu } = this;
    cpu.r[EIP] = cpu.instructionEip;
    const { vector, errorCode } = cpu.fault;
    cpu.fault.raised = false;
    if (vector === DEVICE_ACCESS) {
      this.touchesDevice = true;
      return;
    }
    if (vector === NUMERIC_WAIT) {
      cpu.halted = true;
      return;
    }
    this.markResumption(vector);
    this.deliverGuarded(vector, 'fault', errorCode);
    this.endIfEndless(vector);
  }

  /**
   * A handler whose first instruction faults calls itself for ever where its stack never ends, as in a segment of 4 GB.
   * No instruction ends then, so that no limit and no interrupt would stop the machine.
   */
  private endIfEndless(vector: number): void {
    const { cpu } = this;
    const { instructionCount } = cpu;
    this.faultsHere = instructionCount === this.faultsAt ? this.faultsHere + 1 : 0;
    this.faultsAt = instructionCount;
    if (this.faultsHere >= ENDLESS_FAULTS && !cpu.shutdown) {
      this.shutDown(
        `faults without end, no instruction ends between them (${describe(cpu, vector)})`,
      );
    }
  }

  /**
   * The flags that a fault pushes have RF set, so that the instruction's breakpoint does not come again when it is
   * restarted (SDM vol. 3, 17.3.1.1); the handler itself starts with RF clear.
   */
  private markResumption(vector: number): void {
    if (isFaultClass(vector)) {
      this.cpu.r[EFLAGS] |= RF;
    }
  }

  /** Delivers; a fault on the way becomes the next delivery, a double fault, or the end. */
  private deliverGuarded(vector: number, kind: 'fault' | 'hardware', errorCode: number): void {
    const { cpu } = this;
    let current = vector;
    let code = errorCode;
    let currentKind = kind;
    cpu.mmu.outside.allowed = true; // even a stack may lie at a chip
    for (;;) {
      try {
        deliver(cpu, current, currentKind, code);
        return;
      } catch (error) {
        if (error !== GUEST_FAULT) {
          throw error;
        }
      }
      cpu.fault.raised = false;
      if (current === DOUBLE_FAULT) {
        this.shutDown(`triple fault (first ${describe(cpu, vector)})`);
        return;
      }
      const second = cpu.fault.vector;
      const doubles = currentKind === 'fault' && makesDoubleFault(current, second);
      current = doubles ? DOUBLE_FAULT : second;
      code = doubles ? 0 : cpu.fault.errorCode;
      currentKind = 'fault';
    }
  }

  private shutDown(reason: string): void {
    this.cpu.shutdown = true;
    this.shutdownReason = reason;
  }
}

function describe(cpu: Cpu, vector: number): string {
  const hex = (value: number) => `0x${(value >>> 0).toString(16)}`;
  return `vector ${vector}, EIP ${hex(cpu.r[EIP])}, CR2 ${hex(cpu.r[CR2])}`;
}

/** Of DR6, for an instruction that was executed with TF set. */
function stepCause(cpu: Cpu): number {
  return cpu.inhibitSingleStep ? 0 : DR6_SINGLE_STEP;
}
