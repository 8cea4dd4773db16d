// The chips by themselves, as their data sheets describe them, on a clock that the test moves.
import assert from 'node:assert/strict';

import { PicPair } from '../../src/emulator/devices/pic8259.ts';
import { Uart16550 } from '../../src/emulator/devices/uart16550.ts';
import { Line, movingClock } from '../support/chips.ts';
import { machineWith } from '../support/machineTest.ts';

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

describe('The 8259s in the modes that few kernels use', () => {
  /** The first chip alone, at vector 20h. */
  function master(icw1 = 0x11, icw4 = 1): PicPair {
    const pair = new PicPair();
    pair.master.writePort(0x20, icw1);
    [0x20, 4, icw4].forEach((value) => {
      pair.master.writePort(0x21, value);
    });
    return pair;
  }

  it('let a level-triggered input ask again after the end of interrupt for as long as it is up', () => {
    const pair = master();
    pair.levelControl.writePort(0x4d0, 0x20, 8);
    assert.equal(pair.levelControl.readPort(0x4d0, 8), 0x20);
    pair.line(5).raise();
    assert.equal(pair.acknowledge(), 0x25);
    assert.equal(pair.pending, false);
    pair.master.writePort(0x20, 0x20);
    assert.equal(pair.acknowledge(), 0x25);
    pair.line(5).lower();
    pair.master.writePort(0x20, 0x20);
    assert.equal(pair.pending, false);
  });

  it('keep timer, keyboard, cascade, clock and coprocessor edge-triggered', () => {
    const { levelControl } = master();
    levelControl.writePort(0x4d0, 0xff, 8);
    levelControl.writePort(0x4d1, 0xff, 8);
    assert.deepEqual(
      [levelControl.readPort(0x4d0, 8), levelControl.readPort(0x4d1, 8)],
      [0xf8, 0xde],
    );
  });

  it('answer a poll with the input, take it into service, and answer 0 when there is none', () => {
    const pair = master();
    pair.line(3).raise();
    pair.master.writePort(0x20, 0x0c);
    assert.equal(pair.master.peekPort(0x20), 0x83);
    assert.equal(pair.master.readPort(0x20), 0x83);
    assert.equal(pair.pending, false);
    pair.master.writePort(0x20, 0x0b);
    assert.equal(pair.master.readPort(0x20), 0x08);
    pair.master.writePort(0x20, 0x0c);
    assert.equal(pair.master.readPort(0x20), 0);
  });

  it('rotate priorities with an end of interrupt, automatically, and by name', () => {
    const pair = master();
    pair.line(3).raise();
    pair.acknowledge();
    pair.master.writePort(0x20, 0xa0); // rotate on unspecific end of interrupt: 4 is the highest now
    pair.line(1).raise();
    pair.line(4).raise();
    assert.equal(pair.acknowledge(), 0x24);
    pair.master.writePort(0x20, 0x20);
    pair.master.writePort(0x20, 0xc0); // set priority: 0 is the lowest, 1 the highest
    assert.equal(pair.acknowledge(), 0x21);

    const automatic = master(0x11, 3);
    automatic.master.writePort(0x20, 0x80);
    automatic.line(3).raise();
    automatic.acknowledge();
    automatic.line(1).raise();
    automatic.line(4).raise();
    assert.equal(automatic.acknowledge(), 0x24);
  });

  it('in special mask mode serve lower inputs, and end only an interrupt that is not masked', () => {
    const pair = master();
    pair.line(3).raise();
    pair.acknowledge();
    pair.line(6).raise();
    assert.equal(pair.pending, false);
    pair.master.writePort(0x21, 0x08);
    pair.master.writePort(0x20, 0x68);
    assert.equal(pair.acknowledge(), 0x26);
    pair.master.writePort(0x20, 0x20);
    pair.master.writePort(0x20, 0x0b);
    assert.equal(pair.master.readPort(0x20), 0x08);
  });
});

describe('The 16550', () => {
  function uart(terminal = false, gated = true) {
    const { clock, advance } = movingClock();
    const line = new Line();
    const sent: number[] = [];
    const device = new Uart16550('uart', clock, line, gated, terminal, (byte) => sent.push(byte));
    device.writePort(0x3fc, 8);
    return { device, line, sent, advance };
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

  it('waits for its trigger level, or for four characters of silence', () => {
    const { device, line, advance } = uart();
    device.writePort(0x3fa, 0x81);
    device.writePort(0x3f9, 1);
    device.receive(new Uint8Array(7));
    assert.equal(line.up, false);
    device.receive(new Uint8Array(1));
    assert.equal(device.readPort(0x3fa), 0xc4);
    device.readPort(0x3f8);
    assert.equal(line.up, false);
    advance(Math.ceil((133_000_000 * 40 * 12) / 115_200));
    assert.equal(device.readPort(0x3fa), 0xcc);
    device.readPort(0x3f8);
    assert.equal(device.readPort(0x3fa), 0xc1);
  });

  it('hears itself in loopback, overruns there, and reports its modem lines by priority', () => {
    const { device } = uart();
    device.writePort(0x3f9, 0x0f);
    device.readPort(0x3fa);
    device.writePort(0x3fc, 0x1b);
    assert.equal(device.readPort(0x3fe) & 0xf0, 0xb0);
    device.writePort(0x3fc, 0x12);
    assert.equal(device.readPort(0x3fa), 0);
    assert.equal(device.readPort(0x3fe), 0x1a);
    device.writePort(0x3f8, 1);
    device.writePort(0x3f8, 2);
    assert.deepEqual([device.readPort(0x3fa), device.readPort(0x3fd)], [6, 0x63]);
    assert.equal(device.readPort(0x3fa), 4);
    assert.equal(device.readPort(0x3f8), 2);
    assert.equal(device.readPort(0x3fa), 2);
    assert.equal(device.readPort(0x3fa), 1);
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

  it('interrupts without OUT2 on a board that does not gate it', () => {
    const { device, line } = uart(false, false);
    device.writePort(0x3f9, 1);
    device.writePort(0x3fc, 0);
    device.receive(Uint8Array.of(1));
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
