// A machine that boots somebody's Multiboot image, or runs a raw ROM, with nothing known of what runs on it.
import { Machine } from '../emulator/machine.ts';
import type { CpuKind } from '../emulator/machineOptions.ts';
import type { DiskSource } from '../emulator/recordedDisk.ts';
import { peekVirtual, word } from '../kernel/virtualMemory.ts';
import { SymbolImage } from '../symbols/image.ts';
import { innermostFrame, lookupAddress, unwind } from '../symbols/unwind.ts';
import { messageOf, UserError } from './userError.ts';

export interface BareMachineOptions {
  readonly cpu: CpuKind;
  readonly taggedTlb: boolean;
  readonly memory: number;
  readonly epochSeconds: number;
  readonly isTerminal: boolean;
  readonly commandLine: string;
  readonly modules: readonly { content: Uint8Array; commandLine: string }[];
  /** Contents of the drives; what the guest writes stays in the machine. */
  readonly disks: readonly Uint8Array[];
  /** Takes each byte that the guest sends on its first serial port. */
  readonly output: (byte: number) => void;
  /** Takes what is written to the POST ports; the console port goes to `output`. */
  readonly post: (code: number) => void;
  readonly log: (text: string) => void;
}

/** What is started: a Multiboot image, a raw ROM, or the boot sector of the first disk. */
export type BootSource =
  { readonly kind: 'multiboot' | 'rom'; readonly image: Uint8Array } | { readonly kind: 'disk' };

/** Throws UserError if the source cannot be started. */
export function bareMachine(source: BootSource, options: BareMachineOptions): Machine {
  try {
    const machine = new Machine({
      memoryMegabytes: options.memory,
      cpu: options.cpu,
      taggedTlb: options.taggedTlb,
      epochSeconds: options.epochSeconds,
      terminals: [options.isTerminal, false, false, false],
      onSerial: (port, byte) => {
        if (port === 0) {
          options.output(byte);
        }
      },
      diagnostics: { post: options.post, console: options.output },
      board: 'pc',
      disks: options.disks.map(diskOf),
      log: options.log,
    });
    start(machine, source, options);
    return machine;
  } catch (error) {
    throw new UserError(messageOf(error));
  }
}

function start(machine: Machine, source: BootSource, options: BareMachineOptions): void {
  switch (source.kind) {
    case 'multiboot':
      machine.loadMultiboot(source.image, options.commandLine, [...options.modules]);
      break;
    case 'rom':
      machine.loadRom(source.image);
      break;
    case 'disk':
      machine.bootDisk();
  }
}

const SECTOR = 512;

/** The last sector is filled up with zeros. */
function diskOf(content: Uint8Array): DiskSource {
  return {
    sectors: Math.max(1, Math.ceil(content.length / SECTOR)),
    writable: true,
    read: (sector) => {
      const bytes = new Uint8Array(SECTOR);
      bytes.set(content.subarray(sector * SECTOR, (sector + 1) * SECTOR));
      return bytes;
    },
  };
}

/** The registers, and the call stack with symbols where the image has them, of a machine that died. */
export function whereItStopped(
  machine: Machine,
  image: Uint8Array | undefined,
  name: string,
): string {
  const { eip, cr2, cr3, esp } = machine.registers();
  const show = (value: number): string => value.toString(16).padStart(8, '0');
  const registers = `eip=${show(eip)} esp=${show(esp)} cr2=${show(cr2)} cr3=${show(cr3)}`;
  const symbols = image === undefined ? undefined : readSymbols(image, name);
  return [registers, ...(symbols === undefined ? [] : backtrace(machine, symbols))].join('\n');
}

function backtrace(machine: Machine, symbols: SymbolImage): string[] {
  const { eax, ecx, edx, ebx, esp, ebp, esi, edi, eip, cr3 } = machine.registers();
  const readWord = (address: number): number | undefined =>
    word(peekVirtual(machine, cr3, address, 4));
  const imageAt = (pc: number): SymbolImage | undefined =>
    symbols.covers(pc) ? symbols : undefined;
  const registers = [eax, ecx, edx, ebx, esp, ebp, esi, edi, eip];
  const frames = unwind(innermostFrame(registers, imageAt(eip), readWord), imageAt, readWord, 50);
  const inside = frames.filter(({ pc }) => symbols.covers(pc)); // a frame in firmware has no name to show
  return inside.flatMap((frame) =>
    symbols.sourceFrames(lookupAddress(frame)).map(({ name, line }) => {
      const place = line === undefined ? '' : ` at ${line.file}:${line.line}`;
      return `  ${frame.pc.toString(16).padStart(8, '0')} ${name}${place}`;
    }),
  );
}

/** Undefined for an a.out image or one that cannot be read: the registers alone must do. */
function readSymbols(image: Uint8Array, name: string): SymbolImage | undefined {
  try {
    return new SymbolImage(name, image);
  } catch {
    return undefined;
  }
}
