// What a BIOS leaves behind before it starts an operating system: interrupt vectors, its data area, the text mode's
// clean screen, CMOS bytes about memory and drives, the tables, the interrupt controllers and the timer at work. None of
// its services is there: each vector of one leads to an instruction that says so to the machine (BIOS_CALL_PORT).
import { cylindersOf } from '../devices/ata/identify.ts';
import { HEADS, SECTORS_A_TRACK } from '../devices/ata/registers.ts';
import type { Mc146818 } from '../devices/mc146818.ts';
import type { PicPair } from '../devices/pic8259.ts';
import type { Pit8254 } from '../devices/pit8254.ts';
import { acpiTables } from './acpiTables.ts';
import { type ProcessorIdentity, configurationTable, floatingPointer } from './mpTable.ts';
import * as wiring from './wiring.ts';

/** Takes the number of the interrupt by which the guest called the BIOS. */
export const BIOS_CALL_PORT = 0xef;

const SCREEN = 0xb_8000;
const BLANK = 0x0720;
const HANDLERS = wiring.BIOS_AREA + 0x1000;
const HANDLER_BYTES = 8;
const TIMER_HANDLER = HANDLERS + 256 * HANDLER_BYTES;
const SLAVE_HANDLER = TIMER_HANDLER + 64;
const TIMER_VECTOR = 0x08;
const SLAVE_VECTOR = 0x70;
/** What the timer's handler calls for whoever wants it; it returns at once. */
const TIMER_TICK = 0x1c;
const TICKS_PER_SECOND = 1_193_182 / 65_536;
const MP_POINTER = wiring.BIOS_AREA + 0x2000;
const MP_TABLE = MP_POINTER + 16;
const FACS = wiring.EBDA + 64; // on 64 bytes
const BOOT_DESCRIPTORS = [0, 0, 0x0000_ffff, 0x00cf_9b00, 0x0000_ffff, 0x00cf_9300];
const DRIVE_TABLES = wiring.EBDA + 128;
const DRIVE_VECTORS = [0x41, 0x46] as const;
const RESET_VECTOR = 0xf_fff0;

export interface InstalledHardware {
  readonly memorySize: number;
  /** How many sectors each drive has. */
  readonly disks: readonly number[];
  readonly processor: ProcessorIdentity;
}

export interface FirmwareChips {
  readonly pics: PicPair;
  readonly pit: Pit8254;
  readonly clock: Mc146818;
}

/** Writes into RAM as it will be, the BIOS area included, and into the chips' ports. */
export function installFirmware(
  ram: Uint8Array,
  chips: FirmwareChips,
  has: InstalledHardware,
): void {
  const view = new DataView(ram.buffer, ram.byteOffset, ram.byteLength);
  installHandlers(ram, view);
  installDataArea(view, chips.clock.secondOfDay, has);
  for (let cell = 0; cell < 80 * 25; cell++) {
    view.setUint16(SCREEN + cell * 2, BLANK, true);
  }
  ram.set(floatingPointer(MP_TABLE), MP_POINTER);
  ram.set(configurationTable(has.processor), MP_TABLE);
  acpiTables(wiring.ACPI_TABLES, FACS).forEach(({ address, bytes }) => {
    ram.set(bytes, address);
  });
  BOOT_DESCRIPTORS.forEach((word, index) => {
    view.setUint32(wiring.BOOT_DESCRIPTORS + index * 4, word, true);
  });
  ram.set([0xea, 0x00, 0x10, 0x00, 0xf0], RESET_VECTOR); // jmp to the handler of vector 0
  installCmos(chips.clock, has);
  startTimer(chips.pit);
  startInterruptControllers(chips.pics, has);
}

/** mov $vector, %al; out %al, $BIOS_CALL_PORT; iret. Hardware interrupts are ended and forgotten, the timer's counted. */
function installHandlers(ram: Uint8Array, view: DataView): void {
  for (let vector = 0; vector < 256; vector++) {
    const handler = HANDLERS + vector * HANDLER_BYTES;
    ram.set(handlerOf(vector), handler);
    view.setUint16(vector * 4, handler - wiring.BIOS_AREA, true);
    view.setUint16(vector * 4 + 2, wiring.BIOS_AREA >> 4, true);
  }
  view.setUint16(TIMER_VECTOR * 4, TIMER_HANDLER - wiring.BIOS_AREA, true);
  ram.set(TIMER_ROUTINE, TIMER_HANDLER);
  ram.set(SLAVE_ROUTINE, SLAVE_HANDLER);
}

function handlerOf(vector: number): number[] {
  if (vector === TIMER_TICK) {
    return [0xcf];
  }
  const isMaster = vector >= 0x08 && vector <= 0x0f;
  const isSlave = vector >= 0x70 && vector <= 0x77;
  if (isMaster) {
    return [0x50, 0xb0, 0x20, 0xe6, 0x20, 0x58, 0xcf]; // push %ax; end of interrupt; pop %ax; iret
  }
  return isSlave ? jumpTo(SLAVE_HANDLER) : [0xb0, vector, 0xe6, BIOS_CALL_PORT, 0xcf];
}

/** jmp $BIOS_AREA >> 4, $offset */
function jumpTo(address: number): number[] {
  const offset = address - wiring.BIOS_AREA;
  return [0xea, offset & 0xff, offset >> 8, (wiring.BIOS_AREA >> 4) & 0xff, wiring.BIOS_AREA >> 12];
}

/** Ends an interrupt at both controllers. */
const SLAVE_ROUTINE = [
  ...[0x50, 0xb0, 0x20, 0xe6, 0xa0], // push %ax; mov $0x20, %al; out %al, $0xa0
  ...[0xe6, 0x20, 0x58, 0xcf], // out %al, $0x20; pop %ax; iret
];

/** Counts at 40:6C, at midnight from 0 again with a one at 40:70, and calls interrupt 1Ch (AT Technical Reference). */
const TIMER_ROUTINE = [
  ...[0x50, 0x1e, 0x31, 0xc0, 0x8e, 0xd8], // push %ax; push %ds; xor %ax, %ax; mov %ax, %ds
  ...[0x66, 0xff, 0x06, 0x6c, 0x04], // incl 0x46c
  ...[0x66, 0x81, 0x3e, 0x6c, 0x04, 0xb0, 0x00, 0x18, 0x00], // cmpl $0x1800b0, 0x46c
  ...[0x72, 14], // jb over the next two
  ...[0x66, 0xc7, 0x06, 0x6c, 0x04, 0, 0, 0, 0], // movl $0, 0x46c
  ...[0xc6, 0x06, 0x70, 0x04, 1], // movb $1, 0x470
  ...[0xcd, TIMER_TICK, 0xb0, 0x20, 0xe6, 0x20], // int $0x1c; mov $0x20, %al; out %al, $0x20
  ...[0x1f, 0x58, 0xcf], // pop %ds; pop %ax; iret
];

/** The BIOS data area from 40:0 on, the fields that outlive a BIOS (IBM AT Technical Reference, section 5). */
function installDataArea(view: DataView, secondOfDay: number, { disks }: InstalledHardware): void {
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
  view.setUint32(0x46c, secondOfDay * TICKS_PER_SECOND, true);
  view.setUint8(0x475, disks.length);
  view.setUint8(0x484, 24);
  half(0x485, 16);
  view.setUint8(0x487, 0x60);
  view.setUint8(wiring.EBDA, 1); // its size in KB
  disks.forEach((sectors, drive) => {
    installDriveTable(view, drive, sectors);
  });
}

/** The fixed disk parameter table to which vectors 41h and 46h point: cylinders, heads, control byte, sectors. */
function installDriveTable(view: DataView, drive: number, sectors: number): void {
  const table = DRIVE_TABLES + drive * 16;
  const cylinders = cylindersOf(sectors);
  view.setUint16(table, cylinders, true);
  view.setUint8(table + 2, HEADS);
  view.setUint16(table + 5, 0xffff, true); // no precompensation
  view.setUint8(table + 8, HEADS > 8 ? 0xc8 : 0xc0); // no retries; more than eight heads
  view.setUint16(table + 12, cylinders, true); // where the heads land
  view.setUint8(table + 14, SECTORS_A_TRACK);
  view.setUint16(DRIVE_VECTORS[drive] * 4, table & 0xf, true);
  view.setUint16(DRIVE_VECTORS[drive] * 4 + 2, table >> 4, true);
}

/** Memory sizes in KB and in 64 KB, equipment, kinds of drives. */
function installCmos(clock: Mc146818, { memorySize, disks }: InstalledHardware): void {
  const half = (index: number, value: number) => {
    clock.setByte(index, value & 0xff);
    clock.setByte(index + 1, value >> 8);
  };
  const extended = Math.min(0xffff, (memorySize >> 10) - 1024);
  clock.setByte(0x12, [0x00, 0xf0, 0xff][disks.length]);
  clock.setByte(0x14, 0x02);
  half(0x15, 640);
  half(0x17, extended);
  half(0x30, extended);
  half(0x34, Math.max(0, (memorySize - 0x100_0000) >> 16));
}

/** Channel 0 ticks 18.2 times a second, channel 1 refreshes memory. */
function startTimer(pit: Pit8254): void {
  pit.writePort(0x43, 0x36);
  pit.writePort(0x40, 0);
  pit.writePort(0x40, 0);
  pit.writePort(0x43, 0x54);
  pit.writePort(0x41, 18);
}

/**
 * Requests at vectors 08h and 70h, as nobody wants them who has left real mode; a kernel that moves them and keeps the
 * masks that it finds has its timer, its keyboard and its drives.
 */
function startInterruptControllers({ master, slave }: PicPair, { disks }: InstalledHardware): void {
  master.writePort(0x20, 0x11);
  slave.writePort(0xa0, 0x11);
  master.writePort(0x21, TIMER_VECTOR);
  slave.writePort(0xa1, SLAVE_VECTOR);
  master.writePort(0x21, 0x04);
  slave.writePort(0xa1, 0x02);
  master.writePort(0x21, 0x01);
  slave.writePort(0xa1, 0x01);
  master.writePort(0x21, 0xf8); // open: timer, keyboard, slave
  slave.writePort(0xa1, disks.length > 0 ? 0x9e : 0xde); // open: clock, coprocessor, drives
}
