// The threads of the system as a debugger lists them, with ids that are never reused in a session and names as
// a person would give them.
import type { Target } from '../emulator/target.ts';
import {
  waitingFor,
  type KernelThread,
  type KernelView,
  type RegisterVector,
} from '../kernel/kernelView.ts';
import { formatThreadId, lthreadOf, taskOf, type ThreadId } from '../kernel/threadId.ts';
import type { LinuxView } from '../l4linux/linuxView.ts';
import { ROOT_TASK } from './images.ts';
import type { Spaces } from './spaces.ts';

/** In every Linux process: guest/lib/emulation/layout.h, LTHREAD_SIGNAL. */
const SIGNAL_LTHREAD = 1;

export interface EngineThread {
  /** Stable for the session. */
  readonly dapId: number;
  /** "5.0", or "pid 1" on the native system. */
  readonly id: string;
  readonly name: string;
  readonly task: number;
  readonly isCurrent: boolean;
  /** Where its control flow stands: in the kernel for a thread that waits. */
  readonly registers: RegisterVector;
  /** Its registers in user mode; undefined ones are unknown. */
  readonly userRegisters: RegisterVector;
  /** The kernel's own record of it; undefined on the native system. */
  readonly kernelThread?: KernelThread;
  readonly waitsFor: string;
}

/** The running CPU's registers in the order of the DWARF numbers. */
export function currentRegisters(target: Target): RegisterVector {
  const { eax, ecx, edx, ebx, esp, ebp, esi, edi, eip } = target.registers();
  return [eax, ecx, edx, ebx, esp, ebp, esi, edi, eip];
}

export class ThreadDirectory {
  private readonly target: Target;
  private readonly kernel: KernelView | undefined;
  private readonly linux: LinuxView | undefined;
  private readonly spaces: Spaces;
  private readonly ids = new Map<string, number>();

  constructor(
    target: Target,
    kernel: KernelView | undefined,
    linux: LinuxView | undefined,
    spaces: Spaces,
  ) {
    this.target = target;
    this.kernel = kernel;
    this.linux = linux;
    this.spaces = spaces;
  }

  list(): { threads: EngineThread[]; isChanging: boolean } {
    if (this.kernel === undefined) {
      return { threads: this.nativeThreads(), isChanging: false };
    }
    if (!this.kernel.isBooted) {
      return { threads: [this.bootThread()], isChanging: false };
    }
    const { items, isChanging } = this.kernel.threads();
    const threads = items
      .filter((each) => each.state !== 'THREAD_INACTIVE' || each.isCurrent)
      .map((each) => this.describe(each));
    return { threads: threads.length > 0 ? threads : [this.bootThread()], isChanging };
  }

  /** The running thread. */
  current(): EngineThread {
    if (this.kernel?.isBooted === true) {
      const thread = this.kernel.currentThread();
      return thread === undefined ? this.bootThread() : this.describe(thread);
    }
    return this.nativeThreads().find((thread) => thread.isCurrent) ?? this.bootThread();
  }

  byDapId(dapId: number): EngineThread | undefined {
    return this.list().threads.find((thread) => thread.dapId === dapId);
  }

  /** A key that tells threads apart for the whole session: task and lthread with their version. */
  currentKey(): string {
    const control = this.kernel?.currentControl();
    if (control !== undefined) {
      return keyOf(control.threadId('id'));
    }
    return `native ${this.spaces.currentTask()}`;
  }

  dapIdOf(key: string): number {
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.ids.size + 1;
      this.ids.set(key, id);
    }
    return id;
  }

  /** "4.0 linux", "irq 3", "5.0 hello (pid 1)". */
  nameOf(id: ThreadId): string {
    const text = formatThreadId(id);
    return /^\d/.test(text) ? this.nameOfThread(taskOf(id.low), lthreadOf(id.low)) : text;
  }

  nameOfThread(task: number, lthread: number): string {
    const id = `${task}.${lthread}`;
    if (task === 1) {
      return lthread === 0 ? `${id} kernel (idle)` : `${id} kernel`;
    }
    const server = task === ROOT_TASK ? this.serverThreadName(lthread) : undefined;
    if (server !== undefined) {
      return `${id} linux (${server})`;
    }
    const process = this.spaces.processOf(task);
    if (process === undefined) {
      return `${id} ${this.spaces.taskName(task)}`;
    }
    const role = lthread === SIGNAL_LTHREAD ? ', signal thread' : '';
    return `${id} ${this.spaces.taskName(task)} (pid ${process.pid}${role})`;
  }

  private serverThreadName(lthread: number): string | undefined {
    return this.linux?.serverThreads().find((each) => each.lthread === lthread)?.name;
  }

  private describe(thread: KernelThread): EngineThread {
    const kernel = this.kernel;
    const userRegisters = kernel?.userRegisters(thread) ?? [];
    const registers = thread.isCurrent
      ? currentRegisters(this.target)
      : (kernel?.kernelRegisters(thread) ?? []);
    const isInUserMode = thread.isCurrent && this.target.registers().cpl === 3;
    return {
      dapId: this.dapIdOf(keyOf(thread.id)),
      id: `${thread.task}.${thread.lthread}`,
      name: this.nameOfThread(thread.task, thread.lthread),
      task: thread.task,
      isCurrent: thread.isCurrent,
      registers,
      userRegisters: isInUserMode ? registers : userRegisters,
      kernelThread: thread,
      waitsFor: waitingFor(thread, (id) => this.nameOf(id)),
    };
  }

  /** What runs before there is a thread: the boot code. */
  private bootThread(): EngineThread {
    const registers = currentRegisters(this.target);
    return {
      dapId: this.dapIdOf('boot'),
      id: '0.0',
      name: 'boot',
      task: 0,
      isCurrent: true,
      registers,
      userRegisters: registers,
      waitsFor: '',
    };
  }

  private nativeThreads(): EngineThread[] {
    const registers = currentRegisters(this.target);
    const current = this.spaces.currentTask();
    const threads = (this.linux?.processes() ?? []).map((process): EngineThread => {
      const isCurrent = process.pid === current;
      return {
        dapId: this.dapIdOf(`pid ${process.pid}`),
        id: `pid ${process.pid}`,
        name: `${process.name} (pid ${process.pid})`,
        task: process.pid,
        isCurrent,
        registers: isCurrent ? registers : [],
        userRegisters: isCurrent ? registers : [],
        waitsFor: process.state === 'PROCESS_BLOCKED' ? 'blocked in the kernel' : '',
      };
    });
    return threads.some((thread) => thread.isCurrent) ? threads : [this.bootThread(), ...threads];
  }
}

export function keyOf(id: ThreadId): string {
  return `${id.low}:${id.high}`;
}
