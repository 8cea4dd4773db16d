// F5 on nothing: VS Code asks which debugger; L4Scope gives the shell of the default root, in the terminal.
import { useWorkbench } from './support/editor.ts';

describe('F5 on nothing in VS Code', () => {
  const workbench = useWorkbench();

  it('gives the prompt of a shell, which does what is typed', async () => {
    const { page } = workbench();
    const debuggers = page.locator('.quick-input-list').getByText('L4Scope', { exact: true });
    await workbench().pressF5(debuggers);
    await debuggers.click();
    await page.locator('.terminal-wrapper.active .xterm-rows').waitFor();
    await workbench().waitForTerminal((text) => text.includes('$'));
    await page.locator('.terminal-wrapper.active').click();
    await page.keyboard.type('echo from the shell | cat\n');
    await workbench().waitForTerminal((text) => text.split('from the shell').length === 3);
    await workbench().screenshot('the shell of the default root');
  });
});
