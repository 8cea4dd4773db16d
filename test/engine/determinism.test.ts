// The same program run twice gives identical states and counts, also with a profile, a trace and pauses in between:
// looking changes nothing.
import assert from 'node:assert/strict';
import { traceEvents } from '../../src/engine/trace.ts';
import { Profiling } from '../../src/engine/profiling.ts';
import { Statistics } from '../../src/engine/statistics.ts';
import { threadsModel } from '../../src/engine/models/threadsModel.ts';
import { addressSpacesModel } from '../../src/engine/models/addressSpacesModel.ts';
import { mappingModel } from '../../src/engine/models/mappingModel.ts';
import { tlbModel } from '../../src/engine/models/tlbModel.ts';
import type { System } from '../../src/engine/system.ts';
import { bootSystem } from '../support/system.ts';

async function finalState(observe: (system: System) => Promise<void> | void): Promise<object> {
  const system = await bootSystem({ program: 'syscalls' });
  await observe(system);
  const cause = await system.execution.run();
  const { instructionCount, cycles } = system.machine;
  return { cause, instructionCount, cycles, hash: system.machine.stateHash() };
}

describe('two runs of one program', () => {
  let plain: object;

  before(async () => {
    plain = await finalState(() => undefined);
  });

  it('end in the same state', async () => {
    assert.deepEqual(await finalState(() => undefined), plain);
  });

  it('end in the same state with a profile', async () => {
    assert.deepEqual(await finalState((system) => void new Profiling(system)), plain);
  });

  it('end in the same state with a trace and statistics', async () => {
    let lines = 0;
    const state = await finalState((system) => {
      traceEvents(system, 'ipc-send,ipc-receive,page-fault,map,thread-switch,syscall-entry', () => {
        lines += 1;
      });
      void new Statistics(system);
    });
    assert.deepEqual(state, plain);
    assert.ok(lines > 100);
  });

  it('end in the same state when they are paused and looked at now and then', async () => {
    const state = await finalState(async (system) => {
      for (let stop = 1; stop <= 12; stop += 1) {
        system.execution.limit = stop * 90_001;
        await system.execution.run();
        threadsModel(system);
        addressSpacesModel(system, 4);
        mappingModel(system, 5);
        tlbModel(system);
        system.stacks.framesOf(system.threads.current());
      }
      system.execution.limit = Infinity;
    });
    assert.deepEqual(state, plain);
  });
});
