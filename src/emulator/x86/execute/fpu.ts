// What the x87 does for now: #NM by CR0.TS and CR0.EM, and the instructions that move its state (SDM vol. 1, 8.1;
// vol. 3, 2.5). Arithmetic raises #UD and is named in the log.
import type { Cpu } from '../cpu.ts';
import { type Instruction, OPERAND_MEMORY } from '../decode/instruction.ts';
import { NM } from '../faults.ts';
import { CR0, CR0_EM, CR0_MP, CR0_TS, EAX } from '../registers.ts';
import type { Handler } from './operands.ts';

const ENVIRONMENT_BYTES = 28;

type StateHandler = (cpu: Cpu, address: number, i: Instruction) => void;

function writeEnvironment(cpu: Cpu, address: number, i: Instruction): void {
  const { fpu } = cpu;
  const words = [
    0xffff_0000 | fpu.controlWord,
    0xffff_0000 | fpu.statusWord,
    0xffff_0000 | fpu.tagWord,
    fpu.instructionPointer,
    fpu.instructionSelector,
    fpu.dataPointer,
    0xffff_0000 | fpu.dataSelector,
  ];
  words.forEach((word, index) => {
    cpu.write(i.segment, (address + index * 4) | 0, 32, word);
  });
}

function readEnvironment(cpu: Cpu, address: number, i: Instruction): void {
  const { fpu } = cpu;
  const word = (index: number) => cpu.read(i.segment, (address + index * 4) | 0, 32);
  const words = [0, 1, 2, 3, 4, 5, 6].map(word);
  fpu.controlWord = words[0] & 0xffff;
  fpu.statusWord = words[1] & 0xffff;
  fpu.tagWord = words[2] & 0xffff;
  fpu.instructionPointer = words[3];
  fpu.instructionSelector = words[4];
  fpu.dataPointer = words[5];
  fpu.dataSelector = words[6] & 0xffff;
}

function save(cpu: Cpu, address: number, i: Instruction): void {
  const total = ENVIRONMENT_BYTES + cpu.fpu.registers.length;
  for (let offset = 0; offset < total; offset += 4) {
    cpu.probe(i.segment, (address + offset) | 0, 4);
  }
  writeEnvironment(cpu, address, i);
  cpu.fpu.registers.forEach((byte, index) => {
    cpu.write(i.segment, (address + ENVIRONMENT_BYTES + index) | 0, 8, byte);
  });
  cpu.fpu.initialize();
}

function restore(cpu: Cpu, address: number, i: Instruction): void {
  const bytes = Array.from(cpu.fpu.registers, (_, index) =>
    cpu.read(i.segment, (address + ENVIRONMENT_BYTES + index) | 0, 8),
  );
  readEnvironment(cpu, address, i);
  cpu.fpu.registers.set(bytes);
}

/** Memory forms by (opcode << 3) | /digit, register forms by (opcode << 8) | ModRM. */
const MEMORY_FORMS = new Map<number, StateHandler>([
  [(0xd9 << 3) | 4, readEnvironment],
  [
    (0xd9 << 3) | 5,
    (cpu, address, i) => {
      cpu.fpu.controlWord = cpu.read(i.segment, address, 16);
    },
  ],
  [
    (0xd9 << 3) | 6,
    (cpu, address, i) => {
      for (let offset = 0; offset < ENVIRONMENT_BYTES; offset += 4) {
        cpu.probe(i.segment, (address + offset) | 0, 4);
      }
      writeEnvironment(cpu, address, i);
    },
  ],
  [
    (0xd9 << 3) | 7,
    (cpu, address, i) => {
      cpu.write(i.segment, address, 16, cpu.fpu.controlWord);
    },
  ],
  [(0xdd << 3) | 4, restore],
  [(0xdd << 3) | 6, save],
  [
    (0xdd << 3) | 7,
    (cpu, address, i) => {
      cpu.write(i.segment, address, 16, cpu.fpu.statusWord);
    },
  ],
]);

const REGISTER_FORMS = new Map<number, (cpu: Cpu) => void>([
  [
    0xdbe2, // FNCLEX
    (cpu) => {
      cpu.fpu.statusWord &= 0x7f00;
    },
  ],
  [
    0xdbe3, // FNINIT
    (cpu) => {
      cpu.fpu.initialize();
    },
  ],
  [
    0xdfe0, // FNSTSW AX
    (cpu) => {
      cpu.r16[EAX * 2] = cpu.fpu.statusWord;
    },
  ],
]);

function escape(cpu: Cpu, i: Instruction): void {
  if ((cpu.r[CR0] & (CR0_EM | CR0_TS)) !== 0) {
    cpu.fault.raise(NM);
  }
  const registerForm = REGISTER_FORMS.get((i.opcode << 8) | i.modrm);
  const memoryForm = MEMORY_FORMS.get((i.opcode << 3) | i.registerField);
  if (i.kind1 === OPERAND_MEMORY && memoryForm !== undefined && i.width === 32) {
    memoryForm(cpu, cpu.effectiveAddress(i), i);
  } else if (i.kind1 !== OPERAND_MEMORY && registerForm !== undefined) {
    registerForm(cpu);
  } else {
    cpu.unsupported(
      `the x87 instruction ${i.opcode.toString(16)} with ModRM ${i.modrm.toString(16)}`,
    );
  }
}

export const fpuHandlers = {
  fwait: (cpu) => {
    const both = CR0_MP | CR0_TS;
    if ((cpu.r[CR0] & both) === both) {
      cpu.fault.raise(NM);
    }
  },
  escape,
} satisfies Record<string, Handler>;
