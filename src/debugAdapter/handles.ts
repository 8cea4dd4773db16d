// Handles that live from one stop to the next: stack frames and things that unfold in the Variables view.
import type { Variable } from '../symbols/variables.ts';
import type { StackFrame } from '../engine/stacks.ts';
import type { EngineThread } from '../engine/threads.ts';

export interface FrameHandle {
  readonly thread: EngineThread;
  readonly frame: StackFrame;
}

export interface VariableContainer {
  /** Task whose memory the values lie in. */
  readonly task: number;
  readonly list: () => readonly ShownVariable[];
}

export type ShownVariable =
  | { readonly kind: 'typed'; readonly variable: Variable }
  | {
      readonly kind: 'text';
      readonly name: string;
      readonly value: string;
      readonly reference?: string;
    };

export class Handles {
  private readonly frames = new Map<number, FrameHandle>();
  private readonly containers = new Map<number, VariableContainer>();
  /** Never used twice: a late question about the last stop must not be answered with this one's frame. */
  private last = 0;

  clear(): void {
    this.frames.clear();
    this.containers.clear();
  }

  addFrame(frame: FrameHandle): number {
    this.last += 1;
    this.frames.set(this.last, frame);
    return this.last;
  }

  frame(id: number): FrameHandle | undefined {
    return this.frames.get(id);
  }

  addContainer(container: VariableContainer): number {
    this.last += 1;
    this.containers.set(this.last, container);
    return this.last;
  }

  container(reference: number): VariableContainer | undefined {
    return this.containers.get(reference);
  }
}
