// A machine for tests: small, silent, and with what it wrote and logged at hand.
import { Machine } from '../../src/emulator/machine.ts';
import type { MachineOptions } from '../../src/emulator/machineOptions.ts';
import { assembleImage } from './machineAssemble.ts';

export interface TestMachine extends Machine {
  /** What each serial port sent, as text. */
  readonly serial: string[];
  readonly messages: string[];
}

export function testMachine(options: Partial<MachineOptions> = {}): TestMachine {
  const serial = ['', '', '', ''];
  const messages: string[] = [];
  const machine = new Machine({
    memoryMegabytes: 16,
    cpu: 'pentium',
    epochSeconds: 1_000_000_000,
    onSerial: (port, byte) => {
      serial[port] += String.fromCharCode(byte);
    },
    log: (message) => {
      messages.push(message);
    },
    ...options,
  });
  return Object.assign(machine, { serial, messages });
}

/** A machine with an image made of this assembly text, not yet run. */
export function machineWith(assembly: string, options: Partial<MachineOptions> = {}): TestMachine {
  const machine = testMachine(options);
  machine.loadMultiboot(assembleImage(assembly), '', []);
  return machine;
}
