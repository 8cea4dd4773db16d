// IN and OUT, and the permission of a port (SDM vol. 1, 18.5): IOPL first, then the bitmap in the TSS.
import type { Cpu } from '../cpu.ts';
import { portHits } from '../breakpoints.ts';
import { type Instruction, OPERAND_IMMEDIATE } from '../decode/instruction.ts';
import { GP } from '../faults.ts';
import { ATTRIBUTES, BASE, CPL, EAX, EDX, LIMIT, TR } from '../registers.ts';
import { type Handler, readRegister, writeRegister } from './operands.ts';
import { isTask32 } from './newStack.ts';
import { ioPrivilege } from './stack.ts';

const IO_MAP_BASE = 0x66; // offset in the TSS of the bitmap's offset

/** #GP(0) unless the access is allowed; notes it for the guest's breakpoints. */
export function checkPort(cpu: Cpu, port: number, width: number): void {
  requirePort(cpu, port, width);
  if (cpu.watching) {
    cpu.watchHits |= portHits(cpu.r, port, width >> 3);
  }
}

function requirePort(cpu: Cpu, port: number, width: number): void {
  if (cpu.r[CPL] <= ioPrivilege(cpu) && !cpu.virtual8086) {
    return;
  }
  const { r } = cpu;
  const limit = r[LIMIT + TR] >>> 0;
  if (!isTask32(r[ATTRIBUTES + TR]) || limit < IO_MAP_BASE + 1) {
    cpu.fault.raise(GP, 0);
  }
  const map = cpu.systemRead16((r[BASE + TR] + IO_MAP_BASE) | 0);
  const first = map + (port >> 3);
  // Two bytes are always looked at, so the map must reach one byte beyond the port's own.
  if (first + 1 > limit) {
    cpu.fault.raise(GP, 0);
  }
  const bits = cpu.systemRead16((r[BASE + TR] + first) | 0) >>> (port & 7);
  if ((bits & ((1 << (width >> 3)) - 1)) !== 0) {
    cpu.fault.raise(GP, 0);
  }
}

function portOf(cpu: Cpu, i: Instruction): number {
  return i.kind2 === OPERAND_IMMEDIATE ? i.immediate : cpu.r[EDX] & 0xffff;
}

export const ioHandlers = {
  in: (cpu, i) => {
    const port = portOf(cpu, i);
    checkPort(cpu, port, i.width);
    writeRegister(cpu, EAX, i.width, cpu.ports.readPort(port, i.width));
  },
  out: (cpu, i) => {
    const port = portOf(cpu, i);
    checkPort(cpu, port, i.width);
    cpu.ports.writePort(port, readRegister(cpu, EAX, i.width), i.width);
  },
} satisfies Record<string, Handler>;
