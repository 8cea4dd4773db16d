// One editor for the whole suite: the first test file that asks packages the extension, installs it in a real VS Code
// and starts a browser; the last one ends both. Each describe() gets a window of its own, with nothing remembered.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { makePackage } from '../../support/package.ts';
import { root } from '../../support/paths.ts';
import { launchBrowser, skipWithoutBrowser } from './browser.ts';
import { EditorServer } from './editorServer.ts';
import { installEditor } from './installEditor.ts';
import { Workbench } from './workbench.ts';

interface Editor {
  readonly server: EditorServer;
  readonly browser: Browser;
  readonly scratch: string;
}

let running: Promise<Editor> | undefined;

async function startEditor(): Promise<Editor> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'l4scope-suite-'));
  const extension = makePackage(path.join(scratch, 'l4scope.vsix'));
  const server = await EditorServer.start(installEditor(root), extension);
  const browser = await launchBrowser();
  return { server, browser, scratch };
}

after(async () => {
  if (running !== undefined) {
    const { server, browser, scratch } = await running;
    await browser.close();
    await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
});

/** Opens a window on a copy of examples/ for the tests of a describe(), which reach it by the returned function. */
export function useWorkbench(): () => Workbench {
  let workbench: Workbench | undefined;
  before(async function () {
    skipWithoutBrowser(this);
    running ??= startEditor();
    const { browser, server, scratch } = await running;
    const folder = mkdtempSync(path.join(scratch, 'examples-'));
    cpSync(path.join(root, 'examples'), folder, { recursive: true });
    const context = await browser.newContext({ viewport: { width: 1500, height: 950 } });
    workbench = await Workbench.open(context, server.address(folder));
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await workbench?.screenshot(`failed ${this.currentTest.title.slice(0, 60)}`);
    }
  });
  after(async () => {
    await workbench?.page.context().close();
  });
  return () => workbench!;
}
