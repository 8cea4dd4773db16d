// Addresses that carry their space: the task number stands in bits 32 to 47 above the 32-bit virtual address
// (0x50804b000 is 0x0804b000 in task 5). Kernel addresses carry task 0. A bare 32-bit number is a user address
// of the focused task.

/** Kernel addresses, the same in every space. */
export const KERNEL_TASK = 0;
/** The reserved number under which physical memory is shown. */
export const PHYSICAL_TASK = 0xffff;
/** User space ends here. */
export const USER_LIMIT = 0xc0000000;

const SPACE = 0x1_0000_0000;

export interface SpaceAddress {
  readonly task: number;
  readonly address: number;
}

export function isKernelAddress(address: number): boolean {
  return address >= USER_LIMIT;
}

/** The task that an address belongs to when `current` is the running task. */
export function spaceOf(address: number, current: number): number {
  return isKernelAddress(address) ? KERNEL_TASK : current;
}

/** A DAP memory reference. */
export function formatReference(task: number, address: number): string {
  const value = (isKernelAddress(address) && task !== PHYSICAL_TASK ? 0 : task) * SPACE + address;
  return `0x${value.toString(16).padStart(8, '0')}`;
}

/** Parses a DAP memory reference; a bare 32-bit number means the focused task. Undefined if it is no address. */
export function parseReference(text: string, focusedTask: number): SpaceAddress | undefined {
  if (!/^(0x[0-9a-fA-F]{1,12}|\d{1,15})$/.test(text.trim())) {
    return undefined;
  }
  const value = Number(text);
  const task = Math.floor(value / SPACE);
  const address = value % SPACE;
  if (task > PHYSICAL_TASK) {
    return undefined;
  }
  return { task: task === 0 ? spaceOf(address, focusedTask) : task, address };
}

export function hex32(address: number): string {
  return `0x${(address >>> 0).toString(16).padStart(8, '0')}`;
}
