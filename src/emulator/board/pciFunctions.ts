// The functions on PCI bus 0: Intel's 82439TX host bridge and the 82371AB with its ISA bridge, IDE and power
// management, as far as their configuration headers go. The IDE function has its fixed addresses and no bus mastering.
import type { PciFunction } from '../devices/pciHost.ts';
import { PM_BASE } from '../devices/powerManagement.ts';

const COMMAND = 0x04;
const INTERRUPT_LINE = 0x3c;
const INTEL = 0x8086;
const identity = (device: number) => ((device << 16) | INTEL) >>> 0;
const IO_AND_MEMORY = 0x3;

export const PCI_FUNCTIONS: readonly PciFunction[] = [
  {
    device: 0,
    function: 0,
    words: { 0x00: identity(0x7100), [COMMAND]: 0x2200_0006, 0x08: 0x0600_0001 },
    writable: { [COMMAND]: 0x2, 0x58: ~0, 0x5c: ~0 },
  },
  {
    device: 1,
    function: 0,
    words: {
      0x00: identity(0x7110),
      [COMMAND]: 0x0280_0007,
      0x08: 0x0601_0001,
      0x0c: 0x0080_0000, // several functions
      0x60: 0x8080_8080, // none of PCI's interrupts is routed
    },
    writable: { [COMMAND]: 0x8, 0x4c: ~0, 0x60: ~0 },
  },
  {
    device: 1,
    function: 1,
    words: {
      0x00: identity(0x7111),
      [COMMAND]: 0x0280_0001,
      0x08: 0x0101_0001,
      0x40: 0x8000_8000, // both channels are decoded
    },
    writable: { [COMMAND]: 0x5 },
  },
  {
    device: 1,
    function: 3,
    words: {
      0x00: identity(0x7113),
      [COMMAND]: 0x0280_0000 | IO_AND_MEMORY,
      0x08: 0x0680_0001,
      [INTERRUPT_LINE]: 0x0109,
      0x40: PM_BASE | 1,
      0x80: 1, // power management's registers are decoded
    },
    writable: { [INTERRUPT_LINE]: 0xff },
  },
];
