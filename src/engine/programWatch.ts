// Notices what processes begin to execute. Whenever the instruction TLB takes in a page of user code that was not
// executed before, the process's images are looked at: the symbols of a program and of each library are there, and
// their breakpoints placed, before its first instruction. Loading happens between two instructions of the guest.
import { USER_LIMIT } from './addresses.ts';
import { eventNamed } from './events.ts';
import type { System } from './system.ts';

const FIRST_KERNEL_PAGE = USER_LIMIT >>> 12;
const PAGES = 2 ** 20;

export class ProgramWatch {
  private readonly system: System;
  /** Pairs of linear and physical page: a page that has been executed at this place since the last exec. */
  private readonly seen = new Set<number>();

  constructor(system: System) {
    this.system = system;
    const exec = eventNamed('exec');
    if (exec !== undefined) {
      system.events.listenRaw(exec, () => {
        this.seen.clear(); // the same frames may hold another file's code now
        return false;
      });
    }
  }

  /** The machine enters a page of code whose translation was not in the instruction TLB; page numbers. */
  onCodePage(linearPage: number, physicalPage: number): void {
    const pair = linearPage * PAGES + physicalPage;
    if (linearPage < FIRST_KERNEL_PAGE && !this.seen.has(pair)) {
      this.seen.add(pair);
      this.system.images.of(this.system.spaces.currentTask());
    }
  }
}
