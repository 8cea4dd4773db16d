// The chips that a PC has around those of the bundled system: interrupts by APIC, keyboard, VGA, PCI, ACPI. One object
// for the machine, which gives it the processor's doings as functions.
import type { PortRange } from '../bus.ts';
import type { Clock } from '../clock.ts';
import { IoApic, type IoApicSnapshot } from '../devices/apic/ioApic.ts';
import { LocalApic, type LocalApicSnapshot } from '../devices/apic/localApic.ts';
import type { InterruptLine } from '../devices/device.ts';
import {
  CONFIGURATION_PORT,
  FirmwareConfiguration,
  type FirmwareConfigurationSnapshot,
} from '../devices/firmwareConfiguration.ts';
import { I8042, type I8042Snapshot } from '../devices/keyboard/i8042.ts';
import { PciHost, type PciSnapshot } from '../devices/pciHost.ts';
import type { PicPair } from '../devices/pic8259.ts';
import * as power from '../devices/powerManagement.ts';
import { Vga, type VgaSnapshot } from '../devices/vga.ts';
import { PCI_FUNCTIONS } from './pciFunctions.ts';
import * as wiring from './wiring.ts';

export interface BoardDoings {
  readonly reset: () => void;
  readonly powerOff: () => void;
  readonly nonMaskable: () => void;
  readonly log: (message: string) => void;
}

export interface BoardSnapshot {
  readonly localApic: LocalApicSnapshot;
  readonly ioApic: IoApicSnapshot;
  readonly keyboard: I8042Snapshot;
  readonly vga: VgaSnapshot;
  readonly pci: PciSnapshot;
  readonly power: power.PowerSnapshot;
  readonly systemControl: number;
  readonly firmwareConfiguration: FirmwareConfigurationSnapshot;
}

export class PcBoard {
  readonly localApic: LocalApic;
  readonly vga: Vga;
  private readonly ioApic: IoApic;
  private readonly pics: PicPair;
  private readonly i8042: I8042;
  private readonly pci: PciHost;
  private readonly powerManagement: power.PowerManagement;
  private readonly systemControl: power.SystemControlPort;
  private readonly firmwareConfiguration: FirmwareConfiguration;

  constructor(
    clock: Clock,
    pics: PicPair,
    has: { readonly i686: boolean; readonly memorySize: number },
    doings: BoardDoings,
  ) {
    const { log } = doings;
    this.pics = pics;
    this.localApic = new LocalApic({
      clock,
      external: pics,
      performanceEntry: has.i686,
      endOfInterrupt: (vector) => {
        this.ioApic.endOfInterrupt(vector);
      },
      nonMaskable: doings.nonMaskable,
      log,
    });
    this.ioApic = new IoApic(this.localApic, wiring.IO_APIC_ID);
    const lines = {
      reset: doings.reset,
      setA20: (open: boolean) => {
        if (!open) {
          log('Address line 20 cannot be masked on this machine; it stays open.');
        }
      },
    };
    this.i8042 = new I8042(clock, this.line(1), lines);
    this.systemControl = new power.SystemControlPort(lines);
    this.vga = new Vga(clock);
    this.pci = new PciHost(PCI_FUNCTIONS, doings.reset);
    this.powerManagement = new power.PowerManagement(clock, doings.powerOff, log);
    this.firmwareConfiguration = new FirmwareConfiguration(has.memorySize);
  }

  /** An interrupt line of the ISA bus: it goes to the 8259s and to the I/O APIC. */
  line(irq: number): InterruptLine {
    const ends = [this.pics.line(irq), this.ioApic.input(wiring.ioApicInput(irq))];
    return {
      raise: () => {
        ends.forEach((end) => {
          end.raise();
        });
      },
      lower: () => {
        ends.forEach((end) => {
          end.lower();
        });
      },
    };
  }

  get ports(): PortRange[] {
    return [
      { first: 0x60, count: 1, device: this.i8042 },
      { first: 0x64, count: 1, device: this.i8042 },
      { first: 0x92, count: 1, device: this.systemControl },
      { first: 0x3b4, count: 2, device: this.vga },
      { first: 0x3ba, count: 1, device: this.vga },
      { first: 0x3c0, count: 16, device: this.vga },
      { first: 0x3d4, count: 2, device: this.vga },
      { first: 0x3da, count: 1, device: this.vga },
      { first: 0x4d0, count: 2, device: this.pics.levelControl },
      { first: CONFIGURATION_PORT, count: 2, device: this.firmwareConfiguration, wide: true },
      { first: power.PM_BASE, count: power.PM_LENGTH, device: this.powerManagement, wide: true },
      { first: 0xcf8, count: 8, device: this.pci, wide: true },
    ];
  }

  /** Scan codes of set 2. */
  pressKeys(codes: readonly number[]): void {
    this.i8042.keyboard.press(codes);
  }

  // Physical addresses at which chips answer

  claims(page: number): boolean {
    return page === wiring.LOCAL_APIC_ADDRESS || page === wiring.IO_APIC_ADDRESS;
  }

  readMemory(address: number, size: number): number {
    const value = this.chipAt(address).read(address & 0xffc) >>> ((address & 3) * 8);
    return size === 4 ? value : value & (0xffff_ffff >>> (32 - size * 8));
  }

  /** Their registers are doublewords: other writes do nothing (SDM vol. 3, 10.4.1). */
  writeMemory(address: number, size: number, value: number): void {
    if (size === 4 && (address & 3) === 0) {
      this.chipAt(address).write(address & 0xfff, value >>> 0);
    }
  }

  private chipAt(address: number): LocalApic | IoApic {
    return address >= wiring.LOCAL_APIC_ADDRESS ? this.localApic : this.ioApic;
  }

  snapshot(): BoardSnapshot {
    return {
      localApic: this.localApic.snapshot(),
      ioApic: this.ioApic.snapshot(),
      keyboard: this.i8042.snapshot(),
      vga: this.vga.snapshot(),
      pci: this.pci.snapshot(),
      power: this.powerManagement.snapshot(),
      systemControl: this.systemControl.value,
      firmwareConfiguration: this.firmwareConfiguration.snapshot(),
    };
  }

  restore(from: BoardSnapshot): void {
    this.localApic.restore(from.localApic);
    this.ioApic.restore(from.ioApic);
    this.i8042.restore(from.keyboard);
    this.vga.restore(from.vga);
    this.pci.restore(from.pci);
    this.powerManagement.restore(from.power);
    this.systemControl.value = from.systemControl;
    this.firmwareConfiguration.restore(from.firmwareConfiguration);
  }
}
