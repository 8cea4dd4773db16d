// An idle system executes HLT, and the server has exactly the threads of the paper.
import assert from 'node:assert/strict';
import { bootSystem } from '../support/system.ts';

describe('an idle system', () => {
  for (const kind of ['l4linux', 'native'] as const) {
    it(`executes HLT while a program waits for input (${kind})`, async () => {
      const system = await bootSystem({ program: 'cat', system: kind });
      let halts = 0;
      let executed = 0;
      while (halts < 50 && system.machine.instructionCount < 100_000_000) {
        const before = system.machine.instructionCount;
        if (system.machine.run(10_000_000).reason === 'idle') {
          halts += 1;
          executed = system.machine.instructionCount - before;
          const { eip, cpl } = system.machine.registers();
          const opcode = system.spaces.read(0, eip - 1, 1);
          assert.equal(opcode?.[0], 0xf4, 'the instruction before EIP is HLT');
          assert.equal(cpl, 0);
          system.machine.skipIdle();
        }
      }
      assert.equal(halts, 50);
      assert.ok(executed < 20_000, `${executed} instructions between two halts`);
    });
  }

  it('has a server of one main thread, one for each interrupt, and one for bottom halves', async () => {
    const system = await bootSystem({ program: 'cat' });
    while (system.machine.run(10_000_000).reason !== 'idle') {
      // boots
    }
    const threads = system.threads.list().threads.filter(({ task }) => task === 4);
    const irqs = threads.filter(({ waitsFor }) => /receives from irq/.test(waitsFor));
    assert.deepEqual(
      threads.map(({ name }) => name),
      [
        '4.0 linux (main)',
        '4.1 linux (bottom half)',
        '4.2 linux (timer interrupt)',
        '4.3 linux (serial interrupt)',
      ],
    );
    assert.equal(irqs.length, 2);
  });
});
