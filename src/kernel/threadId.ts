// L4 Version 2 thread identifiers: the fields of the low word, and how people write them ("5.0").

/** low: ver1:4 | task:11 | lthread:7 | ver0:10 (bits 31..28, 27..17, 16..10, 9..0). */
export interface ThreadId {
  readonly low: number;
  readonly high: number;
}

export const NIL_LOW = 0xffffffff;

export function taskOf(low: number): number {
  return (low >>> 17) & 0x7ff;
}

export function lthreadOf(low: number): number {
  return (low >>> 10) & 0x7f;
}

/** An interrupt's id is its number plus one (1 to 16) in the low word, and 0 in the high word. */
export function interruptOf(id: ThreadId): number | undefined {
  return id.low >= 1 && id.low <= 16 && id.high === 0 ? id.low - 1 : undefined;
}

export function isNobody(low: number): boolean {
  return low === 0 || low === NIL_LOW;
}

/** "5.0", "irq 3", or "nobody". */
export function formatThreadId(id: ThreadId): string {
  const interrupt = interruptOf(id);
  if (interrupt !== undefined) {
    return `irq ${interrupt}`;
  }
  return isNobody(id.low) ? 'nobody' : `${taskOf(id.low)}.${lthreadOf(id.low)}`;
}

/** Task number and lthread as one number: the key under which a thread is known. */
export function threadKey(low: number): number {
  return (low >>> 10) & 0x3ffff;
}
