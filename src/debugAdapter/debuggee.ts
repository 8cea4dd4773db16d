// The debuggee of one session: the system once it is launched, what runs it, and what the requests share
// (breakpoints, the handles of frames and variables, the profile). Handlers act on this; it sends the events.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Breakpoints } from '../engine/breakpoints.ts';
import { ConsoleFilter } from '../engine/console.ts';
import { exitCodeOf, isFinal, type StopCause } from '../engine/execution.ts';
import { frameScope } from '../engine/frameScope.ts';
import {
  loadImages,
  type LaunchImages,
  type ProgramChoice,
  loadRootTask,
  isRootTask,
  readFile,
} from '../engine/guestImages.ts';
import { eventNamed } from '../engine/events.ts';
import type { Host } from '../engine/host.ts';
import type { LoadedImage } from '../engine/images.ts';
import { Profiling } from '../engine/profiling.ts';
import { Stepper, type Granularity, type StepKind } from '../engine/stepping.ts';
import { System } from '../engine/system.ts';
import { messageOf } from '../engine/userError.ts';
import { EVENT, type ConsoleOutput } from '../protocol/requests.ts';
import type { LaunchArguments } from '../protocol/launch.ts';
import { Handles } from './handles.ts';
import { moduleOf } from './modules.ts';
import { SourceMap } from './sourceMap.ts';
import { stoppedBody } from './stopped.ts';

export type SendEvent = (event: string, body: unknown) => void;

export class Debuggee {
  readonly host: Host;
  readonly sendEvent: SendEvent;
  readonly handles = new Handles();
  readonly sources: SourceMap;
  launchArguments: LaunchArguments | undefined;
  profiling: Profiling | undefined;
  private running: System | undefined;
  private points: Breakpoints | undefined;
  private lastCause: StopCause | undefined;
  private isRunning = false;
  private isOver = false;
  private readonly filters = {
    stdout: new ConsoleFilter(),
    stderr: new ConsoleFilter(),
    kernel: new ConsoleFilter(),
  };
  private readonly decoders = {
    stdout: new TextDecoder(),
    stderr: new TextDecoder(),
    kernel: new TextDecoder(),
  };

  constructor(host: Host, sendEvent: SendEvent) {
    this.host = host;
    this.sendEvent = sendEvent;
    this.sources = new SourceMap(host.sourceRoot);
  }

  /** The launched system. Throws if there is none yet. */
  get system(): System {
    if (this.running === undefined) {
      throw new Error('Nothing has been launched yet.');
    }
    return this.running;
  }

  get hasSystem(): boolean {
    return this.running !== undefined;
  }

  get breakpoints(): Breakpoints {
    if (this.points === undefined) {
      throw new Error('Nothing has been launched yet.');
    }
    return this.points;
  }

  get stopCause(): StopCause | undefined {
    return this.lastCause;
  }

  async launch(args: LaunchArguments, program: string | undefined): Promise<void> {
    const launch = await this.load(args, program);
    this.launchArguments = args;
    this.running = new System(this.host, launch, {
      cpu: args.cpu ?? 'i686',
      taggedTlb: args.tlb === 'tagged',
      memory: args.memory ?? 64,
      epochSeconds: 852_076_800, // 1 January 1997: the same in every session, so that sessions can be compared
      terminals: { input: true, output: true, error: true },
      interactive: true,
      console: { write: (stream, bytes) => this.console(stream, bytes) },
      log: (text) => this.log(text),
    });
    this.points = new Breakpoints(
      this.running,
      () => frameScope(this.system, 0),
      (text) => this.log(text),
      (breakpoint) => this.sendEvent('breakpoint', { reason: 'changed', breakpoint }),
    );
    this.listenForPanics();
    if (args.noDebug !== true) {
      this.followPrograms(this.running);
    }
    if (args.profile === true) {
      this.profiling = new Profiling(this.running);
    }
    if (args.stopOnEntry === true && args.noDebug !== true) {
      this.stopOnEntry(this.running);
    }
    for (const { symbols } of launch.images) {
      if (symbols.problem !== undefined) {
        this.log(symbols.problem);
      }
    }
  }

  private async load(args: LaunchArguments, program: string | undefined): Promise<LaunchImages> {
    const { root } = args;
    if (
      program !== undefined &&
      root === undefined &&
      isRootTask(await readFile(this.host.files, program))
    ) {
      return loadRootTask(this.host, program);
    }
    const choice: ProgramChoice = {
      path: program,
      root,
      args: args.args ?? [],
      env: args.env ?? {},
      system: args.system ?? 'l4linux',
      syscalls: args.syscalls ?? 'library',
      serverSpace: args.serverSpace ?? 'small',
    };
    return loadImages(this.host, choice, (text) => this.log(text));
  }

  private followPrograms(system: System): void {
    system.images.onAdded((image) =>
      this.sendEvent('module', { reason: 'new', module: moduleOf(image) }),
    );
    system.followPrograms();
  }

  /** In the program that was launched, or in what the first process executes of the root file system. */
  private stopOnEntry(system: System): void {
    const image = system.images.byRole('program');
    if (image !== undefined || system.linux === undefined) {
      this.stopAtStartOf(image ?? system.images.byRole('root'), system);
      return;
    }
    const exec = eventNamed('exec');
    const remove =
      exec &&
      system.events.listen(exec, ({ fields }) => {
        remove?.();
        const process = fields.get('process');
        const program =
          process?.kind === 'task' ? system.images.programOf(process.task) : undefined;
        this.stopAtStartOf(program, system);
        return program === undefined && system.execution.requestStop({ kind: 'entry' });
      });
  }

  /** At main, or at the file's entry point if it has no such symbol. */
  private stopAtStartOf(image: LoadedImage | undefined, system: System): void {
    const main = image?.symbols.functionNamed('main');
    if (image === undefined) {
      return;
    }
    const address = main === undefined ? image.symbols.elf.entry : image.symbols.breakAddress(main);
    const remove = system.watch.add({ kind: 'image', image, address }, () => {
      remove();
      return system.execution.requestStop({ kind: 'entry' });
    });
  }

  private listenForPanics(): void {
    for (const event of ['panic', 'linux-panic']) {
      this.breakpoints.addEvent('panic', { event, filter: event });
    }
  }

  console(stream: ConsoleOutput['stream'], bytes: Uint8Array): void {
    const text = this.decoders[stream].decode(this.filters[stream].filter(bytes), { stream: true });
    if (text !== '') {
      const body: ConsoleOutput = { stream, text };
      this.sendEvent(EVENT.consoleOutput, body);
      this.sendEvent('output', {
        category: stream === 'kernel' ? 'console' : stream,
        output: text,
      });
    }
  }

  log(text: string): void {
    this.sendEvent('output', { category: 'console', output: `${text}\n` });
  }

  /** Lets the system run until something stops it; the stop is sent as an event. */
  resume(): void {
    this.runWith(() => this.system.execution.run());
  }

  step(threadId: number, kind: StepKind, granularity: Granularity): void {
    const threads: DebugProtocol.ContinuedEvent['body'] = { threadId, allThreadsContinued: true };
    this.sendEvent('continued', threads);
    this.runWith(() => new Stepper(this.system).step(threadId, kind, granularity));
  }

  pause(): void {
    this.system.execution.pause();
  }

  private runWith(work: () => Promise<StopCause>): void {
    if (this.isRunning || this.isOver) {
      return;
    }
    this.isRunning = true;
    this.handles.clear();
    work().then(
      (cause) => this.stopped(cause),
      (error: unknown) => {
        this.log(`The machine has stopped: ${messageOf(error)}`);
        this.stopped({ kind: 'pause' });
      },
    );
  }

  private stopped(cause: StopCause): void {
    this.isRunning = false;
    this.lastCause = cause;
    this.system.console.flush();
    this.profiling?.profiler.settle();
    if (this.isOver) {
      return;
    }
    if (isFinal(cause)) {
      this.end(cause);
      return;
    }
    this.sendEvent('stopped', stoppedBody(cause, this.system));
  }

  private end(cause: StopCause): void {
    if (cause.kind === 'shutdown') {
      this.log(`${cause.text}\n${this.system.crashReport()}`);
    }
    this.isOver = true;
    this.sendEvent('exited', { exitCode: exitCodeOf(cause) });
    this.sendEvent('terminated', {});
  }

  /** Ends the session, whatever the system does now. */
  terminate(): void {
    if (!this.isOver) {
      this.isOver = true;
      this.running?.execution.pause();
      this.sendEvent('terminated', {});
    }
  }

  dispose(): void {
    this.isOver = true;
    this.running?.execution.pause();
  }
}
