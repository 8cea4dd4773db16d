// One ATA disk with the PIO data transfers of ATA/ATAPI-4 (chapter 9: "PIO data-in" and "PIO data-out" protocols):
// its registers, its one buffer, its commands in one table. It raises INTRQ; the channel decides who hears it.
import type { Clock, Timer } from '../../clock.ts';
import { ATA_COMMANDS } from './commands.ts';
import { identifyData } from './identify.ts';
import * as ata from './registers.ts';
import { TaskFile } from './taskFile.ts';

/** What turns below the heads. */
export interface AtaMedium {
  readonly sectors: number;
  readonly writable: boolean;
  /** 512 bytes, or undefined: they cannot be read. */
  read(sector: number): Uint8Array | undefined;
  write(sector: number, bytes: Uint8Array): void;
}

/** dataIn and dataOut: the host moves words; reading and writing: the disk works, BSY is set. */
type Phase = 'idle' | 'reading' | 'dataIn' | 'dataOut' | 'writing' | 'finishing';

export interface AtaDriveSnapshot {
  readonly registers: readonly number[];
  readonly features: number;
  readonly status: number;
  readonly interrupt: boolean;
  readonly phase: Phase;
  readonly buffer: readonly number[];
  readonly position: number;
  readonly blockSectors: number;
  readonly remaining: number;
  readonly perBlock: number;
  readonly multiple: number;
}

const READY = ata.STATUS_DRDY | ata.STATUS_DSC;
const COMMAND_CYCLES = 6650; // 50 µs: a disk that has all in its cache
const NEXT_BLOCK_CYCLES = 665;

export class AtaDrive {
  private readonly medium: AtaMedium;
  private readonly serialNumber: string;
  private readonly timer: Timer;
  private readonly clock: Clock;
  private readonly interruptChanged: () => void;
  private readonly log: (message: string) => void;
  private readonly registers = new TaskFile();
  private features = 0;
  private status = READY;
  interrupt = false;
  private phase: Phase = 'idle';
  private buffer = new Uint8Array(ata.LARGEST_MULTIPLE * ata.SECTOR_BYTES);
  private position = 0;
  /** Sectors in the buffer, of those that the command has still to move, and the most in a block. */
  private blockSectors = 0;
  private remaining = 0;
  private perBlock = 1;
  private multiple = 0;

  constructor(
    medium: AtaMedium,
    number: number,
    clock: Clock,
    interruptChanged: () => void,
    log: (message: string) => void,
  ) {
    this.medium = medium;
    this.serialNumber = `L4S${number}`;
    this.clock = clock;
    this.interruptChanged = interruptChanged;
    this.log = log;
    this.timer = clock.createTimer(`ata-${number}`, () => {
      this.expire();
    });
    this.reset();
  }

  /** Power-on, software reset, and the signature that says "no packet device". */
  reset(): void {
    this.timer.cancel();
    this.registers.values.set([0, ata.DIAGNOSTIC_PASSED, 1, 1, 0, 0, 0, 0]);
    this.status = READY;
    this.phase = 'idle';
    this.multiple = 0;
    this.setInterrupt(false);
  }

  get isBusy(): boolean {
    return (this.status & ata.STATUS_BSY) !== 0;
  }

  /** What a read of the register would give. */
  peek(register: number): number {
    return register === ata.STATUS ? this.status : this.registers.values[register];
  }

  read(register: number): number {
    if (register === ata.STATUS) {
      this.setInterrupt(false);
    }
    return this.isBusy ? this.status : this.peek(register);
  }

  /** A write to any register but data and command; ignored while the device is at work. */
  write(register: number, value: number): void {
    if (this.isBusy) {
      return;
    }
    if (register === ata.ERROR) {
      this.features = value;
    } else {
      this.registers.values[register] = value;
    }
  }

  command(code: number): void {
    if (this.isBusy) {
      return;
    }
    this.setInterrupt(false);
    this.phase = 'idle';
    this.registers.values[ata.ERROR] = 0;
    this.status = READY;
    const handler = ATA_COMMANDS[code];
    if (handler === undefined) {
      this.abort();
    } else {
      handler(this);
    }
  }

  /** The next 16 bits of the buffer; zero when the device offers none. */
  readData(): number {
    if (this.phase !== 'dataIn') {
      return 0;
    }
    const value = this.buffer[this.position] | (this.buffer[this.position + 1] << 8);
    this.position += 2;
    if (this.position === this.blockSectors * ata.SECTOR_BYTES) {
      this.blockRead();
    }
    return value;
  }

  writeData(value: number): void {
    if (this.phase !== 'dataOut') {
      return;
    }
    this.buffer[this.position] = value & 0xff;
    this.buffer[this.position + 1] = value >>> 8;
    this.position += 2;
    if (this.position === this.blockSectors * ata.SECTOR_BYTES) {
      this.work('writing', NEXT_BLOCK_CYCLES);
    }
  }

  private setInterrupt(value: boolean): void {
    if (this.interrupt !== value) {
      this.interrupt = value;
      this.interruptChanged();
    }
  }

  private work(phase: Phase, cycles: number): void {
    this.phase = phase;
    this.status = ata.STATUS_BSY;
    this.timer.set(this.clock.cycles + cycles);
  }

  /** The device is done with what the timer stood for. */
  private expire(): void {
    switch (this.phase) {
      case 'reading':
        this.readBlock();
        break;
      case 'writing':
        this.writeBlock();
        break;
      default:
        this.end();
    }
  }

  private end(): void {
    this.phase = 'idle';
    this.status = READY;
    this.setInterrupt(true);
  }

  private fail(error: number): void {
    this.registers.values[ata.ERROR] = error;
    this.phase = 'idle';
    this.status = READY | ata.STATUS_ERR;
    this.setInterrupt(true);
  }

  abort(): void {
    this.fail(ata.ERROR_ABRT);
  }

  finish(): void {
    this.work('finishing', COMMAND_CYCLES);
  }

  identify(): void {
    const { multiple, serialNumber } = this;
    this.buffer.set(identifyData({ sectors: this.medium.sectors, multiple, serialNumber }));
    this.remaining = 0;
    this.blockSectors = 1;
    this.offer();
  }

  /** READ SECTORS and READ MULTIPLE: blocks of that many sectors. */
  startReading(perBlock: number): void {
    if (this.begin(perBlock)) {
      this.work('reading', COMMAND_CYCLES);
    }
  }

  startWriting(perBlock: number): void {
    if (!this.medium.writable) {
      this.log('The guest writes to a disk that can only be read; the command is aborted.');
      this.abort();
    } else if (this.begin(perBlock)) {
      this.accept();
    }
  }

  verify(): void {
    if (!this.begin(1)) {
      return;
    }
    for (; this.remaining > 0; this.advance()) {
      if (!this.isOnDisk() || this.medium.read(this.address()) === undefined) {
        this.fail(this.isOnDisk() ? ata.ERROR_UNC : ata.ERROR_IDNF);
        return;
      }
    }
    this.finish();
  }

  setMultiple(): void {
    const count = this.registers.values[ata.SECTOR_COUNT];
    if (count > ata.LARGEST_MULTIPLE || (count & (count - 1)) !== 0) {
      this.multiple = 0;
      this.abort();
      return;
    }
    this.multiple = count;
    this.finish();
  }

  get multipleSectors(): number {
    return this.multiple;
  }

  /** Transfer modes of PIO, and what may be switched without an effect on a disk of this kind. */
  setFeatures(): void {
    const mode = this.registers.values[ata.SECTOR_COUNT];
    const isKnown =
      [0x02, 0x55, 0x82, 0xaa, 0x66, 0xcc].includes(this.features) || // caches, power-on defaults
      (this.features === 0x03 && (mode <= 0x01 || (mode & 0xf8) === 0x08)); // PIO modes
    if (isKnown) {
      this.finish();
    } else {
      this.abort();
    }
  }

  /** Only the translation that IDENTIFY names. */
  initializeParameters(): void {
    const heads = (this.registers.values[ata.DEVICE] & 0x0f) + 1;
    if (heads !== ata.HEADS || this.registers.values[ata.SECTOR_COUNT] !== ata.SECTORS_A_TRACK) {
      this.abort();
    } else {
      this.finish();
    }
  }

  checkPowerMode(): void {
    this.registers.values[ata.SECTOR_COUNT] = 0xff; // active
    this.finish();
  }

  diagnose(): void {
    this.reset();
    this.finish();
  }

  private begin(perBlock: number): boolean {
    if (perBlock === 0) {
      this.abort(); // READ MULTIPLE before SET MULTIPLE
      return false;
    }
    this.remaining =
      this.registers.values[ata.SECTOR_COUNT] === 0 ? 256 : this.registers.values[ata.SECTOR_COUNT];
    this.perBlock = perBlock;
    if (!this.isOnDisk()) {
      this.fail(ata.ERROR_IDNF);
      return false;
    }
    return true;
  }

  private isOnDisk(): boolean {
    const address = this.registers.address(this.medium.sectors);
    return address >= 0 && address < this.medium.sectors;
  }

  private address(): number {
    return this.registers.address(this.medium.sectors);
  }

  /** One sector is done: the registers name the next, or stay at the last one. */
  private advance(): void {
    this.remaining--;
    this.registers.values[ata.SECTOR_COUNT] = this.remaining;
    if (this.remaining > 0) {
      this.registers.setAddress(this.address() + 1);
    }
  }

  /** Fills the buffer; an error leaves the registers at the sector that has it. */
  private readBlock(): void {
    this.blockSectors = 0;
    while (this.remaining > 0 && this.blockSectors < this.perBlock) {
      const bytes = this.isOnDisk() ? this.medium.read(this.address()) : undefined;
      if (bytes === undefined) {
        this.fail(this.isOnDisk() ? ata.ERROR_UNC : ata.ERROR_IDNF);
        return;
      }
      this.buffer.set(bytes, this.blockSectors * ata.SECTOR_BYTES);
      this.blockSectors++;
      this.advance();
    }
    this.offer();
  }

  private offer(): void {
    this.position = 0;
    this.phase = 'dataIn';
    this.status = READY | ata.STATUS_DRQ;
    this.setInterrupt(true);
  }

  /** The host has taken the whole block. */
  private blockRead(): void {
    if (this.remaining > 0) {
      this.work('reading', NEXT_BLOCK_CYCLES);
    } else {
      this.phase = 'idle';
      this.status = READY;
    }
  }

  /** Asks for a block to write; the first one without an interrupt. */
  private accept(): void {
    this.position = 0;
    this.blockSectors = Math.min(this.perBlock, this.remaining);
    this.phase = 'dataOut';
    this.status = READY | ata.STATUS_DRQ;
  }

  private writeBlock(): void {
    for (let index = 0; index < this.blockSectors; index++) {
      if (!this.isOnDisk()) {
        this.fail(ata.ERROR_IDNF);
        return;
      }
      const start = index * ata.SECTOR_BYTES;
      this.medium.write(this.address(), this.buffer.slice(start, start + ata.SECTOR_BYTES));
      this.advance();
    }
    if (this.remaining === 0) {
      this.end();
    } else {
      this.accept();
      this.setInterrupt(true);
    }
  }

  snapshot(): AtaDriveSnapshot {
    const { features, status, interrupt, phase, position } = this;
    const { blockSectors, remaining, perBlock, multiple } = this;
    const isUsed = phase === 'dataIn' || phase === 'dataOut' || phase === 'writing';
    return {
      registers: [...this.registers.values],
      ...{ features, status, interrupt, phase, position },
      ...{ blockSectors, remaining, perBlock, multiple },
      buffer: isUsed ? [...this.buffer.subarray(0, blockSectors * ata.SECTOR_BYTES)] : [],
    };
  }

  restore(from: AtaDriveSnapshot): void {
    this.registers.values.set(from.registers);
    this.buffer.set(from.buffer);
    this.features = from.features;
    this.status = from.status;
    this.interrupt = from.interrupt;
    this.phase = from.phase;
    this.position = from.position;
    this.blockSectors = from.blockSectors;
    this.remaining = from.remaining;
    this.perBlock = from.perBlock;
    this.multiple = from.multiple;
  }
}
