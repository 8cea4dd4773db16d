// The guest's screen for a person at a command line: drawn anew on a terminal whenever it has changed, else printed
// when the run ends; unasked too, if the guest has spoken through nothing else.
import type { Machine } from '../emulator/machine.ts';

const HOME_AND_CLEAR = '\x1b[H\x1b[2J';

export class BootScreen {
  /** The guest has written to its serial port. */
  serialSpoke = false;
  private readonly wanted: boolean;
  private shown = '';

  constructor(wanted: boolean) {
    this.wanted = wanted;
  }

  private get isLive(): boolean {
    return this.wanted && process.stdout.isTTY;
  }

  show(machine: Machine): void {
    if (!this.isLive) {
      return;
    }
    const { lines, cursor } = machine.screenText() ?? { lines: [], cursor: undefined };
    const place =
      cursor === undefined ? '\x1b[?25l' : `\x1b[?25h\x1b[${cursor.line + 1};${cursor.column + 1}H`;
    const picture = `${HOME_AND_CLEAR}${lines.join('\r\n')}${place}`;
    if (picture !== this.shown) {
      this.shown = picture;
      process.stdout.write(picture);
    }
  }

  finish(machine: Machine): void {
    if (this.isLive) {
      this.show(machine);
      process.stdout.write('\x1b[25;1H\x1b[?25h\r\n');
      return;
    }
    const text = (machine.screenText()?.lines ?? []).join('\n').trimEnd();
    if (text !== '' && (this.wanted || !this.serialSpoke)) {
      process.stdout.write(`${text}\n`);
    }
  }
}
