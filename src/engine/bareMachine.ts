// A machine that boots somebody's Multiboot image, or runs a raw ROM, with nothing known of what runs on it.
import { Machine } from '../emulator/machine.ts';
import type { CpuKind } from '../emulator/machineOptions.ts';
import { peekVirtual, word } from '../kernel/virtualMemory.ts';
import { SymbolImage } from '../symbols/image.ts';
import { innermostFrame, lookupAddress, unwind } from '../symbols/unwind.ts';
import { messageOf, UserError } from './userError.ts';

export interface BareMachineOptions {
  readonly cpu: CpuKind;
  readonly memory: number;
  readonly epochSeconds: number;
  readonly isTerminal: boolean;
  readonly commandLine: string;
  readonly modules: readonly { content: Uint8Array; commandLine: string }[];
  /** Takes each byte that the guest sends on its first serial port. */
  readonly output: (byte: number) => void;
  /** The image is a raw ROM; takes what is written to the POST ports. Its console port goes to `output`. */
  readonly post?: (code: number) => void;
  readonly log: (text: string) => void;
}

/** Throws UserError if the image cannot be loaded. */
export function bareMachine(image: Uint8Array, options: BareMachineOptions): Machine {
  try {
    const machine = new Machine({
      memoryMegabytes: options.memory,
      cpu: options.cpu,
      epochSeconds: options.epochSeconds,
      terminals: [options.isTerminal, false, false, false],
      onSerial: (port, byte) => {
        if (port === 0) {
          options.output(byte);
        }
      },
      diagnostics:
        options.post === undefined ? undefined : { post: options.post, console: options.output },
      log: options.log,
    });
    if (options.post === undefined) {
      machine.loadMultiboot(image, options.commandLine, [...options.modules]);
    } else {
      machine.loadRom(image);
    }
    return machine;
  } catch (error) {
    throw new UserError(messageOf(error));
  }
}

/** The registers, and the call stack with symbols where the image has them, of a machine that died. */
export function whereItStopped(machine: Machine, image: Uint8Array, name: string): string {
  const { eip, cr2, cr3, esp } = machine.registers();
  const show = (value: number): string => value.toString(16).padStart(8, '0');
  const registers = `eip=${show(eip)} esp=${show(esp)} cr2=${show(cr2)} cr3=${show(cr3)}`;
  const symbols = readSymbols(image, name);
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
  return frames.flatMap((frame) =>
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
