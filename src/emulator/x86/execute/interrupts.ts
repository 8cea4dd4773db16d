// Interrupts and exceptions as the interpreter and the instructions see them: delivery, counted and told to a listener,
// and INT, INTO, BOUND and IRET (SDM vol. 2). interruptEntry.ts is the way in, farReturns.ts the way back.
import type { Cpu } from '../cpu.ts';
import { OPCODE_MAPS } from '../decode/opcodeRow.ts';
import { BP, BR, DB, GP, NO_ERROR_CODE, OF_TRAP, UD } from '../faults.ts';
import { NT, overflow } from '../flags.ts';
import { BASE, CPL, CS, EFLAGS, EIP } from '../registers.ts';
import { enterResident, returnResident } from './dispatchTransfer.ts';
import { returnFar } from './farReturns.ts';
import { enterHandler } from './interruptEntry.ts';
import { type Handler, read1, read2, signExtend } from './operands.ts';
import { requireIoPrivilegeInVirtual8086 } from './stack.ts';
import { returnToPreviousTask } from './tasks.ts';
import { enterRedirected, redirects } from './virtualInterrupts.ts';

export type InterruptKind = 'software' | 'fault' | 'hardware';

/** Delivers a vector. r[EIP] is where the handler's IRET shall return. Throws the guest's fault if that fails. */
export function deliver(cpu: Cpu, vector: number, kind: InterruptKind, errorCode: number): void {
  const { r } = cpu;
  const fromUser = r[CPL] === 3;
  const from = r[BASE + CS] + r[EIP];
  if (!enterResident(cpu, vector, kind === 'software', errorCode)) {
    enterHandler(cpu, vector, kind === 'software', errorCode);
  }
  countDelivery(cpu, vector, kind, fromUser);
  cpu.controlFlow?.interrupt(vector, from >>> 0, kind);
}

/** A fault at r[EIP] whose handler can be entered without leaving the fast path; false: nothing has changed. */
export function deliverResident(cpu: Cpu, vector: number, errorCode: number): boolean {
  const { r } = cpu;
  const fromUser = r[CPL] === 3;
  const from = r[BASE + CS] + r[EIP];
  if (cpu.counters.byLevel || !enterResident(cpu, vector, false, errorCode)) {
    return false;
  }
  countDelivery(cpu, vector, 'fault', fromUser);
  cpu.controlFlow?.interrupt(vector, from >>> 0, 'fault');
  return true;
}

/** INT by the quick way alone, while nobody follows the control flow; false: nothing has changed. */
export function interruptQuickly(cpu: Cpu, vector: number): boolean {
  const fromUser = cpu.r[CPL] === 3;
  if (cpu.counters.byLevel || !enterResident(cpu, vector, true, NO_ERROR_CODE)) {
    return false;
  }
  countDelivery(cpu, vector, 'software', fromUser);
  return true;
}

/** IRET likewise. */
export function returnQuickly(cpu: Cpu): boolean {
  if ((cpu.r[EFLAGS] & NT) !== 0 || cpu.nmiBlocked || cpu.counters.byLevel) {
    return false;
  }
  return returnResident(cpu);
}

function countDelivery(cpu: Cpu, vector: number, kind: InterruptKind, fromUser: boolean): void {
  cpu.deliveries++;
  cpu.interruptCounts[vector]++;
  if (fromUser && kind === 'software') {
    cpu.softwareFromUser[vector]++;
  }
}

function software(cpu: Cpu, vector: number): void {
  deliver(cpu, vector, 'software', NO_ERROR_CODE);
}

export const interruptHandlers = {
  int: (cpu, i) => {
    if (redirects(cpu, i.immediate)) {
      enterRedirected(cpu, i.immediate);
      return;
    }
    requireIoPrivilegeInVirtual8086(cpu);
    software(cpu, i.immediate);
  },
  int3: (cpu) => {
    software(cpu, BP);
  },
  int1: (cpu) => {
    deliver(cpu, DB, 'fault', NO_ERROR_CODE);
  },
  into: (cpu) => {
    if (overflow(cpu.r) !== 0) {
      software(cpu, OF_TRAP);
    }
  },
  iret: (cpu, i) => {
    const { r } = cpu;
    cpu.nmiBlocked = false;
    if ((r[EFLAGS] & NT) !== 0 && !cpu.addressesParagraphs) {
      returnToPreviousTask(cpu);
    } else if (cpu.controlFlow !== undefined && i.width === 32 && returnResident(cpu)) {
      cpu.controlFlow.interruptReturn((cpu.r[BASE + CS] + cpu.r[EIP]) >>> 0);
    } else {
      returnFar(cpu, i.width, 0, true);
    }
  },
  bound: (cpu, i) => {
    const index = signExtend(read1(cpu, i), i.width);
    const low = signExtend(read2(cpu, i), i.width);
    const above = cpu.addressAbove(i, i.width >> 3);
    const high = signExtend(cpu.read(i.segment, above, i.width), i.width);
    if (index < low || index > high) {
      cpu.fault.raise(BR);
    }
  },
  ud: (cpu, i) => {
    if (i.row.name === 'UD2') {
      cpu.fault.raise(UD);
    }
    const lead = OPCODE_MAPS[i.opcode >> 8].toLowerCase().replace(/../g, '$& ');
    const opcode = `${lead}${hex(i.opcode & 0xff)}`;
    cpu.unsupported(
      `the instruction with opcode ${opcode}${i.hasModrm ? ` /${i.registerField}` : ''}`,
    );
  },
  tooLong: (cpu) => {
    cpu.fault.raise(GP, 0);
  },
} satisfies Record<string, Handler>;

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
