// Connects a profiler to a running system: the CPU tells of calls, returns and interrupts; the probes tell which
// thread or coroutine runs, who waits for whom, and where a system call begins and ends.
import { threadKey } from '../kernel/threadId.ts';
import { offsetOf } from '../kernel/structures.ts';
import { word } from '../kernel/virtualMemory.ts';
import { systemCallName } from '../l4linux/systemCallNames.ts';
import { Profiler } from '../profiler/profiler.ts';
import type { World } from '../protocol/requests.ts';
import { KERNEL_TASK, spaceOf } from './addresses.ts';
import { eventNamed } from './events.ts';
import { ROOT_TASK, type LoadedImage } from './images.ts';
import type { System } from './system.ts';

const NIL = 0xffffffff;
const GENERAL_PROTECTION = 13;
/** What #GP says of int 0x80 through a gate that is not there: 0x80 * 8 + 2. */
const INT_80_ERROR_CODE = 0x402;

export class Profiling {
  readonly profiler: Profiler;
  private readonly system: System;
  private readonly removals: (() => void)[] = [];
  /** By task and address. */
  private readonly names = new Map<number, Map<number, { name: string; world: World }>>();

  constructor(system: System) {
    this.system = system;
    this.profiler = new Profiler(
      (address) => this.resolve(address),
      (address) => this.base(address),
      () => system.machine.instructionCount,
      this.currentThread(),
    );
    this.followCalls();
    if (system.kernel !== undefined) {
      this.followThreads();
    }
    this.followSystemCalls();
  }

  stop(): void {
    this.profiler.settle();
    this.system.machine.controlFlow = undefined;
    this.removals.forEach((remove) => remove());
  }

  private followCalls(): void {
    const { profiler, system } = this;
    const { machine } = system;
    const virtual = (linear: number): number =>
      system.kernel?.slotAddress(linear)?.address ?? linear;
    machine.controlFlow = {
      call: (from, to) => profiler.call(virtual(from), virtual(to)),
      return: (to) => profiler.return(virtual(to)),
      interrupt: (_vector, from) => profiler.interrupt(virtual(from), machine.registers().eip),
      interruptReturn: (to) => profiler.interruptReturn(virtual(to), machine.registers().cpl === 3),
    };
  }

  private on(event: string, listener: (raw: readonly number[]) => void): void {
    const definition = eventNamed(event);
    if (definition !== undefined) {
      this.removals.push(
        this.system.events.listenRaw(definition, (raw) => {
          listener(raw);
          return false;
        }),
      );
    }
  }

  private followThreads(): void {
    const { profiler } = this;
    this.on('thread-switch', ([, to]) => profiler.threadSwitch(this.threadOfControl(to)));
    this.on('ipc-send', ([sender, toLow, , , receive]) => {
      const isClosedWait = receive !== NIL && (receive & 1) === 0;
      if (isClosedWait) {
        profiler.callIpc(this.threadOfControl(sender), String(threadKey(toLow)));
      }
    });
    this.on('pf-rpc', ([thread, pagerLow]) =>
      profiler.callIpc(this.threadOfControl(thread), String(threadKey(pagerLow))),
    );
    this.on('ipc-receive', ([receiver, fromLow]) =>
      profiler.received(this.threadOfControl(receiver), String(threadKey(fromLow))),
    );
    this.on('thread-delete', ([thread]) => profiler.threadDeleted(this.threadOfControl(thread)));
  }

  private followSystemCalls(): void {
    const { profiler, system } = this;
    if (system.kernel === undefined) {
      this.on('linux-syscall', ([, number]) => profiler.systemCallEntry(systemCallName(number)));
      this.on('linux-syscall-return', () => profiler.systemCallExit());
    } else {
      this.on('syscall-entry', ([number]) => profiler.systemCallEntry(systemCallName(number)));
      this.on('syscall-exit', () => profiler.systemCallExit());
      this.on('exception', ([, vector, errorCode]) => {
        if (vector === GENERAL_PROTECTION && errorCode === INT_80_ERROR_CODE) {
          profiler.systemCallEntry(systemCallName(this.trappedNumber()));
        }
      });
    }
    // The same addresses of a task will be another program's code: after exec, and after fork if it is used again.
    for (const event of ['exec', 'exit']) {
      this.on(event, ([process]) => this.forgetNames(process));
    }
    this.on('coroutine-switch', ([, to]) => profiler.coroutineSwitch(to));
  }

  private forgetNames(address: number): void {
    const process = this.system.linux?.processAt(address);
    const task = this.system.kernel === undefined ? process?.pid : process?.task;
    if (task === undefined) {
      this.names.clear();
    } else {
      this.names.delete(task);
    }
  }

  /** The number of the system call that has just trapped. */
  private trappedNumber(): number {
    return this.system.threads.current().userRegisters[0] ?? 0;
  }

  private currentThread(): string {
    const control = this.system.kernel?.currentControl();
    return control === undefined ? 'boot' : this.threadOfControl(control.address);
  }

  private threadOfControl(control: number): string {
    const { kernel } = this.system;
    const offset =
      kernel === undefined ? 0 : offsetOf(kernel.image.types.named('struct tcb'), 'id');
    const low = word(kernel?.read(control + offset, 4));
    return low === undefined ? 'boot' : String(threadKey(low));
  }

  /** A thread as a whole. */
  private base(address: number): { name: string; world: World } {
    const { name } = this.system.threads.current();
    const { world } = this.resolve(address);
    return { name, world: world === 'library' ? 'user' : world };
  }

  private resolve(address: number): { name: string; world: World } {
    const task = spaceOf(address, this.system.spaces.currentTask());
    const names = this.names.get(task) ?? new Map<number, { name: string; world: World }>();
    let known = names.get(address);
    if (known === undefined) {
      const image = this.system.images.at(task, address);
      const found = image?.symbols.functionAt(address);
      const name = found?.name ?? image?.symbols.describe(address) ?? `0x${address.toString(16)}`;
      known = { name, world: worldOf(image, task, name) };
      this.names.set(task, names.set(address, known));
    }
    return known;
  }
}

function worldOf(image: LoadedImage | undefined, task: number, name: string): World {
  switch (image?.role) {
    case 'kernel':
      return /(^|_)idle/.test(name) ? 'idle' : 'kernel';
    case 'native':
      return /(^|_)idle/.test(name) ? 'idle' : 'server';
    case 'sigma0':
      return 'sigma0';
    case 'library':
      return 'library';
    case 'root':
      return 'server';
    case 'program':
      return 'user';
    default:
      return task === KERNEL_TASK ? 'kernel' : task === ROOT_TASK ? 'server' : 'user';
  }
}
