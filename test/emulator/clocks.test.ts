// The 8254 and the MC146818 by themselves, as their data sheets describe them, on a clock that the test moves.
import assert from 'node:assert/strict';

import { Mc146818 } from '../../src/emulator/devices/mc146818.ts';
import { Pit8254 } from '../../src/emulator/devices/pit8254.ts';
import { Line, movingClock } from '../support/chips.ts';

describe('The 8254', () => {
  function pit(): { device: Pit8254; line: Line; advance: (cycles: number) => void } {
    const { clock, advance } = movingClock();
    const line = new Line();
    const device = new Pit8254(clock, line);
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

  it('counts once for each rising gate in mode 1, which nothing stops', () => {
    const { device, advance } = pit();
    [0xb2, 0x64, 0x00].forEach((value, index) => {
      device.writePort(index === 0 ? 0x43 : 0x42, value);
    });
    const output = () => (device.readPort(0x61) & 0x20) !== 0;
    assert.equal(output(), true);
    device.writePort(0x61, 1);
    assert.equal(output(), false);
    advance(50 * TICK);
    device.writePort(0x61, 0);
    advance(51 * TICK);
    assert.equal(output(), true);
    device.writePort(0x61, 1);
    assert.equal(output(), false);
  });

  it('gives a strobe of one tick in mode 4, and in mode 5 after a rising gate', () => {
    for (const [control, gateFirst] of [
      [0xb8, true],
      [0xba, false],
    ] as const) {
      const { device, advance } = pit();
      device.writePort(0x61, gateFirst ? 1 : 0);
      [control, 0x64, 0x00].forEach((value, index) => {
        device.writePort(index === 0 ? 0x43 : 0x42, value);
      });
      device.writePort(0x61, 1);
      const output = () => (device.readPort(0x61) & 0x20) !== 0;
      advance(99.5 * TICK);
      assert.equal(output(), true);
      advance(1 * TICK);
      assert.equal(output(), false);
      advance(1 * TICK);
      assert.equal(output(), true);
    }
  });

  it('takes a new count of mode 2 when the period is over', () => {
    const { device, line, advance } = pit();
    [0x34, 0xe8, 0x03].forEach((value, index) => {
      device.writePort(index === 0 ? 0x43 : 0x40, value);
    });
    advance(400 * TICK);
    [0x64, 0x00].forEach((value) => {
      device.writePort(0x40, value);
    });
    device.writePort(0x43, 0xe2); // read back the status of channel 0
    assert.equal(device.readPort(0x40), 0xf4); // output high, null count, both bytes, mode 2
    advance(599 * TICK);
    assert.equal(line.edges, 0);
    advance(2 * TICK);
    assert.equal(line.edges, 1);
    advance(100 * TICK);
    assert.equal(line.edges, 2);
  });

  it('counts in BCD, and gives status and count of one read-back in this order', () => {
    const { device, advance } = pit();
    [0x31, 0x00, 0x10].forEach((value, index) => {
      device.writePort(index === 0 ? 0x43 : 0x40, value);
    });
    advance(1.5 * TICK);
    device.writePort(0x43, 0xc2);
    advance(500 * TICK);
    assert.deepEqual(
      [0, 0, 0].map(() => device.readPort(0x40)),
      [0x31, 0x99, 0x09],
    );
  });

  it('toggles the refresh bit of port 61h every 15 microseconds', () => {
    const { device, advance } = pit();
    let toggles = 0;
    for (let time = 0, last = 0; time < 133_000; time += 100) {
      const bit = device.readPort(0x61) & 0x10;
      toggles += bit === last ? 0 : 1;
      last = bit;
      advance(100);
    }
    assert.equal(toggles, Math.floor(1193.182 / 18));
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
    const device = new Mc146818(clock, line, epoch);
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

  it('says for the last 2.2 milliseconds of a second that an update is in progress', () => {
    const { advance, read } = rtc();
    assert.equal(read(10) & 0x80, 0);
    advance(133_000_000 - 296_000);
    assert.equal(read(10) & 0x80, 0x80);
    assert.equal(read(0), 0x58);
    advance(296_000);
    assert.equal(read(10) & 0x80, 0);
    assert.equal(read(0), 0x59);
  });

  it('interrupts at the alarm, whose bytes from C0h on match everything', () => {
    const { line, advance, read, write } = rtc();
    [1, 3, 5].forEach((index, position) => {
      write(index, [0x03, 0xff, 0xc0][position]);
    });
    write(11, 0x22);
    advance(4 * 133_000_000);
    assert.equal(line.up, false);
    advance(133_000_001);
    assert.equal(line.up, true);
    assert.equal(read(12) & 0xa0, 0xa0);
    assert.equal(line.up, false);
    advance(60 * 133_000_000);
    assert.equal(line.up, true);
  });

  it('sets its flags though nobody wants an interrupt, until register C is read', () => {
    const { line, advance, read } = rtc();
    advance(133_000_001);
    assert.equal(read(12), 0x50);
    assert.equal(read(12), 0);
    assert.equal(line.edges, 0);
  });

  it('is set by the guest, stands still under SET, and knows 12 hours and binary', () => {
    const { advance, read, write } = rtc();
    write(11, 0x84);
    const fields = { 0: 30, 2: 59, 4: 0x80 | 11, 7: 29, 8: 2, 9: 4, 0x32: 20 };
    Object.entries(fields).forEach(([index, value]) => {
      write(Number(index), value);
    });
    advance(5 * 133_000_000);
    assert.equal(read(0), 30);
    write(11, 0x04);
    advance(30 * 133_000_000 + 1);
    assert.deepEqual([0, 2, 4, 6, 7, 8, 9].map(read), [0, 0, 12, 2, 1, 3, 4]);
    write(11, 0x02);
    assert.deepEqual([4, 8, 0x32].map(read), [0, 3, 0x20]);
  });

  it('interrupts at the end of an update when asked', () => {
    const { line, advance, read, write } = rtc();
    write(11, 0x12);
    advance(133_000_001);
    assert.equal(line.up, true);
    assert.equal(read(12), 0xd0); // the periodic flag comes without being enabled
  });
});
