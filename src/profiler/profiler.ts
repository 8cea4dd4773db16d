// Follows every call and return of every thread, and stitches control flow across address spaces: while a thread
// waits for the answer to a call IPC (or to a page-fault message), what its partner does hangs below the frame
// that sent. Counts are exact: the instructions between two events belong to the frame that was open.
import type { World } from '../protocol/requests.ts';
import { CallNode } from './callTree.ts';
import { ShadowStack } from './shadowStack.ts';

/** Names the code at a linear address in the space that is current when it is asked. */
export type ResolveFrame = (address: number) => { name: string; world: World };

export class Profiler {
  readonly root = new CallNode('all', 'kernel', undefined);
  private readonly resolve: ResolveFrame;
  private readonly base: ResolveFrame;
  private readonly count: () => number;
  private readonly stacks = new Map<string, ShadowStack>();
  /** The coroutine that each multiplexed thread runs. */
  private readonly coroutines = new Map<string, number>();
  /** Threads that wait for an answer, and from whom. */
  private readonly calls = new Map<string, string>();
  /** Stacks that work for a waiting thread now. */
  private readonly workers = new Map<string, Set<ShadowStack>>();
  /** Stacks that have a client's message and have not passed it on to a coroutine. */
  private readonly unserved = new Set<ShadowStack>();
  private thread: string;
  private stack: ShadowStack;
  private last: number;

  /**
   * `base` names the running thread as a whole, the frame at the bottom of its stack; `count` gives the instructions
   * executed so far; `thread` is the one that runs now.
   */
  constructor(resolve: ResolveFrame, base: ResolveFrame, count: () => number, thread: string) {
    this.resolve = resolve;
    this.base = base;
    this.count = count;
    this.thread = thread;
    this.stack = this.stackOf(thread);
    this.last = count();
  }

  /** Charges what ran since the last event to the open frame. */
  settle(): void {
    const now = this.count();
    this.stack.top.self += now - this.last;
    this.last = now;
  }

  call(callSite: number, to: number): void {
    this.settle();
    this.stack.push({
      ...this.resolve(to),
      callSite,
      isInterrupt: false,
      systemCall: undefined,
    });
  }

  return(to: number): void {
    this.settle();
    this.stack.popTo(to);
  }

  interrupt(from: number, handler: number): void {
    this.settle();
    if (this.stack.frames.length === 0) {
      this.openBase(from);
    }
    const frame = this.resolve(handler);
    this.stack.push({
      ...frame,
      callSite: undefined,
      isInterrupt: true,
      systemCall: undefined,
    });
  }

  /** `toUser`: user mode is entered; what the kernel did to make the thread's first run possible is over. */
  interruptReturn(to: number, toUser: boolean): void {
    this.settle();
    if (!this.stack.popInterrupt() && toUser) {
      this.stack.frames.length = 0;
    }
    if (this.stack.frames.length === 0) {
      this.openBase(to);
    }
  }

  private openBase(address: number): void {
    this.stack.push({
      ...this.base(address),
      callSite: undefined,
      isInterrupt: false,
      systemCall: undefined,
    });
  }

  threadSwitch(to: string): void {
    this.settle();
    this.thread = to;
    this.stack = this.stackOf(to);
  }

  /** The running thread changes to another of its coroutines (0: its message loop). */
  coroutineSwitch(to: number): void {
    this.settle();
    const from = this.stack;
    this.coroutines.set(this.thread, to);
    this.stack = this.stackOf(this.thread);
    if (this.unserved.delete(from)) {
      this.workers.forEach((set) => set.delete(this.stack));
      this.stack.hangBelow(from.graft);
      this.workersFor(from.graft)?.add(this.stack);
    }
  }

  /**
   * A system call as such begins: in the library, or with the trap that brought it into the kernel. One that has
   * trapped on its way to the library is still the same one.
   */
  systemCallEntry(name: string): void {
    this.settle();
    if (!this.stack.isInSystemCall) {
      this.stack.pushBelowInterrupt({
        name: `${name} (system call)`,
        world: 'library',
        callSite: undefined,
        isInterrupt: false,
        systemCall: name,
      });
    }
  }

  systemCallExit(): void {
    this.settle();
    this.stack.popSystemCall();
  }

  /** The thread sends and then waits for an answer from the same partner. */
  callIpc(from: string, to: string): void {
    this.settle();
    this.calls.set(from, to);
  }

  /** A message has reached its receiver. */
  received(receiver: string, from: string): void {
    this.settle();
    this.calls.delete(receiver);
    this.release(receiver);
    if (this.calls.get(from) === receiver) {
      const worker = this.stackOf(receiver);
      this.unserved.add(worker);
      worker.hangBelow(this.stackOf(from).sender);
      this.workers.set(from, new Set([worker]));
    }
  }

  threadDeleted(thread: string): void {
    this.settle();
    this.release(thread);
    this.calls.delete(thread);
    if (thread !== this.thread) {
      this.stacks.delete(thread);
    }
  }

  private release(client: string): void {
    for (const worker of this.workers.get(client) ?? []) {
      worker.hangBelow(worker.home);
    }
    this.workers.delete(client);
  }

  private workersFor(node: CallNode): Set<ShadowStack> | undefined {
    return [...this.workers.values()].find((set) => [...set].some((each) => each.graft === node));
  }

  private stackOf(thread: string): ShadowStack {
    const coroutine = this.coroutines.get(thread) ?? 0;
    const key = coroutine === 0 ? thread : `${thread}/${coroutine}`;
    let stack = this.stacks.get(key);
    if (stack === undefined) {
      stack = new ShadowStack(this.root);
      this.stacks.set(key, stack);
    }
    return stack;
  }
}
