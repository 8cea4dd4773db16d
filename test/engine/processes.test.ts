// Processes that execute other programs: a thread of another program is not shown with this one's symbols.
import assert from 'node:assert/strict';
import { bootSystem, stopAt } from '../support/system.ts';

describe('a process that executes another program', () => {
  it('is named after it, and its code is not taken for the first program’s', async () => {
    const system = await bootSystem({ program: 'sh', args: ['-c', 'ls /; exit 5'] });
    let seen = 0;
    const cause = await stopAt(system, 'linux-syscall', (fields) => {
      const process = fields.get('process');
      const isOther = process?.kind === 'task' && system.spaces.taskName(process.task) === 'ls';
      seen += isOther ? 1 : 0;
      return isOther;
    });
    assert.equal(cause.kind, 'event');
    assert.equal(seen, 1);
    const thread = system.threads.list().threads.find(({ name }) => / ls \(pid \d+\)$/.test(name));
    assert.ok(thread, 'there is a thread of ls');
    const pc = thread.userRegisters[8] ?? 0;
    assert.ok(pc > 0);
    assert.notEqual(system.images.at(thread.task, 0x08048100)?.role, 'program');
    const end = await system.execution.run();
    assert.deepEqual(end, { kind: 'exited', waitStatus: 5 << 8 });
  });
});
