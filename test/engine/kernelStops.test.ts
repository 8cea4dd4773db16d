// The machine is stopped at 2,000 random instructions of the µ-kernel, where its structures may be in mid-change. Every
// view answers there; and where mapping database and page tables disagree, or a queue is not in order, as a second reader
// of memory sees them, the views of them say that they are changing.
import assert from 'node:assert/strict';
import { mappingModel } from '../../src/engine/models/mappingModel.ts';
import type { System } from '../../src/engine/system.ts';
import { brokenMappings } from '../guest/invariants/mappings.ts';
import { QUEUE_CHECKS } from '../guest/invariants/queues.ts';
import { KernelNames, Moment } from '../guest/invariants/structures.ts';
import { bootRootTask, bootSystem } from '../support/system.ts';
import { Views, type Answers } from './viewsAtStop.ts';

const STOPS = { linux: 600, callers: 1400 };
const MEMORY_MEGABYTES = 16;
const SEED = Number(process.env.STOPS_SEED ?? 1);
/** Nothing but booting before these. */
const BEGIN = { linux: 3_000_000, callers: 400_000 };
/** Instructions between two stops, at most. */
const DISTANCE = 12_000;
/** The view of a task's mappings shows so many frames. */
const TREES_SHOWN = 512;

/** A program that is never done: processes, pipes, signals and files. */
const BUSY = [
  'ls /bin | cat | cat',
  'hello | cat; echo $(echo a; hello); hello & ls /; wait',
  'signals > /dev/null; pipes; processes; jobs; timers; execs; tls; signal-faults; syscalls',
];

function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * limit);
  };
}

function run(system: System, instructions: number): void {
  const { machine } = system;
  const end = machine.instructionCount + instructions;
  while (machine.instructionCount < end) {
    const result = machine.run(end - machine.instructionCount);
    if (result.reason === 'idle') {
      machine.skipIdle();
    } else {
      assert.equal(result.reason, 'budget', `at instruction ${machine.instructionCount}`);
    }
  }
}

/** Runs on to a random instruction of the kernel. */
function toKernel(system: System, distance: number, choose: (limit: number) => number): void {
  run(system, 1 + choose(distance));
  while (system.machine.registers().cpl !== 0) {
    run(system, 1 + choose(200));
  }
}

/** What the checks found in a row of stops. */
interface Tally {
  changing: number;
  queues: number;
  readonly places: Set<number>;
}

const isChanging = (answer: { readonly note?: string }): boolean =>
  answer.note?.includes('The mapping database is changing.') === true;

/** The frames that the view of a task's mappings shows. */
function framesOf(system: System, task: number): { frames: Set<string>; says: boolean } {
  const answer = mappingModel(system, task);
  return { frames: new Set(answer.trees.map(({ frame }) => frame)), says: isChanging(answer) };
}

/**
 * Where a second reader finds that page tables and database disagree, the views that show such a frame say so; where it
 * finds nothing, they do not.
 */
function checkMappings(system: System, answers: Answers, moment: Moment, tally: Tally): void {
  const wrong = brokenMappings(moment);
  if (wrong.length === 0) {
    assert.ok(!isChanging(answers.spaces), 'the view of spaces says "changing" without a reason');
    return;
  }
  tally.changing += 1;
  const isOfLinks = (sentence: string): boolean => /know its neighbours/.test(sentence);
  const frames = wrong.flatMap((sentence) => {
    const frame = /(?:-> |of frame )([0-9a-f]+)/.exec(sentence)?.[1];
    return frame === undefined || isOfLinks(sentence) ? [] : [`0x${frame.padStart(8, '0')}`];
  });
  const listed = answers.spaces.spaces.flatMap(({ regions }) =>
    regions.flatMap(({ entries }) => entries.map(({ physical }) => physical)),
  );
  if (frames.some((frame) => listed.includes(frame))) {
    assert.ok(isChanging(answers.spaces), `${wrong.join(' ')} The view of spaces does not say so.`);
  }
  for (const { task, pages } of answers.spaces.spaces.filter(({ pages }) => pages < TREES_SHOWN)) {
    const { frames: shown, says } = framesOf(system, task);
    const isShown = frames.some((frame) => shown.has(frame));
    assert.ok(says || !isShown, `${wrong.join(' ')} The view of ${pages} pages of task ${task}.`);
  }
}

/** The threads are those that a second reader finds. */
function checkThreads(answers: Answers, moment: Moment): void {
  if (answers.threads.note !== undefined) {
    return;
  }
  const inactive = moment.names.enumerator('THREAD_INACTIVE');
  const current = moment.variable('current');
  const expected = moment
    .threads()
    .filter((at) => at === current || moment.member(at, 'tcb', 'state') !== inactive)
    .map((at) => moment.threadName(at));
  assert.deepEqual(answers.threads.threads.map(({ id }) => id).sort(), expected.sort());
}

/** What the view of the kernel's queues says of each kind, by the second reader's check of it. */
const QUEUE_NOTES: Readonly<Partial<Record<keyof typeof QUEUE_CHECKS, string>>> = {
  readyRings: 'The ready queues are changing.',
  sendQueues: 'The send queues are changing.',
  sleepers: 'The list of sleepers is changing.',
  longMessages: 'A long message is changing.',
};

/** What a second reader finds wrong, a list that goes astray included. */
function complaints(check: () => string[]): string[] {
  try {
    return check();
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** The view says that a queue is changing where a second reader finds it in disorder, and nowhere else. */
function checkQueues({ queues }: Answers, moment: Moment, tally: Tally): void {
  if (queues.note?.includes('The thread list is changing.') === true) {
    return;
  }
  const threads = new Set(moment.threads());
  for (const [name, check] of Object.entries(QUEUE_CHECKS)) {
    const note = QUEUE_NOTES[name as keyof typeof QUEUE_CHECKS];
    if (note !== undefined) {
      const wrong = complaints(() => check(moment, threads));
      const says = queues.note?.includes(note) === true;
      assert.equal(says, wrong.length > 0, `${queues.note ?? 'no note'}, but: ${wrong.join(' ')}`);
      tally.queues += wrong.length > 0 ? 1 : 0;
    }
  }
}

function stopManyTimes(system: System, kind: 'linux' | 'callers'): Tally {
  const names = new KernelNames();
  const choose = randomNumbers(SEED);
  const views = new Views(system);
  const tally: Tally = { changing: 0, queues: 0, places: new Set() };
  run(system, BEGIN[kind]);
  for (let stop = 0; stop < STOPS[kind]; stop += 1) {
    toKernel(system, DISTANCE, choose);
    const { instructionCount } = system.machine;
    tally.places.add(system.machine.registers().eip);
    try {
      const answers = views.all(choose);
      const moment = new Moment(system.machine, names, MEMORY_MEGABYTES);
      views.ask('mappings', () => {
        checkMappings(system, answers, moment, tally);
      });
      checkThreads(answers, moment);
      checkQueues(answers, moment, tally);
    } catch (error) {
      const place = `stop ${stop} of seed ${SEED}, instruction ${instructionCount}`;
      throw new Error(`At ${place}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
  return tally;
}

describe('The views at random instructions of the kernel', function () {
  this.timeout(300_000);

  it('answer, and say when page tables and mapping database disagree: a busy Linux', async () => {
    const args = ['-c', Array.from({ length: 20 }, () => BUSY.join('; ')).join('; ')];
    const system = await bootSystem({ program: 'sh', args });
    const { changing, queues, places } = stopManyTimes(system, 'linux');
    assert.ok(places.size > 200, `${places.size} places`);
    assert.ok(changing > 0, `${changing} stops in mid-change`);
    assert.ok(queues > 0, `${queues} queues in mid-change`);
  });

  it('answer, and say when page tables and mapping database disagree: random callers', async () => {
    const system = await bootRootTask('l4fuzz');
    const { changing, queues, places } = stopManyTimes(system, 'callers');
    assert.ok(places.size > 200, `${places.size} places`);
    assert.ok(changing > 0, `${changing} stops in mid-change`);
    assert.ok(queues > 0, `${queues} queues in mid-change`);
  });
});
