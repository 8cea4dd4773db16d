// What is said of an instruction that this processor has not: its opcode, and which kinds of processor have it.
import type { Cpu } from '../cpu.ts';
import { CPU_KINDS, CPU_MODELS } from '../cpuModel.ts';
import type { Instruction } from '../decode/instruction.ts';
import { INSTRUCTION_TABLE } from '../decode/instructionTable.ts';
import { OPCODE_MAPS } from '../decode/opcodeRow.ts';

/** Name of the decoder's row for opcodes that stand in no row of the table, or in none of this kind of processor. */
export const UNKNOWN_NAME = '(unknown)';

export function missingInstruction(cpu: Cpu, i: Instruction): string {
  const lead = OPCODE_MAPS[i.opcode >> 8].toLowerCase().replace(/../g, '$& ');
  const opcode = `${lead}${hex(i.opcode & 0xff)}`;
  const what = `the instruction with opcode ${opcode}${i.hasModrm ? ` /${i.registerField}` : ''}`;
  const elsewhere = INSTRUCTION_TABLE.find(
    ({ opcode: other, needs }) =>
      other === i.opcode && needs !== undefined && !cpu.model.extensions.has(needs),
  );
  if (elsewhere?.needs === undefined) {
    return what;
  }
  const { name, needs } = elsewhere;
  const kinds = CPU_KINDS.filter((kind) => CPU_MODELS[kind].extensions.has(needs));
  return `${what}, ${name}, which only the kinds ${kinds.join(', ')} have`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
