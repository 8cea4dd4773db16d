// The flame graph's page with its real script in a real browser, under the policy that it ships with: a name that is
// markup is drawn and listed as text, a zoom outlives the next graph, and nothing else can run.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Uri, Webview } from 'vscode';
import type { FlameGraphAnswer, FlameNode } from '../../src/protocol/requests.ts';
import { webviewPage } from '../../src/views/webviewPage.ts';
import { root } from '../support/paths.ts';
import { launchBrowser, skipWithoutBrowser } from './support/browser.ts';

const NAME = '<img src=x onerror=alert(1)>';
const ORIGIN = 'http://l4scope.test';

/** Two callees, half the width each. */
function graphOf(total: number): FlameGraphAnswer {
  const leaf = (name: string): FlameNode => {
    return { name, world: 'user', total: total / 2, self: total / 2, children: [] };
  };
  const children = [leaf(NAME), leaf('other')];
  const main: FlameNode = { name: 'main', world: 'user', total, self: 0, children };
  const all: FlameNode = { name: 'all', world: 'kernel', total, self: 0, children: [main] };
  return { title: NAME, unit: 'instructions', systemCalls: [NAME], root: all, text: '' };
}

describe('The page of the flame graph', () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  before(async function () {
    skipWithoutBrowser(this);
    browser = await launchBrowser();
    page = await browser.newPage();
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => complaints.push('a dialog')));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const webview = { asWebviewUri: () => `${ORIGIN}/flameGraph.js` } as unknown as Webview;
    const body = webviewPage(webview, {} as Uri, 'Nothing yet.');
    const script = readFileSync(path.join(root, 'dist/webview/flameGraph.js'), 'utf8');
    await page.route(`${ORIGIN}/*`, (route) =>
      route.request().url().endsWith('.js')
        ? route.fulfill({ body: script, contentType: 'text/javascript' })
        : route.fulfill({ body, contentType: 'text/html' }),
    );
    // What VS Code gives to a webview: an object to send messages with.
    await page.addInitScript('globalThis.acquireVsCodeApi = () => ({ postMessage() {} })');
    await page.goto(`${ORIGIN}/`);
  });

  after(async () => {
    await browser?.close();
  });

  async function show(graph: FlameGraphAnswer): Promise<void> {
    await page.evaluate(
      `window.postMessage(${JSON.stringify({ type: 'flameGraph', graph })}, '*')`,
    );
  }

  it('shows its text while there is nothing', async () => {
    await page.getByText('Nothing yet.').waitFor();
    await show(graphOf(0));
    assert.equal(await page.getByText('Nothing yet.').isVisible(), true);
    assert.equal(await page.locator('table').isVisible(), false);
  });

  it('shows a name that is markup as text', async () => {
    await show(graphOf(1000));
    await page.locator('td', { hasText: NAME }).waitFor();
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.locator('option').last().innerText(), `Path of ${NAME}`);
    assert.equal(await page.getByText('Nothing yet.').isVisible(), false);
  });

  it('keeps the zoom when the next graph comes', async () => {
    const canvas = page.locator('canvas');
    const [left, right] = [30, 1000].map((x) => ({ position: { x, y: 50 } }));
    await canvas.click(left);
    await show(graphOf(2000));
    await page.getByText('2,000 instructions').waitFor();
    await canvas.hover(right);
    const detail = await page.locator('#detail').innerText();
    assert.equal(detail, `${NAME} (user): 1,000 instructions, 50.0 %; 1,000 of its own`);
  });

  it('has run nothing but its own script', async () => {
    assert.deepEqual(complaints, []);
    const added = `Object.assign(document.createElement('img'), { src: 'x' })`;
    await page.evaluate(`document.body.append(${added})`);
    await page.waitForTimeout(200);
    assert.match(complaints.join(), /violates the following Content Security Policy/);
  });
});
