// Debian's Chromium, without a display. Where it is missing the tests that want it are skipped, loudly.
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

const ARGUMENTS = [
  '--no-sandbox', // the suite runs as root in CI, and the pages are our own
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
}

export function skipWithoutBrowser(test: Mocha.Context): void {
  if (!existsSync(EXECUTABLE)) {
    console.log(
      `chromium is not installed (${EXECUTABLE}): the tests in a real editor are skipped.`,
    );
    test.skip();
  }
}
