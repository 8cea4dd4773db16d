// The ATA channel at port level, as ATA/ATAPI-4 describes it, and a disk in a machine: what the host gives is recorded.
import assert from 'node:assert/strict';

import { Clock } from '../../src/emulator/clock.ts';
import { AtaChannel } from '../../src/emulator/devices/ata/channel.ts';
import { type AtaMedium, AtaDrive } from '../../src/emulator/devices/ata/drive.ts';
import type { DiskSource } from '../../src/emulator/recordedDisk.ts';
import { machineWith, testMachine } from '../support/machineTest.ts';

const SECTORS = 3000;
const READY = 0x50;

/** Every byte of sector n is n; sector 77 cannot be read. */
function patterned(
  sectors = SECTORS,
  writable = true,
): AtaMedium & { written: Map<number, number> } {
  const written = new Map<number, number>();
  return {
    sectors,
    writable,
    written,
    read: (sector) => (sector === 77 ? undefined : new Uint8Array(512).fill(sector)),
    write: (sector, bytes) => written.set(sector, bytes[0]),
  };
}

class Bench {
  readonly clock = new Clock(() => 0);
  up = false;
  readonly channel = new AtaChannel({
    raise: () => {
      this.up = true;
    },
    lower: () => {
      this.up = false;
    },
  });

  constructor(...media: AtaMedium[]) {
    const changed = () => {
      this.channel.interruptChanged();
    };
    this.channel.attach(
      media.map(
        (medium, number) => new AtaDrive(medium, number, this.clock, changed, () => undefined),
      ),
    );
  }

  write(register: number, value: number): void {
    this.channel.commandBlock.writePort(0x1f0 + register, value, 8);
  }

  read(register: number): number {
    return this.channel.commandBlock.readPort(0x1f0 + register, 8);
  }

  get alternateStatus(): number {
    return this.channel.controlBlock.readPort(0x3f6, 8);
  }

  control(value: number): void {
    this.channel.controlBlock.writePort(0x3f6, value, 8);
  }

  /** Lets the device finish what it works on. */
  work(): void {
    assert.equal(this.alternateStatus & 0x80, 0x80, 'BSY');
    this.clock.skip(this.clock.nextDeadline - this.clock.cycles);
    this.clock.runDue();
  }

  command(code: number, lba = 0, count = 1, drive = 0): void {
    this.write(6, 0xe0 | (drive << 4) | (lba >>> 24));
    this.write(2, count);
    this.write(3, lba & 0xff);
    this.write(4, (lba >> 8) & 0xff);
    this.write(5, (lba >> 16) & 0xff);
    this.write(7, code);
  }

  words(count: number): number[] {
    return Array.from({ length: count }, () => this.channel.data.readPort(0x1f0, 16));
  }

  put(count: number, value: number): void {
    for (let index = 0; index < count; index++) {
      this.channel.data.writePort(0x1f0, value, 16);
    }
  }
}

describe('An ATA drive', () => {
  it('shows the signature of a disk and its readiness after power-on and after software reset', () => {
    const bench = new Bench(patterned());
    const registers = () => [1, 2, 3, 4, 5, 6].map((register) => bench.read(register));
    assert.deepEqual(registers(), [1, 1, 1, 0, 0, 0]);
    bench.command(0x20, 5);
    bench.control(0x04);
    bench.control(0);
    assert.deepEqual(registers(), [1, 1, 1, 0, 0, 0]);
    assert.equal(bench.read(7), READY);
    assert.equal(bench.clock.nextDeadline, Infinity);
  });

  it('identifies itself: LBA, its sectors, its text with swapped bytes', () => {
    const bench = new Bench(patterned(200_000));
    bench.command(0xec);
    assert.equal(bench.up, true);
    assert.equal(bench.read(7), READY | 0x08);
    assert.equal(bench.up, false, 'reading the status ends the interrupt');
    const words = bench.words(256);
    assert.equal(words[0] & 0x8000, 0);
    assert.equal(words[49] & 0x200, 0x200);
    assert.equal(words[60] | (words[61] << 16), 200_000);
    assert.equal(words[1] * words[3] * words[6], 198 * 16 * 63);
    const text = words.slice(27, 47).flatMap((word) => [word >> 8, word & 0xff]);
    assert.equal(String.fromCharCode(...text).trim(), 'L4Scope disk');
    assert.equal(bench.read(7), READY);
  });

  it('reads sectors with one interrupt each, counts down, and stays at the last address', () => {
    const bench = new Bench(patterned());
    bench.command(0x20, 254, 3);
    for (const sector of [254, 255, 256]) {
      assert.equal(bench.up, false);
      bench.work();
      assert.equal(bench.up, true);
      assert.equal(bench.read(7), READY | 0x08);
      const byte = sector & 0xff;
      assert.deepEqual(new Set(bench.words(256)), new Set([byte | (byte << 8)]));
    }
    assert.equal(bench.read(7), READY);
    assert.equal(bench.up, false);
    assert.deepEqual(
      [2, 3, 4].map((register) => bench.read(register)),
      [0, 0, 1],
    );
  });

  it('takes a count of zero as 256', () => {
    const bench = new Bench(patterned());
    bench.command(0x20, 1000, 0);
    for (let sector = 0; sector < 256; sector++) {
      bench.work();
      bench.words(256);
    }
    assert.equal(bench.read(7), READY);
  });

  it('reads by cylinder, head and sector', () => {
    const bench = new Bench(patterned());
    bench.write(6, 0xa1);
    [[2, 1], [3, 3], [4, 1], [5, 0], [7, 0x20]].forEach(([register, value]) => {
      bench.write(register, value);
    }); // prettier-ignore
    bench.work();
    assert.equal(bench.words(1)[0] & 0xff, ((16 + 1) * 63 + 2) & 0xff);
    bench.words(255);
    bench.write(3, 0);
    bench.write(2, 1);
    bench.write(7, 0x20);
    assert.equal(bench.read(7) & 1, 1);
    assert.equal(bench.read(1), 0x10);
  });

  it('writes sectors: the first without an interrupt, then one after each', () => {
    const medium = patterned();
    const bench = new Bench(medium);
    bench.command(0x30, 10, 2);
    assert.equal(bench.up, false);
    assert.equal(bench.read(7), READY | 0x08);
    bench.put(256, 0xabab);
    bench.work();
    assert.equal(bench.up, true);
    assert.equal(bench.read(7), READY | 0x08);
    bench.put(256, 0xcdcd);
    bench.work();
    assert.equal(bench.read(7), READY);
    assert.deepEqual([...medium.written], [[10, 0xab], [11, 0xcd]]); // prettier-ignore
  });

  it('moves blocks of READ and WRITE MULTIPLE, and aborts them before SET MULTIPLE', () => {
    const medium = patterned();
    const bench = new Bench(medium);
    bench.command(0xc4, 0, 8);
    assert.equal(bench.read(7), READY | 1);
    assert.equal(bench.read(1), 0x04);
    bench.command(0xc6, 0, 3);
    assert.equal(bench.read(7) & 1, 1, 'not a power of two');
    bench.command(0xc6, 0, 8);
    bench.work();
    bench.command(0xc4, 100, 10);
    bench.work();
    assert.equal(bench.words(8 * 256)[7 * 256], 107 | (107 << 8));
    bench.work();
    bench.words(2 * 256);
    assert.equal(bench.read(7), READY);
    bench.command(0xc5, 200, 8);
    bench.put(8 * 256, 0x1111);
    bench.work();
    assert.equal(bench.read(7), READY);
    assert.equal(medium.written.size, 8);
  });

  it('names the sector beyond its end with IDNF and one that cannot be read with UNC', () => {
    const bench = new Bench(patterned());
    bench.command(0x20, SECTORS);
    assert.equal(bench.read(7), READY | 1);
    assert.equal(bench.read(1), 0x10);
    bench.command(0x20, SECTORS - 1, 2);
    bench.work();
    bench.words(256);
    bench.work();
    assert.equal(bench.up, true);
    assert.equal(bench.read(7), READY | 1);
    assert.deepEqual([bench.read(1), bench.read(2)], [0x10, 1]);
    bench.command(0x20, 76, 4);
    bench.work();
    bench.words(256);
    bench.work();
    assert.equal(bench.read(7), READY | 1);
    assert.deepEqual([bench.read(1), bench.read(2), bench.read(3)], [0x40, 3, 77]);
  });

  it('aborts what it does not know, writes to a read-only medium, and DMA', () => {
    const bench = new Bench(patterned(SECTORS, false));
    for (const code of [0x00, 0xa1, 0xc8, 0x25, 0x30, 0xc5]) {
      bench.command(code);
      assert.equal(bench.up, true);
      assert.equal(bench.read(7), READY | 1);
      assert.equal(bench.read(1), 0x04);
    }
  });

  it('accepts the PIO modes of SET FEATURES and refuses the others', () => {
    const bench = new Bench(patterned());
    const set = (feature: number, mode: number) => {
      bench.write(1, feature);
      bench.command(0xef, 0, mode);
      if ((bench.alternateStatus & 0x80) !== 0) {
        bench.work();
      }
      return bench.read(7);
    };
    assert.equal(set(0x03, 0x08), READY);
    assert.equal(set(0x03, 0x20), READY | 1);
    assert.equal(set(0x99, 0), READY | 1);
  });

  it('raises no interrupt while nIEN is set, and the pending one when it is cleared', () => {
    const bench = new Bench(patterned());
    bench.control(0x02);
    bench.command(0xe7);
    bench.work();
    assert.equal(bench.up, false);
    bench.control(0);
    assert.equal(bench.up, true);
    assert.equal(bench.alternateStatus, READY);
    assert.equal(bench.up, true, 'the alternate status ends no interrupt');
  });

  it('ignores registers and commands while it is busy', () => {
    const bench = new Bench(patterned());
    bench.command(0x20, 9);
    bench.write(3, 55);
    bench.write(7, 0xec);
    assert.equal(bench.read(3), 0x80, 'the status stands for every register');
    bench.work();
    assert.equal(bench.words(1)[0], 9 | (9 << 8));
  });

  it('answers zeroes for a device 1 that is not there, and two drives answer for themselves', () => {
    const alone = new Bench(patterned());
    alone.command(0xec, 0, 1, 1);
    assert.equal(alone.read(7), 0);
    assert.equal(alone.up, false);
    const two = new Bench(patterned(), patterned(4000));
    two.command(0xec, 0, 1, 1);
    assert.equal(two.words(256)[60], 4000);
    two.write(6, 0xa0);
    assert.equal(two.up, false, 'the interrupt of the drive that is not selected');
    two.write(7, 0xec);
    assert.equal(two.words(256)[60], SECTORS);
  });
});

/** Waits for the drive by polling, reads sectors 1 to 4 into memory at 2 MB, and 1 again over the first. */
const READER = `
  .globl start
  start: mov $0x200000, %edi
  mov $1, %ebx
  1: mov $0x1f6, %dx; mov $0xe0, %al; out %al, %dx
  mov $0x1f2, %dx; mov $1, %al; out %al, %dx
  mov $0x1f3, %dx; mov %bl, %al; out %al, %dx
  inc %dx; xor %al, %al; out %al, %dx; inc %dx; out %al, %dx
  mov $0x1f7, %dx; mov $0x20, %al; out %al, %dx
  2: in %dx, %al; test $0x80, %al; jnz 2b
  test $1, %al; jz 3f; movl $0xdead, (%edi); add $512, %edi; jmp 4f
  3: mov $0x1f0, %dx; mov $128, %ecx; cld; rep insl
  4: inc %ebx; cmp $5, %ebx; jne 1b
  5: jmp 5b
`;

describe("A machine's disk", () => {
  const source = (generation: number): DiskSource => ({
    sectors: 100,
    read: (sector) =>
      sector === 3 ? undefined : new Uint8Array(512).fill(sector * 16 + generation),
  });
  const run = 60_000;

  it('gives the guest the sectors of the host, and errors as errors', () => {
    const machine = machineWith(READER, { disks: [source(1)] });
    machine.run(run);
    const bytes = [0, 512, 1536].map((at) => machine.peekPhysical(0x200000 + at, 1)?.[0]);
    assert.deepEqual(bytes, [0x11, 0x21, 0x41]);
    assert.equal(machine.peekPhysical(0x200400, 2)?.[0], 0xad);
  });

  it('is replayed from the log alone, though the host has other bytes now', () => {
    const recorded = machineWith(READER, { disks: [source(1)] });
    recorded.run(run);
    assert.equal(recorded.inputLog.entries.length, 4);
    const never = (): never => assert.fail('the host must not be asked');
    const replayed = machineWith(READER, { disks: [{ sectors: 100, read: never }] });
    replayed.replay(recorded.inputLog);
    replayed.run(run);
    assert.equal(replayed.stateHash(), recorded.stateHash());
    assert.deepEqual(replayed.inputLog, recorded.inputLog);
    const other = machineWith(READER, { disks: [source(2)] });
    other.run(run);
    assert.notEqual(other.stateHash(), recorded.stateHash());
  });

  it('is in the snapshot, in the middle of a transfer too', () => {
    const whole = machineWith(READER, { disks: [source(1)] });
    const snapshots: ReturnType<typeof whole.snapshot>[] = [];
    for (const count of [100, 6_700, 6_830, 14_000]) {
      whole.run(count - whole.instructionCount);
      snapshots.push(whole.snapshot());
    }
    whole.run(run - whole.instructionCount);
    for (const snapshot of snapshots) {
      const other = testMachine({ disks: [source(1)] });
      other.restore(snapshot);
      other.replay(whole.inputLog);
      other.run(run - other.instructionCount);
      assert.equal(other.stateHash(), whole.stateHash());
    }
    assert.throws(() => {
      testMachine().restore(snapshots[0]);
    }, /another number of disks/);
  });

  it('leaves the ports floating where there is none', () => {
    assert.equal(testMachine().peekPort(0x1f7), 0xff);
  });
});
