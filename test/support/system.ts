// A system in this process, for tests that look into the engine itself.
import { nodeHost } from '../../src/cli/nodeHost.ts';
import type { DiskSource } from '../../src/emulator/recordedDisk.ts';
import type { Fields } from '../../src/engine/conditions.ts';
import { eventNamed } from '../../src/engine/events.ts';
import type { StopCause } from '../../src/engine/execution.ts';
import { loadImages, loadRootTask } from '../../src/engine/guestImages.ts';
import type { CpuKind } from '../../src/engine/cpuKinds.ts';
import type { Host } from '../../src/engine/host.ts';
import { System } from '../../src/engine/system.ts';
import { guestProgram, l4Program, root } from './paths.ts';

export interface BootOptions {
  /** Name of a program of guest/programs, or a path. */
  readonly program: string;
  /** A directory as the guest's root; the program is a path in it then. */
  readonly root?: string;
  /** In place of the disk that `root` would be. */
  readonly disks?: readonly DiskSource[];
  readonly args?: readonly string[];
  readonly system?: 'l4linux' | 'native';
  readonly syscalls?: 'library' | 'trampoline';
  readonly serverSpace?: 'small' | 'large';
  readonly host?: Host;
  readonly memory?: number;
  readonly cpu?: CpuKind;
  readonly epochSeconds?: number;
}

export interface TestSystem extends System {
  readonly disks: readonly DiskSource[];
  readonly streams: { stdout: string; stderr: string; kernel: string };
}

export async function bootSystem(options: BootOptions): Promise<TestSystem> {
  const host = options.host ?? nodeHost(root);
  const { program } = options;
  const launch = await loadImages(
    host,
    {
      path: program.includes('/') ? program : guestProgram(program),
      root: options.root,
      args: options.args ?? [],
      env: {},
      system: options.system ?? 'l4linux',
      syscalls: options.syscalls ?? 'library',
      serverSpace: options.serverSpace ?? 'small',
    },
    () => undefined,
  );
  const disks = options.disks ?? launch.disks;
  const streams = { stdout: '', stderr: '', kernel: '' };
  const system = new System(
    host,
    { ...launch, disks },
    {
      cpu: options.cpu ?? 'i686',
      memory: options.memory ?? 16,
      epochSeconds: options.epochSeconds ?? 852_076_800,
      terminals: { input: false, output: false, error: false },
      interactive: false,
      console: {
        write: (stream, bytes) => (streams[stream] += Buffer.from(bytes).toString('latin1')),
      },
      log: () => undefined,
    },
  );
  return Object.assign(system, { streams, disks });
}

/** The kernel with one root task of guest/programs/l4 instead of Linux; 16 MB. */
export async function bootRootTask(name: string): Promise<TestSystem> {
  const host = nodeHost(root);
  const streams = { stdout: '', stderr: '', kernel: '' };
  const system = new System(host, await loadRootTask(host, l4Program(name)), {
    cpu: 'pentium',
    memory: 16,
    epochSeconds: 852_076_800,
    terminals: { input: false, output: false, error: false },
    interactive: false,
    console: {
      write: (stream, bytes) => (streams[stream] += Buffer.from(bytes).toString('latin1')),
    },
    log: () => undefined,
  });
  return Object.assign(system, { streams, disks: [] });
}

/** Runs to the first event of a name for which `matches` holds. */
export async function stopAt(
  system: System,
  event: string,
  matches: (fields: Fields) => boolean = () => true,
): Promise<StopCause> {
  const definition = eventNamed(event);
  if (definition === undefined) {
    throw new Error(`There is no event ${event}.`);
  }
  const remove = system.events.listen(
    definition,
    ({ fields }) =>
      matches(fields) && system.execution.requestStop({ kind: 'event', ids: [], text: event }),
  );
  const cause = await system.execution.run();
  remove();
  return cause;
}
