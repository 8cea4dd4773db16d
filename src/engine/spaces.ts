// Which space is current, what its task is called, and memory by task: the engine's view of address spaces on
// top of the kernel's own structures. On the native system a "task" is a process, numbered by its pid.
import type { Target } from '../emulator/target.ts';
import type { KernelView } from '../kernel/kernelView.ts';
import { peekReadable, peekVirtual } from '../kernel/virtualMemory.ts';
import type { LinuxProcess, LinuxView } from '../l4linux/linuxView.ts';
import type { ReadMemory } from '../symbols/values.ts';
import { isKernelAddress, KERNEL_TASK, PHYSICAL_TASK } from './addresses.ts';
import { baseName } from './host.ts';
import { ROOT_TASK, SIGMA0_TASK, type ImageTable } from './images.ts';

export class Spaces {
  private readonly target: Target;
  private readonly images: ImageTable;
  private readonly kernel: KernelView | undefined;
  private readonly linux: LinuxView | undefined;

  constructor(
    target: Target,
    images: ImageTable,
    kernel: KernelView | undefined,
    linux: LinuxView | undefined,
  ) {
    this.target = target;
    this.images = images;
    this.kernel = kernel;
    this.linux = linux;
  }

  /** The task whose space is current; 0 before there is one. */
  currentTask(): number {
    if (this.kernel !== undefined) {
      return this.kernel.currentTask() ?? KERNEL_TASK;
    }
    const directory = this.target.registers().cr3;
    const process = this.linux
      ?.processes()
      .find((each) => this.physical(each.pageDirectory) === directory);
    return process?.pid ?? KERNEL_TASK;
  }

  /** Physical address of a page directory that the native kernel names by its own virtual address. */
  private physical(address: number): number | undefined {
    return this.target.translate(this.target.registers().cr3, address)?.physical;
  }

  /** The page directory (physical) of a task; the current one for the kernel and for unknown tasks. */
  pageDirectoryOf(task: number): number {
    const current = (this.target.registers().cr3 & ~0xfff) >>> 0;
    if (task === KERNEL_TASK) {
      return current;
    }
    if (task === this.currentTask()) {
      return this.kernel?.currentPageDirectory() ?? current;
    }
    if (this.kernel !== undefined) {
      return this.kernel.spaceOfTask(task)?.pageDirectory ?? current;
    }
    const process = this.linux?.processes().find((each) => each.pid === task);
    return (process && this.physical(process.pageDirectory)) ?? current;
  }

  /** The tasks that have an address space now. */
  tasks(): number[] {
    if (this.kernel !== undefined) {
      return this.kernel.spaces().items.map((space) => space.task);
    }
    return this.linux?.processes().map((process) => process.pid) ?? [];
  }

  /** The kernel is changing its list of spaces, or the server its list of processes: tasks() may lack some. */
  get isChanging(): boolean {
    return (this.kernel?.spaces() ?? this.linux?.processList())?.isChanging ?? false;
  }

  /** Memory at an address of a task; what is readable before the first unmapped page. */
  readReadable(task: number, address: number, length: number): Uint8Array {
    if (task === PHYSICAL_TASK) {
      return this.target.peekPhysical(address, length) ?? new Uint8Array();
    }
    return peekReadable(this.target, this.pageDirectoryOf(task), address, length);
  }

  read(task: number, address: number, length: number): Uint8Array | undefined {
    if (task === PHYSICAL_TASK) {
      return this.target.peekPhysical(address, length);
    }
    return peekVirtual(this.target, this.pageDirectoryOf(task), address, length);
  }

  /** Reads memory as a task sees it, the kernel's too, for as long as the machine stands still. */
  reader(task: number): ReadMemory {
    const [own, kernel] = [this.pageDirectoryOf(task), this.pageDirectoryOf(KERNEL_TASK)];
    return (address, length) =>
      peekVirtual(this.target, isKernelAddress(address) ? kernel : own, address, length);
  }

  /** "linux", "sigma0", "kernel", or the program's name. */
  taskName(task: number): string {
    if (task === KERNEL_TASK || (task === 1 && this.kernel !== undefined)) {
      return 'kernel';
    }
    if (task === SIGMA0_TASK && this.kernel !== undefined) {
      return 'sigma0';
    }
    if (task === ROOT_TASK && this.kernel !== undefined) {
      return this.rootName();
    }
    return this.processOf(task)?.name ?? this.programName(task);
  }

  /** "5 hello"; the form in which views name a task. */
  taskLabel(task: number): string {
    return `${task} ${this.taskName(task)}`;
  }

  /** taskLabel for as long as the machine stands still: each task's processes are looked through once. */
  labels(): (task: number) => string {
    const known = new Map<number, string>();
    return (task) => {
      const label = known.get(task) ?? this.taskLabel(task);
      known.set(task, label);
      return label;
    };
  }

  /** "5 hello", or "kernel" for a kernel address. */
  labelOf(task: number, address: number): string {
    return isKernelAddress(address) ? 'kernel' : this.taskLabel(task);
  }

  taskNamed(name: string): number | undefined {
    const fixed: Record<string, number> = {
      kernel: 1,
      sigma0: SIGMA0_TASK,
      [this.rootName()]: ROOT_TASK,
    };
    if (this.kernel !== undefined && Object.hasOwn(fixed, name)) {
      return fixed[name];
    }
    return this.tasks().find((task) => this.taskName(task) === name);
  }

  processOf(task: number): LinuxProcess | undefined {
    const byPid = this.kernel === undefined;
    return this.linux
      ?.processes()
      .find((process) => (byPid ? process.pid : process.task) === task && task !== 0);
  }

  private rootName(): string {
    const root = this.images.byRole('root');
    return this.linux === undefined ? baseName(root?.symbols.name ?? 'root') : 'linux';
  }

  private programName(task: number): string {
    const image = this.images.byRole('program') ?? this.images.byRole('root');
    return image === undefined ? `task ${task}` : baseName(image.symbols.name);
  }
}
