// The flame graph in its webview: a text while there is nothing, then the path of a system call through all worlds,
// kept while the page is hidden, and the same as text.
import assert from 'node:assert/strict';
import { useWorkbench } from './support/editor.ts';

describe('The flame graph in VS Code', () => {
  const workbench = useWorkbench();

  it('says that nothing has been recorded yet', async () => {
    await workbench().openFile('hello.c');
    await workbench().toggleBreakpoint('printf');
    await workbench().startDebugging();
    await workbench().waitForStop('main');
    await workbench().command('L4Scope: Show Flame Graph');
    const frame = await workbench().webview('#nothing');
    await frame.getByText('Nothing has been recorded yet.').waitFor();
    await workbench().screenshot('flame graph with nothing yet');
  });

  it('shows the path of write through the library, the kernel and the server', async () => {
    await workbench().command('L4Scope: Break on IPC to the Linux Server');
    await workbench().view('Breakpoints').row('ipc-send').waitFor();
    await workbench().continueTo('enter_ipc');
    await workbench().page.keyboard.press('F5');
    const frame = await workbench().webview('#legend');
    await frame.locator('option', { hasText: 'Path of write' }).waitFor({ state: 'attached' });
    await frame.locator('select').selectOption({ label: 'Path of write' });
    await frame.locator('h1', { hasText: 'Path of write' }).waitFor();
    const table = await frame.locator('table').innerText();
    for (const world of ['library', 'kernel', 'server']) {
      assert.ok(table.includes(world), `${world} is not in the table:\n${table}`);
    }
    assert.match(table, /sys_write/);
    assert.doesNotMatch(table, /vsnprintf/, 'what ran before the call is cut away');
    await workbench().screenshot('flame graph of write');
  });

  it('keeps what it shows while it is hidden', async () => {
    await workbench().page.locator('.tab', { hasText: 'L4Scope Flame Graph' }).click();
    await workbench().command('File: New Untitled Text File');
    await workbench().page.locator('.tab', { hasText: 'L4Scope Flame Graph' }).click();
    const frame = await workbench().webview('#legend');
    assert.equal(await frame.locator('select').inputValue(), 'write');
    await frame.locator('td', { hasText: 'sys_write' }).waitFor();
  });

  it('says the same as text', async () => {
    await workbench().command('L4Scope: Show Flame Graph as Text');
    await workbench()
      .page.locator('.view-line', { hasText: 'Path of write, in instructions' })
      .waitFor();
    await workbench().page.locator('.view-line', { hasText: '[library]' }).first().waitFor();
    await workbench().screenshot('flame graph as text');
    await workbench().stopDebugging();
  });
});
