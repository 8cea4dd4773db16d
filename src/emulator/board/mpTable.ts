// The MultiProcessor Specification 1.4, chapter 4: the floating pointer and the configuration table of one processor,
// an ISA bus and an I/O APIC. Virtual wire mode: there is no IMCR.
import { TableWriter } from './tableWriter.ts';
import * as wiring from './wiring.ts';

const PROCESSOR = 0;
const BUS = 1;
const IO_APIC = 2;
const IO_INTERRUPT = 3;
const LOCAL_INTERRUPT = 4;
const USABLE = 1;
const BOOT_PROCESSOR = 2;
const ISA_BUS = 0;
const ALL_LOCAL_APICS = 0xff;
/** Types of interrupts. */
const VECTORED = 0;
const NON_MASKABLE = 1;
const EXTERNAL = 3;

export interface ProcessorIdentity {
  /** CPUID leaf 1: EAX and EDX. */
  readonly signature: number;
  readonly features: number;
  /** Of its local APIC. */
  readonly apicVersion: number;
}

/** FPU, CMPXCHG8B and APIC are what a system may rely on. */
const FEATURES = 0x301;
export const PENTIUM_PROCESSOR: ProcessorIdentity = {
  signature: 0x52c,
  features: FEATURES,
  apicVersion: 0x10,
};
export const P6_PROCESSOR: ProcessorIdentity = {
  signature: 0x633,
  features: FEATURES,
  apicVersion: 0x11,
};

export function floatingPointer(table: number): Uint8Array {
  return new TableWriter()
    .text('_MP_', 4)
    .word(table)
    .byte(1, 4, 0, 0, 0) // one paragraph, version 1.4, checksum, a table is there, no IMCR
    .zeros(3)
    .finish(10);
}

export function configurationTable(processor: ProcessorIdentity): Uint8Array {
  const entries = new TableWriter();
  let count = 0;
  const entry = (type: number) => {
    count++;
    return entries.byte(type);
  };
  entry(PROCESSOR)
    .byte(wiring.LOCAL_APIC_ID, processor.apicVersion, USABLE | BOOT_PROCESSOR)
    .word(processor.signature, processor.features)
    .zeros(8);
  entry(BUS).byte(ISA_BUS).text('ISA', 6);
  entry(IO_APIC).byte(wiring.IO_APIC_ID, 0x11, USABLE).word(wiring.IO_APIC_ADDRESS);
  const ioInterrupt = (type: number, irq: number, input: number) =>
    entry(IO_INTERRUPT).byte(type).half(0).byte(ISA_BUS, irq, wiring.IO_APIC_ID, input);
  ioInterrupt(EXTERNAL, 0, wiring.EXTERNAL_INPUT);
  wiring.ISA_INTERRUPTS.forEach((irq) => {
    ioInterrupt(VECTORED, irq, wiring.ioApicInput(irq));
  });
  [EXTERNAL, NON_MASKABLE].forEach((type, line) =>
    entry(LOCAL_INTERRUPT).byte(type).half(0).byte(ISA_BUS, 0, ALL_LOCAL_APICS, line),
  );
  const body = entries.finish(-1);
  return new TableWriter()
    .text('PCMP', 4)
    .half(44 + body.length)
    .byte(4, 0)
    .text('L4SCOPE', 8)
    .text('PC', 12)
    .word(0)
    .half(0, count)
    .word(wiring.LOCAL_APIC_ADDRESS, 0)
    .append(body)
    .finish(7);
}
