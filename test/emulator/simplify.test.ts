// Leaving out flags and joining comparisons with their jumps changes nothing that can be seen: random blocks run whole,
// in random portions, and instruction by instruction (where nothing can be left out) go through the same states. Page
// faults in their middle write down the flags of that moment.
import assert from 'node:assert/strict';

import type { Cpu } from '../../src/emulator/x86/cpu.ts';
import { MICRO, MICRO_WORDS } from '../../src/emulator/x86/microOps.ts';
import { machineWith, type TestMachine } from '../support/machineTest.ts';
import {
  ENABLE_PAGING,
  FINISH,
  IDENTITY_TABLES,
  LOAD_TABLES,
  TABLES,
  gate,
} from '../support/pagingAssembly.ts';
import { Random } from './randomInstructions.ts';

const REGISTERS = ['%eax', '%ecx', '%edx', '%esi', '%ebp'];
const CONDITIONS = 'o no b ae e ne be a s ns p np l ge le g'.split(' ');
const TWO = 'add or adc sbb and sub xor cmp test mov'.split(' ');
const SHIFTS = 'shl shr sar rol ror'.split(' ');
const COMPARES = 'cmp test and dec add'.split(' ');

function line(random: Random): string {
  const register = () => random.pick(REGISTERS);
  switch (random.below(8)) {
    case 0:
    case 1:
      return `${random.pick(TWO)} ${register()}, ${register()}`;
    case 2:
    case 3:
      return `${random.pick(TWO)} $${random.value()}, ${register()}`;
    case 4:
      return `${random.pick(SHIFTS)} $${random.below(32)}, ${register()}`;
    case 5:
      return `${random.pick(['inc', 'dec', 'neg', 'not'])} ${register()}`;
    case 6:
      return `lea ${random.value()}(${register()},${register()},4), ${register()}`;
    default:
      return random.pick([
        `set${random.pick(CONDITIONS)} %al`,
        `shll %cl, ${register()}`,
        `incl (%ebx)`,
        `movl ${register()}, 4(%ebx)`,
      ]);
  }
}

/** A block of random instructions, then a jump over one instruction, with the page at EBX absent or not. */
function block(random: Random): string {
  const lines = Array.from({ length: 2 + random.below(12) }, () => line(random));
  const compare = random.pick(COMPARES);
  const operands = compare === 'dec' ? '%ecx' : random.pick(['$5, %ecx', '%eax, %edx']);
  return `
  movl $0, 0x201c80
  invlpg 0x320000
  ${lines.join('\n  ')}
  ${compare} ${operands}
  j${random.pick([...CONDITIONS, 'e', 'ne', 'e', 'ne'])} 1f
  xor $0x1234567, %eax
1: pushf
  pop (%edi)
  add $4, %edi
  sbb %edx, %esi`;
}

function program(seed: number): string {
  const random = new Random(seed);
  return `
  .globl start
start:
  mov $0x90000, %esp
  ${LOAD_TABLES}
  ${gate(14, 'handler')}
  ${IDENTITY_TABLES}
  ${ENABLE_PAGING}
  mov $0x320000, %ebx
  mov $0x400000, %edi
  mov $0x12345678, %edx
  ${Array.from({ length: 300 }, () => block(random)).join('\n')}
  ${FINISH}
handler:
  mov %eax, 4(%edi)
  mov 12(%esp), %eax
  mov %eax, (%edi)
  mov 4(%edi), %eax
  add $8, %edi
  movl $0x320007, 0x201c80
  add $4, %esp
  iret
  ${TABLES}`;
}

function runTo(machine: TestMachine, count: number, portion: () => number): void {
  while (machine.instructionCount < count) {
    const { reason } = machine.run(Math.min(portion(), count - machine.instructionCount));
    if (reason !== 'budget') {
      return;
    }
  }
}

const operations = (machine: TestMachine) => {
  const { code } = (Reflect.get(machine, 'cpu') as Cpu).blocks;
  return new Set(Array.from({ length: code.length / MICRO_WORDS }, (_, at) => code[at * MICRO_WORDS]));
}; // prettier-ignore

describe('Simplified blocks', () => {
  for (const seed of [3, 77, 4711]) {
    it(`go through the states of single steps (seed ${seed})`, () => {
      const random = new Random(seed);
      const whole = machineWith(program(seed));
      const portions = machineWith(program(seed));
      const single = machineWith(program(seed));
      for (let count = 12_500; count < 60_000; count += 1500 + random.below(99)) {
        runTo(whole, count, () => 100_000);
        runTo(portions, count, () => 1 + random.below(40));
        runTo(single, count, () => 1);
        assert.equal(whole.stateHash(), single.stateHash(), `at ${count} in one run`);
        assert.equal(portions.stateHash(), single.stateHash(), `at ${count} in portions`);
      }
      assert.equal(whole.run(1).reason, 'debugExit');
      assert.deepEqual(whole.registers(), single.registers());
      const used = operations(whole);
      const expected = Object.entries(MICRO).filter(([name]) => /_(QUIET|JCC|JZ)$/.test(name));
      for (const [name, operation] of expected) {
        assert.ok(used.has(operation), `the programs never use ${name}`);
      }
    });
  }
});
