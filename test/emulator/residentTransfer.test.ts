// The quick way into a handler and back decides speed only: a machine that goes through a kernel's transfers in one
// run ends exactly as one whose fast table is emptied before every instruction, so that the general way has to do them.
import assert from 'node:assert/strict';

import type { Cpu } from '../../src/emulator/x86/cpu.ts';
import { machineWith, type TestMachine } from '../support/machineTest.ts';
import {
  ENABLE_PAGING,
  FINISH,
  IDENTITY_TABLES,
  LOAD_TABLES,
  TABLES,
  enterUser,
  gate,
} from '../support/pagingAssembly.ts';

/** A kernel whose user code, at `user` with EBX = 6, comes back through vector 0x31. */
function kernel(user: string, prepare = ''): string {
  return `
  .globl start
start:
  mov $0x90000, %esp
  ${LOAD_TABLES}
  ${gate(11, 'notPresent')}
  ${gate(13, 'protection')}
  ${gate(14, 'pageFault')}
  ${gate(0x30, 'service', 0xee)}
  ${gate(0x31, 'finish', 0xef)}
  ${gate(0x32, 'inside')}
  ${IDENTITY_TABLES}
  movl $0, 0x201c80
  ${prepare}
  ${ENABLE_PAGING}
  mov $6, %ebx
  ${enterUser('user', 0x70000)}
user:
  ${user}
  int $0x31
finish:
  ${FINISH}
service:
  push %eax
  movl $0, 0x201c80
  invlpg 0x320000
  int $0x32
  mov %esp, %esi
  pop %eax
  iret
inside:
  add 8(%esp), %edi
  iret
pageFault:
  push %eax
  mov %cr2, %eax
  add %eax, %ebp
  movl $0x320007, 0x201c80
  pop %eax
  add %eax, %ebp
  pop %eax
  iret
notPresent:
  pop %eax
  add %eax, %ebp
  xorl $0x8000, gdt + 28
  iret
protection:
  pop %eax
  add %eax, %ebp
  addl $2, (%esp)
  iret
  ${TABLES}`;
}

function finished(machine: TestMachine): TestMachine {
  const result = machine.run(100_000);
  assert.equal(result.reason, 'debugExit', `${result.detail ?? ''} ${machine.messages.join('\n')}`);
  return machine;
}

/** Empties the fast table, which is no state of the machine, before every instruction. */
function alwaysTheGeneralWay(assembly: string): TestMachine {
  const machine = machineWith(assembly);
  const { mmu } = Reflect.get(machine, 'cpu') as Cpu;
  for (let steps = 0; steps < 100_000; steps++) {
    mmu.dropShadows();
    if (machine.run(1).reason === 'debugExit') {
      return machine;
    }
  }
  return assert.fail('the kernel did not end');
}

/** A loop long enough for decoded blocks and a warm fast table. */
const LOOPED = (body: string) => `
1: ${body}
  dec %ebx
  jnz 1b`;

const CASES: [string, string, string?][] = [
  ['INT to ring 0, INT inside ring 0, and IRET from both', LOOPED('int $0x30; cmp $3, %ebx')],
  [
    'page faults of ring 3, with their error codes',
    LOOPED('mov 0x320000, %eax; int $0x30; incl 0x320004; int $0x30'),
  ],
  [
    'a page fault at a fetch',
    LOOPED('mov $0x320000, %ecx; call *%ecx; int $0x30'),
    'movb $0xc3, 0x320000',
  ],
  ['an INT that its gate forbids', LOOPED('int $0x32; nop; mov 0x300000, %eax')],
  ['a gate that the loop changes', LOOPED('xorl $0x100, idt + 0x30*8 + 4; int $0x30')],
  [
    'a code segment without its accessed bit',
    LOOPED('andl $0xfffffeff, gdt + 12; int $0x30; andl $0xfffffeff, gdt + 28'),
  ],
  ['a code segment to return to that is not present', LOOPED('xorl $0x8000, gdt + 28; int $0x30')],
  ['another stack of ring 0 each time', LOOPED('subl $0xffc, tss + 4; int $0x30')],
  ['a stack of ring 0 in two pages', LOOPED('int $0x30'), 'movl $0x8000c, tss + 4'],
  ['a stack of ring 0 that is not aligned', LOOPED('int $0x30'), 'movl $0x80002, tss + 4'],
  [
    'data segments of ring 0, which the way out takes away',
    LOOPED('int $0x30; mov %fs, %ecx; add %ecx, %edi'),
    'mov $0x10, %eax; mov %eax, %fs',
  ],
  [
    'pages of tables and stacks in one set of the TLB',
    LOOPED('mov 0x301000, %eax; mov 0x31f000, %ecx; mov 0x302000, %edx; int $0x30'),
    'movl $0x81000, tss + 4',
  ],
];

describe('Interrupts, faults and returns through the fast table', () => {
  for (const [name, user, prepare] of CASES) {
    it(`end as by the general way: ${name}`, () => {
      const assembly = kernel(user, prepare);
      const quick = finished(machineWith(assembly));
      const general = alwaysTheGeneralWay(assembly);
      assert.deepEqual(quick.registers(), general.registers());
      assert.equal(quick.stateHash(), general.stateHash());
      assert.deepEqual(quick.statistics(), general.statistics());
      assert.ok(quick.statistics().interruptCount > 6, 'the loop has to run');
    });
  }
});
