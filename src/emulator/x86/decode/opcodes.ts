// THE instruction table, one-byte opcodes (SDM vol. 2, appendix A). Decoder, executor binding, coverage, generated
// tests and the timing model all read it; an opcode that is not here raises #UD and is named in the log.
// Columns: opcode[/digit] name operands handler flags-set flags-undefined [end lock cpl0 i686] pairing clocks.
// "end": a block ends here, because the instruction may change EIP, the mode, the interrupt flag or a device.
import { type OpcodeRow, parseRow } from './opcodeRow.ts';

export const ONE_BYTE_OPCODES: readonly OpcodeRow[] = `
// Arithmetic and logic, the six encodings of each
  00 ADD Eb,Gb add oszapc - lock UV 1
  01 ADD Ev,Gv add oszapc - lock UV 1
  02 ADD Gb,Eb add oszapc - UV 1
  03 ADD Gv,Ev add oszapc - UV 1
  04 ADD AL,Ib add oszapc - UV 1
  05 ADD eAX,Iz add oszapc - UV 1
  08 OR Eb,Gb or oszpc a lock UV 1
  09 OR Ev,Gv or oszpc a lock UV 1
  0A OR Gb,Eb or oszpc a UV 1
  0B OR Gv,Ev or oszpc a UV 1
  0C OR AL,Ib or oszpc a UV 1
  0D OR eAX,Iz or oszpc a UV 1
  10 ADC Eb,Gb adc oszapc - lock PU 1
  11 ADC Ev,Gv adc oszapc - lock PU 1
  12 ADC Gb,Eb adc oszapc - PU 1
  13 ADC Gv,Ev adc oszapc - PU 1
  14 ADC AL,Ib adc oszapc - PU 1
  15 ADC eAX,Iz adc oszapc - PU 1
  18 SBB Eb,Gb sbb oszapc - lock PU 1
  19 SBB Ev,Gv sbb oszapc - lock PU 1
  1A SBB Gb,Eb sbb oszapc - PU 1
  1B SBB Gv,Ev sbb oszapc - PU 1
  1C SBB AL,Ib sbb oszapc - PU 1
  1D SBB eAX,Iz sbb oszapc - PU 1
  20 AND Eb,Gb and oszpc a lock UV 1
  21 AND Ev,Gv and oszpc a lock UV 1
  22 AND Gb,Eb and oszpc a UV 1
  23 AND Gv,Ev and oszpc a UV 1
  24 AND AL,Ib and oszpc a UV 1
  25 AND eAX,Iz and oszpc a UV 1
  28 SUB Eb,Gb sub oszapc - lock UV 1
  29 SUB Ev,Gv sub oszapc - lock UV 1
  2A SUB Gb,Eb sub oszapc - UV 1
  2B SUB Gv,Ev sub oszapc - UV 1
  2C SUB AL,Ib sub oszapc - UV 1
  2D SUB eAX,Iz sub oszapc - UV 1
  30 XOR Eb,Gb xor oszpc a lock UV 1
  31 XOR Ev,Gv xor oszpc a lock UV 1
  32 XOR Gb,Eb xor oszpc a UV 1
  33 XOR Gv,Ev xor oszpc a UV 1
  34 XOR AL,Ib xor oszpc a UV 1
  35 XOR eAX,Iz xor oszpc a UV 1
  38 CMP Eb,Gb cmp oszapc - UV 1
  39 CMP Ev,Gv cmp oszapc - UV 1
  3A CMP Gb,Eb cmp oszapc - UV 1
  3B CMP Gv,Ev cmp oszapc - UV 1
  3C CMP AL,Ib cmp oszapc - UV 1
  3D CMP eAX,Iz cmp oszapc - UV 1
  80/0 ADD Eb,Ib add oszapc - lock UV 1
  80/1 OR Eb,Ib or oszpc a lock UV 1
  80/2 ADC Eb,Ib adc oszapc - lock PU 1
  80/3 SBB Eb,Ib sbb oszapc - lock PU 1
  80/4 AND Eb,Ib and oszpc a lock UV 1
  80/5 SUB Eb,Ib sub oszapc - lock UV 1
  80/6 XOR Eb,Ib xor oszpc a lock UV 1
  80/7 CMP Eb,Ib cmp oszapc - UV 1
  81/0 ADD Ev,Iz add oszapc - lock UV 1
  81/1 OR Ev,Iz or oszpc a lock UV 1
  81/2 ADC Ev,Iz adc oszapc - lock PU 1
  81/3 SBB Ev,Iz sbb oszapc - lock PU 1
  81/4 AND Ev,Iz and oszpc a lock UV 1
  81/5 SUB Ev,Iz sub oszapc - lock UV 1
  81/6 XOR Ev,Iz xor oszpc a lock UV 1
  81/7 CMP Ev,Iz cmp oszapc - UV 1
  82/0 ADD Eb,Ib add oszapc - lock UV 1
  82/1 OR Eb,Ib or oszpc a lock UV 1
  82/2 ADC Eb,Ib adc oszapc - lock PU 1
  82/3 SBB Eb,Ib sbb oszapc - lock PU 1
  82/4 AND Eb,Ib and oszpc a lock UV 1
  82/5 SUB Eb,Ib sub oszapc - lock UV 1
  82/6 XOR Eb,Ib xor oszpc a lock UV 1
  82/7 CMP Eb,Ib cmp oszapc - UV 1
  83/0 ADD Ev,Is add oszapc - lock UV 1
  83/1 OR Ev,Is or oszpc a lock UV 1
  83/2 ADC Ev,Is adc oszapc - lock PU 1
  83/3 SBB Ev,Is sbb oszapc - lock PU 1
  83/4 AND Ev,Is and oszpc a lock UV 1
  83/5 SUB Ev,Is sub oszapc - lock UV 1
  83/6 XOR Ev,Is xor oszpc a lock UV 1
  83/7 CMP Ev,Is cmp oszapc - UV 1
  40 INC Zv inc oszap - UV 1
  41 INC Zv inc oszap - UV 1
  42 INC Zv inc oszap - UV 1
  43 INC Zv inc oszap - UV 1
  44 INC Zv inc oszap - UV 1
  45 INC Zv inc oszap - UV 1
  46 INC Zv inc oszap - UV 1
  47 INC Zv inc oszap - UV 1
  48 DEC Zv dec oszap - UV 1
  49 DEC Zv dec oszap - UV 1
  4A DEC Zv dec oszap - UV 1
  4B DEC Zv dec oszap - UV 1
  4C DEC Zv dec oszap - UV 1
  4D DEC Zv dec oszap - UV 1
  4E DEC Zv dec oszap - UV 1
  4F DEC Zv dec oszap - UV 1
  FE/0 INC Eb inc oszap - lock UV 1
  FE/1 DEC Eb dec oszap - lock UV 1
  FF/0 INC Ev inc oszap - lock UV 1
  FF/1 DEC Ev dec oszap - lock UV 1
  84 TEST Eb,Gb test oszpc a UV 1
  85 TEST Ev,Gv test oszpc a UV 1
  A8 TEST AL,Ib test oszpc a UV 1
  A9 TEST eAX,Iz test oszpc a UV 1
  F6/0 TEST Eb,Ib test oszpc a NP 1
  F6/1 TEST Eb,Ib test oszpc a NP 1
  F6/2 NOT Eb not - - lock NP 1
  F6/3 NEG Eb neg oszapc - lock NP 1
  F6/4 MUL Eb mul oc szap NP 11
  F6/5 IMUL Eb imulWide oc szap NP 11
  F6/6 DIV Eb div - oszapc NP 17
  F6/7 IDIV Eb idiv - oszapc NP 22
  F7/0 TEST Ev,Iz test oszpc a NP 1
  F7/1 TEST Ev,Iz test oszpc a NP 1
  F7/2 NOT Ev not - - lock NP 1
  F7/3 NEG Ev neg oszapc - lock NP 1
  F7/4 MUL Ev mul oc szap NP 10
  F7/5 IMUL Ev imulWide oc szap NP 10
  F7/6 DIV Ev div - oszapc NP 41
  F7/7 IDIV Ev idiv - oszapc NP 46
  69 IMUL Gv,Ev,Iz imul3 oc szap NP 10
  6B IMUL Gv,Ev,Is imul3 oc szap NP 10
  27 DAA - daa szapc o NP 3
  2F DAS - das szapc o NP 3
  37 AAA - aaa ac oszp NP 3
  3F AAS - aas ac oszp NP 3
  D4 AAM Ib aam szp oac NP 18
  D5 AAD Ib aad szp oac NP 10
  98 CBW - cbw - - NP 3
  99 CWD - cwd - - NP 2
// Shifts and rotates
  C0/0 ROL Eb,Ib rol oc - PU 1
  C0/1 ROR Eb,Ib ror oc - PU 1
  C0/2 RCL Eb,Ib rcl oc - PU 1
  C0/3 RCR Eb,Ib rcr oc - PU 1
  C0/4 SHL Eb,Ib shl oszpc a PU 1
  C0/5 SHR Eb,Ib shr oszpc a PU 1
  C0/6 SHL Eb,Ib shl oszpc a PU 1
  C0/7 SAR Eb,Ib sar oszpc a PU 1
  C1/0 ROL Ev,Ib rol oc - PU 1
  C1/1 ROR Ev,Ib ror oc - PU 1
  C1/2 RCL Ev,Ib rcl oc - PU 1
  C1/3 RCR Ev,Ib rcr oc - PU 1
  C1/4 SHL Ev,Ib shl oszpc a PU 1
  C1/5 SHR Ev,Ib shr oszpc a PU 1
  C1/6 SHL Ev,Ib shl oszpc a PU 1
  C1/7 SAR Ev,Ib sar oszpc a PU 1
  D0/0 ROL Eb,1 rol oc - PU 1
  D0/1 ROR Eb,1 ror oc - PU 1
  D0/2 RCL Eb,1 rcl oc - PU 1
  D0/3 RCR Eb,1 rcr oc - PU 1
  D0/4 SHL Eb,1 shl oszpc a PU 1
  D0/5 SHR Eb,1 shr oszpc a PU 1
  D0/6 SHL Eb,1 shl oszpc a PU 1
  D0/7 SAR Eb,1 sar oszpc a PU 1
  D1/0 ROL Ev,1 rol oc - PU 1
  D1/1 ROR Ev,1 ror oc - PU 1
  D1/2 RCL Ev,1 rcl oc - PU 1
  D1/3 RCR Ev,1 rcr oc - PU 1
  D1/4 SHL Ev,1 shl oszpc a PU 1
  D1/5 SHR Ev,1 shr oszpc a PU 1
  D1/6 SHL Ev,1 shl oszpc a PU 1
  D1/7 SAR Ev,1 sar oszpc a PU 1
  D2/0 ROL Eb,CL rol oc - NP 4
  D2/1 ROR Eb,CL ror oc - NP 4
  D2/2 RCL Eb,CL rcl oc - NP 4
  D2/3 RCR Eb,CL rcr oc - NP 4
  D2/4 SHL Eb,CL shl oszpc a NP 4
  D2/5 SHR Eb,CL shr oszpc a NP 4
  D2/6 SHL Eb,CL shl oszpc a NP 4
  D2/7 SAR Eb,CL sar oszpc a NP 4
  D3/0 ROL Ev,CL rol oc - NP 4
  D3/1 ROR Ev,CL ror oc - NP 4
  D3/2 RCL Ev,CL rcl oc - NP 4
  D3/3 RCR Ev,CL rcr oc - NP 4
  D3/4 SHL Ev,CL shl oszpc a NP 4
  D3/5 SHR Ev,CL shr oszpc a NP 4
  D3/6 SHL Ev,CL shl oszpc a NP 4
  D3/7 SAR Ev,CL sar oszpc a NP 4
// Moves
  88 MOV Eb,Gb mov - - UV 1
  89 MOV Ev,Gv mov - - UV 1
  8A MOV Gb,Eb mov - - UV 1
  8B MOV Gv,Ev mov - - UV 1
  A0 MOV AL,Ob mov - - UV 1
  A1 MOV eAX,Ov mov - - UV 1
  A2 MOV Ob,AL mov - - UV 1
  A3 MOV Ov,eAX mov - - UV 1
  C6/0 MOV Eb,Ib mov - - UV 1
  C7/0 MOV Ev,Iz mov - - UV 1
  B0 MOV Zb,Ib mov - - UV 1
  B1 MOV Zb,Ib mov - - UV 1
  B2 MOV Zb,Ib mov - - UV 1
  B3 MOV Zb,Ib mov - - UV 1
  B4 MOV Zb,Ib mov - - UV 1
  B5 MOV Zb,Ib mov - - UV 1
  B6 MOV Zb,Ib mov - - UV 1
  B7 MOV Zb,Ib mov - - UV 1
  B8 MOV Zv,Iz mov - - UV 1
  B9 MOV Zv,Iz mov - - UV 1
  BA MOV Zv,Iz mov - - UV 1
  BB MOV Zv,Iz mov - - UV 1
  BC MOV Zv,Iz mov - - UV 1
  BD MOV Zv,Iz mov - - UV 1
  BE MOV Zv,Iz mov - - UV 1
  BF MOV Zv,Iz mov - - UV 1
  8D LEA Gv,M lea - - UV 1
  86 XCHG Eb,Gb xchg - - lock NP 3
  87 XCHG Ev,Gv xchg - - lock NP 3
  90 NOP - nop - - UV 1
  91 XCHG Zv,eAX xchg - - NP 2
  92 XCHG Zv,eAX xchg - - NP 2
  93 XCHG Zv,eAX xchg - - NP 2
  94 XCHG Zv,eAX xchg - - NP 2
  95 XCHG Zv,eAX xchg - - NP 2
  96 XCHG Zv,eAX xchg - - NP 2
  97 XCHG Zv,eAX xchg - - NP 2
  D6 SALC - salc - - NP 2
  D7 XLAT - xlat - - NP 4
// Stack
  50 PUSH Zv push - - UV 1
  51 PUSH Zv push - - UV 1
  52 PUSH Zv push - - UV 1
  53 PUSH Zv push - - UV 1
  54 PUSH Zv push - - UV 1
  55 PUSH Zv push - - UV 1
  56 PUSH Zv push - - UV 1
  57 PUSH Zv push - - UV 1
  58 POP Zv pop - - UV 1
  59 POP Zv pop - - UV 1
  5A POP Zv pop - - UV 1
  5B POP Zv pop - - UV 1
  5C POP Zv pop - - UV 1
  5D POP Zv pop - - UV 1
  5E POP Zv pop - - UV 1
  5F POP Zv pop - - UV 1
  68 PUSH Iz push - - UV 1
  6A PUSH Is push - - UV 1
  FF/6 PUSH Ev push - - NP 2
  8F/0 POP Ev pop - - NP 3
  60 PUSHA - pusha - - NP 5
  61 POPA - popa - - NP 5
  9C PUSHF - pushf - - NP 4
  9D POPF - popf oszapcdit - stays NP 6
  C8 ENTER Iw,Ib enter - - NP 11
  C9 LEAVE - leave - - NP 3
  06 PUSH ES pushSegment - - NP 1
  0E PUSH CS pushSegment - - NP 1
  16 PUSH SS pushSegment - - NP 1
  1E PUSH DS pushSegment - - NP 1
  07 POP ES popSegment - - stays NP 3
  17 POP SS popSegment - - end NP 3
  1F POP DS popSegment - - stays NP 3
// Control transfer
  70 Jcc Jb jcc - - end PV 1
  71 Jcc Jb jcc - - end PV 1
  72 Jcc Jb jcc - - end PV 1
  73 Jcc Jb jcc - - end PV 1
  74 Jcc Jb jcc - - end PV 1
  75 Jcc Jb jcc - - end PV 1
  76 Jcc Jb jcc - - end PV 1
  77 Jcc Jb jcc - - end PV 1
  78 Jcc Jb jcc - - end PV 1
  79 Jcc Jb jcc - - end PV 1
  7A Jcc Jb jcc - - end PV 1
  7B Jcc Jb jcc - - end PV 1
  7C Jcc Jb jcc - - end PV 1
  7D Jcc Jb jcc - - end PV 1
  7E Jcc Jb jcc - - end PV 1
  7F Jcc Jb jcc - - end PV 1
  E0 LOOPNE Jb loopne - - end NP 7
  E1 LOOPE Jb loope - - end NP 7
  E2 LOOP Jb loop - - end NP 5
  E3 JCXZ Jb jcxz - - end NP 5
  E8 CALL Jz call - - end PV 1
  E9 JMP Jz jmp - - end PV 1
  EB JMP Jb jmp - - end PV 1
  FF/2 CALL Ev callIndirect - - end NP 2
  FF/4 JMP Ev jmpIndirect - - end NP 2
  C3 RET - ret - - end NP 2
  C2 RET Iw ret - - end NP 3
  9A CALLF Ap callFar - - stays NP 4
  EA JMPF Ap jmpFar - - stays NP 3
  FF/3 CALLF Mp callFar - - stays NP 5
  FF/5 JMPF Mp jmpFar - - stays NP 4
  CB RETF - retFar - - stays NP 4
  CA RETF Iw retFar - - stays NP 4
  CC INT3 - int3 - - stays NP 13
  CD INT Ib int - - stays NP 16
  CE INTO - into - - stays NP 4
  F1 INT1 - int1 - - end NP 13
  CF IRET - iret oszapcdit - stays NP 8
  62 BOUND Gv,M bound - - NP 8
// Strings
  6C INS Xb ins - - end NP 9
  6D INS Xv ins - - end NP 9
  6E OUTS Xb outs - - end NP 13
  6F OUTS Xv outs - - end NP 13
  A4 MOVS Xb movs - - NP 4
  A5 MOVS Xv movs - - NP 4
  A6 CMPS Xb cmps oszapc - NP 5
  A7 CMPS Xv cmps oszapc - NP 5
  AA STOS Xb stos - - NP 3
  AB STOS Xv stos - - NP 3
  AC LODS Xb lods - - NP 2
  AD LODS Xv lods - - NP 2
  AE SCAS Xb scas oszapc - NP 4
  AF SCAS Xv scas oszapc - NP 4
// Flags
  F5 CMC - cmc c - NP 2
  F8 CLC - clc c - NP 2
  F9 STC - stc c - NP 2
  FA CLI - cli i - end NP 7
  FB STI - sti i - end NP 7
  FC CLD - cld d - NP 2
  FD STD - std d - NP 2
  9E SAHF - sahf szapc - NP 2
  9F LAHF - lahf - - NP 2
// Segments
  8C MOV Ev,Sw movFromSegment - - NP 1
  8E MOV Sw,Ew movToSegment - - stays NP 2
  C4 LES Gv,M loadFarPointer - - end NP 4
  C5 LDS Gv,M loadFarPointer - - end NP 4
  63 ARPL Ew,Gw arpl z - NP 7
// System
  F4 HLT - hlt - - cpl0 end NP 4
  E4 IN AL,Ib in - - end NP 7
  E5 IN eAX,Ib in - - end NP 7
  EC IN AL,DX in - - end NP 7
  ED IN eAX,DX in - - end NP 7
  E6 OUT AL,Ib out - - end NP 12
  E7 OUT eAX,Ib out - - end NP 12
  EE OUT AL,DX out - - end NP 12
  EF OUT eAX,DX out - - end NP 12
// Floating point: execute/fpu.ts has a row for each encoding behind these eight bytes
  9B FWAIT - fwait - - NP 1
  D8 ESC Ev escape - - NP 1
  D9 ESC Ev escape - - NP 1
  DA ESC Ev escape - - NP 1
  DB ESC Ev escape - - NP 1
  DC ESC Ev escape - - NP 1
  DD ESC Ev escape - - NP 1
  DE ESC Ev escape - - NP 1
  DF ESC Ev escape - - NP 1
`
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('//'))
  .map(parseRow);
