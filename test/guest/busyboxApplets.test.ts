// Many of busybox's applets, in one shell command each: the same output and status as on the host, by every road.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BUSYBOX, hasDebian, inGuest, onHost, ROADS, type Outcome } from '../support/debian.ts';
import { APPLETS } from './debian/applets.ts';

function hostOutcome(script: string): Outcome {
  const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-applet-'));
  try {
    const env = { PATH: path.dirname(BUSYBOX) };
    return onHost([BUSYBOX, 'sh', '-c', script], { cwd: folder, env });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("Applets of Debian's busybox", () => {
  const expected = new Map<string, Outcome>();

  before(function () {
    this.timeout(120_000);
    if (hasDebian) {
      APPLETS.forEach(([name, script]) => expected.set(name, hostOutcome(script)));
    }
  });

  for (const { title, ...road } of ROADS) {
    it(`say and return what they do on the host, ${APPLETS.length} of them (${title})`, async function () {
      this.timeout(600_000);
      if (!hasDebian) {
        this.skip();
      }
      const differences: unknown[] = [];
      for (const [name, script] of APPLETS) {
        const command = `mkdir /tmp/work; cd /tmp/work; ${script}`;
        const guest = await inGuest({ program: BUSYBOX, args: ['sh', '-c', command], ...road });
        const host = expected.get(name);
        try {
          assert.deepEqual(guest, host);
        } catch {
          differences.push({ name, host, guest });
        }
      }
      assert.deepEqual(differences, []);
    });
  }

  it('are at least sixty', () => {
    assert.ok(new Set(APPLETS.map(([name]) => name)).size >= 60);
  });
});
