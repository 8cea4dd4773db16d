// What the comparison with the host (hostDifferential.test.ts) leaves out of MMX and SSE: faults, exceptions that are not
// masked, approximations, snapshots, and which kind of processor has what.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Cpu } from '../../src/emulator/x86/cpu.ts';
import { CPU_MODELS } from '../../src/emulator/x86/cpuModel.ts';
import type { CpuKind } from '../../src/emulator/machineOptions.ts';
import { Decoder } from '../../src/emulator/x86/decode/decoder.ts';
import { HANDLERS } from '../../src/emulator/x86/execute/handlers.ts';
import { GUEST_FAULT, XM } from '../../src/emulator/x86/faults.ts';
import { reciprocal, reciprocalRoot } from '../../src/emulator/x86/simd/approximation.ts';
import { assembleCode } from '../support/machineAssemble.ts';
import { machineWith, testMachine } from '../support/machineTest.ts';
import { Random } from './randomInstructions.ts';

const NAMES = [
  '#DE',
  '',
  '',
  '',
  '',
  '',
  '#UD',
  '#NM',
  '',
  '',
  '',
  '',
  '',
  '#GP',
  '',
  '',
  '#MF',
  '',
  '',
  '#XM',
];

/** Runs code in ring 0 with an IDT whose gates leave their vector in ECX; '' if it comes to its end. */
function faultOf(cpu: CpuKind, code: string): string {
  const gate = (vector: number): string => `
h${vector}: mov $${vector}, %ecx
  jmp end`;
  const vectors = Array.from({ length: 20 }, (_, vector) => vector);
  const machine = machineWith(
    `
    .globl start
start:
    mov $stack, %esp
    mov $idt, %edi
    ${vectors.map((vector) => `mov $h${vector}, %eax\n mov %ax, (%edi)\n shr $16, %eax\n mov %ax, 6(%edi)\n movl $0x8e000010, %eax\n mov %ax, 2(%edi)\n shr $16, %eax\n mov %ax, 4(%edi)\n add $8, %edi`).join('\n')}
    lgdt gdtr
    lidt idtr
    mov %cr0, %eax
    or $0x20, %eax
    mov %eax, %cr0
    xor %ecx, %ecx
    dec %ecx
    ${code}
end:
    mov $0x10, %al
    out %al, $0xf4
    ${vectors.map(gate).join('')}
    .data
    .align 16
area: .fill 64, 4, 0
gdt:  .quad 0, 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdtr: .word 31
      .long gdt
idt:  .fill 256, 8, 0
idtr: .word 2047
      .long idt
      .fill 256, 4, 0
stack: .long 0
  `,
    { cpu },
  );
  assert.equal(machine.run(10_000).reason, 'debugExit');
  const vector = machine.registers().ecx;
  return vector === -1 || vector === 0xffff_ffff ? '' : NAMES[vector];
}

const SSE_ON = 'mov $0x600, %eax\n mov %eax, %cr4\n';
const SET_TS = 'mov %cr0, %eax\n or $8, %eax\n mov %eax, %cr0\n';
const SET_EM = 'mov %cr0, %eax\n or $4, %eax\n mov %eax, %cr0\n';
const PENDING = 'fninit\n movw $0x37b, area\n fldcw area\n fld1\n fldz\n fdivrp\n';
const DIVIDE_BY_ZERO = `movl $0x1d80, area\n ldmxcsr area\n pcmpeqd %xmm0, %xmm0\n psrld $25, %xmm0
  pslld $23, %xmm0\n xorps %xmm1, %xmm1\n divps %xmm1, %xmm0\n`;

const INVALID_NEIGHBOURS = `movl $0x1f00, area\n ldmxcsr area\n movl $0x7f800000, area\n movl $0x7f800000, area + 4
  hsubps area, %xmm1\n`;

const FAULTS: readonly (readonly [CpuKind, string, string, string])[] = [
  ['pentium', 'MMX', 'paddb %mm0, %mm1', '#UD'],
  ['pentium+mmx', 'MMX', 'paddb %mm0, %mm1', ''],
  ['pentium+mmx', 'MMX with CR0.TS', `${SET_TS} paddb %mm0, %mm1`, '#NM'],
  ['pentium+mmx', 'MMX with CR0.EM', `${SET_EM} paddb %mm0, %mm1`, '#UD'],
  ['pentium+mmx', 'MMX with an x87 error waiting', `${PENDING} paddb %mm0, %mm1`, '#MF'],
  ['pentium+mmx', 'PSHUFW', 'pshufw $0, %mm0, %mm1', '#UD'],
  ['i686', 'MMX', 'emms', '#UD'],
  ['i686+mmx', 'CR4.OSFXSR', SSE_ON, '#GP'],
  ['i686+mmx', 'FXSAVE', 'fxsave area', '#UD'],
  ['i686+sse', 'SSE without CR4.OSFXSR', 'addps %xmm0, %xmm1', '#UD'],
  ['i686+sse', 'FXSAVE without CR4.OSFXSR', 'fxsave area', ''],
  ['i686+sse', 'SSE', `${SSE_ON} addps %xmm0, %xmm1`, ''],
  ['i686+sse', 'approximations', `${SSE_ON} rcpps %xmm0, %xmm1\n rcpss %xmm0, %xmm1\n rsqrtps %xmm0, %xmm1\n rsqrtss %xmm0, %xmm1`, ''],
  ['i686+sse', 'SSE with CR0.TS', `${SSE_ON} ${SET_TS} addps %xmm0, %xmm1`, '#NM'],
  ['i686+sse', 'SSE with an x87 error waiting', `${SSE_ON} ${PENDING} addps %xmm0, %xmm1`, ''],
  ['i686+sse', 'CVTPS2PI with an x87 error waiting', `${SSE_ON} ${PENDING} cvtps2pi %xmm0, %mm1`, '#MF'],
  ['i686+sse', 'SSE2', `${SSE_ON} addpd %xmm0, %xmm1`, '#UD'],
  ['i686+sse', 'DAZ', `${SSE_ON} movl $0x1fc0, area\n ldmxcsr area`, '#GP'],
  ['i686+sse2', 'DAZ', `${SSE_ON} movl $0x1fc0, area\n ldmxcsr area`, ''],
  ['i686+sse2', 'a bit of MXCSR that does not exist', `${SSE_ON} movl $0x11f80, area\n ldmxcsr area`, '#GP'],
  ['i686+sse2', 'SSE2', `${SSE_ON} addpd %xmm0, %xmm1`, ''],
  ['i686+sse2', 'a mandatory prefix without a row', `${SSE_ON} .byte 0xf2, 0x0f, 0x28, 0xc1`, '#UD'],
  ['i686+sse2', 'LOCK', `${SSE_ON} .byte 0xf0, 0x0f, 0x58, 0xc1`, '#UD'],
  ['i686+sse2', 'an operand that is not aligned', `${SSE_ON} addps area + 4, %xmm1`, '#GP'],
  ['i686+sse2', 'the unaligned move', `${SSE_ON} movups area + 4, %xmm1`, ''],
  ['i686+sse2', 'FXSAVE that is not aligned', 'fxsave area + 8', '#GP'],
  ['i686+sse2', 'a division by zero that is not masked', SSE_ON + DIVIDE_BY_ZERO, '#XM'],
  ['i686+sse2', 'SSE3', `${SSE_ON} haddps %xmm0, %xmm1`, '#UD'],
  ['i686+sse2', 'FISTTP', 'fld1\n fisttpl area', '#UD'],
  ['i686+sse3', 'SSE3', `${SSE_ON} haddps %xmm0, %xmm1`, ''],
  ['i686+sse3', 'SSE3 without CR4.OSFXSR', 'haddps %xmm0, %xmm1', '#UD'],
  ['i686+sse3', 'an infinity less an infinity between neighbours, not masked', SSE_ON + INVALID_NEIGHBOURS, '#XM'],
  ['i686+sse3', 'LDDQU from anywhere', `${SSE_ON} lddqu area + 3, %xmm1`, ''],
  ['i686+sse3', 'FISTTP', 'fld1\n fisttpl area', ''],
  ['i686+sse3', 'SSSE3', `${SSE_ON} pshufb %xmm0, %xmm1`, '#UD'],
  ['i686+ssse3', 'SSSE3', `${SSE_ON} pshufb %xmm0, %xmm1`, ''],
  ['i686+ssse3', 'SSSE3 on an operand that is not aligned', `${SSE_ON} pshufb area + 4, %xmm1`, '#GP'],
  ['i686+ssse3', 'SSSE3 on MMX registers with CR0.TS', `${SET_TS} pshufb %mm0, %mm1`, '#NM'],
  ['i686+ssse3', 'MOVBE', 'movbe area, %eax', '#UD'],
  ['i686+movbe', 'MOVBE', 'movbe area, %eax', ''],
  ['i686+movbe', 'MOVBE between registers', '.byte 0x0f, 0x38, 0xf0, 0xc1', '#UD'],
  ['i686+movbe', 'LOCK MOVBE', '.byte 0xf0, 0x0f, 0x38, 0xf1, 0x01', '#UD'],
  ['i686+sse2', 'the same without CR4.OSXMMEXCPT', `mov $0x200, %eax\n mov %eax, %cr4\n ${DIVIDE_BY_ZERO}`, '#UD'],
]; // prettier-ignore

describe('Vector instructions', () => {
  for (const [cpu, what, code, expected] of FAULTS) {
    it(`${what} on ${cpu}: ${expected === '' ? 'works' : expected}`, () => {
      assert.equal(faultOf(cpu, code), expected);
    });
  }

  it('are announced by CPUID as each kind of processor has them', () => {
    const announced = (cpu: CpuKind): string => {
      const machine = machineWith(
        `.globl start
start: mov $0x80000000, %eax
  cpuid
  mov %eax, %ebp
  mov $1, %eax
  cpuid
  mov %edx, %esi
  mov %ecx, %edi
  mov $0x80000001, %eax
  cpuid
  mov $0x10, %al
  out %al, $0xf4\n`,
        { cpu },
      );
      machine.run(100);
      const { esi, edi, ebp, ecx } = machine.registers();
      const hasExtendedLeaves = ebp >= 0x8000_0001;
      const words = [(esi >>> 15) & 0xfff, edi, hasExtendedLeaves ? ecx : 0];
      return words.map((word) => word.toString(16)).join(' ');
    };
    const kinds = Object.keys(CPU_MODELS) as CpuKind[];
    assert.deepEqual(
      kinds.map((kind) => [kind, announced(kind)]),
      [
        ['pentium', '0 0 0'],
        ['pentium+mmx', '100 0 0'],
        ['i686', '1 0 0'],
        ['i686+mmx', '101 0 0'],
        ['i686+sse', '703 0 0'],
        ['i686+sse2', 'f13 0 0'],
        ['i686+sse3', 'f13 1 0'],
        ['i686+ssse3', 'f13 201 0'],
        ['i686+movbe', 'f13 400201 20'],
      ],
    );
  });

  it('have opcodes of three bytes only where the processor has them', () => {
    const bytes = Uint8Array.of(0x0f, 0x38, 0, 0xc1);
    const decoded = (cpu: CpuKind): number | undefined =>
      new Decoder(CPU_MODELS[cpu].extensions).decode(bytes, 0, 2)?.length;
    assert.equal(decoded('i686+sse3'), 2, '#UD, whatever follows');
    assert.equal(decoded('i686+ssse3'), undefined, 'the third byte decides');
  });

  it('take F3 BSR for LZCNT only where the processor has it', () => {
    const bytes = assembleCode('lzcnt %eax, %ecx\n');
    const name = (cpu: CpuKind): string | undefined =>
      new Decoder(CPU_MODELS[cpu].extensions).decode(bytes, 0, bytes.length)?.row.name;
    assert.deepEqual([name('i686+ssse3'), name('i686+movbe')], ['BSR', 'LZCNT']);
  });

  it('keep their registers in snapshots', () => {
    const code = `.globl start\nstart: ${SSE_ON} pcmpeqd %xmm3, %xmm3\n movl $0x7fa0, 0x200000\n ldmxcsr 0x200000\n 1: jmp 1b\n`;
    const machine = machineWith(code, { cpu: 'i686+sse2' });
    machine.run(10);
    const snapshot = machine.snapshot();
    const other = testMachine({ cpu: 'i686+sse2' });
    other.restore(snapshot);
    assert.deepEqual(other.snapshot().cpu.simd, snapshot.cpu.simd);
    assert.equal(snapshot.cpu.simd.mxcsr, 0x7fa0);
    assert.equal(snapshot.cpu.simd.xmm[3 * 16 + 15], 0xff);
    assert.equal(machine.stateHash(), other.stateHash());
  });
});

describe('SSE exceptions that are not masked', () => {
  it('leave MXCSR and the destination as an AMD EPYC left them (recorded)', () => {
    const { cpu } = testMachine({ cpu: 'i686+sse2' }) as unknown as { cpu: Cpu };
    cpu.r[16] = 1; // CR0.PE
    cpu.r[19] = 0x600; // CR4
    const decoder = new Decoder(CPU_MODELS['i686+sse2'].extensions);
    const text = readFileSync(
      path.join(import.meta.dirname, '../fixtures/sse-exceptions.txt'),
      'utf8',
    );
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const put = (register: number, hex: string): void => {
      cpu.simd.xmm.set(Buffer.from(hex, 'hex').reverse(), register * 16);
    };
    let faults = 0;
    for (const line of lines) {
      const [name, mxcsr, first, second, faulted, flags, result] = line.split(' ');
      const code = assembleCode(`${name} %xmm1, %xmm0\n`);
      const i = decoder.decode(code, 0, code.length)!;
      put(0, first);
      put(1, second);
      cpu.simd.mxcsr = parseInt(mxcsr, 16);
      let vector = 0;
      try {
        HANDLERS[i.row.handler](cpu, i);
      } catch (error) {
        assert.equal(error, GUEST_FAULT);
        vector = cpu.fault.vector;
        cpu.fault.raised = false;
        faults++;
      }
      const after = Buffer.from(cpu.simd.xmm.slice(0, 16)).reverse().toString('hex');
      const ours = [vector === XM ? '1' : '0', (cpu.simd.mxcsr & 0x3f).toString(16), after];
      assert.deepEqual(ours, [faulted, flags, result], line);
    }
    assert.ok(lines.length >= 500 && faults > 200 && faults < lines.length - 100);
  });
});

describe('RCPPS and RSQRTPS', () => {
  /** Of a positive normal number in single precision. */
  const valueOf = (bits: bigint): number => {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, Number(bits));
    return view.getFloat32(0);
  };

  it('are within 1.5 * 2^-12 of the result', () => {
    const random = new Random(0x1999);
    for (let count = 0; count < 5000; count++) {
      const bits = BigInt((random.below(0xfa) + 2) << 23) | BigInt(random.next() & 0x7fffff);
      const x = valueOf(bits);
      for (const [ours, exact] of [
        [reciprocal(bits), 1 / x],
        [reciprocalRoot(bits), 1 / Math.sqrt(x)],
      ] as const) {
        if (exact > 2 ** -126) {
          assert.ok(Math.abs(valueOf(ours) / exact - 1) <= 1.5 * 2 ** -12, `${x}`);
        }
      }
    }
  });

  it('know zeros, denormals, infinities, negative numbers and NaNs', () => {
    const cases: readonly (readonly [bits: bigint, reciprocal: bigint, root: bigint])[] = [
      [0n, 0x7f800000n, 0x7f800000n],
      [0x80000000n, 0xff800000n, 0xff800000n],
      [0x80000001n, 0xff800000n, 0xff800000n],
      [0x7f800000n, 0n, 0n],
      [0xff800000n, 0x80000000n, 0xffc00000n],
      [0xbf800000n, 0xbf800000n, 0xffc00000n],
      [0x7f800001n, 0x7fc00001n, 0x7fc00001n],
    ];
    for (const [bits, over, root] of cases) {
      assert.equal(reciprocal(bits), over, bits.toString(16));
      assert.equal(reciprocalRoot(bits), root, bits.toString(16));
    }
    assert.equal(reciprocal(0x7f000000n), 0n, 'a result below the normal numbers is zero');
  });
});
