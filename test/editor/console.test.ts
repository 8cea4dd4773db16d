// The guest's console: what a program writes is shown in a terminal, and what is typed there it reads.
import { useWorkbench } from './support/editor.ts';

describe('The guest console of VS Code', () => {
  const workbench = useWorkbench();

  it('shows what cat writes of what a person types', async () => {
    await workbench().openFile('cat.c');
    await workbench().startDebugging();
    const { page } = workbench();
    await page.locator('.terminal-wrapper.active .xterm-rows').waitFor();
    await page.locator('.terminal-wrapper.active').click();
    await page.keyboard.type('from the person\n');
    // Once as the echo of the guest's tty, once as what cat has written.
    await workbench().waitForTerminal((text) => text.split('from the person').length === 3);
    await workbench().screenshot('cat in the guest console');
  });

  it('hands Ctrl+D to the guest, whose program then ends', async () => {
    const { page } = workbench();
    await page.keyboard.press('Control+D');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await page.getByText('[the session has ended]').waitFor();
  });
});
