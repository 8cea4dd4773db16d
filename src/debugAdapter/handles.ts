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
  private frames: FrameHandle[] = [];
  private containers: VariableContainer[] = [];

  clear(): void {
    this.frames = [];
    this.containers = [];
  }

  addFrame(frame: FrameHandle): number {
    return this.frames.push(frame);
  }

  frame(id: number): FrameHandle | undefined {
    return this.frames[id - 1];
  }

  addContainer(container: VariableContainer): number {
    return this.containers.push(container);
  }

  container(reference: number): VariableContainer | undefined {
    return this.containers[reference - 1];
  }
}
