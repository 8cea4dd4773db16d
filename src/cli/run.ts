// l4scope run: boots the bundled system, runs a guest program to its end, and exits with its status.
import { appendFileSync, writeFileSync } from 'node:fs';
import type { ConsoleSink } from '../engine/console.ts';
import { exitCodeOf, type StopCause } from '../engine/execution.ts';
import {
  isRootTask,
  loadImages,
  loadRootTask,
  readFile,
  type LaunchImages,
  type ProgramChoice,
} from '../engine/guestImages.ts';
import type { Host } from '../engine/host.ts';
import { Profiling } from '../engine/profiling.ts';
import { Statistics } from '../engine/statistics.ts';
import { System } from '../engine/system.ts';
import { traceEvents } from '../engine/trace.ts';
import { EXIT, UserError } from '../engine/userError.ts';
import { eventNamed } from '../engine/events.ts';
import { collapsedStacks } from '../profiler/flameGraph.ts';
import { cpuOption, option, usageError, type ParsedOptions } from './options.ts';

export async function run(host: Host, parsed: ParsedOptions): Promise<number> {
  const [program, ...args] = parsed.words;
  if (program === undefined && !process.stdin.isTTY && !parsed.values.has('root')) {
    throw usageError('run', 'PROGRAM is missing, and there is no terminal for a shell');
  }
  checkProfileName(option(parsed, 'profile'));
  const system = makeSystem(
    host,
    await load(host, parsed, program, args),
    parsed,
    standardStreams(),
  );
  stopAtPanics(system);
  connectInput(system);
  const started = host.now();
  const statistics = parsed.values.has('stats') ? new Statistics(system) : undefined;
  const profiling = parsed.values.has('profile') ? startProfile(system) : undefined;
  startTrace(system, parsed);
  const cause = await system.execution.run();
  system.console.flush();
  profiling?.stop();
  writeReports(parsed, {
    stats: statistics && JSON.stringify(statistics.report((host.now() - started) / 1000), null, 2),
    profile: profiling && collapsedStacks(profiling.profiler.root),
  });
  return conclude(cause, system);
}

async function load(
  host: Host,
  parsed: ParsedOptions,
  program: string | undefined,
  args: readonly string[],
): Promise<LaunchImages> {
  const root = option(parsed, 'root');
  if (
    program !== undefined &&
    root === undefined &&
    isRootTask(await readFile(host.files, program))
  ) {
    return loadRootTask(host, program);
  }
  const choice: ProgramChoice = {
    path: program,
    root,
    args,
    env: environment(parsed.values.get('env') ?? []),
    system: option(parsed, 'system') === 'native' ? 'native' : 'l4linux',
    syscalls: option(parsed, 'syscalls') === 'trampoline' ? 'trampoline' : 'library',
    serverSpace: option(parsed, 'server-space') === 'large' ? 'large' : 'small',
  };
  return loadImages(host, choice, (text) => process.stderr.write(`l4scope: ${text}\n`));
}

function environment(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    settings.map((setting) => {
      const at = setting.indexOf('=');
      if (at <= 0) {
        throw usageError('run', `--env needs NAME=VALUE, not "${setting}"`);
      }
      return [setting.slice(0, at), setting.slice(at + 1)];
    }),
  );
}

export function makeSystem(
  host: Host,
  launch: LaunchImages,
  parsed: ParsedOptions,
  console: ConsoleSink,
): System {
  const isTerminal = process.stdin.isTTY;
  const system = new System(host, launch, {
    cpu: cpuOption(parsed),
    taggedTlb: option(parsed, 'tlb') === 'tagged',
    memory: Number(option(parsed, 'memory') ?? 64),
    epochSeconds: Math.floor(Date.now() / 1000),
    terminals: {
      input: isTerminal,
      output: process.stdout.isTTY,
      error: process.stderr.isTTY,
    },
    interactive: isTerminal,
    console,
    log: (text) => process.stderr.write(`l4scope: ${text}\n`),
  });
  system.execution.limit = Number(option(parsed, 'max-instructions') ?? Infinity);
  return system;
}

/** The guest's standard output and error; its kernel's console is kept for a panic only. */
function standardStreams(): ConsoleSink {
  return {
    write: (stream, bytes) => {
      if (stream !== 'kernel') {
        process[stream].write(bytes);
      }
    },
  };
}

export function connectInput(system: System): void {
  const { stdin } = process;
  if (stdin.isTTY) {
    stdin.setRawMode(true);
    process.once('exit', () => stdin.setRawMode(false));
  }
  stdin.on('data', (bytes: Buffer) => system.typeInput(new Uint8Array(bytes)));
  stdin.once('end', () => system.endInput());
  stdin.once('error', () => system.endInput());
}

export function stopAtPanics(system: System): void {
  for (const name of ['panic', 'linux-panic']) {
    const definition = eventNamed(name);
    if (definition !== undefined) {
      system.events.listen(definition, ({ fields }) => {
        const message = fields.get('message');
        const text = message?.kind === 'text' ? message.text : 'The kernel has panicked.';
        return system.execution.requestStop({ kind: 'panic', text });
      });
    }
  }
}

/** A profile of an image whose symbols cannot be read is poorer than expected: say why. */
function startProfile(system: System): Profiling {
  for (const { symbols } of system.images.all) {
    if (symbols.problem !== undefined) {
      process.stderr.write(`l4scope: ${symbols.problem}\n`);
    }
  }
  return new Profiling(system);
}

function startTrace(system: System, parsed: ParsedOptions): void {
  const names = option(parsed, 'trace');
  if (names === undefined) {
    return;
  }
  const file = option(parsed, 'trace-file');
  if (file !== undefined) {
    writeOutput(file, '');
  }
  traceEvents(system, names, (line) => {
    if (file === undefined) {
      process.stderr.write(`${line}\n`);
    } else {
      appendFileSync(file, `${line}\n`);
    }
  });
}

function checkProfileName(file: string | undefined): void {
  if (file !== undefined && !file.endsWith('.folded')) {
    throw usageError(
      'run',
      `the format of "${file}" is not known: the profile's name must end in .folded`,
    );
  }
}

function writeReports(parsed: ParsedOptions, reports: Record<string, string | undefined>): void {
  for (const [name, text] of Object.entries(reports)) {
    const file = option(parsed, name);
    if (file !== undefined && text !== undefined) {
      writeOutput(file, text);
    }
  }
}

export function writeOutput(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UserError(`${file} cannot be written: ${reason}.`, EXIT.badArguments);
  }
}

/** Says what ended the run if it was not the program, and gives the exit status. */
export function conclude(cause: StopCause, system: System): number {
  switch (cause.kind) {
    case 'limit':
      process.stderr.write('l4scope: the instruction limit is reached.\n');
      return EXIT.instructionLimit;
    case 'panic':
      process.stderr.write(`l4scope: kernel panic: ${cause.text}\n${system.crashReport()}\n`);
      return EXIT.guestPanic;
    case 'shutdown':
      process.stderr.write(`l4scope: ${cause.text}\n${system.crashReport()}\n`);
      return EXIT.guestPanic;
    default:
      return exitCodeOf(cause);
  }
}
