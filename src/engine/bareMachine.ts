// A machine that boots somebody's Multiboot image, with nothing known of what runs on it.
import { Machine } from '../emulator/machine.ts';
import { SymbolImage } from '../symbols/image.ts';
import { messageOf, UserError } from './userError.ts';

export interface BareMachineOptions {
  readonly cpu: 'pentium' | 'i686';
  readonly memory: number;
  readonly epochSeconds: number;
  readonly isTerminal: boolean;
  readonly commandLine: string;
  readonly modules: readonly { content: Uint8Array; commandLine: string }[];
  /** Takes each byte that the guest sends on its first serial port. */
  readonly output: (byte: number) => void;
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
      log: options.log,
    });
    machine.loadMultiboot(image, options.commandLine, [...options.modules]);
    return machine;
  } catch (error) {
    throw new UserError(messageOf(error));
  }
}

/** The registers that tell where a machine died, and the symbol there if the image has symbols. */
export function whereItStopped(machine: Machine, image: Uint8Array, name: string): string {
  const { eip, cr2, cr3, esp } = machine.registers();
  const show = (value: number): string => value.toString(16).padStart(8, '0');
  return `eip=${show(eip)} ${describe(image, name, eip)} esp=${show(esp)} cr2=${show(cr2)} cr3=${show(cr3)}`;
}

function describe(image: Uint8Array, name: string, address: number): string {
  try {
    return new SymbolImage(name, image).describe(address);
  } catch {
    return ''; // an a.out image, or one without sections: the address alone must do
  }
}
