// The chips by themselves, as their data sheets describe them, on a clock that the test moves.
import assert from 'node:assert/strict';

import { Clock } from '../../src/emulator/clock.ts';
import type { InterruptLine } from '../../src/emulator/devices/device.ts';
import { Mc146818 } from '../../src/emulator/devices/mc146818.ts';
import { PicPair } from '../../src/emulator/devices/pic8259.ts';
import { Pit8254 } from '../../src/emulator/devices/pit8254.ts';
import { Uart16550 } from '../../src/emulator/devices/uart16550.ts';
import { machineWith } from '../support/machineTest.ts';

class Line implements InterruptLine {
  up = false;
  edges = 0;

  raise(): void {
    this.edges += this.up ? 0 : 1;
    this.up = true;
  }

  lower(): void {
    this.up = false;
  }
}

function movingClock(): { clock: Clock; advance: (cycles: number) => void } {
  const clock = new Clock(() => 0);
  const advance = (cycles: number) => {
    const end = clock.cycles + cycles;
    while (clock.nextDeadline <= end) {
      clock.skip(clock.nextDeadline - clock.cycles);
      clock.runDue();
    }
    clock.skip(end - clock.cycles);
  };
  return { clock, advance };
}

describe('The pair of 8259s', () => {
  function pics(icw4 = 1): PicPair {
    const pair = new PicPair();
    [0x11].forEach((value) => {
      pair.master.writePort(0x20, value);
      pair.slave.writePort(0xa0, value);
    });
    [0x20, 4, icw4].forEach((value) => {
      pair.master.writePort(0x21, value);
    });
    [0x28, 2, 1].forEach((value) => {
      pair.slave.writePort(0xa1, value);
    });
    return pair;
  }

  it('serves the higher priority first and keeps the lower until the end of interrupt', () => {
    const pair = pics();
    pair.line(4).raise();
    pair.line(0).raise();
    assert.equal(pair.acknowledge(), 0x20);
    assert.equal(pair.pending, false);
    pair.master.writePort(0x20, 0x20);
    assert.equal(pair.pending, true);
    assert.equal(pair.acknowledge(), 0x24);
  });

  it('lets a higher priority interrupt a lower one, and specific EOI name which ended', () => {
    const pair = pics();
    pair.line(4).raise();
    assert.equal(pair.acknowledge(), 0x24);
    pair.line(1).raise();
    assert.equal(pair.acknowledge(), 0x21);
    pair.master.writePort(0x20, 0x0b);
    assert.equal(pair.master.readPort(0x20), 0x12);
    pair.master.writePort(0x20, 0x64);
    assert.equal(pair.master.readPort(0x20), 0x02);
  });

  it('passes interrupts of the second chip through input 2', () => {
    const pair = pics();
    pair.line(8).raise();
    assert.equal(pair.acknowledge(), 0x28);
    pair.line(9).raise();
    assert.equal(pair.pending, false);
    pair.slave.writePort(0xa0, 0x20);
    pair.master.writePort(0x20, 0x20);
    assert.equal(pair.acknowledge(), 0x29);
  });

  it('nests interrupts of the second chip in special fully nested mode', () => {
    const pair = pics(0x11);
    pair.line(12).raise();
    assert.equal(pair.acknowledge(), 0x2c);
    pair.line(8).raise();
    assert.equal(pair.pending, true);
    assert.equal(pair.acknowledge(), 0x28);
  });

  it('masks, reads its mask back, and remembers an edge meanwhile', () => {
    const pair = pics();
    pair.master.writePort(0x21, 0x10);
    assert.equal(pair.master.readPort(0x21), 0x10);
    pair.line(4).raise();
    assert.equal(pair.pending, false);
    assert.equal(pair.master.readPort(0x20), 0x10);
    pair.master.writePort(0x21, 0);
    assert.equal(pair.acknowledge(), 0x24);
  });

  it('gives vector 7 for a request that went away, and leaves no trace of it in service', () => {
    const pair = pics();
    pair.line(3).raise();
    pair.line(3).lower();
    assert.equal(pair.acknowledge(), 0x27);
    pair.master.writePort(0x20, 0x0b);
    assert.equal(pair.master.readPort(0x20), 0);
  });
});

describe('The 8254', () => {
  function pit(): { device: Pit8254; line: Line; advance: (cycles: number) => void } {
    const { clock, advance } = movingClock();
    const line = new Line();
    const device = new Pit8254(clock, line, () => undefined);
    return { device, line, advance };
  }
  const TICK = 133_000_000 / 1_193_182;

  it('in mode 2 interrupts once a period', () => {
    const { device, line, advance } = pit();
    [0x34, 0x00, 0x10].forEach((value, index) => {
      device.writePort(index === 0 ? 0x43 : 0x40, value);
    });
    advance(Math.ceil(4096 * TICK * 10) + 1);
    assert.equal(line.edges, 10);
  });

  it('in mode 0 interrupts once', () => {
    const { device, line, advance } = pit();
    [0x30, 0xe8, 0x03].forEach((value, index) => {
      device.writePort(index === 0 ? 0x43 : 0x40, value);
    });
    advance(999 * TICK);
    assert.equal(line.edges, 0);
    advance(3 * TICK);
    assert.equal(line.edges, 1);
    advance(1e7);
    assert.equal(line.edges, 1);
  });

  it('latches a count, and shows channel 2 at port 0x61', () => {
    const { device, advance } = pit();
    device.writePort(0x61, 1);
    [0xb0, 0xe8, 0x03].forEach((value, index) => {
      device.writePort(index === 0 ? 0x43 : 0x42, value);
    });
    advance(100 * TICK + 60);
    device.writePort(0x43, 0x80);
    advance(500 * TICK);
    assert.equal(device.readPort(0x42) | (device.readPort(0x42) << 8), 900);
    assert.equal(device.readPort(0x61) & 0x20, 0);
    advance(401 * TICK);
    assert.equal(device.readPort(0x61) & 0x20, 0x20);
  });
});

describe('The MC146818', () => {
  function rtc(epoch = Date.UTC(1997, 9, 5, 23, 59, 58) / 1000) {
    const { clock, advance } = movingClock();
    const line = new Line();
    const device = new Mc146818(clock, line, epoch, () => undefined);
    const read = (index: number) => {
      device.writePort(0x70, index);
      return device.readPort(0x71);
    };
    const write = (index: number, value: number) => {
      device.writePort(0x70, index);
      device.writePort(0x71, value);
    };
    return { line, advance, read, write };
  }

  it('shows the date in BCD, and goes on with guest time', () => {
    const { read, advance } = rtc();
    assert.deepEqual([9, 8, 7, 4, 2, 0, 0x32].map(read), [0x97, 0x10, 5, 0x23, 0x59, 0x58, 0x19]);
    advance(2 * 133_000_000);
    assert.deepEqual([7, 4, 2, 0].map(read), [6, 0, 0, 0]);
  });

  it('interrupts 512 times a second at rate 7, each time only after register C was read', () => {
    const { line, advance, read, write } = rtc();
    write(10, 0x27);
    write(11, 0x42);
    advance(133_000_000 / 512 + 1);
    assert.equal(line.edges, 1);
    advance(133_000_000 / 512);
    assert.equal(line.edges, 1);
    assert.equal(read(12), 0xc0);
    assert.equal(read(12), 0);
    for (let count = 0; count < 510; count++) {
      advance(133_000_000 / 512);
      read(12);
    }
    assert.equal(line.edges, 511);
  });

  it('interrupts at the end of an update when asked', () => {
    const { line, advance, read, write } = rtc();
    write(11, 0x12);
    advance(133_000_001);
    assert.equal(line.up, true);
    assert.equal(read(12), 0x90);
  });
});

describe('The 16550', () => {
  function uart(terminal = false) {
    const line = new Line();
    const sent: number[] = [];
    const device = new Uart16550(line, terminal, (byte) => sent.push(byte));
    device.writePort(0x3fc, 8);
    return { device, line, sent };
  }

  it('sends a byte, and interrupts when it can take another', () => {
    const { device, line, sent } = uart();
    device.writePort(0x3f9, 2);
    assert.equal(device.readPort(0x3fa), 2);
    assert.equal(line.up, false);
    device.writePort(0x3f8, 65);
    assert.equal(line.up, true);
    assert.deepEqual(sent, [65]);
  });

  it('gives received bytes one after the other through its FIFO, and interrupts while any is there', () => {
    const { device, line } = uart();
    device.writePort(0x3fa, 1);
    device.writePort(0x3f9, 1);
    device.receive(Uint8Array.from({ length: 40 }, (_, index) => index));
    assert.equal(device.readPort(0x3fa), 0xc4);
    for (let index = 0; index < 40; index++) {
      assert.equal(line.up, true);
      assert.equal(device.readPort(0x3fd) & 1, 1);
      assert.equal(device.readPort(0x3f8), index);
    }
    assert.equal(line.up, false);
    assert.equal(device.readPort(0x3fd) & 1, 0);
  });

  it('interrupts only while OUT2 is set', () => {
    const { device, line } = uart();
    device.writePort(0x3f9, 1);
    device.writePort(0x3fc, 0);
    device.receive(Uint8Array.of(1));
    assert.equal(line.up, false);
    device.writePort(0x3fc, 8);
    assert.equal(line.up, true);
  });

  it('drops the carrier when the last byte before the end of input was read', () => {
    const { device } = uart(true);
    assert.equal(device.readPort(0x3fe), 0xb0);
    device.receive(Uint8Array.of(7));
    device.close();
    assert.equal(device.readPort(0x3fe), 0xb0);
    device.readPort(0x3f8);
    assert.equal(device.readPort(0x3fe), 0x38);
    assert.equal(device.readPort(0x3fe), 0x30);
  });

  it('tells by DSR whether the host end is a terminal', () => {
    assert.equal(uart(true).device.readPort(0x3fe) & 0x20, 0x20);
    assert.equal(uart(false).device.readPort(0x3fe) & 0x20, 0);
  });

  it('keeps peeking apart from reading', () => {
    const { device } = uart();
    device.receive(Uint8Array.of(7));
    assert.equal(device.peekPort(0x3f8), 7);
    assert.equal(device.peekPort(0x3f8), 7);
    assert.equal(device.readPort(0x3f8), 7);
    assert.equal(device.readPort(0x3fd) & 1, 0);
  });
});

describe('The exit ports', () => {
  it('end the machine with the status of the guest', () => {
    const debugExit = machineWith(
      '.globl start\nstart: mov $3, %eax; out %eax, $0xf4; jmp start\n',
    );
    assert.deepEqual(debugExit.run(10), { reason: 'debugExit', status: 7 });
    const powerOff = machineWith(
      '.globl start\nstart: mov $0x700, %eax; out %eax, $0xf5; jmp start\n',
    );
    assert.deepEqual(powerOff.run(10), { reason: 'powerOff', status: 0x700 });
    assert.equal(powerOff.instructionCount, 2);
  });
});
