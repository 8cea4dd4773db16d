// Offsets and bits of the local APIC's registers (SDM vol. 3, 10.4.1) and of its local vector table (10.5.1).

export const ID = 0x20;
export const VERSION = 0x30;
export const TPR = 0x80; // task priority
export const APR = 0x90; // arbitration priority
export const PPR = 0xa0; // processor priority
export const EOI = 0xb0;
export const LDR = 0xd0; // logical destination
export const DFR = 0xe0; // destination format
export const SVR = 0xf0; // spurious interrupt vector
export const ISR = 0x100; // in service, eight words
export const TMR = 0x180; // trigger mode
export const IRR = 0x200; // interrupt request
export const ESR = 0x280; // error status
export const ICR_LOW = 0x300; // interrupt command
export const ICR_HIGH = 0x310;
export const LVT_TIMER = 0x320;
export const LVT_PERFORMANCE = 0x340;
export const LVT_LINT0 = 0x350;
export const LVT_LINT1 = 0x360;
export const LVT_ERROR = 0x370;
export const INITIAL_COUNT = 0x380;
export const CURRENT_COUNT = 0x390;
export const DIVIDE = 0x3e0;

export const SVR_ENABLE = 0x100;
export const LVT_MASKED = 0x1_0000;
export const LVT_PERIODIC = 0x2_0000;

/** Delivery modes, bits 8 to 10 of LVT entries, interrupt commands and redirections. */
export const DELIVERY = {
  fixed: 0,
  lowestPriority: 1,
  systemManagement: 2,
  nonMaskable: 4,
  init: 5,
  startUp: 6,
  external: 7,
} as const;
export const deliveryOf = (entry: number) => (entry >> 8) & 7;

export const ICR_LOGICAL = 0x800;
export const ICR_ASSERT = 0x4000;

export const ERROR_SEND_ACCEPT = 0x04; // nobody took what was sent
export const ERROR_SEND_VECTOR = 0x20;
export const ERROR_RECEIVED_VECTOR = 0x40;
