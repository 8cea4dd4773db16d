// The call tree that all profiles are made from: one node for each distinct path of frames, with the exact
// number of instructions executed in it.
import type { World } from '../protocol/requests.ts';

export class CallNode {
  readonly name: string;
  readonly world: World;
  readonly parent: CallNode | undefined;
  /** Set on the frame that stands for a Linux system call as such. */
  readonly systemCall: string | undefined;
  readonly children = new Map<string, CallNode>();
  self = 0;

  constructor(name: string, world: World, parent: CallNode | undefined, systemCall?: string) {
    this.name = name;
    this.world = world;
    this.parent = parent;
    this.systemCall = systemCall;
  }

  child(name: string, world: World, systemCall?: string): CallNode {
    const key = `${world} ${name}`;
    let node = this.children.get(key);
    if (node === undefined) {
      node = new CallNode(name, world, this, systemCall);
      this.children.set(key, node);
    }
    return node;
  }

  /** Instructions in this frame and all below it. */
  get total(): number {
    let sum = this.self;
    for (const child of this.children.values()) {
      sum += child.total;
    }
    return sum;
  }
}
