// The running system as one object: the machine, its images and symbols, what is known of its kernel and of
// Linux, its events, its console. The debug adapter and the command line both drive this.
import { Machine } from '../emulator/machine.ts';
import type { CpuKind } from '../emulator/machineOptions.ts';
import { KernelView } from '../kernel/kernelView.ts';
import { readerOf } from '../kernel/virtualMemory.ts';
import { LinuxView } from '../l4linux/linuxView.ts';
import { ProcessMemory } from '../l4linux/processMemory.ts';
import { systemCallNumber } from '../l4linux/systemCallNames.ts';
import { KERNEL_TASK } from './addresses.ts';
import { CodeWatch } from './codeWatch.ts';
import type { ConditionNames } from './conditions.ts';
import { SERIAL, SerialCollector, type ConsoleSink } from './console.ts';
import { EventSource } from './eventSource.ts';
import { Execution } from './execution.ts';
import { Ext2Disk } from './disk/ext2Disk.ts';
import { GuestFiles } from './guestFiles.ts';
import type { LaunchImages } from './guestImages.ts';
import { HookTable } from './hooks.ts';
import { joinPath, type Host } from './host.ts';
import { ImageTable, ROOT_TASK } from './images.ts';
import { ProcessImages } from './processImages.ts';
import { ProgramWatch } from './programWatch.ts';
import { Spaces } from './spaces.ts';
import { Stacks } from './stacks.ts';
import { ThreadDirectory } from './threads.ts';
import { messageOf, UserError } from './userError.ts';

export interface SystemOptions {
  readonly cpu: CpuKind;
  /** The processor offers TLBs that are tagged by address space, and the µ-kernel uses them; no Pentium does. */
  readonly taggedTlb?: boolean;
  /** Megabytes of guest memory, 16 to 256. */
  readonly memory: number;
  /** Seconds since 1970 at which the RTC starts: an input like any other. */
  readonly epochSeconds: number;
  /** Which host ends are terminals. */
  readonly terminals: {
    readonly input: boolean;
    readonly output: boolean;
    readonly error: boolean;
  };
  /** An idle machine waits for host time. */
  readonly interactive: boolean;
  readonly console: ConsoleSink;
  readonly log: (message: string) => void;
}

export class System {
  readonly machine: Machine;
  readonly images: ImageTable;
  readonly hooks: HookTable;
  readonly kernel: KernelView | undefined;
  readonly linux: LinuxView | undefined;
  readonly spaces: Spaces;
  readonly threads: ThreadDirectory;
  readonly stacks: Stacks;
  readonly watch: CodeWatch;
  readonly events: EventSource;
  readonly execution: Execution;
  readonly console: SerialCollector;
  readonly conditionNames: ConditionNames;
  private inputOpen = true;
  private programWatch: ProgramWatch | undefined;

  /** Builds the machine and loads the images; nothing runs yet. Throws UserError. */
  constructor(host: Host, launch: LaunchImages, options: SystemOptions) {
    this.console = new SerialCollector(options.console);
    this.machine = makeMachine(launch, options, this.console);
    this.images = new ImageTable(launch.images);
    this.hooks = new HookTable(this.machine);
    this.kernel = this.makeKernelView();
    this.linux = this.makeLinuxView();
    this.spaces = new Spaces(this.machine, this.images, this.kernel, this.linux);
    this.images.processes = this.makeProcessImages(host, launch, options.log);
    this.threads = new ThreadDirectory(this.machine, this.kernel, this.linux, this.spaces);
    this.stacks = new Stacks(this.images, this.spaces);
    this.watch = new CodeWatch(this.machine, this.hooks, this.images, this.spaces);
    this.machine.onCodePage = (linear, physical) => {
      this.programWatch?.onCodePage(linear, physical);
      this.watch.onCodePage(linear, physical);
    };
    this.events = new EventSource({
      target: this.machine,
      images: this.images,
      watch: this.watch,
      spaces: this.spaces,
      kernel: this.kernel,
      linux: this.linux,
    });
    this.execution = new Execution(this.machine, host, {
      paceIdle: () => options.interactive,
      inputOpen: () => this.inputOpen,
      showOutput: () => this.console.flush(),
    });
    this.conditionNames = {
      task: (name) => this.spaces.taskNamed(name),
      systemCall: systemCallNumber,
    };
  }

  private makeKernelView(): KernelView | undefined {
    const image = this.images.byRole('kernel');
    return image && new KernelView(image.symbols, this.machine);
  }

  private makeLinuxView(): LinuxView | undefined {
    const image = this.images.byRole('native') ?? this.images.byRole('root');
    if (image?.symbols.global('process_list') === undefined) {
      return undefined; // a root task that is not Linux
    }
    const isNative = image.role === 'native';
    return new LinuxView(image.symbols, (address, length) =>
      isNative
        ? readerOf(this.machine, this.machine.registers().cr3)(address, length)
        : this.spaces.read(ROOT_TASK, address, length),
    );
  }

  private makeProcessImages(
    host: Host,
    launch: LaunchImages,
    log: (sentence: string) => void,
  ): ProcessImages | undefined {
    const { linux, images, kernel, machine } = this;
    if (linux === undefined) {
      return undefined;
    }
    const memory = new ProcessMemory(linux.image);
    const disk = launch.disks.find((each) => each instanceof Ext2Disk);
    const bundled = (name: string): string => joinPath(host.guestImages, `programs/${name}`);
    const server = kernel === undefined ? KERNEL_TASK : ROOT_TASK;
    return new ProcessImages({
      memory,
      files: new GuestFiles(memory, (inode) => disk?.file(inode), bundled),
      launched: images.byRole('program'),
      processOf: (task) => this.spaces.processOf(task)?.address,
      reader: () => readerOf(machine, this.spaces.pageDirectoryOf(server)),
      instructionCount: () => machine.instructionCount,
      loaded: (image) => images.add(image),
      log,
    });
  }

  /** From now on the images of each program are known before it executes, and not only when somebody asks. */
  followPrograms(): void {
    this.programWatch ??= this.linux && new ProgramWatch(this);
  }

  /** Bytes for the guest's standard input. */
  typeInput(bytes: Uint8Array): void {
    this.machine.receiveSerial(SERIAL.input, bytes);
    this.execution.wake();
  }

  /** End of the guest's standard input: carrier drop. */
  endInput(): void {
    if (this.inputOpen) {
      this.inputOpen = false;
      this.machine.closeSerial(SERIAL.input);
      this.execution.wake();
    }
  }

  /** Registers and a symbolised backtrace of the running thread, as lines of text: for panics. */
  crashReport(): string {
    const registers = this.machine.registers();
    const names = [
      'eax',
      'ebx',
      'ecx',
      'edx',
      'esi',
      'edi',
      'ebp',
      'esp',
      'eip',
      'eflags',
      'cr0',
      'cr2',
      'cr3',
    ] as const;
    const values = names.map((name) => `${name}=${registers[name].toString(16).padStart(8, '0')}`);
    const frames = this.stacks.framesOf(this.threads.current()).map((frame, index) => {
      const place = frame.line === undefined ? '' : ` at ${frame.line.file}:${frame.line.line}`;
      return `  #${index} 0x${frame.pc.toString(16).padStart(8, '0')} ${frame.name}${place}`;
    });
    return [values.slice(0, 7).join(' '), values.slice(7).join(' '), ...frames].join('\n');
  }

  /** "write", or the text for a kernel address, at a code address of a task. */
  describeCode(task: number, address: number): string {
    return this.stacks.describe(task === KERNEL_TASK ? this.spaces.currentTask() : task, address);
  }
}

function makeMachine(
  launch: LaunchImages,
  options: SystemOptions,
  console: SerialCollector,
): Machine {
  const { input, output, error } = options.terminals;
  try {
    const machine = new Machine({
      memoryMegabytes: options.memory,
      cpu: options.cpu,
      taggedTlb: options.taggedTlb ?? false,
      epochSeconds: options.epochSeconds,
      terminals: [false, input, output, error],
      onSerial: (port, byte) => console.byte(port, byte),
      log: options.log,
      disks: launch.disks,
    });
    machine.loadMultiboot(launch.boot, 'kernel', [...launch.modules]);
    return machine;
  } catch (error) {
    throw new UserError(messageOf(error));
  }
}
