// Where things are on this board, as its tables tell the guest and as its chips are wired.

export const LOCAL_APIC_ADDRESS = 0xfee0_0000;
export const IO_APIC_ADDRESS = 0xfec0_0000;
export const LOCAL_APIC_ID = 0;
export const IO_APIC_ID = 1;
/** The I/O APIC's input of the 8259s' line, and that of the timer, which would have been its. */
export const EXTERNAL_INPUT = 0;
export const TIMER_INPUT = 2;
/** IRQ of ACPI's events: level-triggered. */
export const SYSTEM_CONTROL_INTERRUPT = 9;
export const ISA_INTERRUPTS = [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] as const;

export function ioApicInput(irq: number): number {
  return irq === 0 ? TIMER_INPUT : irq;
}

/** The extended BIOS data area: 1 KB below 640 KB. */
export const EBDA = 0x9_fc00;
/** ACPI's tables, which an operating system may take back. */
export const ACPI_TABLES = 0xe_0000;
export const BIOS_AREA = 0xf_0000;
export const BIOS_SIZE = 0x1_0000;
/** A descriptor table for images that load a segment register before they have their own, as boot loaders leave one. */
export const BOOT_DESCRIPTORS = BIOS_AREA + 0x3000;
/** Null, flat code, flat data: what the segment registers hold at an image's entry. */
export const BOOT_DESCRIPTOR_BYTES = 24;
/** Below it is a stack of the boot loader's. */
export const BOOT_STACK = EBDA;
