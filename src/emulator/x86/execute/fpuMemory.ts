// Operands of x87 instructions in memory, whole: a fault comes before anything has changed.
import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../decode/instruction.ts';

export function readBits(cpu: Cpu, i: Instruction, width: 16 | 32 | 64): bigint {
  const address = cpu.effectiveAddress(i);
  if (width === 16) {
    return BigInt(cpu.read(i.segment, address, 16) & 0xffff);
  }
  const low = BigInt(cpu.read(i.segment, address, 32) >>> 0);
  if (width === 32) {
    return low;
  }
  const high = BigInt(cpu.read(i.segment, (address + 4) | 0, 32) >>> 0);
  cpu.requireAlignment(i.segment, address, 8);
  return low | (high << 32n);
}

/** Faults where a store of so many bytes would fault. */
export function probeStore(cpu: Cpu, i: Instruction, bytes: number): void {
  const address = cpu.effectiveAddress(i);
  for (let offset = 0; offset < bytes; offset += 2) {
    cpu.probe(i.segment, (address + offset) | 0, 2);
  }
}

export function writeBits(cpu: Cpu, i: Instruction, width: 16 | 32 | 64, bits: bigint): void {
  const address = cpu.effectiveAddress(i);
  if (width === 16) {
    cpu.write(i.segment, address, 16, Number(BigInt.asIntN(16, bits)));
    return;
  }
  if (width === 64) {
    cpu.requireAlignment(i.segment, address, 8);
  }
  cpu.write(i.segment, address, 32, Number(BigInt.asIntN(32, bits)));
  if (width === 64) {
    cpu.write(i.segment, (address + 4) | 0, 32, Number(BigInt.asIntN(32, bits >> 32n)));
  }
}

export function readBytes(cpu: Cpu, i: Instruction, address: number, count: number): Uint8Array {
  const bytes = Uint8Array.from({ length: count }, (_, index) =>
    cpu.read(i.segment, (address + index) | 0, 8),
  );
  cpu.requireAlignment(i.segment, address, alignmentOf(count));
  return bytes;
}

export function writeBytes(cpu: Cpu, i: Instruction, address: number, bytes: Uint8Array): void {
  cpu.requireAlignment(i.segment, address, alignmentOf(bytes.length));
  bytes.forEach((byte, index) => {
    cpu.write(i.segment, (address + index) | 0, 8, byte);
  });
}

/** Of an operand of so many bytes (SDM vol. 3, table 6-7): 80-bit numbers 8; state images as their words. */
function alignmentOf(count: number): number {
  if (count === 10) {
    return 8;
  }
  return count % 28 === 0 || count === 108 ? 4 : 2;
}
