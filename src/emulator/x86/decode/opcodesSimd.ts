// THE instruction table, vector instructions: MMX, SSE to SSE3 (SDM vol. 2, appendix A, tables ). The columns are
// those of opcodes.ts; before the opcode stands the mandatory prefix that selects the row: NP (none), 66, F2 or F3.
//
// Operands: P an MMX register in ModRM's reg field, Q one or memory in r/m (Qd: 4 bytes of memory), N only a register
// there; V, W and U the same for XMM registers, W aligned to 16 bytes in memory, Wu not, Wq and Wd 8 and 4 bytes;
// Mx, Mu, Mq, Md memory of 16 aligned, 16, 8 and 4 bytes; Gd and Ed general registers of 32 bits.
import { type OpcodeRow, parseRow } from './opcodeRow.ts';

/** Opcode, name, operand that stands for Q or W, handler: an MMX row and its twin with 66. */
const PACKED_INTEGERS = `
  60 PUNPCKLBW d unpackLowBytes mmx
  61 PUNPCKLWD d unpackLowWords mmx
  62 PUNPCKLDQ d unpackLowDoublewords mmx
  63 PACKSSWB - packSignedWords mmx
  64 PCMPGTB - greaterBytes mmx
  65 PCMPGTW - greaterWords mmx
  66 PCMPGTD - greaterDoublewords mmx
  67 PACKUSWB - packUnsignedWords mmx
  68 PUNPCKHBW - unpackHighBytes mmx
  69 PUNPCKHWD - unpackHighWords mmx
  6A PUNPCKHDQ - unpackHighDoublewords mmx
  6B PACKSSDW - packSignedDoublewords mmx
  74 PCMPEQB - equalBytes mmx
  75 PCMPEQW - equalWords mmx
  76 PCMPEQD - equalDoublewords mmx
  D1 PSRLW - shiftRightWords mmx
  D2 PSRLD - shiftRightDoublewords mmx
  D3 PSRLQ - shiftRightQuadwords mmx
  D4 PADDQ - addQuadwords sse2
  D5 PMULLW - multiplyLow mmx
  D8 PSUBUSB - subtractUnsignedBytes mmx
  D9 PSUBUSW - subtractUnsignedWords mmx
  DA PMINUB - minimumBytes sse
  DB PAND - vectorAnd mmx
  DC PADDUSB - addUnsignedBytes mmx
  DD PADDUSW - addUnsignedWords mmx
  DE PMAXUB - maximumBytes sse
  DF PANDN - vectorAndNot mmx
  E0 PAVGB - averageBytes sse
  E1 PSRAW - shiftArithmeticWords mmx
  E2 PSRAD - shiftArithmeticDoublewords mmx
  E3 PAVGW - averageWords sse
  E4 PMULHUW - multiplyHighUnsigned sse
  E5 PMULHW - multiplyHigh mmx
  E8 PSUBSB - subtractSignedBytes mmx
  E9 PSUBSW - subtractSignedWords mmx
  EA PMINSW - minimumWords sse
  EB POR - vectorOr mmx
  EC PADDSB - addSignedBytes mmx
  ED PADDSW - addSignedWords mmx
  EE PMAXSW - maximumWords sse
  EF PXOR - vectorXor mmx
  F1 PSLLW - shiftLeftWords mmx
  F2 PSLLD - shiftLeftDoublewords mmx
  F3 PSLLQ - shiftLeftQuadwords mmx
  F4 PMULUDQ - multiplyDoublewords sse2
  F5 PMADDWD - multiplyAdd mmx
  F6 PSADBW - sumOfDifferences sse
  F8 PSUBB - subtractBytes mmx
  F9 PSUBW - subtractWords mmx
  FA PSUBD - subtractDoublewords mmx
  FB PSUBQ - subtractQuadwords sse2
  FC PADDB - addBytes mmx
  FD PADDW - addWords mmx
  FE PADDD - addDoublewords mmx
`
  .split('\n')
  .filter((line) => line.trim() !== '')
  .flatMap((line) => {
    const [opcode, name, size, handler, needs] = line.trim().split(/\s+/);
    return [
      `NP.0F${opcode} ${name} P,${size === 'd' ? 'Qd' : 'Q'} ${handler} - - ${needs}`,
      `66.0F${opcode} ${name} V,W ${handler} - - sse2`,
    ];
  });

/** Opcode, name, handler: the four forms PS, PD, SS and SD. */
const REAL_ARITHMETIC = `
  51 SQRT realSquareRoot
  58 ADD realAdd
  59 MUL realMultiply
  5C SUB realSubtract
  5D MIN realMinimum
  5E DIV realDivide
  5F MAX realMaximum
`
  .split('\n')
  .filter((line) => line.trim() !== '')
  .flatMap((line) => {
    const [opcode, name, handler] = line.trim().split(/\s+/);
    return [
      `NP.0F${opcode} ${name}PS V,W ${handler}Single - - sse`,
      `66.0F${opcode} ${name}PD V,W ${handler}Double - - sse2`,
      `F3.0F${opcode} ${name}SS V,Wd ${handler}Single - - sse`,
      `F2.0F${opcode} ${name}SD V,Wq ${handler}Double - - sse2`,
    ];
  });

const OTHERS = `
// MMX registers, and what has no twin of the same shape
  NP.0F6E MOVD P,Ed moveFromGeneral - - mmx
  NP.0F6F MOVQ P,Q moveVector - - mmx
  NP.0F7E MOVD Ed,P moveToGeneral - - mmx
  NP.0F7F MOVQ Q,P moveVector - - mmx
  NP.0F71/2 PSRLW N,Ib shiftRightWords - - mmx
  NP.0F71/4 PSRAW N,Ib shiftArithmeticWords - - mmx
  NP.0F71/6 PSLLW N,Ib shiftLeftWords - - mmx
  NP.0F72/2 PSRLD N,Ib shiftRightDoublewords - - mmx
  NP.0F72/4 PSRAD N,Ib shiftArithmeticDoublewords - - mmx
  NP.0F72/6 PSLLD N,Ib shiftLeftDoublewords - - mmx
  NP.0F73/2 PSRLQ N,Ib shiftRightQuadwords - - mmx
  NP.0F73/6 PSLLQ N,Ib shiftLeftQuadwords - - mmx
  NP.0F77 EMMS - emms - - mmx
  NP.0F70 PSHUFW P,Q,Ib shuffleWords - - sse
  NP.0FC4 PINSRW P,Ew,Ib insertWord - - sse
  NP.0FC5 PEXTRW Gd,N,Ib extractWord - - sse
  NP.0FD7 PMOVMSKB Gd,N byteSigns - - sse
  NP.0FE7 MOVNTQ Mq,P moveVector - - sse
  NP.0FF7 MASKMOVQ P,N maskedStore - - sse
  66.0F6E MOVD V,Ed moveFromGeneral - - sse2
  66.0F6F MOVDQA V,W moveVector - - sse2
  66.0F7E MOVD Ed,V moveToGeneral - - sse2
  66.0F7F MOVDQA W,V moveVector - - sse2
  66.0F6C PUNPCKLQDQ V,W unpackLowQuadwords - - sse2
  66.0F6D PUNPCKHQDQ V,W unpackHighQuadwords - - sse2
  66.0F71/2 PSRLW U,Ib shiftRightWords - - sse2
  66.0F71/4 PSRAW U,Ib shiftArithmeticWords - - sse2
  66.0F71/6 PSLLW U,Ib shiftLeftWords - - sse2
  66.0F72/2 PSRLD U,Ib shiftRightDoublewords - - sse2
  66.0F72/4 PSRAD U,Ib shiftArithmeticDoublewords - - sse2
  66.0F72/6 PSLLD U,Ib shiftLeftDoublewords - - sse2
  66.0F73/2 PSRLQ U,Ib shiftRightQuadwords - - sse2
  66.0F73/3 PSRLDQ U,Ib shiftRightBytes - - sse2
  66.0F73/6 PSLLQ U,Ib shiftLeftQuadwords - - sse2
  66.0F73/7 PSLLDQ U,Ib shiftLeftBytes - - sse2
  66.0F70 PSHUFD V,W,Ib shuffleDoublewords - - sse2
  F2.0F70 PSHUFLW V,W,Ib shuffleLowWords - - sse2
  F3.0F70 PSHUFHW V,W,Ib shuffleHighWords - - sse2
  66.0FC4 PINSRW V,Ew,Ib insertWord - - sse2
  66.0FC5 PEXTRW Gd,U,Ib extractWord - - sse2
  66.0FD7 PMOVMSKB Gd,U byteSigns - - sse2
  66.0FE7 MOVNTDQ Mx,V moveVector - - sse2
  66.0FF7 MASKMOVDQU V,U maskedStore - - sse2
  F3.0F6F MOVDQU V,Wu moveVector - - sse2
  F3.0F7F MOVDQU Wu,V moveVector - - sse2
  F3.0F7E MOVQ V,Wq moveLow - - sse2
  66.0FD6 MOVQ Wq,V moveLow - - sse2
  F3.0FD6 MOVQ2DQ V,N moveMmxToXmm - - sse2
  F2.0FD6 MOVDQ2Q P,U moveXmmToMmx - - sse2
// Moves of real numbers
  NP.0F10 MOVUPS V,Wu moveVector - - sse
  NP.0F11 MOVUPS Wu,V moveVector - - sse
  66.0F10 MOVUPD V,Wu moveVector - - sse2
  66.0F11 MOVUPD Wu,V moveVector - - sse2
  F3.0F10 MOVSS V,Wd moveScalar - - sse
  F3.0F11 MOVSS Wd,V moveScalar - - sse
  F2.0F10 MOVSD V,Wq moveScalar - - sse2
  F2.0F11 MOVSD Wq,V moveScalar - - sse2
  NP.0F12 MOVLPS/MOVHLPS V,Wq moveToLow - - sse
  NP.0F13 MOVLPS Mq,V moveFromLow - - sse
  66.0F12 MOVLPD V,Mq moveToLow - - sse2
  66.0F13 MOVLPD Mq,V moveFromLow - - sse2
  NP.0F16 MOVHPS/MOVLHPS V,Wq moveToHigh - - sse
  NP.0F17 MOVHPS Mq,V moveFromHigh - - sse
  66.0F16 MOVHPD V,Mq moveToHigh - - sse2
  66.0F17 MOVHPD Mq,V moveFromHigh - - sse2
  NP.0F28 MOVAPS V,W moveVector - - sse
  NP.0F29 MOVAPS W,V moveVector - - sse
  66.0F28 MOVAPD V,W moveVector - - sse2
  66.0F29 MOVAPD W,V moveVector - - sse2
  NP.0F2B MOVNTPS Mx,V moveVector - - sse
  66.0F2B MOVNTPD Mx,V moveVector - - sse2
  NP.0FC3 MOVNTI Md,Gd moveNonTemporal - - sse2
  NP.0F50 MOVMSKPS Gd,U singleSigns - - sse
  66.0F50 MOVMSKPD Gd,U doubleSigns - - sse2
  F2.0F12 MOVDDUP V,Wq duplicateLow - - sse3
  F3.0F12 MOVSLDUP V,W duplicateEven - - sse3
  F3.0F16 MOVSHDUP V,W duplicateOdd - - sse3
  F2.0FF0 LDDQU V,Mu moveVector - - sse3
// Arithmetic between neighbours
  66.0FD0 ADDSUBPD V,W addSubtractDouble - - sse3
  F2.0FD0 ADDSUBPS V,W addSubtractSingle - - sse3
  66.0F7C HADDPD V,W horizontalAddDouble - - sse3
  F2.0F7C HADDPS V,W horizontalAddSingle - - sse3
  66.0F7D HSUBPD V,W horizontalSubtractDouble - - sse3
  F2.0F7D HSUBPS V,W horizontalSubtractSingle - - sse3
// Logic and shuffles
  NP.0F14 UNPCKLPS V,W unpackLowDoublewords - - sse
  66.0F14 UNPCKLPD V,W unpackLowQuadwords - - sse2
  NP.0F15 UNPCKHPS V,W unpackHighDoublewords - - sse
  66.0F15 UNPCKHPD V,W unpackHighQuadwords - - sse2
  NP.0FC6 SHUFPS V,W,Ib shuffleSingles - - sse
  66.0FC6 SHUFPD V,W,Ib shuffleDoubles - - sse2
  NP.0F54 ANDPS V,W vectorAnd - - sse
  66.0F54 ANDPD V,W vectorAnd - - sse2
  NP.0F55 ANDNPS V,W vectorAndNot - - sse
  66.0F55 ANDNPD V,W vectorAndNot - - sse2
  NP.0F56 ORPS V,W vectorOr - - sse
  66.0F56 ORPD V,W vectorOr - - sse2
  NP.0F57 XORPS V,W vectorXor - - sse
  66.0F57 XORPD V,W vectorXor - - sse2
// Comparisons and approximations
  NP.0FC2 CMPccPS V,W,Ib realCompareSingle - - sse
  66.0FC2 CMPccPD V,W,Ib realCompareDouble - - sse2
  F3.0FC2 CMPccSS V,Wd,Ib realCompareSingle - - sse
  F2.0FC2 CMPccSD V,Wq,Ib realCompareDouble - - sse2
  NP.0F2E UCOMISS V,Wd compareQuietSingle oszapc - sse
  66.0F2E UCOMISD V,Wq compareQuietDouble oszapc - sse2
  NP.0F2F COMISS V,Wd compareSingle oszapc - sse
  66.0F2F COMISD V,Wq compareDouble oszapc - sse2
  NP.0F52 RSQRTPS V,W reciprocalRoot - - sse
  F3.0F52 RSQRTSS V,Wd reciprocalRoot - - sse
  NP.0F53 RCPPS V,W reciprocal - - sse
  F3.0F53 RCPSS V,Wd reciprocal - - sse
// Conversions
  NP.0F2A CVTPI2PS V,Q convertMmxToSingles - - sse
  66.0F2A CVTPI2PD V,Q convertMmxToDoubles - - sse2
  F3.0F2A CVTSI2SS V,Ed convertGeneralToSingle - - sse
  F2.0F2A CVTSI2SD V,Ed convertGeneralToDouble - - sse2
  NP.0F2C CVTTPS2PI P,Wq truncateSinglesToMmx - - sse
  66.0F2C CVTTPD2PI P,W truncateDoublesToMmx - - sse2
  F3.0F2C CVTTSS2SI Gd,Wd truncateSingleToGeneral - - sse
  F2.0F2C CVTTSD2SI Gd,Wq truncateDoubleToGeneral - - sse2
  NP.0F2D CVTPS2PI P,Wq convertSinglesToMmx - - sse
  66.0F2D CVTPD2PI P,W convertDoublesToMmx - - sse2
  F3.0F2D CVTSS2SI Gd,Wd convertSingleToGeneral - - sse
  F2.0F2D CVTSD2SI Gd,Wq convertDoubleToGeneral - - sse2
  NP.0F5A CVTPS2PD V,Wq widenSingles - - sse2
  66.0F5A CVTPD2PS V,W narrowDoubles - - sse2
  F3.0F5A CVTSS2SD V,Wd widenSingle - - sse2
  F2.0F5A CVTSD2SS V,Wq narrowDouble - - sse2
  NP.0F5B CVTDQ2PS V,W convertIntegersToSingles - - sse2
  66.0F5B CVTPS2DQ V,W convertSinglesToIntegers - - sse2
  F3.0F5B CVTTPS2DQ V,W truncateSinglesToIntegers - - sse2
  F3.0FE6 CVTDQ2PD V,Wq convertIntegersToDoubles - - sse2
  F2.0FE6 CVTPD2DQ V,W convertDoublesToIntegers - - sse2
  66.0FE6 CVTTPD2DQ V,W truncateDoublesToIntegers - - sse2
// State, hints and fences; LFENCE, MFENCE and SFENCE are register forms, CLFLUSH is the memory form of the last
  NP.0FAE/0 FXSAVE M fxsave - - fxsr
  NP.0FAE/1 FXRSTOR M fxrstor - - fxsr
  NP.0FAE/2 LDMXCSR Md loadMxcsr - - sse
  NP.0FAE/3 STMXCSR Md storeMxcsr - - sse
  NP.0FAE/5 LFENCE Ed fence - - sse2
  NP.0FAE/6 MFENCE Ed fence - - sse2
  NP.0FAE/7 SFENCE/CLFLUSH Ed storeFenceOrFlush - - sse
`
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('//'));

export const SIMD_OPCODES: readonly OpcodeRow[] = [
  ...PACKED_INTEGERS,
  ...REAL_ARITHMETIC,
  ...OTHERS,
].map(parseRow);
