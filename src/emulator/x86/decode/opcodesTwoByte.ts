// THE instruction table, opcodes after 0F (SDM vol. 2, appendix A). The columns are those of opcodes.ts.
import { type OpcodeRow, parseRow } from './opcodeRow.ts';

export const TWO_BYTE_OPCODES: readonly OpcodeRow[] = `
  0FAF IMUL Gv,Ev imul2 oc szap NP 10
  0FA4 SHLD Ev,Gv,Ib shld szpc oa NP 4
  0FA5 SHLD Ev,Gv,CL shld szpc oa NP 4
  0FAC SHRD Ev,Gv,Ib shrd szpc oa NP 4
  0FAD SHRD Ev,Gv,CL shrd szpc oa NP 4
  0FA3 BT Ev,Gv bt c osap NP 4
  0FBA/4 BT Ev,Ib bt c osap NP 4
  0FAB BTS Ev,Gv bts c osap lock NP 7
  0FBA/5 BTS Ev,Ib bts c osap lock NP 7
  0FB3 BTR Ev,Gv btr c osap lock NP 7
  0FBA/6 BTR Ev,Ib btr c osap lock NP 7
  0FBB BTC Ev,Gv btc c osap lock NP 7
  0FBA/7 BTC Ev,Ib btc c osap lock NP 7
  0FBC BSF Gv,Ev bsf z osapc NP 6
  0FBD BSR Gv,Ev bsr z osapc NP 7
  0FB6 MOVZX Gv,Eb movzx - - NP 3
  0FB7 MOVZX Gv,Ew movzx - - NP 3
  0FBE MOVSX Gv,Eb movsx - - NP 3
  0FBF MOVSX Gv,Ew movsx - - NP 3
  0FC8 BSWAP Zv bswap - - NP 1
  0FC9 BSWAP Zv bswap - - NP 1
  0FCA BSWAP Zv bswap - - NP 1
  0FCB BSWAP Zv bswap - - NP 1
  0FCC BSWAP Zv bswap - - NP 1
  0FCD BSWAP Zv bswap - - NP 1
  0FCE BSWAP Zv bswap - - NP 1
  0FCF BSWAP Zv bswap - - NP 1
  0FB0 CMPXCHG Eb,Gb cmpxchg oszapc - lock NP 5
  0FB1 CMPXCHG Ev,Gv cmpxchg oszapc - lock NP 5
  0FC0 XADD Eb,Gb xadd oszapc - lock NP 3
  0FC1 XADD Ev,Gv xadd oszapc - lock NP 3
  0FC7/1 CMPXCHG8B M cmpxchg8b z - lock NP 10
  0F40 CMOVcc Gv,Ev cmov - - i686 UV 1
  0F41 CMOVcc Gv,Ev cmov - - i686 UV 1
  0F42 CMOVcc Gv,Ev cmov - - i686 UV 1
  0F43 CMOVcc Gv,Ev cmov - - i686 UV 1
  0F44 CMOVcc Gv,Ev cmov - - i686 UV 1
  0F45 CMOVcc Gv,Ev cmov - - i686 UV 1
  0F46 CMOVcc Gv,Ev cmov - - i686 UV 1
  0F47 CMOVcc Gv,Ev cmov - - i686 UV 1
  0F48 CMOVcc Gv,Ev cmov - - i686 UV 1
  0F49 CMOVcc Gv,Ev cmov - - i686 UV 1
  0F4A CMOVcc Gv,Ev cmov - - i686 UV 1
  0F4B CMOVcc Gv,Ev cmov - - i686 UV 1
  0F4C CMOVcc Gv,Ev cmov - - i686 UV 1
  0F4D CMOVcc Gv,Ev cmov - - i686 UV 1
  0F4E CMOVcc Gv,Ev cmov - - i686 UV 1
  0F4F CMOVcc Gv,Ev cmov - - i686 UV 1
  0F90 SETcc Eb setcc - - NP 1
  0F91 SETcc Eb setcc - - NP 1
  0F92 SETcc Eb setcc - - NP 1
  0F93 SETcc Eb setcc - - NP 1
  0F94 SETcc Eb setcc - - NP 1
  0F95 SETcc Eb setcc - - NP 1
  0F96 SETcc Eb setcc - - NP 1
  0F97 SETcc Eb setcc - - NP 1
  0F98 SETcc Eb setcc - - NP 1
  0F99 SETcc Eb setcc - - NP 1
  0F9A SETcc Eb setcc - - NP 1
  0F9B SETcc Eb setcc - - NP 1
  0F9C SETcc Eb setcc - - NP 1
  0F9D SETcc Eb setcc - - NP 1
  0F9E SETcc Eb setcc - - NP 1
  0F9F SETcc Eb setcc - - NP 1
  0F18 PREFETCHh/NOP Ev nop - - i686 UV 1
  0F19 NOP Ev nop - - i686 UV 1
  0F1A NOP Ev nop - - i686 UV 1
  0F1B NOP Ev nop - - i686 UV 1
  0F1C NOP Ev nop - - i686 UV 1
  0F1D NOP Ev nop - - i686 UV 1
  0F1E NOP Ev nop - - i686 UV 1
  0F1F NOP Ev nop - - i686 UV 1
  0FA0 PUSH FS pushSegment - - NP 1
  0FA8 PUSH GS pushSegment - - NP 1
  0FA1 POP FS popSegment - - stays NP 3
  0FA9 POP GS popSegment - - stays NP 3
  0F80 Jcc Jz jcc - - end PV 1
  0F81 Jcc Jz jcc - - end PV 1
  0F82 Jcc Jz jcc - - end PV 1
  0F83 Jcc Jz jcc - - end PV 1
  0F84 Jcc Jz jcc - - end PV 1
  0F85 Jcc Jz jcc - - end PV 1
  0F86 Jcc Jz jcc - - end PV 1
  0F87 Jcc Jz jcc - - end PV 1
  0F88 Jcc Jz jcc - - end PV 1
  0F89 Jcc Jz jcc - - end PV 1
  0F8A Jcc Jz jcc - - end PV 1
  0F8B Jcc Jz jcc - - end PV 1
  0F8C Jcc Jz jcc - - end PV 1
  0F8D Jcc Jz jcc - - end PV 1
  0F8E Jcc Jz jcc - - end PV 1
  0F8F Jcc Jz jcc - - end PV 1
  0F0B UD2 - ud - - end NP 1
  0FB2 LSS Gv,M loadFarPointer - - end NP 4
  0FB4 LFS Gv,M loadFarPointer - - end NP 4
  0FB5 LGS Gv,M loadFarPointer - - end NP 4
  0F02 LAR Gv,Ew lar z - NP 8
  0F03 LSL Gv,Ew lsl z - NP 8
  0F00/0 SLDT Ev sldt - - NP 9
  0F00/1 STR Ev str - - NP 9
  0F00/2 LLDT Ew lldt - - cpl0 NP 9
  0F00/3 LTR Ew ltr - - cpl0 NP 9
  0F00/4 VERR Ew verr z - NP 9
  0F00/5 VERW Ew verw z - NP 9
  0F01/0 SGDT M sgdt - - NP 6
  0F01/1 SIDT M sidt - - NP 6
  0F01/2 LGDT M lgdt - - cpl0 NP 6
  0F01/3 LIDT M lidt - - cpl0 NP 6
  0F01/4 SMSW Ev smsw - - NP 6
  0F01/6 LMSW Ew lmsw - - cpl0 end NP 6
  0F01/7 INVLPG M invlpg - - cpl0 stays NP 25
  0F06 CLTS - clts - - cpl0 end NP 10
  0F08 INVD - nop - - cpl0 NP 15
  0F09 WBINVD - nop - - cpl0 NP 2000
  0F20 MOV Rd,Cd movFromControl - oszapc cpl0 NP 4
  0F21 MOV Rd,Dd movFromDebug - oszapc cpl0 NP 2
  0F22 MOV Cd,Rd movToControl - oszapc cpl0 stays NP 22
  0F23 MOV Dd,Rd movToDebug - oszapc cpl0 end NP 11
  0F30 WRMSR - wrmsr - - cpl0 end NP 30
  0F31 RDTSC - rdtsc - - NP 11
  0F32 RDMSR - rdmsr - - cpl0 NP 20
  0F33 RDPMC - rdpmc - - i686 NP 20
  0F34 SYSENTER - sysenter - - i686 end NP 20
  0F35 SYSEXIT - sysexit - - cpl0 i686 end NP 20
  0FA2 CPUID - cpuid - - NP 14
`
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('//'))
  .map(parseRow);
