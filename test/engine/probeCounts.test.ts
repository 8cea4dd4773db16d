// Every probe fires on a program that causes its event once, exactly once; and all firings of a run are those of a run
// in single steps, in which nobody listens and the addresses of the instructions are looked at.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { nodeHost } from '../../src/cli/nodeHost.ts';
import { EVENTS } from '../../src/engine/events.ts';
import { loadRootTask, type LaunchImages } from '../../src/engine/guestImages.ts';
import { ROOT_TASK } from '../../src/engine/images.ts';
import { System } from '../../src/engine/system.ts';
import { stringAt } from '../../src/symbols/values.ts';
import { word } from '../../src/kernel/virtualMemory.ts';
import { l4Program, root } from '../support/paths.ts';
import { bootSystem } from '../support/system.ts';

interface Firing {
  /** "l4:ipc-send" */
  readonly probe: string;
  /** Instructions executed before it. */
  readonly at: number;
}

interface Recorded extends Firing {
  readonly raw: readonly number[];
  /** What the program says that it does; the name of the process for a probe of Linux or of the library. */
  readonly context: string;
}

interface Row {
  /** The program and what of it is looked at. */
  readonly run: keyof typeof RUNS;
  /** Of a firing: the section of events.c, or the process. */
  readonly context?: string;
  /** The argument with this number has this value. */
  readonly argument?: readonly [number, number];
  /** Only while the process is in its call of write, from the library's entry to its exit. */
  readonly isInWrite?: boolean;
}

const SYS_WRITE = 4;
const SIGSEGV = 11;
const SECTION_BYTES = 32;

const once = (name: string): readonly [string, Row] => [
  `l4:${name}`,
  { run: 'events', context: name },
];

/** Each probe, and where it fires exactly once. */
const ONCE = new Map<string, Row>([
  ...[
    ...[
      'ipc-send',
      'ipc-receive',
      'page-fault',
      'pf-rpc',
      'map',
      'grant',
      'unmap',
      'thread-switch',
    ],
    ...['switch-space', 'small-space-switch', 'tlb-flush', 'segment-flip', 'irq-ipc', 'exception'],
    ...['thread-create', 'thread-delete', 'wakeup'],
  ].map(once),
  ['l4:panic', { run: 'kernel without modules' }],
  ['linux:linux-syscall', { run: 'shell', context: 'hello', argument: [1, SYS_WRITE] }],
  ['linux:linux-syscall-return', { run: 'shell', context: 'hello', argument: [1, SYS_WRITE] }],
  ['linux:exec', { run: 'shell', context: 'hello' }],
  ['linux:exit', { run: 'shell', context: 'hello' }],
  ['linux:fork', { run: 'shell', context: 'sh' }],
  ['linux:signal-deliver', { run: 'crash', context: 'crash', argument: [1, SIGSEGV] }],
  ['linux:coroutine-switch', { run: 'shell', argument: [0, 0], isInWrite: true }],
  ['linux:panic', { run: 'Linux without a boot loader' }],
  ['emulation:syscall-entry', { run: 'shell', context: 'hello', argument: [0, SYS_WRITE] }],
  ['emulation:syscall-exit', { run: 'shell', context: 'hello' }],
  ['emulation:trampoline', { run: 'int80', context: 'int80', argument: [0, SYS_WRITE] }],
]);

const OPTIONS = {
  memory: 16,
  epochSeconds: 852_076_800,
  terminals: { input: false, output: false, error: false },
  interactive: false,
  console: { write: () => undefined },
  log: () => undefined,
};

async function rootTask(change: (launch: LaunchImages) => LaunchImages): Promise<System> {
  const host = nodeHost(root);
  const launch = change(await loadRootTask(host, l4Program('events')));
  return new System(host, launch, { ...OPTIONS, cpu: 'pentium' });
}

const RUNS = {
  events: () => rootTask((launch) => launch),
  'kernel without modules': () => rootTask((launch) => ({ ...launch, modules: [] })),
  shell: () => bootSystem({ program: 'sh', args: ['-c', 'hello'] }),
  int80: () => bootSystem({ program: 'int80' }),
  crash: () => bootSystem({ program: 'crash' }),
  'Linux without a boot loader': async () => {
    const system = await bootSystem({ program: 'hello', system: 'native' });
    system.machine.writeRegister('eax', 0);
    return system;
  },
} as const;

/** The word that events.c keeps its section in. */
function sectionOf(system: System): string {
  const image = system.images.byRole('root');
  const variable = image?.symbols.global('section')?.address;
  const peek = (at: number, length: number) => system.machine.peekPhysical(at, length);
  const text = variable === undefined ? undefined : word(peek(variable, 4));
  return text === undefined ? '' : (stringAt(text, peek, SECTION_BYTES) ?? '');
}

function contextOf(system: System, provider: string, raw: readonly number[]): string {
  if (system.linux === undefined) {
    return sectionOf(system);
  }
  return provider === 'linux'
    ? (system.linux.processAt(raw[0])?.name ?? '')
    : system.spaces.taskName(system.spaces.currentTask());
}

/** With the engine's hooks, in blocks. */
async function listened(system: System): Promise<Recorded[]> {
  const firings: Recorded[] = [];
  for (const definition of EVENTS) {
    const { provider } = definition;
    const probe = `${provider}:${definition.probe}`;
    system.events.listenRaw(definition, (raw) => {
      const at = system.machine.instructionCount;
      firings.push({ probe, at, raw, context: contextOf(system, provider, raw) });
      return probe.endsWith(':panic') && system.execution.requestStop({ kind: 'panic', text: '' });
    });
  }
  await system.execution.run();
  return firings;
}

interface Place {
  readonly probe: string;
  readonly isHere: () => boolean;
}

function placesOf(system: System): ReadonlyMap<number, Place> {
  const places = new Map<number, Place>();
  for (const { role, symbols } of system.images.all) {
    const isHere = (): boolean => {
      const task = system.spaces.currentTask();
      return role === 'root' ? task === ROOT_TASK : role !== 'library' || task > ROOT_TASK;
    };
    for (const { provider, name, address } of symbols.probes) {
      places.set(address, { probe: `${provider}:${name}`, isHere });
    }
  }
  return places;
}

/** Instruction by instruction. A probe's NOP is executed if the next byte is the next instruction. */
function stepped(system: System): Firing[] {
  const { machine } = system;
  const places = placesOf(system);
  const firings: Firing[] = [];
  for (;;) {
    const { eip } = machine.registers();
    const at = machine.instructionCount;
    const result = machine.step();
    if (result.reason === 'idle') {
      machine.skipIdle();
      continue;
    }
    const place = places.get(eip);
    if (place !== undefined && machine.registers().eip === eip + 1 && place.isHere()) {
      firings.push({ probe: place.probe, at });
    }
    if (result.reason !== 'budget' || place?.probe.endsWith(':panic') === true) {
      return firings;
    }
  }
}

/** The firings that a row looks at. */
function firingsOf(firings: readonly Recorded[], row: Row): readonly Recorded[] {
  const { context, argument, isInWrite } = row;
  const isEntry = ({ probe, raw }: Recorded): boolean =>
    probe === 'emulation:syscall-entry' && raw[0] === SYS_WRITE;
  const start = isInWrite === true ? firings.findIndex(isEntry) : 0;
  const isExit = ({ probe }: Recorded, index: number): boolean =>
    isInWrite === true && index > start && probe === 'emulation:syscall-exit';
  const end = firings.findIndex(isExit);
  return firings
    .slice(start, end < 0 ? undefined : end)
    .filter((each) => context === undefined || each.context === context)
    .filter(({ raw }) => argument === undefined || raw[argument[0]] === argument[1]);
}

const bare = ({ probe, at }: Firing): string => `${probe} at ${at}`;

describe('The probes', function () {
  this.timeout(300_000);
  const recorded = new Map<string, readonly Recorded[]>();

  for (const [name, make] of Object.entries(RUNS)) {
    it(`fire in blocks as in single steps: ${name}`, async () => {
      const firings = await listened(await make());
      recorded.set(name, firings);
      assert.deepEqual(firings.map(bare), stepped(await make()).map(bare));
    });
  }

  it('fire exactly once on a program that causes their event once, each of probes.h', () => {
    const counts = [...ONCE].map(([probe, row]) => {
      const firings = firingsOf(recorded.get(row.run) ?? [], row);
      return `${probe}: ${firings.filter((each) => each.probe === probe).length}`;
    });
    assert.deepEqual(
      counts,
      [...ONCE.keys()].map((probe) => `${probe}: 1`),
    );
  });

  it('are all in the table, by header and by image', async () => {
    const header = readFileSync(path.join(root, 'guest/include/l4/probes.h'), 'utf8');
    const declared: string[] = [];
    let provider = '';
    for (const line of header.split('\n')) {
      provider = /^ \* provider "(\w+)"/.exec(line)?.[1] ?? provider;
      const name = / \*   ([a-z][a-z-]+)(?: {2,}|$)/.exec(line)?.[1];
      if (provider !== '' && name !== undefined) {
        declared.push(`${provider}:${name}`);
      }
    }
    const inImages = (await RUNS.shell()).images.all.flatMap(({ symbols }) =>
      symbols.probes.map((probe) => `${probe.provider}:${probe.name}`),
    );
    assert.deepEqual([...new Set(declared)].sort(), [...ONCE.keys()].sort());
    assert.deepEqual([...new Set(inImages)].sort(), [...ONCE.keys()].sort());
  });
});
