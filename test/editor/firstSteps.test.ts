// What a newcomer meets: welcome texts, a folder that is not trusted, F5 on a file that is no program.
import { useWorkbench } from './support/editor.ts';

describe('VS Code with L4Scope, before anything runs', () => {
  const workbench = useWorkbench();

  it('says in each view what it will show, and how to begin', async () => {
    await workbench().openFile('hello.c');
    await workbench().command('L4Scope: Focus on Threads View');
    for (const [view, text] of [
      ['Threads', 'Every thread of the µ-kernel'],
      ['Address Spaces', 'The pages that each task maps'],
      ['Mapping Database', 'Who mapped this page?'],
      ['TLB', 'every entry'],
    ]) {
      await workbench().view(view).pane.getByText(text).first().waitFor();
    }
    await workbench().screenshot('welcome');
  });

  it('starts nothing in a folder that is not trusted', async () => {
    const { page } = workbench();
    await workbench().openFile('hello.c');
    await page.keyboard.press('F5');
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.getByText('Do you trust').first().waitFor();
    await dialog.getByText('Cancel').click();
    await dialog.waitFor({ state: 'hidden' });
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });
});
