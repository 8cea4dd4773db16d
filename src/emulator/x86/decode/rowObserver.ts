// Tells a coverage run which rows of the instruction table are executed. While somebody listens, every block is of one
// instruction, so that what is decoded is what runs next.
import type { OpcodeRow } from './opcodeRow.ts';

export const rowObserver: { listener: ((row: OpcodeRow) => void) | undefined } = {
  listener: undefined,
};
