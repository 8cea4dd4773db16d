// l4scope boot: boots any Multiboot 1 image with its first serial port on stdin and stdout.
import { writeFileSync } from 'node:fs';
import { SymbolImage } from '../symbols/image.ts';
import { Machine } from '../emulator/machine.ts';
import { Execution } from '../engine/execution.ts';
import { readFile } from '../engine/guestImages.ts';
import { baseName, type Host } from '../engine/host.ts';
import { EXIT, messageOf, UserError } from '../engine/userError.ts';
import { exitCodeOf } from '../debugAdapter/debuggee.ts';
import { option, usageError, type ParsedOptions } from './options.ts';

export async function boot(host: Host, parsed: ParsedOptions): Promise<number> {
  const [path, ...more] = parsed.words;
  if (path === undefined || more.length > 0) {
    throw usageError(
      'boot',
      path === undefined ? 'IMAGE is missing' : `"${more[0]}" is one word too many`,
    );
  }
  const image = await readFile(host.files, path);
  const machine = await makeMachine(host, parsed, image);
  const execution = new Execution(machine, host, {
    paceIdle: () => process.stdin.isTTY,
    inputOpen: () => !process.stdin.readableEnded,
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
    writeFileSync(stats, JSON.stringify({ ...machine.statistics(), seconds }, null, 2));
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

async function makeMachine(host: Host, parsed: ParsedOptions, image: Uint8Array): Promise<Machine> {
  const modules: { content: Uint8Array; commandLine: string }[] = [];
  for (const text of parsed.values.get('module') ?? []) {
    const at = text.indexOf('=');
    const file = at < 0 ? text : text.slice(0, at);
    const commandLine = at < 0 ? baseName(file) : text.slice(at + 1);
    modules.push({ content: await readFile(host.files, file), commandLine });
  }
  try {
    const machine = new Machine({
      memoryMegabytes: Number(option(parsed, 'memory') ?? 64),
      cpu: option(parsed, 'cpu') === 'pentium' ? 'pentium' : 'i686',
      epochSeconds: Math.floor(Date.now() / 1000),
      terminals: [process.stdin.isTTY, false, false, false],
      onSerial: (port, byte) => {
        if (port === 0) {
          process.stdout.write(Uint8Array.of(byte));
        }
      },
      log: (text) => process.stderr.write(`l4scope: ${text}\n`),
    });
    machine.loadMultiboot(image, option(parsed, 'cmdline') ?? '', modules);
    return machine;
  } catch (error) {
    throw new UserError(messageOf(error));
  }
}

/** EIP with its symbol, where the image has symbols. */
function whereItStopped(machine: Machine, image: Uint8Array, name: string): string {
  const { eip, cr2, cr3, esp } = machine.registers();
  const place = describe(image, name, eip);
  const show = (value: number): string => value.toString(16).padStart(8, '0');
  return `eip=${show(eip)} ${place} esp=${show(esp)} cr2=${show(cr2)} cr3=${show(cr3)}`;
}

function describe(image: Uint8Array, name: string, address: number): string {
  try {
    return new SymbolImage(name, image).describe(address);
  } catch {
    return ''; // an a.out image, or one without sections: the address alone must do
  }
}
