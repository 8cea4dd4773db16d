// What a program must not reach, and whom it must not delay: the kernel, the Linux server, the other processes.
import assert from 'node:assert/strict';
import { buildImages, runLinux, type LinuxOptions } from './linuxMachine.ts';

const SEEDS = ['1', '2'];

describe('Protection from Linux programs', () => {
  before(buildImages);

  for (const [index, system] of (['l4linux', 'native'] as const).entries()) {
    it(`No segment reaches the kernel or the server, whatever its base and limit (${system}).`, () => {
      const { output, status } = runLinux({ system, program: 'segments', args: [SEEDS[index]] });
      assert.doesNotMatch(output, /^FAIL/m);
      assert.match(output, /^\d{3} attempts, 0 refused, 0 failed\n$/);
      assert.equal(status, 0);
    });
  }

  const hostile = (options: Partial<LinuxOptions>): void => {
    const { output, status } = runLinux({ system: 'l4linux', program: 'hostile', ...options });
    assert.doesNotMatch(output, /^FAIL/m);
    assert.match(output, /\n0 failed\n$/);
    assert.equal(status, 0);
  };

  it('Wild frames, unwanted messages and unknown threads delay no other process.', () => {
    hostile({});
  });

  it('The same holds with the server in a large space.', () => {
    hostile({ serverSpace: 'large' });
  });
});
