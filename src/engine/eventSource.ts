// Turns the probes of the running images into events: places the hooks, reads the arguments, decodes the fields.
import type { Target } from '../emulator/target.ts';
import { lthreadOf, taskOf } from '../kernel/threadId.ts';
import type { KernelView } from '../kernel/kernelView.ts';
import { word } from '../kernel/virtualMemory.ts';
import type { LinuxView } from '../l4linux/linuxView.ts';
import { readOperand, type OperandContext, type Probe } from '../symbols/probes.ts';
import { stringAt } from '../symbols/values.ts';
import type { CodeWatch } from './codeWatch.ts';
import type { FieldValue } from './conditions.ts';
import {
  decodeFields,
  type EventDefinition,
  type EventOccurrence,
  type FieldReaders,
} from './events.ts';
import type { ImageTable } from './images.ts';
import type { Spaces } from './spaces.ts';

/** Called when the event happens; true stops the machine. */
export type EventListener = (occurrence: EventOccurrence) => boolean;
/** Called with the bare arguments: for observers that run at each of very many events. */
export type RawListener = (raw: readonly number[]) => boolean;

export interface EventSourceParts {
  readonly target: Target;
  readonly images: ImageTable;
  readonly watch: CodeWatch;
  readonly spaces: Spaces;
  readonly kernel: KernelView | undefined;
  readonly linux: LinuxView | undefined;
}

export class EventSource {
  private readonly parts: EventSourceParts;
  private readonly readers: FieldReaders;

  constructor(parts: EventSourceParts) {
    this.parts = parts;
    this.readers = fieldReaders(parts);
  }

  /** The probes of an event that can be used; `problems` says why others cannot. */
  probesOf(definition: EventDefinition): { count: number; problems: string[] } {
    const probes = this.matching(definition).map(({ probe }) => probe);
    return {
      count: probes.filter((probe) => probe.problem === undefined).length,
      problems: probes.flatMap((probe) => probe.problem ?? []),
    };
  }

  listen(definition: EventDefinition, listener: EventListener): () => void {
    return this.listenRaw(definition, (raw) => listener(this.decode(definition, raw)));
  }

  listenRaw(definition: EventDefinition, listener: RawListener): () => void {
    const removals = this.matching(definition)
      .filter(({ probe }) => probe.problem === undefined)
      .map(({ image, probe }) =>
        this.parts.watch.add({ kind: 'image', image, address: probe.address }, () =>
          listener(this.arguments(probe)),
        ),
      );
    return () => removals.forEach((remove) => remove());
  }

  private matching(
    definition: EventDefinition,
  ): { image: ImageTable['all'][number]; probe: Probe }[] {
    return this.parts.images.all.flatMap((image) =>
      image.symbols.probes
        .filter(
          (probe) => probe.provider === definition.provider && probe.name === definition.probe,
        )
        .map((probe) => ({ image, probe })),
    );
  }

  private arguments(probe: Probe): number[] {
    const registers = this.parts.target.registers();
    const byName = registers as unknown as Record<string, number>;
    const task = this.parts.spaces.currentTask();
    const context: OperandContext = {
      register: (name) => byName[name] ?? 0,
      readWord: (address) => word(this.parts.spaces.read(task, address, 4)),
    };
    return probe.operands.map((operand) => readOperand(operand, context) ?? 0);
  }

  private decode(definition: EventDefinition, raw: readonly number[]): EventOccurrence {
    return {
      definition,
      raw,
      instruction: this.parts.target.instructionCount,
      fields: decodeFields(definition, raw, this.readers),
    };
  }
}

function fieldReaders({ kernel, linux, spaces }: EventSourceParts): FieldReaders {
  const number = (value: number): FieldValue => ({ kind: 'number', value, isAddress: true });
  return {
    threadOfControl: (address) => {
      const thread = kernel?.threadAt(address);
      return thread === undefined
        ? number(address)
        : { kind: 'thread', task: thread.task, lthread: thread.lthread };
    },
    taskOfSpace: (address) => {
      const space = kernel?.spaceAt(address);
      return space === undefined ? number(address) : { kind: 'task', task: space.task };
    },
    taskOfProcess: (address) => {
      const process = linux?.processAt(address);
      const task = kernel === undefined ? process?.pid : process?.task;
      return task === undefined ? number(address) : { kind: 'task', task };
    },
    threadOfId: (low, high) => {
      const irq = low >= 1 && low <= 16 && high === 0 ? low - 1 : undefined;
      return { kind: 'thread', task: taskOf(low), lthread: lthreadOf(low), irq };
    },
    text: (address) =>
      stringAt(address, (at, length) => spaces.read(spaces.currentTask(), at, length)) ?? '',
  };
}
