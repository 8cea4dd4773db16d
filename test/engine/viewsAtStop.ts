// Asks every view about a stopped system, each with a bound on what it may read, so that a walk without end is an error
// and not a test that hangs.
import { parseReference } from '../../src/engine/addresses.ts';
import { addressSpacesModel } from '../../src/engine/models/addressSpacesModel.ts';
import { kernelQueuesModel } from '../../src/engine/models/kernelQueuesModel.ts';
import { mappingModel, mappingOfAddress } from '../../src/engine/models/mappingModel.ts';
import { threadsModel } from '../../src/engine/models/threadsModel.ts';
import { tlbModel } from '../../src/engine/models/tlbModel.ts';
import type { System } from '../../src/engine/system.ts';
import type { EngineThread } from '../../src/engine/threads.ts';
import type { AddressSpacesAnswer, KernelQueuesAnswer } from '../../src/protocol/requests.ts';
import { formatValue } from '../../src/symbols/values.ts';

/** Looks at memory that one answer may cost; the dearest one of these systems, all address spaces, takes a tenth. */
const READS = 500_000;
/** Frames of a stack: twice the unwinder's limit, for kernel and user, and what was inlined. */
const FRAMES = 1000;

/** What the views say at one stop. */
export interface Answers {
  readonly threads: ReturnType<typeof threadsModel>;
  readonly spaces: AddressSpacesAnswer;
  readonly queues: KernelQueuesAnswer;
  readonly stacks: readonly number[];
}

export class Views {
  readonly system: System;
  private reads = 0;

  constructor(system: System) {
    this.system = system;
    const { machine } = system;
    const peek = machine.peekPhysical.bind(machine);
    machine.peekPhysical = (address, length) => {
      this.count();
      return peek(address, length);
    };
    const translate = machine.translate.bind(machine);
    machine.translate = (directory, linear) => {
      this.count();
      return translate(directory, linear);
    };
  }

  private count(): void {
    this.reads += 1;
    if (this.reads > READS) {
      throw new Error(`It reads memory more than ${READS} times.`);
    }
  }

  /** Runs one question; an error says which view it was and at which instruction. */
  ask<T>(view: string, question: () => T): T {
    this.reads = 0;
    try {
      return question();
    } catch (error) {
      const { instructionCount } = this.system.machine;
      const at = `The view "${view}" fails at instruction ${instructionCount}`;
      throw new Error(`${at}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    } finally {
      this.reads = 0;
    }
  }

  /** Every view; of the mapping database one task's, and one page's. `choose` returns a number below its argument. */
  all(choose: (limit: number) => number): Answers {
    const { system } = this;
    const threads = this.ask('threads', () => threadsModel(system));
    const tasks = this.ask('tasks', () => system.spaces.tasks());
    const focus = tasks[choose(tasks.length)] ?? 0;
    const spaces = this.ask('address spaces', () => addressSpacesModel(system, focus));
    this.ask('mapping database', () => mappingModel(system, focus));
    const regions = spaces.spaces.flatMap((space) => space.regions);
    const at = parseReference(regions[choose(regions.length)]?.reference ?? '0', focus);
    this.ask('mappings of an address', () => at && mappingOfAddress(system, at));
    this.ask('TLB', () => tlbModel(system));
    const queues = this.ask('kernel queues', () => kernelQueuesModel(system));
    this.ask('Linux processes', () => system.linux?.processes());
    this.ask('Linux server threads', () => system.linux?.serverThreads());
    this.ask('images', () => tasks.map((task) => system.images.of(task)));
    const list = this.ask('thread list', () => system.threads.list().threads);
    const stacks = list.map((thread) =>
      this.ask(`stack of ${thread.id}`, () => this.stack(thread)),
    );
    this.ask('variables', () => this.variables());
    return { threads, spaces, queues, stacks };
  }

  private stack(thread: EngineThread): number {
    const { length } = this.system.stacks.framesOf(thread);
    if (length > FRAMES) {
      throw new Error(`It has ${length} frames.`);
    }
    return length;
  }

  /** What is shown of the running thread's innermost frames. */
  private variables(): string[] {
    const { stacks, spaces, threads } = this.system;
    const thread = threads.current();
    return stacks
      .framesOf(thread)
      .slice(0, 3)
      .flatMap((frame) =>
        stacks
          .variablesOf(frame, thread.task)
          .map(({ value }) =>
            formatValue(value, (address, length) => spaces.read(frame.task, address, length)),
          ),
      );
  }
}
