// VS Code's window as a person uses it: keys, commands, views, editors, terminals. Everything is found by what a
// screen reader would find it by, where VS Code gives such a name.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, Frame, Locator, Page } from 'playwright-core';
import { root } from '../../support/paths.ts';

const screenshots = path.join(root, 'test/editor/screenshots');

/** For one wait; the machine may be busy with other tests. */
const TIMEOUT = Number(process.env.EDITOR_TIMEOUT ?? 60_000);

export class Workbench {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  static async open(context: BrowserContext, address: string): Promise<Workbench> {
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT);
    await page.goto(address);
    await page.waitForSelector('.monaco-workbench .activitybar');
    const workbench = new Workbench(page);
    await workbench.waitForExtension();
    return workbench;
  }

  /** Extensions are known some seconds after the window is shown; before that F5 does nothing. */
  private async waitForExtension(): Promise<void> {
    await this.listedCommand('L4Scope: Break on IPC to the Linux Server');
    await this.page.keyboard.press('Escape');
  }

  /** Runs a command by its title, from the Command Palette. */
  async command(title: string): Promise<void> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const row = await this.listedCommand(title);
      const clicked = await row.click({ timeout: 4000 }).then(
        () => true,
        () => false, // taken away between being listed and being clicked
      );
      if (clicked) {
        return;
      }
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`The Command Palette closes before "${title}" can be chosen.`);
  }

  /** Focuses a view until it shows something: what ends or opens meanwhile may take the panel away again. */
  async focusUntilShown(view: string, text: string): Promise<void> {
    const shown = this.view(view).pane.getByText(text);
    for (let attempt = 0; attempt < 4; attempt++) {
      await this.command(`L4Scope: Focus on ${view} View`);
      if (await isShown(shown, TIMEOUT / 4)) {
        return;
      }
    }
    throw new Error(`The view ${view} does not show "${text}".`);
  }

  /** Opens the Command Palette on a title. VS Code takes it away when another part of the window asks for the focus. */
  private async listedCommand(title: string): Promise<Locator> {
    const input = this.page.locator('.quick-input-widget input').first();
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    for (let attempt = 0; attempt < 10; attempt++) {
      await this.page.keyboard.press('F1');
      const typed = input.fill(`>${title}`, { timeout: 4000 });
      if (
        (await typed.then(
          () => true,
          () => false,
        )) &&
        (await isShown(row, 4000))
      ) {
        return row;
      }
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`The Command Palette does not list "${title}".`);
  }

  async openFile(name: string): Promise<void> {
    const explorer = this.page.locator('.explorer-folders-view');
    if (!(await explorer.isVisible())) {
      await this.command('View: Show Explorer');
    }
    await explorer.locator('.monaco-list-row', { hasText: name }).first().dblclick();
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
    await this.page.locator('.monaco-editor .view-line').first().waitFor();
  }

  /** F9 on the line with a text. */
  async toggleBreakpoint(lineText: string): Promise<void> {
    await this.page.locator('.monaco-editor .view-line', { hasText: lineText }).first().click();
    const glyph = this.page.locator('.codicon-debug-breakpoint').first();
    await this.pressUntilShown('F9', glyph);
  }

  /** A key that is pressed while VS Code moves the focus is lost, so it may take two. */
  private async pressUntilShown(key: string, locator: Locator): Promise<void> {
    for (let attempt = 0; attempt < 8; attempt++) {
      await this.page.keyboard.press(key);
      if (await isShown(locator, 2000)) {
        return;
      }
    }
    throw new Error(`${key} has had no effect.`);
  }

  /** Continues, and waits until the program has stopped somewhere else. */
  async continueTo(callStackText: string): Promise<void> {
    await this.page.keyboard.press('F5');
    await this.waitForStop(callStackText);
  }

  async stopDebugging(): Promise<void> {
    await this.page.keyboard.press('Shift+F5');
    await this.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  }

  /**
   * F5, and the answer to the question that VS Code asks once for each folder; then `next` is there. A key that is pressed
   * before a fresh editor has set its context keys is lost, so it is pressed again if nothing comes of it.
   */
  async pressF5(next: Locator): Promise<void> {
    const trust = this.page.locator('.monaco-dialog-box').getByText('Trust Folder & Continue');
    const answer = trust.or(next).first();
    for (let tries = 0; tries < 5 && !(await answer.isVisible()); tries += 1) {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('F5');
      await answer.waitFor({ timeout: 15_000 }).catch(() => undefined);
    }
    await answer.waitFor();
    if (await trust.isVisible()) {
      await trust.click();
    }
    await next.waitFor();
  }

  async startDebugging(): Promise<void> {
    await this.pressF5(this.page.locator('.debug-toolbar'));
  }

  view(title: string): View {
    const header = this.page.locator(`.pane-header[aria-label^="${title}"]`);
    const pane = this.page.locator('.pane', { has: header });
    return new View(pane, header);
  }

  /** Waits until the Call Stack view has a frame with a text. */
  async waitForStop(callStackText: string): Promise<void> {
    await this.view('Call Stack').row(callStackText).waitFor();
  }

  /** The innermost frame of the webview that is open. */
  async webview(selector: string): Promise<Frame> {
    for (let attempt = 0; attempt < 200; attempt++) {
      for (const frame of this.page.frames()) {
        if (
          (await frame
            .locator(selector)
            .count()
            .catch(() => 0)) > 0
        ) {
          return frame;
        }
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`No webview shows "${selector}".`);
  }

  /** The lines of the terminal as a person sees them. */
  async terminalText(): Promise<string> {
    const rows = this.page.locator('.terminal-wrapper.active .xterm-rows > div');
    return (await rows.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ').trim();
  }

  async waitForTerminal(isThere: (text: string) => boolean): Promise<void> {
    for (const end = Date.now() + TIMEOUT; Date.now() < end; await this.page.waitForTimeout(100)) {
      if (isThere(await this.terminalText())) {
        return;
      }
    }
    throw new Error(`The terminal shows something else:\n${await this.terminalText()}`);
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  }
}

/** A view of the side bar or the panel. */
export class View {
  readonly pane: Locator;
  private readonly header: Locator;

  constructor(pane: Locator, header: Locator) {
    this.pane = pane;
    this.header = header;
  }

  /** Makes room for the other views of its side bar. */
  async fold(): Promise<void> {
    if ((await this.header.getAttribute('aria-expanded')) === 'true') {
      await this.header.click();
    }
  }

  row(text: string | RegExp): Locator {
    return this.pane.locator('.monaco-list-row', { hasText: text }).first();
  }

  /** The rows that are scrolled into view, each as one line. */
  async rows(): Promise<string[]> {
    const texts = await this.pane.locator('.monaco-list-row').allInnerTexts();
    return texts.map((text) => text.replace(/\s+/g, ' ').trim());
  }

  /** Unfolds or folds a row. */
  async twist(text: string | RegExp): Promise<void> {
    await this.row(text).locator('.monaco-tl-twistie').click();
  }
}

async function isShown(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}
