// THE instruction table, opcodes after 0F 38 and 0F 3A, and what came with them (SDM vol. 2, appendix A, tables A-4 and
// SSSE3, MOVBE, LZCNT. The columns are those of opcodesSimd.ts.
import { type OpcodeRow, parseRow } from './opcodeRow.ts';

/** Opcode, name, handler: an MMX row and its twin with 66. */
const PACKED_INTEGERS = `
  00 PSHUFB shuffleBytes
  01 PHADDW horizontalAddWords
  02 PHADDD horizontalAddDoublewords
  03 PHADDSW horizontalAddSigned
  04 PMADDUBSW multiplyAddUnsigned
  05 PHSUBW horizontalSubtractWords
  06 PHSUBD horizontalSubtractDoublewords
  07 PHSUBSW horizontalSubtractSigned
  08 PSIGNB signBytes
  09 PSIGNW signWords
  0A PSIGND signDoublewords
  0B PMULHRSW multiplyHighRounded
  1C PABSB absoluteBytes
  1D PABSW absoluteWords
  1E PABSD absoluteDoublewords
`
  .split('\n')
  .filter((line) => line.trim() !== '')
  .flatMap((line) => {
    const [opcode, name, handler] = line.trim().split(/\s+/);
    return [
      `NP.0F38${opcode} ${name} P,Q ${handler} - - ssse3`,
      `66.0F38${opcode} ${name} V,W ${handler} - - ssse3`,
    ];
  });

const OTHERS = `
  NP.0F3A0F PALIGNR P,Q,Ib alignRight - - ssse3
  66.0F3A0F PALIGNR V,W,Ib alignRight - - ssse3
  NP.0F38F0 MOVBE Gv,Mv moveSwapped - - movbe
  66.0F38F0 MOVBE Gv,Mv moveSwapped - - movbe
  NP.0F38F1 MOVBE Mv,Gv moveSwapped - - movbe
  66.0F38F1 MOVBE Mv,Gv moveSwapped - - movbe
  F3.0FBD LZCNT Gv,Ev leadingZeros zc osap lzcnt
`
  .split('\n')
  .filter((line) => line.trim() !== '');

export const THREE_BYTE_OPCODES: readonly OpcodeRow[] = [...PACKED_INTEGERS, ...OTHERS].map(
  parseRow,
);
