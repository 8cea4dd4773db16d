// What a chip under test is wired to: an interrupt line that counts its edges, and a clock that the test moves.
import { Clock } from '../../src/emulator/clock.ts';
import type { InterruptLine } from '../../src/emulator/devices/device.ts';

export class Line implements InterruptLine {
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

export function movingClock(): { clock: Clock; advance: (cycles: number) => void } {
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
