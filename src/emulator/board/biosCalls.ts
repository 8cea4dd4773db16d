// What is said when the guest ends at a vector of the BIOS, none of whose services is there (firmware.ts).

/** Exceptions whose vectors are no services: SDM vol. 3, table 20-1; 05h is the BIOS's Print Screen too. */
const EXCEPTIONS: ReadonlyMap<number, string> = new Map([
  [0x00, '#DE'],
  [0x01, '#DB'],
  [0x03, '#BP'],
  [0x04, '#OF'],
  [0x06, '#UD'],
  [0x07, '#NM'],
]);

export interface FarAddress {
  readonly segment: number;
  readonly offset: number;
}

/** One sentence; `from` is the address on the stack: of the instruction that an exception stopped, or behind the call. */
export function sentenceOfVector(vector: number, ah: number, from: FarAddress): string {
  const place = `${hex(from.segment, 4)}:${hex(from.offset, 4)}`;
  const exception = EXCEPTIONS.get(vector);
  return exception === undefined
    ? `The guest calls the BIOS, which is not there (interrupt ${hex(vector, 2)}h with AH=${hex(ah, 2)}h, return to ${place}).`
    : `The guest gets ${exception} in real mode at ${place} and has no handler for it.`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0').toUpperCase();
}
