// Who wants to know when execution reaches a physical code address: probes, breakpoints, the ends of steps.
// The machine knows only addresses; this table knows the listeners, and asks each of them.

/** Called before the instruction executes; true stops the machine there. */
export type HookListener = () => boolean;

export interface HookableMachine {
  addHook(physicalAddress: number): void;
  removeHook(physicalAddress: number): void;
  onHook: ((physicalAddress: number) => boolean) | undefined;
}

export class HookTable {
  private readonly machine: HookableMachine;
  private readonly listeners = new Map<number, Set<HookListener>>();

  constructor(machine: HookableMachine) {
    this.machine = machine;
    machine.onHook = (physical) => this.dispatch(physical);
  }

  /** Adds a listener; the function returned removes it. */
  add(physical: number, listener: HookListener): () => void {
    let set = this.listeners.get(physical);
    if (set === undefined) {
      set = new Set();
      this.listeners.set(physical, set);
      this.machine.addHook(physical);
    }
    set.add(listener);
    return () => this.remove(physical, listener);
  }

  private remove(physical: number, listener: HookListener): void {
    const set = this.listeners.get(physical);
    set?.delete(listener);
    if (set?.size === 0) {
      this.listeners.delete(physical);
      this.machine.removeHook(physical);
    }
  }

  /** Every listener is asked, so that a trace sees what a breakpoint stops at. */
  private dispatch(physical: number): boolean {
    let stop = false;
    for (const listener of [...(this.listeners.get(physical) ?? [])]) {
      stop = listener() || stop;
    }
    return stop;
  }
}
