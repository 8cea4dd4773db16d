// The results of x87 arithmetic do not depend on the JavaScript engine: the same hashes in this Node and in Chromium
// as in the golden text.
import assert from 'node:assert/strict';
import path from 'node:path';
import { build } from 'esbuild';

import { launchBrowser, skipWithoutBrowser } from '../editor/support/browser.ts';
import { matchGolden } from '../support/golden.ts';
import { hashOfResults } from './x87Hash.ts';

describe('The hashes of x87 results', function () {
  this.timeout(60_000);

  it(`are the golden ones in Node ${process.versions.node}`, () => {
    matchGolden('x87-hash', hashOfResults());
  });

  it('are the same ones in Chromium', async function () {
    skipWithoutBrowser(this);
    const { outputFiles } = await build({
      entryPoints: [path.join(import.meta.dirname, 'x87Hash.ts')],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'x87Hash',
    });
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: outputFiles[0].text });
      const text = await page.evaluate<string>('x87Hash.hashOfResults()');
      assert.equal(text, hashOfResults());
      console.log(`      Chromium ${browser.version()}: ${text.split('\n').length - 1} hashes`);
    } finally {
      await browser.close();
    }
  });
});
