// The grammar of conditions on events: what holds, and the sentence for what is malformed.
import assert from 'node:assert/strict';
import { Condition, type ConditionNames, type FieldValue } from '../../src/engine/conditions.ts';
import { hitTest } from '../../src/engine/breakpoints.ts';

const NAMES: ConditionNames = {
  task: (name) => ({ kernel: 1, sigma0: 2, linux: 4, hello: 5 })[name],
  systemCall: (name) => ({ write: 4, exit: 1 })[name],
};

const number = (value: number): FieldValue => ({ kind: 'number', value, isAddress: false });

const FIELDS = new Map<string, FieldValue>([
  ['from', { kind: 'thread', task: 5, lthread: 0 }],
  ['to', { kind: 'thread', task: 4, lthread: 0 }],
  ['words', { kind: 'words', words: [4, 0xbffff000] }],
  ['addr', number(0x1800)],
  ['result', number(-14)],
]);

function holds(text: string, hits = 1): boolean {
  return new Condition(text, new Set(FIELDS.keys())).holds(FIELDS, hits, NAMES);
}

describe('a condition on an event', () => {
  const TRUE = [
    'to == linux && words[0] == SYS_write',
    'from == hello',
    'from in task(5)',
    'from != linux && from != sigma0',
    'addr in [0x1000, 0x2000)',
    'addr in [0x1000, 0x1800]',
    '!(addr in [0x1000, 0x1800))',
    'words[1] == 0xbffff000',
    'words[1] > 0x80000000',
    '(words[0] & 4) != 0',
    'result < 0',
    'hits == 1',
    'from == linux || to == linux',
    'addr / 0x800 == 3',
  ];
  for (const text of TRUE) {
    it(`holds: ${text}`, () => assert.equal(holds(text), true));
  }

  const FALSE = [
    'to == hello',
    'words[0] == SYS_exit',
    'words[7] == 0',
    'addr in [0x1801, 0x2000)',
    'from == nobody',
    'hits > 10',
    'addr / 0 == 1',
  ];
  for (const text of FALSE) {
    it(`does not hold: ${text}`, () => assert.equal(holds(text), false));
  }

  const MALFORMED: readonly [string, RegExp][] = [
    ['to ==', /ends where a value is expected/],
    ['to = linux', /"=" is not understood/],
    ['too == linux', /no field "too"; it has from, to, words, addr, result and hits/],
    ['addr in [1, 2', /ends where/],
    ['addr[0] == 1 && x[0]', /only words\[n\] has elements|no field/],
    ['system("rm")', /no function "system"/],
    ['((((', /ends where a value is expected/],
    ['(' + '('.repeat(500) + '1', /nested too deeply|ends where/],
    ['', /ends where a value is expected/],
  ];
  for (const [text, sentence] of MALFORMED) {
    it(`is refused with a sentence: ${text.slice(0, 30)}`, () => {
      assert.throws(() => holds(text), sentence);
    });
  }

  it('counts hits as the Debug Adapter Protocol writes them', () => {
    const stops = (text: string): number[] => [1, 2, 3, 4, 5, 6].filter(hitTest(text));
    assert.deepEqual(stops('3'), [3]);
    assert.deepEqual(stops('>4'), [5, 6]);
    assert.deepEqual(stops('>= 4'), [4, 5, 6]);
    assert.deepEqual(stops('<3'), [1, 2]);
    assert.deepEqual(stops('%2'), [2, 4, 6]);
    assert.throws(() => hitTest('often'), /The hit count "often" is not valid/);
  });
});
