// Exceptions as a kernel sees them: vector, error code, CR2, the saved EIP, and an instruction that can be restarted.
import assert from 'node:assert/strict';

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

const WITH_ERROR_CODE = new Set([8, 10, 11, 12, 13, 14]);

/** Handlers that leave vector, error code, EIP and CR2 in EBX, ECX, EDX and ESI, and end the machine. */
function handlers(): string {
  return Array.from({ length: 15 }, (_, vector) =>
    [
      `h${vector}: mov $${vector}, %ebx`,
      WITH_ERROR_CODE.has(vector) ? 'pop %ecx' : 'mov $-1, %ecx',
      'pop %edx',
      'mov %cr2, %esi',
      'jmp finish',
    ].join('\n'),
  ).join('\n');
}

function kernel(code: string, user = false): string {
  return `
  .globl start
start:
  mov $0x90000, %esp
  ${LOAD_TABLES}
  ${Array.from({ length: 15 }, (_, vector) => gate(vector, `h${vector}`)).join('')}
  ${gate(0x30, 'h3', 0xee)}
  ${IDENTITY_TABLES}
  movl $0x300005, 0x201c00
  movl $0x310003, 0x201c40
  movl $0, 0x201c80
  ${ENABLE_PAGING}
  ${user ? enterUser('user', 0x70000) : ''}
user:
  ${code}
  ${FINISH}
finish:
  ${FINISH}
  ${handlers()}
  ${TABLES}`;
}

function run(assembly: string, options = {}): TestMachine {
  const machine = machineWith(assembly, options);
  const result = machine.run(1_000_000);
  assert.equal(result.reason, 'debugExit', `${result.detail ?? ''} ${machine.messages.join('\n')}`);
  return machine;
}

/** [vector, error code, CR2] in hexadecimal, as one text. */
function fault(code: string, user = false): string {
  const { ebx, ecx, esi } = run(kernel(code, user)).registers();
  return [ebx, ecx, esi].map((value) => value.toString(16)).join(' ');
}

describe('A page fault', () => {
  const cases: [string, string, boolean, string][] = [
    ['a supervisor write to a read-only page with WP', 'movl $1, 0x300004', false, 'e 3 300004'],
    ['a user write to a read-only page', 'movl $1, 0x300004', true, 'e 7 300004'],
    ['a user read of a supervisor page', 'mov 0x310008, %eax', true, 'e 5 310008'],
    ['a user read of an absent page', 'mov 0x320010, %eax', true, 'e 4 320010'],
    ['a supervisor write to an absent page', 'mov %eax, 0x320010', false, 'e 2 320010'],
    ['an address beyond the tables', 'mov 0x40000000, %eax', false, 'e 0 40000000'],
    ['a fetch from an absent page', 'mov $0x320000, %eax; jmp *%eax', false, 'e 0 320000'],
    ['a jump of a user to a supervisor page', 'mov $0x310000, %eax; jmp *%eax', true, 'e 5 310000'],
    ['the second half of an access across pages', 'mov 0x31fffe, %eax', false, 'e 0 320000'],
    ['a push', 'mov $0x321000, %esp; push %eax', true, 'e 6 320ffc'],
    ['a string store', 'mov $0x31fffe, %edi; mov $9, %ecx; rep stosb', false, 'e 2 320000'],
  ];
  for (const [name, code, user, expected] of cases) {
    it(`by ${name} has the right error code and address`, () => {
      assert.equal(fault(code, user), expected);
    });
  }

  it('leaves every register of the instruction as it was, and the instruction can be restarted', () => {
    const machine = run(`
  .globl start
start:
  mov $0x90000, %esp
  ${LOAD_TABLES}
  ${gate(14, 'handler')}
  ${IDENTITY_TABLES}
  movl $0, 0x201c80
  ${ENABLE_PAGING}
  mov $0x31fffc, %edi
  mov $3, %ecx
  mov $0x77, %eax
  rep stosl
  mov 0x320000, %ebx
  mov 0x320004, %esi
  ${FINISH}
handler:
  push %eax
  mov %edi, %ebp
  mov %ecx, %edx
  movl $0x320007, 0x201c80
  pop %eax
  add $4, %esp
  iret
  ${TABLES}`);
    const { ebp, edx, ebx, esi, ecx, edi } = machine.registers();
    assert.deepEqual(
      { ebp, edx, ebx, esi, ecx, edi },
      { ebp: 0x320000, edx: 2, ebx: 0x77, esi: 0x77, ecx: 0, edi: 0x320008 },
    );
  });

  it('sets the accessed bit on a read, and the dirty bit on a write only', () => {
    const machine = run(kernel('mov 0x340000, %eax; movl $1, 0x350000'));
    const flags = (linear: number) => {
      const page = machine.translate(machine.registers().cr3, linear);
      return [page?.accessed, page?.dirty];
    };
    assert.deepEqual(flags(0x340000), [true, false]);
    assert.deepEqual(flags(0x350000), [true, true]);
    assert.deepEqual(flags(0x360000), [false, false]);
  });
});

describe('An exception', () => {
  const cases: [string, string, boolean, string][] = [
    ['division by zero', 'xor %ecx, %ecx; div %ecx', false, '0 ffffffff 0'],
    ['a privileged instruction in ring 3', 'hlt', true, 'd 0 0'],
    ["an INT whose gate is the kernel's", 'int $13', true, 'd 6a 0'],
    ['an INT beyond the IDT', 'int $0x81', true, 'd 40a 0'],
    ['UD2', 'ud2', true, '6 ffffffff 0'],
    ['a selector beyond the GDT', 'mov $0x1230, %eax; mov %eax, %fs', true, 'd 1230 0'],
    ['a load of SS with the wrong level', 'mov $0x10, %eax; mov %eax, %ss', true, 'd 10 0'],
    [
      'an access through a null segment',
      'xor %eax, %eax; mov %eax, %gs; mov %gs:0, %eax',
      true,
      'd 0 0',
    ],
    ['LOCK on an instruction without memory', '.byte 0xf0; nop', true, '6 ffffffff 0'],
    [
      'the x87 with CR0.TS set',
      'mov %cr0, %eax; or $8, %eax; mov %eax, %cr0; fninit',
      false,
      '7 ffffffff 0',
    ],
  ];
  for (const [name, code, user, expected] of cases) {
    it(`by ${name} arrives with its error code`, () => {
      assert.equal(fault(code, user), expected);
    });
  }

  it('by a single step comes after exactly one instruction', () => {
    const { ebx, edx, edi } = run(
      kernel('pushf; orl $0x100, (%esp); xor %edi, %edi; popf; inc %edi; inc %edi'),
    ).registers();
    assert.equal(ebx, 1);
    assert.equal(edi, 1);
    assert.ok(edx > 0x100000);
  });

  for (const [name, load] of [
    ['MOV SS', 'mov %ax, %ss'],
    ['POP SS', 'pop %ss'],
  ]) {
    it(`by a single step does not come between ${name} and the instruction behind it`, () => {
      const { ebx, edi } = run(
        kernel(
          `mov %ss, %eax; push %eax; push %eax; xor %edi, %edi; pushf; orl $0x100, (%esp); popf; ${load}; inc %edi; inc %edi`,
        ),
      ).registers();
      assert.equal(ebx, 1);
      assert.equal(edi, 1);
    });

    it(`by a breakpoint at the instruction behind ${name} does not come there`, () => {
      const { ebx, edi, edx } = run(
        kernel(`
          mov %ss, %eax; push %eax; push %eax; xor %edi, %edi
          mov $1f, %ebx; mov %ebx, %dr0
          mov $2f, %ebx; mov %ebx, %dr1
          mov $0x70a, %ebx; mov %ebx, %dr7
          ${load}
          1: inc %edi
          2: inc %edi`),
      ).registers();
      assert.deepEqual([ebx, edi], [1, 1], `at ${edx.toString(16)}`);
    });
  }

  it('inside the delivery of a page fault makes a double fault', () => {
    assert.equal(fault('movw $0x1230, idt + 14*8 + 2; mov 0x320000, %eax').split(' ')[0], '8');
  });

  it('that cannot be delivered at all shuts the machine down', () => {
    const machine = machineWith(kernel('lidt nothing; ud2; .align 4; nothing: .word 0; .long 0'));
    const result = machine.run(1_000_000);
    assert.equal(result.reason, 'shutdown');
    assert.match(result.detail ?? '', /triple fault/);
  });

  for (const [name, code] of [
    ['whose handler begins with a fault', 'refused: rdmsr'],
    [
      'by a breakpoint at its own handler',
      'mov $refused, %ecx; mov %ecx, %dr0; mov $2, %eax; mov %eax, %dr7; refused: nop',
    ],
  ]) {
    it(`${name} ends the machine with a sentence where the stack never ends`, () => {
      const vector = name.includes('breakpoint') ? 1 : 13;
      const machine = machineWith(
        kernel(`
          lea refused, %eax
          mov %ax, idt + ${vector} * 8
          shr $16, %eax
          mov %ax, idt + ${vector} * 8 + 6
          mov %cr0, %eax
          and $0x7fffffff, %eax
          mov %eax, %cr0
          mov $0x1277, %ecx
          mov $0xffff0000, %esp
          ${code}`),
      );
      const { reason, detail } = machine.run(1_000_000);
      assert.equal(reason, 'shutdown');
      assert.match(detail ?? '', /^faults without end, no instruction ends between them \(/);
    });
  }

  it('by an unknown opcode is named once in the log', () => {
    const machine = run(kernel('.byte 0x0f, 0x04'));
    assert.equal(machine.registers().ebx, 6);
    assert.match(machine.messages.join('\n'), /opcode 0f 04/);
  });

  it("by a form that no processor has is the guest's own affair: nothing is logged", () => {
    const machine = run(kernel('.byte 0xf0, 0x90'));
    assert.equal(machine.registers().ebx, 6);
    assert.deepEqual(machine.messages, []);
  });

  it('by CMOV comes on a pentium and not on an i686', () => {
    const code = kernel('mov $5, %eax; cmp %eax, %eax; cmove %eax, %ebx');
    const pentium = run(code, { cpu: 'pentium' });
    assert.equal(pentium.registers().ebx, 6);
    assert.match(pentium.messages.join('\n'), /CMOVcc, which only the kinds i686, .* have/);
    assert.equal(run(code, { cpu: 'i686' }).registers().ebx, 5);
  });
});

describe('Code that changes itself', () => {
  it('runs its new bytes, even one instruction ahead in the same block', () => {
    const { ecx } = run(
      kernel('movb $0x12, 1f + 1; 1: mov $0x11, %cl; movzbl %cl, %ecx'),
    ).registers();
    assert.equal(ecx, 0x12);
  });

  it('runs its new bytes when the old ones had been run before', () => {
    const code = `
  xor %ebx, %ebx
1: call 2f
  add %eax, %ebx
  incl 2f + 1
  cmpl $4, 2f + 1
  jne 1b
  jmp finish
2: mov $1, %eax
  ret`;
    assert.equal(run(kernel(code)).registers().ebx, 6);
  });

  it('takes effect through another linear address of the same memory', () => {
    const code = `
  mov $0x10000, %edi
  mov $3, %eax
  mov $0x400, %ecx
1: stosl
  add $0x1000, %eax
  loop 1b
  movl $0x10003, 0x11000
  mov $patched, %eax
  shr $12, %eax
  mov 0x10000(,%eax,4), %eax
  mov %eax, 0x10000 + 0x300 * 4
  mov $0x11000, %eax
  mov %eax, %cr3
  mov %cr0, %eax
  or $0x80000000, %eax
  mov %eax, %cr0
  mov $3, %edx
  xor %ebx, %ebx
1: call patched
  add %eax, %ebx
  mov $patched + 1, %esi
  and $0xfff, %esi
  incb 0x300000(%esi)
  dec %edx
  jnz 1b
  jmp finish
patched: mov $1, %eax
  ret`;
    assert.equal(run(kernel(code)).registers().ebx, 6);
  });

  it('is found by bytes: a stack and counters on a page of code make nothing be decoded again', () => {
    const code = `
  mov $stack_beside_code, %esp
  mov $100000, %ecx
1: push %ecx
  call 2f
  pop %ecx
  incl counter_beside_code
  loop 1b
  jmp finish
2: ret
  .align 4
counter_beside_code: .long 0
  .space 64
stack_beside_code:
`;
    const machine = run(kernel(code));
    assert.ok(machine.instructionCount > 500_000);
    assert.ok(machine.decodedBlocks < 1000, `${machine.decodedBlocks} blocks decoded`);
  });
});

describe('Small segments', () => {
  it('add their base and guard with their limit alone', () => {
    const setUp = `
  movl $0x0000000f, gdt_more
  movl $0x0040f230, gdt_more + 4
  mov $0x33, %eax`;
    const outside = fault(`${setUp}; mov %eax, %fs; mov %fs:12, %eax; mov %fs:13, %eax`);
    assert.equal(outside, 'd 0 0');
  });
});
