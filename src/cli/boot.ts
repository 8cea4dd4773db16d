// l4scope boot: boots any Multiboot 1 image with its first serial port on stdin and stdout, or runs a raw ROM, whose
// console is port E9h and whose verdict is its last POST code.
import { bareMachine, whereItStopped } from '../engine/bareMachine.ts';
import { Execution, exitCodeOf } from '../engine/execution.ts';
import { readFile } from '../engine/guestImages.ts';
import { baseName, type Host } from '../engine/host.ts';
import { EXIT } from '../engine/userError.ts';
import { writeOutput } from './run.ts';
import { cpuOption, option, usageError, type ParsedOptions } from './options.ts';

const ALL_PASSED = 0xff;

export async function boot(host: Host, parsed: ParsedOptions): Promise<number> {
  const path = imagePath(parsed);
  const image = await readFile(host.files, path);
  const posted: number[] = [];
  const post = (code: number): void => {
    posted[0] = code;
  };
  const isRom = option(parsed, 'rom') !== undefined;
  const machine = await makeMachine(host, parsed, image, isRom ? post : undefined);
  const execution = new Execution(machine, host, {
    paceIdle: () => process.stdin.isTTY,
    inputOpen: () => !process.stdin.readableEnded,
    showOutput: () => undefined, // each byte has gone out already
  });
  execution.limit = Number(option(parsed, 'max-instructions') ?? Infinity);
  process.stdin.on('data', (bytes: Buffer) => {
    machine.receiveSerial(0, new Uint8Array(bytes));
    execution.wake();
  });
  process.stdin.once('end', () => machine.closeSerial(0));
  const started = host.now();
  const cause = await execution.run();
  const stats = option(parsed, 'stats');
  if (stats !== undefined) {
    const seconds = (host.now() - started) / 1000;
    writeOutput(stats, JSON.stringify({ ...machine.statistics(), seconds }, null, 2));
  }
  if (cause.kind === 'shutdown' && isRom) {
    return romVerdict(posted.at(0), cause.text, whereItStopped(machine, image, baseName(path)));
  }
  if (cause.kind === 'shutdown') {
    process.stderr.write(
      `l4scope: ${cause.text}\n${whereItStopped(machine, image, baseName(path))}\n`,
    );
    return EXIT.guestPanic;
  }
  if (cause.kind === 'limit') {
    process.stderr.write('l4scope: the instruction limit is reached.\n');
    return EXIT.instructionLimit;
  }
  return exitCodeOf(cause);
}

/** IMAGE, or the file of --rom; exactly one of them. */
function imagePath(parsed: ParsedOptions): string {
  const [path, ...more] = parsed.words;
  const rom = option(parsed, 'rom');
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
  if (path === undefined || more.length > 0) {
    throw usageError(
      'boot',
      path === undefined ? 'IMAGE is missing' : `"${more[0]}" is one word too many`,
    );
  }
  return path;
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
  image: Uint8Array,
  post: ((code: number) => void) | undefined,
): Promise<ReturnType<typeof bareMachine>> {
  const modules: { content: Uint8Array; commandLine: string }[] = [];
  for (const text of parsed.values.get('module') ?? []) {
    const at = text.indexOf('=');
    const file = at < 0 ? text : text.slice(0, at);
    const commandLine = at < 0 ? baseName(file) : text.slice(at + 1);
    modules.push({ content: await readFile(host.files, file), commandLine });
  }
  return bareMachine(image, {
    cpu: cpuOption(parsed),
    memory: Number(option(parsed, 'memory') ?? 64),
    epochSeconds: Math.floor(Date.now() / 1000),
    isTerminal: process.stdin.isTTY,
    commandLine: option(parsed, 'cmdline') ?? '',
    modules,
    post,
    output: (byte) => process.stdout.write(Uint8Array.of(byte)),
    log: (text) => process.stderr.write(`l4scope: ${text}\n`),
  });
}
