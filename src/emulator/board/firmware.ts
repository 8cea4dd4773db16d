// What a BIOS leaves behind before it starts an operating system: interrupt vectors, its data area, the text mode's
// clean screen, CMOS bytes about memory and drives, and the tables. None of its services is there: each vector of one
// leads to an instruction that says so to the machine (BIOS_CALL_PORT).
import type { Mc146818 } from '../devices/mc146818.ts';
import { acpiTables } from './acpiTables.ts';
import { type ProcessorIdentity, configurationTable, floatingPointer } from './mpTable.ts';
import * as wiring from './wiring.ts';

/** Takes the number of the interrupt by which the guest called the BIOS. */
export const BIOS_CALL_PORT = 0xef;

const SCREEN = 0xb_8000;
const BLANK = 0x0720;
const HANDLERS = wiring.BIOS_AREA + 0x1000;
const HANDLER_BYTES = 8;
const MP_POINTER = wiring.BIOS_AREA + 0x2000;
const MP_TABLE = MP_POINTER + 16;
const FACS = wiring.EBDA + 64; // on 64 bytes
const RESET_VECTOR = 0xf_fff0;

export interface InstalledHardware {
  readonly memorySize: number;
  readonly disks: number;
  readonly processor: ProcessorIdentity;
}

/** Writes into RAM as it will be, the BIOS area included. */
export function installFirmware(ram: Uint8Array, clock: Mc146818, has: InstalledHardware): void {
  const view = new DataView(ram.buffer, ram.byteOffset, ram.byteLength);
  installHandlers(ram, view);
  installDataArea(view, has);
  for (let cell = 0; cell < 80 * 25; cell++) {
    view.setUint16(SCREEN + cell * 2, BLANK, true);
  }
  ram.set(floatingPointer(MP_TABLE), MP_POINTER);
  ram.set(configurationTable(has.processor), MP_TABLE);
  acpiTables(wiring.ACPI_TABLES, FACS).forEach(({ address, bytes }) => {
    ram.set(bytes, address);
  });
  ram.set([0xea, 0x00, 0x10, 0x00, 0xf0], RESET_VECTOR); // jmp to the handler of vector 0
  installCmos(clock, has);
}

/** mov $vector, %al; out %al, $BIOS_CALL_PORT; iret. Hardware interrupts are ended and forgotten. */
function installHandlers(ram: Uint8Array, view: DataView): void {
  for (let vector = 0; vector < 256; vector++) {
    const handler = HANDLERS + vector * HANDLER_BYTES;
    ram.set(handlerOf(vector), handler);
    view.setUint16(vector * 4, handler - wiring.BIOS_AREA, true);
    view.setUint16(vector * 4 + 2, wiring.BIOS_AREA >> 4, true);
  }
}

function handlerOf(vector: number): number[] {
  const isMaster = vector >= 0x08 && vector <= 0x0f;
  const isSlave = vector >= 0x70 && vector <= 0x77;
  if (isMaster) {
    return [0x50, 0xb0, 0x20, 0xe6, 0x20, 0x58, 0xcf]; // push %ax; end of interrupt; pop %ax; iret
  }
  return isSlave ? [0xcf] : [0xb0, vector, 0xe6, BIOS_CALL_PORT, 0xcf];
}

/** The BIOS data area from 40:0 on, the fields that outlive a BIOS (IBM AT Technical Reference, section 5). */
function installDataArea(view: DataView, { disks }: InstalledHardware): void {
  const half = (address: number, value: number) => {
    view.setUint16(address, value, true);
  };
  [0x3f8, 0x2f8, 0x3e8, 0x2e8].forEach((port, index) => {
    half(0x400 + index * 2, port);
  });
  half(0x40e, wiring.EBDA >> 4);
  half(0x410, 0x0826); // four serial ports, mode 3, a coprocessor, a pointing device no
  half(0x413, 639);
  view.setUint8(0x449, 3);
  half(0x44a, 80);
  half(0x44c, 0x1000);
  half(0x460, 0x0d0e);
  half(0x463, 0x3d4);
  view.setUint8(0x475, disks);
  view.setUint8(0x484, 24);
  half(0x485, 16);
  view.setUint8(0x487, 0x60);
  view.setUint8(wiring.EBDA, 1); // its size in KB
}

/** Memory sizes in KB and in 64 KB, equipment, kinds of drives. */
function installCmos(clock: Mc146818, { memorySize, disks }: InstalledHardware): void {
  const half = (index: number, value: number) => {
    clock.setByte(index, value & 0xff);
    clock.setByte(index + 1, value >> 8);
  };
  const extended = Math.min(0xffff, (memorySize >> 10) - 1024);
  clock.setByte(0x12, [0x00, 0xf0, 0xff][disks]);
  clock.setByte(0x14, 0x02);
  half(0x15, 640);
  half(0x17, extended);
  half(0x30, extended);
  half(0x34, Math.max(0, (memorySize - 0x100_0000) >> 16));
}
