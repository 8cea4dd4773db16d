// The keyboard controller with its keyboard, as IBM's technical reference describes them.
import assert from 'node:assert/strict';

import { I8042 } from '../../src/emulator/devices/keyboard/i8042.ts';
import { keystrokes } from '../../src/emulator/devices/keyboard/scanCodes.ts';
import { Line, movingClock } from '../support/chips.ts';

const MILLISECOND = 133_000;

function bench() {
  const { clock, advance } = movingClock();
  const line = new Line();
  const pulled: string[] = [];
  const device = new I8042(clock, line, {
    reset: () => pulled.push('reset'),
    setA20: (open) => pulled.push(`A20 ${open ? 'open' : 'closed'}`),
  });
  /** Everything that comes within 100 ms. */
  const read = (): number[] => {
    const bytes: number[] = [];
    for (let time = 0; time < 100; time++) {
      if ((device.readPort(0x64) & 1) !== 0) {
        bytes.push(device.readPort(0x60));
      }
      advance(MILLISECOND);
    }
    return bytes;
  };
  const command = (code: number, argument?: number): number[] => {
    device.writePort(0x64, code);
    if (argument !== undefined) {
      device.writePort(0x60, argument);
    }
    return read();
  };
  const toKeyboard = (...bytes: number[]): number[] =>
    bytes.flatMap((byte) => {
      device.writePort(0x60, byte);
      return read();
    });
  return { device, line, pulled, read, command, toKeyboard, advance };
}

describe('The keyboard', () => {
  it('sends set 2, of which the controller makes set 1 with one interrupt a code', () => {
    const { device, line, read } = bench();
    device.keyboard.press(keystrokes('aB\n'));
    assert.deepEqual(read(), [0x1e, 0x9e, 0x2a, 0x30, 0xb0, 0xaa, 0x1c, 0x9c]);
    assert.equal(line.edges, 8);
    assert.equal(line.up, false);
  });

  it('sends set 2 as it is when the controller does not translate', () => {
    const { device, command, read } = bench();
    command(0x60, 0x01);
    device.keyboard.press(keystrokes('q'));
    assert.deepEqual(read(), [0x15, 0xf0, 0x15]);
  });

  it('waits while the byte before has not been read, or the controller holds its clock', () => {
    const { device, advance, read } = bench();
    device.keyboard.press(keystrokes('ab'));
    advance(50 * MILLISECOND);
    assert.equal(device.readPort(0x60), 0x1e);
    assert.equal(device.readPort(0x64) & 1, 0);
    device.writePort(0x64, 0xad);
    assert.deepEqual(read(), []);
    device.writePort(0x64, 0xae);
    assert.deepEqual(read(), [0x9e, 0x30, 0xb0]);
  });

  it('answers commands: identity, echo, lights, scan-code sets, reset, and resend to what it does not know', () => {
    const { device, toKeyboard } = bench();
    assert.deepEqual(toKeyboard(0xf2), [0xfa, 0xab, 0x41]);
    assert.deepEqual(toKeyboard(0xee), [0xee]);
    assert.deepEqual(toKeyboard(0xed, 0x05), [0xfa, 0xfa]);
    assert.equal(device.keyboard.lights, 5);
    assert.deepEqual(toKeyboard(0xf0, 0), [0xfa, 0xfa, 0x41]);
    assert.deepEqual(toKeyboard(0xf0, 3), [0xfa, 0xfe]);
    assert.deepEqual(toKeyboard(0xff), [0xfa, 0xaa]);
    assert.deepEqual(toKeyboard(0xe1), [0xfe]);
  });

  it('keeps what is typed while its scanning is switched off', () => {
    const { device, toKeyboard, read } = bench();
    assert.deepEqual(toKeyboard(0xf5), [0xfa]);
    device.keyboard.press(keystrokes('a'));
    assert.deepEqual(read(), []);
    assert.deepEqual(toKeyboard(0xf4), [0xfa, 0x1e, 0x9e]);
  });

  it('types every printable character of ASCII', () => {
    const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    assert.deepEqual(
      printable.filter((character) => keystrokes(character).length === 0),
      [],
    );
    assert.deepEqual(keystrokes('\x03'), [0x14, 0x21, 0xf0, 0x21, 0xf0, 0x14]);
  });
});

describe('The 8042', () => {
  it('tests itself and its lines, and has nothing at its second port', () => {
    const { command } = bench();
    assert.deepEqual(command(0xaa), [0x55]);
    assert.deepEqual(command(0xab), [0]);
    assert.deepEqual(command(0xa9), [1]);
    assert.deepEqual(command(0xd4, 0xff), [0xfe]);
    command(0xa8);
    assert.deepEqual(command(0x20), [0x65]);
  });

  it('keeps its mode, and interrupts only if it says so', () => {
    const { command, line } = bench();
    command(0x60, 0x44);
    assert.deepEqual(command(0x20), [0x64]);
    assert.equal(line.edges, 0);
    command(0x60, 0x45);
    command(0xd2, 0x77);
    assert.equal(line.edges, 1);
  });

  it('says whether the last byte was a command, and that the system has passed its test', () => {
    const { device } = bench();
    device.writePort(0x64, 0xaa);
    assert.equal(device.readPort(0x64), 0x1d);
    device.readPort(0x60);
    device.writePort(0x60, 0xf4);
    assert.equal(device.readPort(0x64), 0x14);
  });

  it('pulls the reset line and masks A20 when it is told to', () => {
    const { command, pulled } = bench();
    assert.deepEqual(command(0xd0), [0xc3]);
    command(0xd1, 0xdd);
    command(0xdf);
    command(0xfe);
    assert.deepEqual(pulled, ['A20 closed', 'A20 open', 'A20 open', 'reset']);
  });
});
