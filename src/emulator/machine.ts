// The PC on one page: its memory, processor, chips, ports and interrupt lines. The object that everything above the
// emulator drives; it runs for a number of instructions and never looks at the host's clock.
import { sentenceOfVector } from './board/biosCalls.ts';
import { BIOS_CALL_PORT, installFirmware } from './board/firmware.ts';
import { P6_PROCESSOR, PENTIUM_PROCESSOR } from './board/mpTable.ts';
import { PcBoard } from './board/pcBoard.ts';
import { type ScreenText, screenText } from './board/screenText.ts';
import { Bus, type PortRange } from './bus.ts';
import { Clock } from './clock.ts';
import { AtaChannel } from './devices/ata/channel.ts';
import { AtaDrive } from './devices/ata/drive.ts';
import { ExitPort, type ExitReason } from './devices/exitPorts.ts';
import { Mc146818 } from './devices/mc146818.ts';
import type { InterruptLine } from './devices/device.ts';
import { NumericErrorLatch } from './devices/numericErrorLatch.ts';
import { PicPair } from './devices/pic8259.ts';
import { Pit8254 } from './devices/pit8254.ts';
import { SharedLine, Uart16550 } from './devices/uart16550.ts';
import { type InputEntry, type InputLog, InputReplay } from './inputLog.ts';
import type { MachineOptions, MachineStatistics, RunResult } from './machineOptions.ts';
import { type MachineMemory, RAM_OFFSET, createMemory } from './memoryLayout.ts';
import { BOOT_SECTOR_ADDRESS, ROM_END, checkRom, isBootSector } from './rom.ts';
import { keystrokes } from './devices/keyboard/scanCodes.ts';
import { ImageError } from './elfImage.ts';
import { BIOS_SIZE } from './board/wiring.ts';
import { type BootModule, loadMultiboot, prefersGraphics } from './multiboot.ts';
import { ataPorts, diagnosticPorts, emptyAtaPorts } from './machinePorts.ts';
import { type DiskSource, RecordedDisk, sectorsOf } from './recordedDisk.ts';
import {
  type MachineSnapshot,
  SNAPSHOT_VERSION,
  StateHash,
  copyPages,
  restorePages,
} from './snapshot.ts';
import { machineStatistics } from './statistics.ts';
import type { PageTranslation, Registers, Target, TlbEntry } from './target.ts';
import { enterBootSector, enterBootState, enterResetState } from './x86/bootState.ts';
import { type ControlFlowListener, Cpu } from './x86/cpu.ts';
import { cpuModel } from './x86/cpuModel.ts';
import { architecturalWords, restoreCpu, snapshotCpu } from './x86/cpuSnapshot.ts';
import {
  type WritableRegister,
  listTlbEntries,
  readRegisters,
  translatePage,
  writeRegisterByName,
} from './x86/inspect.ts';
import { type InterruptSource, Interpreter } from './x86/interpreter.ts';

export class Machine implements Target {
  private readonly memory: MachineMemory;
  private readonly ram: Uint8Array;
  private readonly bus = new Bus();
  private readonly clock: Clock;
  private readonly cpu: Cpu;
  private readonly pics = new PicPair();
  private readonly pit: Pit8254;
  private readonly rtc: Mc146818;
  private readonly sharedLines: readonly SharedLine[];
  private readonly uarts: readonly Uart16550[];
  private readonly ata: AtaChannel;
  private readonly disks: readonly RecordedDisk[];
  private readonly board: PcBoard | undefined;
  private readonly numericError: NumericErrorLatch;
  private readonly interrupts: InterruptSource;
  private readonly interpreter: Interpreter;
  private exit: { reason: ExitReason; status: number; detail?: string } | undefined;
  private recorded: InputEntry[] = [];
  private replaying: InputReplay | undefined;
  private lastPages: readonly (Uint8Array | undefined)[] | undefined;

  constructor(options: MachineOptions) {
    const { memoryMegabytes, log } = options;
    if (!Number.isInteger(memoryMegabytes) || memoryMegabytes < 16 || memoryMegabytes > 256) {
      throw new RangeError('The machine has 16 to 256 MB of memory.');
    }
    this.memory = createMemory(memoryMegabytes << 20);
    this.ram = this.memory.bytes.subarray(RAM_OFFSET);
    this.clock = new Clock(() => this.cpu.instructionCount);
    this.cpu = new Cpu(this.memory, {
      model: cpuModel(options.cpu, options.taggedTlb),
      ports: this.bus,
      log,
      cycles: () => this.clock.cycles,
      hasLocalApic: options.board === 'pc',
      numericError: () => {
        this.numericError.raise();
      },
    });
    const end = (reason: ExitReason, status: number, detail?: string) => {
      this.exit = detail === undefined ? { reason, status } : { reason, status, detail };
      this.interpreter.stopRequested = true;
    };
    this.board = options.board === 'pc' ? this.makeBoard(end) : undefined;
    const line = (irq: number) => this.board?.line(irq) ?? this.pics.line(irq);
    this.numericError = new NumericErrorLatch(line(13), this.cpu);

    // Interrupt lines
    this.pit = new Pit8254(this.clock, line(0));
    this.rtc = new Mc146818(this.clock, line(8), options.epochSeconds);
    const irq3 = new SharedLine(line(3));
    const irq4 = new SharedLine(line(4));
    this.sharedLines = [irq3, irq4];
    this.uarts = [irq4.input(0), irq3.input(0), irq4.input(1), irq3.input(1)].map((input, port) =>
      this.makeUart(options, input, port),
    );
    this.ata = new AtaChannel(line(14));
    this.disks = this.makeDisks(options);

    // Ports
    this.bus.connect([
      { first: 0x20, count: 2, device: this.pics.master },
      { first: 0xa0, count: 2, device: this.pics.slave },
      { first: 0x40, count: 4, device: this.pit },
      { first: 0x61, count: 1, device: this.pit },
      { first: 0x70, count: 2, device: this.rtc },
      { first: 0xf0, count: 2, device: this.numericError },
      { first: 0x3f8, count: 8, device: this.uarts[0] }, // COM1, IRQ 4
      { first: 0x2f8, count: 8, device: this.uarts[1] }, // COM2, IRQ 3
      { first: 0x3e8, count: 8, device: this.uarts[2] }, // COM3, IRQ 4
      { first: 0x2e8, count: 8, device: this.uarts[3] }, // COM4, IRQ 3
      ...(this.disks.length > 0 || this.board !== undefined ? ataPorts(this.ata) : []),
      ...diagnosticPorts(options),
      ...(this.board === undefined ? [] : this.wholePcPorts(this.board, end)),
      { first: 0xf4, count: 1, device: new ExitPort('debugExit', end), wide: true },
      { first: 0xf5, count: 1, device: new ExitPort('powerOff', end), wide: true },
    ]);
    this.interrupts = this.board?.localApic ?? this.pics;
    this.interpreter = new Interpreter(this.cpu, this.clock, this.interrupts);
  }

  private makeUart(options: MachineOptions, line: InterruptLine, port: number): Uart16550 {
    const send = (byte: number): void => {
      options.onSerial(port, byte);
    };
    const isTerminal = options.terminals?.[port] === true;
    const isBare = this.board === undefined;
    return new Uart16550(`uart-${port}`, this.clock, line, isBare, isTerminal, send);
  }

  private makeBoard(end: EndOfRun): PcBoard {
    const has = {
      i686: this.cpu.i686,
      memorySize: this.ram.length,
    };
    const board = new PcBoard(this.clock, this.pics, has, {
      reset: () => {
        end('reset', 0);
      },
      powerOff: () => {
        end('powerOff', 0);
      },
      nonMaskable: () => {
        this.cpu.raiseNmi();
      },
      log: (message) => {
        this.cpu.report(message);
      },
    });
    this.cpu.mmu.outside.chips = board;
    return board;
  }

  private wholePcPorts(board: PcBoard, end: EndOfRun): PortRange[] {
    return [...board.ports, ...emptyAtaPorts(board.line(15)), this.biosCallPort(end)];
  }

  /** What the vectors of BIOS services lead to. */
  private biosCallPort(end: EndOfRun): PortRange {
    const writePort = (_port: number, vector: number) => {
      const { eax, esp, ssBase } = this.registers();
      const word = (offset: number) => {
        const bytes = this.peekPhysical(ssBase + ((esp + offset) & 0xffff), 2) ?? [0, 0];
        return bytes[0] | (bytes[1] << 8);
      };
      const from = { segment: word(2), offset: word(0) };
      end('shutdown', 0, sentenceOfVector(vector, (eax >> 8) & 0xff, from));
    };
    const device = { readPort: () => 0xff, peekPort: () => 0xff, writePort };
    return { first: BIOS_CALL_PORT, count: 1, device };
  }

  private makeDisks(options: MachineOptions): RecordedDisk[] {
    const sources = options.disks ?? [];
    if (sources.length > 2) {
      throw new RangeError('An ATA channel has one or two drives.');
    }
    const disks = sources.map(
      (source, disk) =>
        new RecordedDisk(source, (sector) => this.sectorInput(source, disk, sector)),
    );
    const changed = () => {
      this.ata.interruptChanged();
    };
    this.ata.attach(
      disks.map((medium, number) => new AtaDrive(medium, number, this.clock, changed, options.log)),
    );
    return disks;
  }

  /** A sector that the guest reads for the first time: of the replayed log, or of the host. */
  private sectorInput(source: DiskSource, disk: number, sector: number): Uint8Array | undefined {
    const { instructionCount } = this;
    const replayed = this.replaying?.takeSector(disk, sector, instructionCount);
    const bytes = replayed === undefined ? source.read(sector)?.slice() : replayed.bytes;
    const cycle = this.clock.cycles;
    this.recorded.push({ kind: 'sector', instructionCount, cycle, disk, sector, bytes });
    return bytes;
  }

  /** Loads an image as a Multiboot boot loader would; throws ImageError. Only before anything has run. */
  loadMultiboot(image: Uint8Array, commandLine: string, modules: readonly BootModule[]): void {
    if (this.cpu.instructionCount !== 0) {
      throw new Error('An image can be loaded only into a machine that has not run.');
    }
    this.installFirmware();
    const board = this.board === undefined ? 'bare' : 'pc';
    enterBootState(this.cpu, loadMultiboot(this.ram, image, commandLine, modules, board));
    if (board === 'pc' && prefersGraphics(image)) {
      this.cpu.report(
        'The Multiboot header asks for a graphics mode; this machine gives it text of 80 by 25 characters.',
      );
    }
  }

  /** What the BIOS of a whole PC leaves in memory and chips; nothing on a bare board. */
  private installFirmware(): void {
    if (this.board === undefined) {
      return;
    }
    const chips = { pics: this.pics, pit: this.pit, clock: this.rtc };
    installFirmware(this.ram, chips, {
      memorySize: this.ram.length,
      disks: this.disks.map(({ sectors }) => sectors),
      processor: this.cpu.i686 ? P6_PROCESSOR : PENTIUM_PROCESSOR,
    });
    this.cpu.mmu.romSize = BIOS_SIZE;
  }

  /** Starts the boot sector of the first disk as a BIOS does. Throws ImageError. Only before anything has run. */
  bootDisk(): void {
    if (this.cpu.instructionCount !== 0) {
      throw new Error('A disk can be booted only by a machine that has not run.');
    }
    this.installFirmware();
    const sector = this.disks.at(0)?.read(0);
    if (sector === undefined || !isBootSector(sector)) {
      throw new ImageError(
        'The first disk has no boot sector: its first 512 bytes do not end with 55 AA.',
      );
    }
    this.ram.set(sector, BOOT_SECTOR_ADDRESS);
    enterBootSector(this.cpu, BOOT_SECTOR_ADDRESS);
  }

  /**
   * Puts a ROM where it ends at 0xFFFFF and, again, at 0xFFFFFFFF, and the processor where a reset puts it. Throws
   * ImageError. Only before anything has run.
   */
  loadRom(image: Uint8Array): void {
    if (this.cpu.instructionCount !== 0) {
      throw new Error('An image can be loaded only into a machine that has not run.');
    }
    checkRom(image);
    this.ram.set(image, ROM_END - image.length);
    this.cpu.mmu.romSize = image.length;
    enterResetState(this.cpu);
  }

  /** Executes at most `maxInstructions`, and exactly as many unless something else stops it. */
  run(maxInstructions: number): RunResult {
    const end = this.instructionCount + maxInstructions;
    for (;;) {
      this.applyReplay();
      const next = this.replaying?.next;
      const until = next === undefined ? end : Math.min(end, Math.max(next.instructionCount, 0));
      const inputComes = until < end && until > this.instructionCount;
      const limit = inputComes ? until : end;
      const reason = this.interpreter.run(limit - this.instructionCount);
      if (reason === 'budget' && this.instructionCount < end) {
        continue;
      }
      if (reason === 'stopped') {
        return this.exit === undefined ? { reason: 'budget' } : { ...this.exit };
      }
      return reason === 'shutdown'
        ? { reason, detail: this.interpreter.shutdownReason }
        : { reason };
    }
  }

  /** One instruction, and the interrupt or exception that comes with it. */
  step(): RunResult {
    return this.run(1);
  }

  /** Halted and nothing pending: jumps to the next device event. False if there is none. */
  skipIdle(): boolean {
    const target = this.idleTarget();
    if (target === Infinity) {
      return false;
    }
    this.advanceIdle(target - this.clock.cycles);
    return true;
  }

  /** Cycle up to which nothing happens while the machine is halted. */
  private idleTarget(): number {
    const next = this.replaying?.next;
    const input = next?.instructionCount === this.instructionCount ? next.cycle : Infinity;
    return Math.min(this.clock.nextDeadline, input);
  }

  /** Lets halted time pass, at most `cycles`; stops early when an interrupt comes. Returns what passed. */
  advanceIdle(cycles: number): number {
    const start = this.clock.cycles;
    const end = start + Math.floor(cycles);
    while (this.cpu.halted && !this.interrupts.pending && this.clock.cycles < end) {
      const target = Math.min(end, Math.max(this.idleTarget(), this.clock.cycles));
      this.clock.skip(target - this.clock.cycles);
      this.applyReplay();
      this.clock.runDue();
      this.interpreter.boundaryCycle = this.clock.cycles;
    }
    return this.clock.cycles - start;
  }

  /**
   * Lets time pass while the processor stands still between two instructions, as when the bus is taken from it. No
   * input: a recorded run cannot be replayed with it.
   */
  stall(cycles: number): void {
    this.clock.skip(cycles);
    this.clock.runDue();
    this.interpreter.boundaryCycle = this.clock.cycles;
  }

  /** Cycles until the next device event, while the machine is idle; Infinity if there is none. */
  get idleCycles(): number {
    return this.idleTarget() - this.clock.cycles;
  }

  receiveSerial(port: number, bytes: Uint8Array): void {
    this.record(port, [...bytes]);
    this.uarts[port].receive(bytes);
  }

  /** The host's end of input. */
  closeSerial(port: number): void {
    this.record(port, undefined);
    this.uarts[port].close();
  }

  /** Types text on the keyboard of a whole PC; characters that a US keyboard does not have are left out. */
  typeText(text: string): void {
    this.pressKeys(keystrokes(text));
  }

  /** Scan codes of set 2, as keys are pressed and released. */
  pressKeys(codes: readonly number[]): void {
    const { instructionCount } = this;
    const cycle = this.clock.cycles;
    const afterBoundary = this.interpreter.boundaryCycle === cycle;
    this.recorded.push({ kind: 'keys', instructionCount, cycle, afterBoundary, codes: [...codes] });
    this.board?.pressKeys(codes);
  }

  /** What a whole PC's screen shows; undefined on a bare board. */
  screenText(): ScreenText | undefined {
    return this.board === undefined ? undefined : screenText(this.ram, this.board.vga);
  }

  private record(port: number, bytes: readonly number[] | undefined): void {
    const cycle = this.clock.cycles;
    this.recorded.push({
      kind: 'serial',
      instructionCount: this.instructionCount,
      cycle,
      afterBoundary: this.interpreter.boundaryCycle === cycle,
      port,
      bytes,
    });
  }

  get inputLog(): InputLog {
    return { version: 3, entries: [...this.recorded] };
  }

  /** Feeds a recorded log into this machine as it runs: a fresh one, or one restored from a snapshot on the log's way. */
  replay(log: InputLog): void {
    this.replaying = new InputReplay(log, this.recorded.length);
  }

  private applyReplay(): void {
    for (;;) {
      const entry = this.replaying?.next;
      if (
        entry === undefined ||
        entry.instructionCount !== this.instructionCount ||
        entry.cycle !== this.clock.cycles
      ) {
        return;
      }
      this.replaying?.advance();
      if (entry.afterBoundary && this.interpreter.boundaryCycle !== entry.cycle) {
        this.interpreter.boundary();
      }
      if (entry.kind === 'keys') {
        this.pressKeys(entry.codes);
      } else if (entry.bytes === undefined) {
        this.closeSerial(entry.port);
      } else {
        this.receiveSerial(entry.port, Uint8Array.from(entry.bytes));
      }
    }
  }

  /** `onHook` is called before the instruction at this physical address is executed. */
  addHook(physicalAddress: number): void {
    this.cpu.blocks.hooks.add(physicalAddress);
    this.cpu.blocks.invalidate(physicalAddress, 1);
  }

  removeHook(physicalAddress: number): void {
    this.cpu.blocks.hooks.delete(physicalAddress);
    this.cpu.blocks.invalidate(physicalAddress, 1);
  }

  set onHook(listener: ((physicalAddress: number) => boolean) | undefined) {
    this.cpu.onHook = listener;
  }

  /** Called at each fill of the instruction TLB, before the first instruction of the page runs. */
  set onCodePage(listener: ((linearPage: number, physicalPage: number) => void) | undefined) {
    this.cpu.onCodePage = listener;
  }

  set controlFlow(listener: ControlFlowListener | undefined) {
    this.cpu.controlFlow = listener;
    this.cpu.blocks.discardAll();
  }

  get instructionCount(): number {
    return this.cpu.instructionCount;
  }

  /** Blocks of code decoded so far: what a guest that writes near its code must not drive up. No state of the guest. */
  get decodedBlocks(): number {
    return this.cpu.blocks.built;
  }

  get cycles(): number {
    return this.clock.cycles;
  }

  registers(): Registers {
    return readRegisters(this.cpu);
  }

  writeRegister(name: WritableRegister, value: number): void {
    writeRegisterByName(this.cpu, name, value);
  }

  peekPhysical(address: number, length: number): Uint8Array | undefined {
    return address < 0 || address + length > this.ram.length
      ? undefined
      : this.ram.slice(address, address + length);
  }

  /** A debugger's write to RAM; code that was decoded from these bytes is discarded. */
  pokePhysical(address: number, bytes: Uint8Array): void {
    if (address < 0 || address + bytes.length > this.ram.length) {
      throw new RangeError('These bytes are not all in RAM.');
    }
    this.ram.set(bytes, address);
    for (let offset = 0; offset < bytes.length; offset++) {
      this.cpu.blocks.invalidate(address + offset, 1);
    }
  }

  peekPort(port: number): number {
    return this.bus.peekPort(port);
  }

  translate(pageDirectory: number, linear: number): PageTranslation | undefined {
    return translatePage(this.cpu, pageDirectory, linear);
  }

  tlbEntries(): TlbEntry[] {
    return listTlbEntries(this.cpu);
  }

  statistics(): MachineStatistics {
    return machineStatistics(this.cpu, this.clock.cycles);
  }

  snapshot(): MachineSnapshot {
    this.lastPages = copyPages(this.ram, this.lastPages);
    return {
      version: SNAPSHOT_VERSION,
      ramSize: this.ram.length,
      romSize: this.cpu.mmu.romSize,
      cpu: snapshotCpu(this.cpu),
      clock: this.clock.snapshot(),
      devices: this.deviceSnapshots(),
      pages: this.lastPages,
      inputs: [...this.recorded],
      boundaryCycle: this.interpreter.boundaryCycle,
      exit: this.exit,
    };
  }

  private deviceSnapshots(): MachineSnapshot['devices'] {
    return {
      masterPic: this.pics.master.snapshot(),
      slavePic: this.pics.slave.snapshot(),
      pit: this.pit.snapshot(),
      rtc: this.rtc.snapshot(),
      uarts: this.uarts.map((uart) => uart.snapshot()),
      sharedLines: this.sharedLines.map((line) => line.snapshot),
      ata: this.ata.snapshot(),
      disks: this.disks.map((disk) => disk.snapshot()),
      board: this.board?.snapshot(),
    };
  }

  restore(from: MachineSnapshot): void {
    if (from.version !== SNAPSHOT_VERSION || from.ramSize !== this.ram.length) {
      throw new Error('The snapshot is of another version or of a machine with other memory.');
    }
    if (from.devices.disks.length !== this.disks.length) {
      throw new Error('The snapshot is of a machine with another number of disks.');
    }
    if ((from.devices.board === undefined) !== (this.board === undefined)) {
      throw new Error('The snapshot is of a machine with another board.');
    }
    restorePages(this.ram, from.pages);
    this.cpu.mmu.romSize = from.romSize;
    this.lastPages = from.pages;
    restoreCpu(this.cpu, from.cpu);
    this.clock.restore(from.clock);
    this.pics.slave.restore(from.devices.slavePic);
    this.pics.master.restore(from.devices.masterPic);
    this.pit.restore(from.devices.pit);
    this.rtc.restore(from.devices.rtc);
    this.uarts.forEach((uart, port) => {
      uart.restore(from.devices.uarts[port]);
    });
    this.sharedLines.forEach((line, index) => {
      line.restore(from.devices.sharedLines[index]);
    });
    this.ata.restore(from.devices.ata);
    this.disks.forEach((disk, number) => {
      disk.restore(from.devices.disks[number], sectorsOf(from.inputs, number));
    });
    if (from.devices.board !== undefined) {
      this.board?.restore(from.devices.board);
    }
    this.exit = from.exit as typeof this.exit;
    this.interpreter.stopRequested = from.exit !== undefined;
    this.interpreter.boundaryCycle = from.boundaryCycle;
    this.recorded = [...from.inputs];
    this.replaying?.moveTo(this.recorded.length);
  }

  /** Registers, RAM, devices, TLBs and clock in one short text: equal states give equal texts. */
  stateHash(): string {
    const hash = new StateHash();
    architecturalWords(this.cpu).forEach((word) => {
      hash.word(word);
    });
    // Of the state words the hash has the architectural ones; how often what came is no state.
    const processor = { ...snapshotCpu(this.cpu), state: undefined, statistics: undefined };
    hash.text(JSON.stringify([processor, this.clock.snapshot(), this.deviceSnapshots()]));
    hash.ram(this.ram);
    return hash.toString();
  }
}

type EndOfRun = (reason: ExitReason, status: number, detail?: string) => void;
