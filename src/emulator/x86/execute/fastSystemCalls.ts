// SYSENTER and SYSEXIT (SDM vol. 2): the flat segments are not read from the table but made from SYSENTER_CS alone.
import type { Cpu } from '../cpu.ts';
import { GP } from '../faults.ts';
import { IF, VM } from '../flags.ts';
import {
  ATTRIBUTES,
  BASE,
  CPL,
  CR0,
  CR0_PE,
  CS,
  ECX,
  EDX,
  EFLAGS,
  EIP,
  ESP,
  LIMIT,
  SELECTOR,
  SS,
} from '../registers.ts';
import type { Handler } from './operands.ts';

const FLAT_CODE = 0xc9b; // G, D; present, code, readable, accessed
const FLAT_STACK = 0xc93; // G, B; present, data, writable, accessed

function setFlat(cpu: Cpu, segment: number, selector: number, attributes: number): void {
  const { r } = cpu;
  r[SELECTOR + segment] = selector | r[CPL];
  r[BASE + segment] = 0;
  r[LIMIT + segment] = -1;
  r[ATTRIBUTES + segment] = attributes | (r[CPL] << 5);
  cpu.segmentChanged(segment);
}

/** Code and stack of a level: the selector, and the one behind it. */
function enterLevel(cpu: Cpu, level: number, selector: number): void {
  cpu.setPrivilege(level);
  setFlat(cpu, CS, selector & 0xfffc, FLAT_CODE);
  setFlat(cpu, SS, (selector + 8) & 0xfffc, FLAT_STACK);
}

/** #GP(0) in real mode, and while SYSENTER_CS names no segment. */
function requireSelector(cpu: Cpu): number {
  const selector = cpu.sysenter.cs & 0xffff;
  if ((cpu.r[CR0] & CR0_PE) === 0 || (selector & 0xfffc) === 0) {
    cpu.fault.raise(GP, 0);
  }
  return selector;
}

export const fastSystemCallHandlers = {
  sysenter: (cpu) => {
    const { r } = cpu;
    const selector = requireSelector(cpu);
    const from = r[BASE + CS] + r[EIP];
    r[EFLAGS] &= ~(IF | VM);
    enterLevel(cpu, 0, selector);
    r[ESP] = cpu.sysenter.esp;
    r[EIP] = cpu.sysenter.eip;
    cpu.controlFlow?.call(from >>> 0, r[EIP] >>> 0);
  },
  sysexit: (cpu) => {
    const { r } = cpu;
    const selector = requireSelector(cpu);
    enterLevel(cpu, 3, selector + 16);
    r[ESP] = r[ECX];
    r[EIP] = r[EDX];
    cpu.controlFlow?.return(r[EIP] >>> 0);
  },
} satisfies Record<string, Handler>;
