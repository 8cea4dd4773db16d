// The shadow stack of one control flow (a thread, or a coroutine on one): which calls are open now. Calls push,
// returns pop to the frame whose call they come back behind, so code that drops frames is followed too.
import type { CallNode } from './callTree.ts';
import type { World } from '../protocol/requests.ts';

export interface ShadowFrame {
  readonly name: string;
  readonly world: World;
  /** Where the call stands; undefined for a frame that no return ends (a base, a system call as such). */
  readonly callSite: number | undefined;
  readonly isInterrupt: boolean;
  readonly systemCall: string | undefined;
  node: CallNode;
}

const DEPTH_LIMIT = 1024;
/** An instruction is at most 15 bytes long: a call returns to no later address. */
const LONGEST_CALL = 15;

export class ShadowStack {
  /** Where the stack's own base hangs while it works for nobody else. */
  readonly home: CallNode;
  /** The node that the stack hangs below now: home, or a frame of the thread it works for. */
  graft: CallNode;
  readonly frames: ShadowFrame[] = [];

  constructor(home: CallNode) {
    this.home = home;
    this.graft = home;
  }

  get top(): CallNode {
    return this.frames[this.frames.length - 1]?.node ?? this.graft;
  }

  push(frame: Omit<ShadowFrame, 'node'>): void {
    if (this.frames.length < DEPTH_LIMIT) {
      const node = this.top.child(frame.name, frame.world, frame.systemCall);
      this.frames.push({ ...frame, node });
    }
  }

  /** As push, but in user mode's part of the stack: an interrupt that is open now belongs to the new frame. */
  pushBelowInterrupt(frame: Omit<ShadowFrame, 'node'>): void {
    const index = this.frames.map((each) => each.isInterrupt).lastIndexOf(true);
    const isOpen = index >= 0 && this.frames.slice(index).every((each) => each.world !== 'user');
    this.frames.splice(isOpen ? index : this.frames.length, 0, { ...frame, node: this.graft });
    this.rebuild();
  }

  get isInSystemCall(): boolean {
    return this.frames.some((frame) => frame.systemCall !== undefined);
  }

  /** A near return to an address: closes the innermost call that returns there; none such: nothing happens. */
  popTo(address: number): void {
    for (let index = this.frames.length - 1; index >= 0; index -= 1) {
      const frame = this.frames[index];
      if (frame.isInterrupt) {
        return; // a return does not leave the kernel
      }
      const distance = address - (frame.callSite ?? Infinity);
      if (distance > 0 && distance <= LONGEST_CALL) {
        this.frames.length = index;
        return;
      }
    }
  }

  /** IRET: closes the innermost interrupt frame and all above it. True if there was one. */
  popInterrupt(): boolean {
    for (let index = this.frames.length - 1; index >= 0; index -= 1) {
      if (this.frames[index].isInterrupt) {
        this.frames.length = index;
        return true;
      }
    }
    return false;
  }

  popSystemCall(): void {
    const index = this.frames.map((frame) => frame.systemCall !== undefined).lastIndexOf(true);
    if (index >= 0) {
      this.frames.splice(index, 1);
      this.rebuild();
    }
  }

  /** The innermost frame that is not in the kernel: what a message sent now is sent by. */
  get sender(): CallNode {
    for (let index = this.frames.length - 1; index >= 0; index -= 1) {
      if (this.frames[index].world !== 'kernel') {
        return this.frames[index].node;
      }
    }
    return this.graft;
  }

  /** Hangs the whole stack below another node: from now on it works for that one. */
  hangBelow(node: CallNode): void {
    if (this.graft !== node) {
      this.graft = node;
      this.rebuild();
    }
  }

  private rebuild(): void {
    let parent = this.graft;
    for (const frame of this.frames) {
      parent = parent.child(frame.name, frame.world, frame.systemCall);
      frame.node = parent;
    }
  }
}
