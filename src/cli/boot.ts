// l4scope boot: a whole PC that boots any Multiboot 1 image or the boot sector of a disk, with its first serial port on
// stdin and stdout, or runs a raw ROM, whose console is port E9h and whose verdict is its last POST code.
import type { Machine } from '../emulator/machine.ts';
import { bareMachine, type BootSource, whereItStopped } from '../engine/bareMachine.ts';
import { Execution, exitCodeOf, type StopCause } from '../engine/execution.ts';
import { readFile } from '../engine/guestImages.ts';
import { baseName, type Host } from '../engine/host.ts';
import { EXIT } from '../engine/userError.ts';
import { BootScreen } from './bootScreen.ts';
import { writeOutput } from './run.ts';
import { cpuOption, option, usageError, type ParsedOptions } from './options.ts';

const ALL_PASSED = 0xff;
/** As a shell has it for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

export async function boot(host: Host, parsed: ParsedOptions): Promise<number> {
  const path = imagePath(parsed);
  const source = await readSource(host, parsed, path);
  const posted: number[] = [];
  const screen = new BootScreen(parsed.values.has('screen'));
  const machine = await makeMachine(host, parsed, source, {
    post: (code) => {
      posted[0] = code;
    },
    output: (byte) => {
      screen.serialSpoke = true;
      process.stdout.write(Uint8Array.of(byte));
    },
  });
  const execution = new Execution(machine, host, {
    paceIdle: () => process.stdin.isTTY,
    inputOpen: () => !process.stdin.readableEnded,
    showOutput: () => {
      screen.show(machine); // each byte of the serial port has gone out already
    },
  });
  execution.limit = Number(option(parsed, 'max-instructions') ?? Infinity);
  connectInput(machine, execution, parsed.values.has('keyboard'));
  const started = host.now();
  const cause = await execution.run();
  screen.finish(machine);
  const stats = option(parsed, 'stats');
  if (stats !== undefined) {
    const seconds = (host.now() - started) / 1000;
    writeOutput(stats, JSON.stringify({ ...machine.statistics(), seconds }, null, 2));
  }
  const image = source.kind === 'disk' ? undefined : source.image;
  const where = () => whereItStopped(machine, image, baseName(path ?? ''));
  if (cause.kind === 'shutdown' && source.kind === 'rom') {
    return romVerdict(posted.at(0), cause.text, where());
  }
  return statusOf(cause, where);
}

/** The exit status, and a sentence about an end that is not the guest's own. */
function statusOf(cause: StopCause, where: () => string): number {
  switch (cause.kind) {
    case 'shutdown':
      process.stderr.write(`l4scope: ${cause.text}\n${where()}\n`);
      return EXIT.guestPanic;
    case 'limit':
      process.stderr.write('l4scope: the instruction limit is reached.\n');
      return EXIT.instructionLimit;
    case 'reset':
      process.stderr.write('l4scope: the guest has reset the machine.\n');
      return exitCodeOf(cause);
    case 'pause':
      return INTERRUPTED;
    default:
      return exitCodeOf(cause);
  }
}

function connectInput(machine: Machine, execution: Execution, toKeyboard: boolean): void {
  process.stdin.on('data', (bytes: Buffer) => {
    if (toKeyboard) {
      machine.typeText(bytes.toString('latin1'));
    } else {
      machine.receiveSerial(0, new Uint8Array(bytes));
    }
    execution.wake();
  });
  process.stdin.once('end', () => {
    if (!toKeyboard) {
      machine.closeSerial(0);
    }
  });
  process.once('SIGINT', () => {
    execution.pause();
  });
}

/** IMAGE, or the file of --rom; exactly one of them, or neither with a disk. */
function imagePath(parsed: ParsedOptions): string | undefined {
  const [path, ...more] = parsed.words;
  const rom = option(parsed, 'rom');
  const disks = parsed.values.get('disk') ?? [];
  if (disks.length > 2) {
    throw usageError('boot', 'there are at most two disks');
  }
  if (rom !== undefined) {
    const refused = ['module', 'cmdline'].find((name) => parsed.values.has(name));
    if (path !== undefined || refused !== undefined) {
      throw usageError(
        'boot',
        `--rom excludes ${refused === undefined ? 'IMAGE' : `--${refused}`}`,
      );
    }
    return rom;
  }
  if (more.length > 0 || (path === undefined && disks.length === 0)) {
    throw usageError(
      'boot',
      path === undefined ? 'IMAGE is missing' : `"${more[0]}" is one word too many`,
    );
  }
  const useless = ['module', 'cmdline'].find((name) => parsed.values.has(name));
  if (path === undefined && useless !== undefined) {
    throw usageError('boot', `--${useless} needs IMAGE: a boot sector takes none`);
  }
  return path;
}

async function readSource(
  host: Host,
  parsed: ParsedOptions,
  path: string | undefined,
): Promise<BootSource> {
  if (path === undefined) {
    return { kind: 'disk' };
  }
  const kind = option(parsed, 'rom') === undefined ? 'multiboot' : 'rom';
  return { kind, image: await readFile(host.files, path) };
}

/** A suite halts for ever at its end, with POST code FF if all went well. */
function romVerdict(code: number | undefined, text: string, where: string): number {
  if (code === ALL_PASSED) {
    process.stderr.write('l4scope: the ROM ended with POST code FF.\n');
    return 0;
  }
  const last = code === undefined ? 'none' : code.toString(16).padStart(2, '0').toUpperCase();
  process.stderr.write(`l4scope: ${text}; last POST code: ${last}.\n${where}\n`);
  return EXIT.guestPanic;
}

async function makeMachine(
  host: Host,
  parsed: ParsedOptions,
  source: BootSource,
  outputs: { readonly post: (code: number) => void; readonly output: (byte: number) => void },
): Promise<Machine> {
  const modules: { content: Uint8Array; commandLine: string }[] = [];
  for (const text of parsed.values.get('module') ?? []) {
    const at = text.indexOf('=');
    const file = at < 0 ? text : text.slice(0, at);
    const commandLine = at < 0 ? baseName(file) : text.slice(at + 1);
    modules.push({ content: await readFile(host.files, file), commandLine });
  }
  const disks: Uint8Array[] = [];
  for (const file of parsed.values.get('disk') ?? []) {
    disks.push(await readFile(host.files, file));
  }
  return bareMachine(source, {
    cpu: cpuOption(parsed),
    taggedTlb: option(parsed, 'tlb') === 'tagged',
    memory: Number(option(parsed, 'memory') ?? 64),
    epochSeconds: Math.floor(Date.now() / 1000),
    isTerminal: process.stdin.isTTY,
    commandLine: option(parsed, 'cmdline') ?? '',
    modules,
    disks,
    ...outputs,
    log: (text) => process.stderr.write(`l4scope: ${text}\n`),
  });
}
