// Steps of one thread, by line or instruction: in, over and out. Single steps while the thread stays where the
// step began; a hook at the place of return while it is away in a called function, in the kernel, or waiting.
import { word } from '../kernel/virtualMemory.ts';
import { isKernelAddress, spaceOf } from './addresses.ts';
import type { StopCause } from './execution.ts';
import type { System } from './system.ts';

export type StepKind = 'in' | 'over' | 'out';
export type Granularity = 'instruction' | 'line';

interface Origin {
  readonly key: string;
  readonly task: number;
  readonly isUser: boolean;
  /** Code addresses of the line that is stepped over; undefined by instruction. */
  range: { low: number; high: number } | undefined;
  /** Stack pointer of the caller: above it the stepped function has returned. */
  frameTop: number;
}

const STEP: StopCause = { kind: 'step' };

export class Stepper {
  private readonly system: System;

  constructor(system: System) {
    this.system = system;
  }

  /** Steps a thread; resolves with what stopped it. A thread that waits is run until its own wait is over. */
  async step(threadId: number, kind: StepKind, granularity: Granularity): Promise<StopCause> {
    const thread = this.system.threads.byDapId(threadId);
    if (thread !== undefined && !thread.isCurrent) {
      const pc = thread.userRegisters[8];
      const key = [...this.keysOf(threadId)][0];
      return pc === undefined ? this.system.execution.run() : this.runTo(thread.task, pc, key);
    }
    const origin = this.origin(granularity);
    if (kind === 'out') {
      return this.stepOut(origin);
    }
    for (;;) {
      const outcome = await this.stepOnce(origin, kind, granularity);
      if (outcome !== undefined) {
        return outcome;
      }
      if (await this.system.execution.breathe()) {
        return { kind: 'pause' };
      }
    }
  }

  private *keysOf(threadId: number): Generator<string> {
    const thread = this.system.threads.byDapId(threadId)?.kernelThread;
    if (thread !== undefined) {
      yield `${thread.id.low}:${thread.id.high}`;
    }
  }

  private origin(granularity: Granularity): Origin {
    const registers = this.system.machine.registers();
    const thread = this.system.threads.current();
    const frames = this.system.stacks.framesOf(thread);
    const lines = frames[0]?.image?.symbols.lines;
    return {
      key: this.system.threads.currentKey(),
      task: this.system.spaces.currentTask(),
      isUser: registers.cpl === 3,
      range: granularity === 'line' ? lines?.rangeAt(registers.eip) : undefined,
      frameTop: frames[0]?.machine.cfa ?? registers.esp,
    };
  }

  /** One machine instruction and whatever must be passed over; undefined if the step is not finished. */
  private async stepOnce(
    origin: Origin,
    kind: StepKind,
    granularity: Granularity,
  ): Promise<StopCause | undefined> {
    const { machine, execution } = this.system;
    const before = machine.registers();
    const opcode = this.opcodeAt(before.eip);
    const cause = execution.step();
    if (cause !== undefined) {
      return cause;
    }
    const after = machine.registers();
    if (origin.isUser && after.cpl !== 3) {
      if (kind === 'in' && granularity === 'instruction' && opcode.isInterrupt) {
        return STEP;
      }
      const back = opcode.isInterrupt ? before.eip + 2 : this.interruptedAt();
      const away = await this.runTo(origin.task, back, origin.key);
      return away.kind === 'step' ? this.arrived(origin, granularity) : away;
    }
    if (opcode.isCall && after.eip !== before.eip) {
      const inside = await this.called(origin, kind, granularity, after.esp);
      return inside === undefined ? this.arrived(origin, granularity) : inside;
    }
    return this.arrived(origin, granularity);
  }

  /** A call has just been executed; undefined if it was passed over and the step goes on. */
  private async called(
    origin: Origin,
    kind: StepKind,
    granularity: Granularity,
    esp: number,
  ): Promise<StopCause | undefined> {
    const { eip } = this.system.machine.registers();
    const symbols = this.system.images.at(origin.task, eip)?.symbols;
    if (kind === 'in' && granularity === 'instruction') {
      return STEP;
    }
    const hasLines = symbols?.lines.lineAt(eip) !== undefined;
    const found = kind === 'in' && hasLines ? symbols.functionAt(eip) : undefined;
    if (found !== undefined && symbols !== undefined) {
      return this.runTo(origin.task, symbols.breakAddress(found), origin.key);
    }
    const back = word(this.system.spaces.read(spaceOf(esp, origin.task), esp, 4)) ?? 0;
    const cause = await this.runTo(origin.task, back, origin.key, esp + 4);
    return cause.kind === 'step' ? undefined : cause;
  }

  /** Is the step finished where the thread stands now? */
  private arrived(origin: Origin, granularity: Granularity): StopCause | undefined {
    if (granularity === 'instruction' || origin.range === undefined) {
      return STEP;
    }
    const { eip, esp } = this.system.machine.registers();
    if (eip >= origin.range.low && eip < origin.range.high) {
      return undefined;
    }
    const lines = this.system.images.at(origin.task, eip)?.symbols.lines;
    const range = lines?.rangeAt(eip);
    if (lines?.lineAt(eip) === undefined || range === undefined) {
      return isKernelAddress(eip) === origin.isUser ? undefined : STEP;
    }
    if (range.low === eip) {
      return STEP;
    }
    if (esp > origin.frameTop) {
      // Returned into the middle of the caller's line: that line is finished first.
      origin.range = range;
      origin.frameTop = esp + 0x1000;
    }
    return undefined;
  }

  private async stepOut(origin: Origin): Promise<StopCause> {
    const frames = this.system.stacks.framesOf(this.system.threads.current());
    const caller = frames.slice(1).find((frame) => frame.machine !== frames[0].machine);
    const cfa = frames[0]?.machine.cfa;
    if (caller === undefined) {
      return this.system.execution.run();
    }
    const crosses = isKernelAddress(frames[0].pc) !== isKernelAddress(caller.pc);
    return this.runTo(origin.task, caller.pc, origin.key, crosses ? undefined : cfa);
  }

  /** Runs until the thread is at an address, with its stack popped to at least `leastEsp`, or something else stops it. */
  private async runTo(
    task: number,
    address: number,
    key: string | undefined,
    leastEsp = 0,
  ): Promise<StopCause> {
    const { system } = this;
    const remove = system.watch.add({ kind: 'space', task, address }, () => {
      const isThere =
        system.machine.registers().esp >= leastEsp &&
        (key === undefined || system.threads.currentKey() === key);
      return isThere && system.execution.requestStop(STEP);
    });
    try {
      return await system.execution.run();
    } finally {
      remove();
    }
  }

  private opcodeAt(eip: number): { isCall: boolean; isInterrupt: boolean } {
    const task = this.system.spaces.currentTask();
    const [first, second] = this.system.spaces.readReadable(spaceOf(eip, task), eip, 2);
    const extension = ((second ?? 0) >> 3) & 7;
    return {
      isCall:
        first === 0xe8 ||
        first === 0x9a ||
        (first === 0xff && (extension === 2 || extension === 3)),
      isInterrupt: first === 0xcd,
    };
  }

  /** The user EIP that an entry into the kernel has just pushed, with or without an error code above it. */
  private interruptedAt(): number {
    const { esp } = this.system.machine.registers();
    const read = (offset: number): number => word(this.system.spaces.read(0, esp + offset, 4)) ?? 0;
    const isUserSelector = (value: number): boolean => value < 0x10000 && (value & 3) === 3;
    return isUserSelector(read(4)) ? read(0) : read(4);
  }
}
