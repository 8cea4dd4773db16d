// The conversation of the demonstration, by hand of a user: a line breakpoint, "Break on IPC to the Linux Server",
// F5 without a launch.json, and what each view then says.
import assert from 'node:assert/strict';
import { useWorkbench } from './support/editor.ts';

describe('A person who debugs hello.c in VS Code', () => {
  const workbench = useWorkbench();

  it('sets a line breakpoint by F9 and a breakpoint on IPC by a command', async () => {
    await workbench().openFile('hello.c');
    await workbench().toggleBreakpoint('printf');
    await workbench().command('L4Scope: Break on IPC to the Linux Server');
    await workbench().command('View: Show Run and Debug');
    const row = workbench().view('Breakpoints').row('ipc-send');
    await row.waitFor();
    assert.match(await row.innerText(), /to == linux/);
  });

  it('starts the program by F5, without a launch.json, and stops at the line', async () => {
    await workbench().startDebugging();
    await workbench().view('Watch').fold();
    await workbench().view('Variables').fold();
    await workbench().waitForStop('main');
    const line = workbench().page.locator('.debug-top-stack-frame-line').first();
    await line.waitFor();
    await workbench().screenshot('stopped at a line');
  });

  it('is shown the L4Scope panel at the first stop', async () => {
    await workbench().view('Threads').row('5.0 hello').waitFor();
  });

  it('continues to the IPC that asks the Linux server to write', async () => {
    await workbench().continueTo('enter_ipc');
    const stack = await workbench().view('Call Stack').rows();
    assert.ok(
      stack.some((row) => row.startsWith('__kernel_vsyscall')),
      stack.join('\n'),
    );
  });

  it('sees every thread of the kernel and whom it waits for', async () => {
    const rows = await workbench().view('Threads').rows();
    const expected = [
      /^1\.0 kernel/,
      /^2\.0 sigma0 ?waits for/,
      /^4\.0 linux/,
      /^5\.0 hello.*running/,
    ];
    for (const pattern of expected) {
      assert.ok(
        rows.some((row) => pattern.test(row)),
        `${pattern} is not in:\n${rows.join('\n')}`,
      );
    }
    await workbench().screenshot('stopped at an IPC');
  });

  it('sees the address space of the selected thread unfolded', async () => {
    const spaces = workbench().view('Address Spaces');
    await spaces.row(/0x08048000–08048fff/).waitFor();
    assert.match(await spaces.row('5 hello').innerText(), /pages, large/);
  });

  it('sees on whose behalf the TLB was filled', async () => {
    const rows = await workbench().view('TLB').rows();
    assert.ok(
      rows.some((row) => /^Instruction TLB.*valid entr/.test(row)),
      rows.join('\n'),
    );
    assert.ok(
      rows.some((row) => /^\d+\.\d 0x[0-9a-f]{8} ?(kernel|\d+ \w+) → 0x/.test(row)),
      rows.join('\n'),
    );
  });

  it('sees who may run, who waits for whom, and until when', async () => {
    const queues = workbench().view('Kernel Queues');
    await queues.row(/^IPC under Way/).waitFor();
    const rows = await queues.rows();
    const branches = ['Ready', 'Send Queues', 'Sleepers', 'IPC under Way'];
    for (const branch of branches) {
      assert.ok(
        rows.some((row) => row.startsWith(branch)),
        `${branch} is not in:\n${rows.join('\n')}`,
      );
    }
    await queues.row(/irq 0 → 4\.2 linux \(timer interrupt\)/).waitFor();
    await workbench().screenshot('the queues of the kernel');
  });

  it('learns who mapped a page, from σ0 down', async () => {
    await workbench().command('L4Scope: Who Mapped This Page?');
    const input = workbench().page.locator('.quick-input-widget input').first();
    await input.fill('0x08048000');
    await input.press('Enter');
    const mappings = workbench().view('Mapping Database');
    await mappings.pane.getByText('Who mapped 0x08048000 in 5 hello').waitFor();
    await mappings.row(/^\s*5 hello\s*0x08048000/).waitFor();
    const rows = await mappings.rows();
    assert.match(rows[0], /^0x08048000 ?2 sigma0 → 4 linux → 5 hello/);
    assert.deepEqual(
      rows.slice(1).map((row) => row.split(/ ?0x/)[0]),
      ['2 sigma0', '4 linux', '5 hello'],
    );
    await workbench().screenshot('who mapped this page');
  });

  it('is told in the view when an address is not mapped', async () => {
    await workbench().command('L4Scope: Who Mapped This Page?');
    const input = workbench().page.locator('.quick-input-widget input').first();
    await input.fill('0x70000000');
    await input.press('Enter');
    const { pane } = workbench().view('Mapping Database');
    await pane.getByText('0x70000000 in 5 hello is not mapped.').waitFor();
    await workbench().command('L4Scope: Show All Mapped Pages');
    await pane.getByText('Frames that 5 hello maps').waitFor();
  });

  it('selects another thread, and the views follow', async () => {
    const stack = workbench().view('Call Stack');
    await stack.row('4.0 linux (main)').click();
    await workbench().view('Mapping Database').pane.getByText('Frames that 4 linux maps').waitFor();
    await workbench().screenshot('the Linux server is selected');
    await stack.row('enter_ipc').click();
    await workbench().view('Mapping Database').pane.getByText('Frames that 5 hello maps').waitFor();
  });

  it('unticks the breakpoint on IPC, steps out of the kernel, and runs to the end', async () => {
    const row = workbench().view('Breakpoints').row('ipc-send');
    await row.getByRole('checkbox').click();
    await workbench().page.keyboard.press('Shift+F11');
    await workbench().view('Call Stack').row('enter_ipc').waitFor({ state: 'detached' });
    await workbench().waitForStop('__kernel_vsyscall');
    await workbench().page.keyboard.press('F5');
    await workbench().page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await workbench().command('Terminal: Focus Terminal');
    await workbench().page.getByText('[the session has ended]').waitFor();
    assert.match(await workbench().terminalText(), /Hello, world!/);
  });

  it('sees the welcome texts again when nothing runs', async () => {
    await workbench().focusUntilShown(
      'Threads',
      'Open a C file or a static i386 program and press F5.',
    );
    await workbench().screenshot('nothing runs');
  });
});
