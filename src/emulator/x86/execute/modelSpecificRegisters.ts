// RDMSR, WRMSR and RDPMC: one table of the registers that each kind of processor has (SDM vol. 4, 2.23 for the Pentium,
// 2.22 for the P6 family). Any other number is a #GP(0), as on the processors themselves.
import type { Cpu } from '../cpu.ts';
import { GP } from '../faults.ts';
import { INVALIDATIONS, TAG_REGISTER } from '../memory/taggedTlb.ts';
import { CPL, CR4, CR4_PCE, EAX, ECX, EDX } from '../registers.ts';
import type { Handler } from './operands.ts';

type Kind = 'pentium' | 'i686' | 'sse' | 'tagged';

interface ModelSpecificRegister {
  readonly number: number;
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly read: (cpu: Cpu) => bigint;
  readonly write: (cpu: Cpu, value: bigint) => void;
}

const BOTH: readonly Kind[] = ['pentium', 'i686'];
const PENTIUM: readonly Kind[] = ['pentium'];
const P6: readonly Kind[] = ['i686'];
/** From the Pentium III on. */
const SSE: readonly Kind[] = ['sse'];
/** An option of both (../memory/taggedTlb.ts). */
const TAGGED: readonly Kind[] = ['tagged'];

const low = (value: bigint): number => Number(BigInt.asIntN(32, value));
const unsigned = (value: number): bigint => BigInt(value >>> 0);

/** APIC_BASE: at FEE00000h, enabled (bit 11), of the bootstrap processor (bit 8). */
const BOOTSTRAP_PROCESSOR = 0x100n;
const LOCAL_APIC_ENABLED = 0xfee0_0800n | BOOTSTRAP_PROCESSOR;

/** No machine check ever comes: both registers read as zero. */
const noMachineCheck = {
  read: () => 0n,
  write: () => {
    // The registers are written by the processor alone; a write is ignored.
  },
};

/** Microcode: this processor takes no update, so that its signature stays zero (SDM vol. 3, 9.11.7). */
const ignored = () => undefined;
const refused = (cpu: Cpu) => {
  cpu.fault.raise(GP, 0);
};
const refusedRead = (cpu: Cpu) => cpu.fault.raise(GP, 0);

/** Eight memory types, none of them reserved (SDM vol. 3, 11.12.2). There is no cache to which they would matter. */
function isAttributeTable(value: bigint): boolean {
  const types = Array.from({ length: 8 }, (_, entry) =>
    Number((value >> BigInt(entry * 8)) & 0xffn),
  );
  return types.every((type) => type <= 7 && type !== 2 && type !== 3);
}

function counter(number: number): Pick<ModelSpecificRegister, 'read' | 'write'> {
  return {
    read: (cpu) => cpu.counters.read(cpu, number),
    write: (cpu, value) => {
      // A P6 takes 32 bits and extends their sign (SDM vol. 3, 18.6.8.2).
      cpu.counters.write(cpu, number, cpu.i686 ? BigInt(low(value)) : value);
    },
  };
}

function eventSelect(number: number): Pick<ModelSpecificRegister, 'read' | 'write'> {
  return {
    read: (cpu) => unsigned(cpu.counters.select(number)),
    write: (cpu, value) => {
      cpu.counters.setSelect(cpu, number, low(value));
    },
  };
}

function sysenter(field: 'cs' | 'esp' | 'eip'): Pick<ModelSpecificRegister, 'read' | 'write'> {
  return {
    read: (cpu) => unsigned(cpu.sysenter[field]),
    write: (cpu, value) => {
      cpu.sysenter[field] = low(value);
    },
  };
}

const REGISTERS: readonly ModelSpecificRegister[] = [
  { number: 0x00, name: 'P5_MC_ADDR', kinds: BOTH, ...noMachineCheck },
  { number: 0x01, name: 'P5_MC_TYPE', kinds: BOTH, ...noMachineCheck },
  {
    number: 0x10,
    name: 'TIME_STAMP_COUNTER',
    kinds: BOTH,
    read: (cpu) => cpu.timeStamp(),
    write: (cpu, value) => {
      // A P6 replaces the lower half and clears the upper one (SDM vol. 3, 17.17).
      cpu.setTimeStamp(cpu.i686 ? value & 0xffff_ffffn : value);
    },
  },
  {
    number: 0x11,
    name: 'CESR',
    kinds: PENTIUM,
    read: (cpu) => unsigned(cpu.counters.pentiumSelect),
    write: (cpu, value) => {
      cpu.counters.setPentiumSelect(cpu, low(value));
    },
  },
  { number: 0x12, name: 'CTR0', kinds: PENTIUM, ...counter(0) },
  { number: 0x13, name: 'CTR1', kinds: PENTIUM, ...counter(1) },
  {
    number: 0x1b,
    name: 'APIC_BASE',
    kinds: P6,
    read: (cpu) => (cpu.hasLocalApic ? LOCAL_APIC_ENABLED : 0n),
    write: (cpu, value) => {
      if (cpu.hasLocalApic && (value | BOOTSTRAP_PROCESSOR) !== LOCAL_APIC_ENABLED) {
        cpu.report('The local APIC can be neither moved nor switched off; it stays at 0xfee00000.');
      }
    },
  },
  { number: 0x17, name: 'PLATFORM_ID', kinds: P6, read: () => 0n, write: refused },
  { number: 0x79, name: 'BIOS_UPDT_TRIG', kinds: P6, read: refusedRead, write: ignored },
  { number: 0x8b, name: 'BIOS_SIGN_ID', kinds: P6, read: () => 0n, write: ignored },
  { number: 0xc1, name: 'PERFCTR0', kinds: P6, ...counter(0) },
  { number: 0xc2, name: 'PERFCTR1', kinds: P6, ...counter(1) },
  { number: 0x174, name: 'SYSENTER_CS', kinds: P6, ...sysenter('cs') },
  { number: 0x175, name: 'SYSENTER_ESP', kinds: P6, ...sysenter('esp') },
  { number: 0x176, name: 'SYSENTER_EIP', kinds: P6, ...sysenter('eip') },
  { number: 0x186, name: 'PERFEVTSEL0', kinds: P6, ...eventSelect(0) },
  { number: 0x187, name: 'PERFEVTSEL1', kinds: P6, ...eventSelect(1) },
  {
    number: 0x277,
    name: 'PAT',
    kinds: SSE,
    read: (cpu) => cpu.pageAttributes,
    write: (cpu, value) => {
      if (!isAttributeTable(value)) {
        return cpu.fault.raise(GP, 0);
      }
      cpu.pageAttributes = value;
    },
  },
  {
    number: TAG_REGISTER,
    name: 'TLB_INVALIDATE',
    kinds: TAGGED,
    read: (cpu) => cpu.fault.raise(GP, 0),
    write: (cpu, value) => {
      const invalidation = INVALIDATIONS.at(Number(value >> 32n));
      if (invalidation === undefined) {
        return cpu.fault.raise(GP, 0);
      }
      cpu.mmu.invalidate(invalidation(low(value)));
    },
  },
];

const BY_KIND: Record<Kind, ReadonlyMap<number, ModelSpecificRegister>> = {
  pentium: new Map(ofKind('pentium')),
  i686: new Map(ofKind('i686')),
  sse: new Map(ofKind('sse')),
  tagged: new Map(ofKind('tagged')),
};

function ofKind(kind: Kind): [number, ModelSpecificRegister][] {
  return REGISTERS.filter(({ kinds }) => kinds.includes(kind)).map((row) => [row.number, row]);
}

function find(cpu: Cpu, access: string): ModelSpecificRegister {
  const number = cpu.r[ECX] >>> 0;
  const found =
    BY_KIND[cpu.i686 ? 'i686' : 'pentium'].get(number) ??
    (cpu.model.extensions.has('sse') ? BY_KIND.sse.get(number) : undefined) ??
    (cpu.model.taggedTlb ? BY_KIND.tagged.get(number) : undefined);
  if (found === undefined) {
    cpu.report(`${access} of register 0x${number.toString(16)}, which this processor has not.`);
    return cpu.fault.raise(GP, 0);
  }
  return found;
}

function answer(cpu: Cpu, value: bigint): void {
  cpu.r[EAX] = Number(value & 0xffff_ffffn);
  cpu.r[EDX] = Number((value >> 32n) & 0xffff_ffffn);
}

export const modelSpecificHandlers = {
  rdmsr: (cpu) => {
    answer(cpu, find(cpu, 'RDMSR').read(cpu));
  },
  wrmsr: (cpu) => {
    const value = (unsigned(cpu.r[EDX]) << 32n) | unsigned(cpu.r[EAX]);
    find(cpu, 'WRMSR').write(cpu, value);
  },
  /** Two counters, at every level if CR4.PCE is set, else at level 0. */
  rdpmc: (cpu) => {
    const { r } = cpu;
    const forbidden = r[CPL] !== 0 && (r[CR4] & CR4_PCE) === 0;
    if (forbidden || r[ECX] >>> 0 > 1) {
      cpu.fault.raise(GP, 0);
    }
    answer(cpu, cpu.counters.read(cpu, r[ECX]));
  },
} satisfies Record<string, Handler>;
