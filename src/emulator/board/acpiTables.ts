// ACPI 1.0b, chapter 5: RSDP, RSDT, FADT with its FACS, MADT, and a DSDT with a PCI bus and the way to S5. Each table
// is made for the address at which it will stand.
import { PM_BASE, PM_CONTROL, PM_TIMER } from '../devices/powerManagement.ts';
import { TableWriter } from './tableWriter.ts';
import * as wiring from './wiring.ts';

const HEADER_CHECKSUM = 9;
const LEVEL_ACTIVE_HIGH = 0x0d;
/** The 8259s are there too. */
const PC_AT_COMPATIBLE = 1;
const FADT_WBINVD = 1 << 0;
const FADT_PROC_C1 = 1 << 2;
const FADT_NO_POWER_BUTTON = 1 << 4;
const FADT_NO_SLEEP_BUTTON = 1 << 5;

export interface PlacedTable {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** All tables from `first` on, and the FACS, which the guest writes to, at `facs`; the pointer to them comes last. */
export function acpiTables(first: number, facs: number): PlacedTable[] {
  const placed: PlacedTable[] = [];
  let next = first;
  const place = (bytes: Uint8Array): number => {
    const address = next;
    placed.push({ address, bytes });
    next = (address + bytes.length + 15) & ~15;
    return address;
  };
  const dsdt = place(table('DSDT', 1, DSDT_CODE));
  const fadt = place(table('FACP', 1, fixedDescription(facs, dsdt)));
  const madt = place(table('APIC', 1, interruptControllers()));
  const rsdt = place(table('RSDT', 1, new TableWriter().word(fadt, madt).finish(-1)));
  const facsBytes = new TableWriter().text('FACS', 4).word(64).zeros(56).finish(-1);
  placed.push({ address: facs, bytes: facsBytes });
  const pointer = new TableWriter().text('RSD PTR ', 8).byte(0).text('L4SCOP', 6).byte(0);
  place(pointer.word(rsdt).finish(8));
  return placed;
}

function table(signature: string, revision: number, body: Uint8Array): Uint8Array {
  return new TableWriter()
    .text(signature, 4)
    .word(36 + body.length)
    .byte(revision, 0)
    .text('L4SCOP', 6)
    .text('L4SCOPE', 8)
    .word(1)
    .text('L4SC', 4)
    .word(1)
    .append(body)
    .finish(HEADER_CHECKSUM);
}

function fixedDescription(facs: number, dsdt: number): Uint8Array {
  return new TableWriter()
    .word(facs, dsdt)
    .byte(0, 0) // both kinds of interrupt controllers, reserved
    .half(wiring.SYSTEM_CONTROL_INTERRUPT)
    .word(0) // no port switches ACPI on: it is
    .byte(0, 0, 0, 0)
    .word(PM_BASE, 0, PM_CONTROL, 0, 0, PM_TIMER, 0, 0)
    .byte(4, 2, 0, 4, 0, 0, 0, 0)
    .half(0xfff, 0xfff) // neither C2 nor C3
    .half(0, 0)
    .byte(0, 0)
    .byte(0, 0, 0x32) // no alarm of day or month; the century stands at byte 32h
    .half(0)
    .byte(0)
    .word(FADT_WBINVD | FADT_PROC_C1 | FADT_NO_POWER_BUTTON | FADT_NO_SLEEP_BUTTON)
    .finish(-1);
}

function interruptControllers(): Uint8Array {
  const { LOCAL_APIC_ADDRESS, LOCAL_APIC_ID, IO_APIC_ID, IO_APIC_ADDRESS } = wiring;
  return new TableWriter()
    .word(LOCAL_APIC_ADDRESS, PC_AT_COMPATIBLE)
    .byte(0, 8, 0, LOCAL_APIC_ID)
    .word(1) // usable
    .byte(1, 12, IO_APIC_ID, 0)
    .word(IO_APIC_ADDRESS, 0)
    .byte(2, 10, 0, 0)
    .word(wiring.TIMER_INPUT)
    .half(0)
    .byte(2, 10, 0, wiring.SYSTEM_CONTROL_INTERRUPT)
    .word(wiring.SYSTEM_CONTROL_INTERRUPT)
    .half(LEVEL_ACTIVE_HIGH)
    .byte(4, 6, 0xff) // the non-maskable interrupt is LINT1
    .half(0)
    .byte(1)
    .finish(-1);
}

// prettier-ignore
const DSDT_CODE = Uint8Array.of(
  // Scope (\_SB) { Device (PCI0) { Name (_HID, EisaId ("PNP0A03")) } }
  0x10, 0x17, 0x5c, 0x5f, 0x53, 0x42, 0x5f,
  0x5b, 0x82, 0x0f, 0x50, 0x43, 0x49, 0x30,
  0x08, 0x5f, 0x48, 0x49, 0x44, 0x0c, 0x41, 0xd0, 0x0a, 0x03,
  // Name (\_S5, Package () { 0, 0, 0, 0 })
  0x08, 0x5c, 0x5f, 0x53, 0x35, 0x5f, 0x12, 0x06, 0x04, 0x00, 0x00, 0x00, 0x00,
);
