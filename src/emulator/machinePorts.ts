// Ports that a machine has only with the options that bring them.
import type { PortRange } from './bus.ts';
import type { AtaChannel } from './devices/ata/channel.ts';
import { CONSOLE_PORT, DiagnosticPort, POST_PORTS } from './devices/diagnosticPorts.ts';
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

export function ataPorts(ata: AtaChannel): PortRange[] {
  return [
    { first: 0x1f0, count: 1, device: ata.data, wide: true },
    { first: 0x1f1, count: 7, device: ata.commandBlock },
    { first: 0x3f6, count: 1, device: ata.controlBlock },
  ];
}
