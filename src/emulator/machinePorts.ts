// Ports that a machine has only with the options that bring them.
import type { PortRange } from './bus.ts';
import { AtaChannel } from './devices/ata/channel.ts';
import { CONSOLE_PORT, DiagnosticPort, POST_PORTS } from './devices/diagnosticPorts.ts';
import type { InterruptLine } from './devices/device.ts';
import type { MachineOptions } from './machineOptions.ts';

export function diagnosticPorts({ diagnostics }: MachineOptions): PortRange[] {
  if (diagnostics === undefined) {
    return [];
  }
  const post = new DiagnosticPort(diagnostics.post);
  return [
    ...POST_PORTS.map((first) => ({ first, count: 1, device: post })),
    { first: CONSOLE_PORT, count: 1, device: new DiagnosticPort(diagnostics.console) },
  ];
}

/** Command and control block of one channel; IDE's primary is at 1F0h and 3F6h. */
export function ataPorts(ata: AtaChannel, command = 0x1f0, control = 0x3f6): PortRange[] {
  return [
    { first: command, count: 1, device: ata.data, wide: true },
    { first: command + 1, count: 7, device: ata.commandBlock },
    { first: control, count: 1, device: ata.controlBlock },
  ];
}

/** A channel of a whole PC without a drive reads as zeroes: BSY is clear for guests that look for drives. */
export function emptyAtaPorts(line: InterruptLine): PortRange[] {
  return ataPorts(new AtaChannel(line), 0x170, 0x376);
}
