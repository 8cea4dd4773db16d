// The fast path: runs the micro-operations of predecoded blocks (microOps.ts) until something needs the interpreter
// around it. One switch; its labels are literal numbers because only those become a jump table, and a test holds them
// against MICRO by their comments. Memory is reached through the fast table and, failing that, memory/.
import { MODES } from '../blocks.ts';
import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../decode/instruction.ts';
import { GP } from '../faults.ts';
import {
  LAZY_ADD,
  LAZY_DEC,
  LAZY_INC,
  LAZY_LOGIC,
  LAZY_SUB,
  carry,
  compared,
  condition,
  zero,
} from '../flags.ts';
import { crossingHolds, findBlock } from '../blockBuilder.ts';
import {
  ADDRESS,
  BASE,
  CPL,
  CS,
  EAX,
  EBP,
  ECX,
  EDX,
  EIP,
  ESP,
  LAZY_A,
  LAZY_B,
  LAZY_RESULT,
  LAZY_TYPE,
} from '../registers.ts';
import { OPERATIONS, adc, sbb, sub } from './alu.ts';
import {
  EXIT,
  slowLoad,
  slowProbe,
  slowSegment,
  slowStore,
  transferPlace,
  undoTransfer,
} from './dispatchSlow.ts';
import { PLACE } from '../microOps.ts';
import { interruptQuickly, returnQuickly } from './interrupts.ts';
import { imulTruncating } from './multiply.ts';
import { rol, ror, sar, shl, shr } from './shifts.ts';

/** Runs from the block at `start` (ENTER_BLOCK: look it up) at the EIP in the registers, for at most cpu.left instructions. */
export function executeBlocks(cpu: Cpu, start: number): number {
  const { r, r8, fault, blocks, mmu } = cpu;
  const { code, instructions, tables } = blocks;
  const { bytes, words, fastTable: fast } = cpu.memory;
  const { fetches } = mmu;
  const highestOffsets = cpu.highest;
  let readMask = cpu.readMask | 0;
  let writeMask = cpu.writeMask | 0;
  // A fetch at CPL 3 needs the user bit of the tag; at other levels the bit does not matter.
  let user = r[CPL] === 3;
  let tagMask = user ? -1 : ~(1 << 20);
  let tagBits = user ? 3 << 20 : 2 << 20;
  let mode = cpu.mode | 0;
  let codeBase = r[BASE + CS];
  let codeLimit = cpu.plainCodeLimit;
  let eip = r[EIP];
  let left = cpu.left | 0;
  let references = 0;
  let pc = start & PLACE;
  let slot = 0;
  /** EIP of the block that a RET or an indirect jump or call has left. */
  let from = 0;
  let exit: number = EXIT.CONTINUE;

  loop: for (;;) {
    switch (code[pc]) {
      case 0: /* INVALID */ {
        exit = EXIT.LOOK_AGAIN;
        break loop;
      }
      case 1: /* BEGIN */ {
        left = (left - code[pc + 1]) | 0;
        if (left < 0) {
          left = (left + code[pc + 1]) | 0;
          exit = EXIT.PRECISE;
          break loop;
        }
        references = (references + code[pc + 2]) | 0;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 14: /* CROSSING */ {
        if (left < code[pc + 1]) {
          exit = EXIT.PRECISE;
          break loop;
        }
        cpu.left = left;
        cpu.toEnd = 0;
        if (!crossingHolds(cpu, eip, code[pc + 3], code[pc + 4])) {
          exit = fault.raised ? EXIT.FETCH_FAULT : EXIT.LOOK_AGAIN;
          break loop;
        }
        left = (left - code[pc + 1]) | 0;
        references = (references + code[pc + 2]) | 0;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 2: /* HOOK */ {
        const account = code[pc + 6];
        cpu.left = left;
        cpu.toEnd = account & 0xff;
        r[EIP] = (eip + (code[pc + 7] & 0xffff)) | 0;
        if (cpu.hookStops(code[pc + 1])) {
          exit = EXIT.HOOK;
          break loop;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 95: /* RETURN_ADDRESS */ {
        r[code[pc + 1]] = eip + code[pc + 2];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 94: /* ENTER */ {
        slot = 0;
        break;
      }
      case 15: /* PRIVILEGED */ {
        if (r[CPL] !== 0) {
          fault.set(GP, 0);
          exit = EXIT.FAULT;
          break loop;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 3: /* GENERIC */ {
        const account = code[pc + 6];
        const location = code[pc + 7];
        cpu.left = left;
        cpu.toEnd = account & 0xff;
        cpu.referencesToEnd = account >>> 8;
        cpu.pendingReferences = references;
        cpu.instructionEip = (eip + (location & 0xffff)) | 0;
        r[EIP] = (cpu.instructionEip + (location >>> 16)) | 0;
        const instruction = instructions[code[pc + 1]] as Instruction;
        instruction.handler(cpu, instruction);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 117: /* INT */
      case 118: /* IRET */
      case 4: /* GENERIC_END */ {
        const location = code[pc + 7];
        const start = (eip + (location & 0xffff)) | 0;
        r[EIP] = (start + (location >>> 16)) | 0;
        const quick =
          code[pc] === 4
            ? false
            : code[pc] === 117
              ? interruptQuickly(cpu, code[pc + 2])
              : returnQuickly(cpu);
        if (!quick) {
          const account = code[pc + 6];
          cpu.left = left;
          cpu.toEnd = account & 0xff;
          cpu.referencesToEnd = account >>> 8;
          cpu.pendingReferences = references;
          cpu.instructionEip = start;
          const instruction = instructions[code[pc + 1]] as Instruction;
          instruction.handler(cpu, instruction);
          if (!instruction.row.stays) {
            eip = r[EIP];
            exit = EXIT.CONTINUE;
            break loop;
          }
        }
        eip = r[EIP];
        if (cpu.mustLeave) {
          exit = EXIT.CONTINUE;
          break loop;
        }
        // The level, the segments and the translations may be others now.
        readMask = cpu.readMask | 0;
        writeMask = cpu.writeMask | 0;
        user = r[CPL] === 3;
        tagMask = user ? -1 : ~(1 << 20);
        tagBits = user ? 3 << 20 : 2 << 20;
        mode = cpu.mode | 0;
        codeBase = r[BASE + CS];
        codeLimit = cpu.plainCodeLimit;
        slot = 0;
        break;
      }
      case 5: /* END */ {
        slot = (pc + 3) & PLACE;
        eip = (eip + code[pc + 2]) | 0;
        break;
      }
      case 6: /* JMP */ {
        slot = (pc + 3) & PLACE;
        eip = (eip + code[pc + 2]) | 0;
        break;
      }
      case 12: /* JZ */ {
        slot = (r[LAZY_TYPE] !== 0 ? r[LAZY_RESULT] === 0 : zero(r) !== 0)
          ? (pc + 3) & PLACE
          : (pc + 5) & PLACE;
        eip = (eip + code[slot - 1]) | 0;
        break;
      }
      case 13: /* JNZ */ {
        slot = (r[LAZY_TYPE] !== 0 ? r[LAZY_RESULT] !== 0 : zero(r) === 0)
          ? (pc + 3) & PLACE
          : (pc + 5) & PLACE;
        eip = (eip + code[slot - 1]) | 0;
        break;
      }
      case 7: /* JCC */ {
        slot = (
          r[LAZY_TYPE] === LAZY_SUB
            ? compared(r[LAZY_A], r[LAZY_B], r[LAZY_RESULT], code[pc + 1])
            : condition(r, code[pc + 1])
        )
          ? (pc + 3) & PLACE
          : (pc + 5) & PLACE;
        eip = (eip + code[slot - 1]) | 0;
        break;
      }
      case 8: /* CALL */ {
        const linear = (r[ESP] - 4) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & writeMask) !== 0 && (linear & 3) === 0) {
          words[((entry & -4096) | (linear & 4095)) >> 2] = (eip + code[pc + 1]) | 0;
        } else if (!slowStore(cpu, pc, left, linear, 4, (eip + code[pc + 1]) | 0)) {
          exit = EXIT.FAULT;
          break loop;
        }
        r[ESP] = linear;
        slot = (pc + 3) & PLACE;
        eip = (eip + code[pc + 2]) | 0;
        break;
      }
      case 11: /* CALL_REGISTER */ {
        const target = r[code[pc + 2]];
        const linear = (r[ESP] - 4) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & writeMask) !== 0 && (linear & 3) === 0) {
          words[((entry & -4096) | (linear & 4095)) >> 2] = (eip + code[pc + 1]) | 0;
        } else if (!slowStore(cpu, pc, left, linear, 4, (eip + code[pc + 1]) | 0)) {
          exit = EXIT.FAULT;
          break loop;
        }
        r[ESP] = linear;
        slot = 0;
        from = eip;
        eip = target;
        break;
      }
      case 9: /* RET */ {
        const linear = r[ESP];
        const entry = fast[linear >>> 12];
        let value = 0;
        if ((entry & readMask) !== 0 && (linear & 3) === 0) {
          value = words[((entry & -4096) | (linear & 4095)) >> 2];
        } else {
          value = slowLoad(cpu, pc, left, linear, 4) | 0;
          if (fault.raised) {
            exit = EXIT.FAULT;
            break loop;
          }
        }
        r[ESP] = linear + 4 + code[pc + 1];
        slot = 0;
        from = eip;
        eip = value;
        break;
      }
      case 10: /* JMP_REGISTER */ {
        slot = 0;
        from = eip;
        eip = r[code[pc + 1]];
        break;
      }
      case 32: /* PUSH_R */ {
        const linear = (r[ESP] - 4) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & writeMask) !== 0 && (linear & 3) === 0) {
          words[((entry & -4096) | (linear & 4095)) >> 2] = r[code[pc + 1]];
        } else if (!slowStore(cpu, pc, left, linear, 4, r[code[pc + 1]])) {
          exit = EXIT.FAULT;
          break loop;
        }
        r[ESP] = linear;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 33: /* PUSH_I */ {
        const linear = (r[ESP] - 4) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & writeMask) !== 0 && (linear & 3) === 0) {
          words[((entry & -4096) | (linear & 4095)) >> 2] = code[pc + 1];
        } else if (!slowStore(cpu, pc, left, linear, 4, code[pc + 1])) {
          exit = EXIT.FAULT;
          break loop;
        }
        r[ESP] = linear;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 34: /* POP_R */ {
        const linear = r[ESP];
        const entry = fast[linear >>> 12];
        let value = 0;
        if ((entry & readMask) !== 0 && (linear & 3) === 0) {
          value = words[((entry & -4096) | (linear & 4095)) >> 2];
        } else {
          value = slowLoad(cpu, pc, left, linear, 4) | 0;
          if (fault.raised) {
            exit = EXIT.FAULT;
            break loop;
          }
        }
        r[ESP] = linear + 4;
        r[code[pc + 1]] = value;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 43: /* LEAVE */ {
        const linear = r[EBP];
        const entry = fast[linear >>> 12];
        let value = 0;
        if ((entry & readMask) !== 0 && (linear & 3) === 0) {
          value = words[((entry & -4096) | (linear & 4095)) >> 2];
        } else {
          value = slowLoad(cpu, pc, left, linear, 4) | 0;
          if (fault.raised) {
            exit = EXIT.FAULT;
            break loop;
          }
        }
        r[ESP] = linear + 4;
        r[EBP] = value;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 35: /* SEGMENT */ {
        const offset = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const check = code[pc + 1];
        const size = (check >> 8) & 0xff;
        const highest = highestOffsets[(check & 0xff) + (check >> 16) * 8];
        if ((offset >>> 0) + size - 1 <= highest) {
          r[ADDRESS] = r[BASE + (check & 0xff)] + offset;
        } else if (!slowSegment(cpu, check, offset)) {
          exit = EXIT.FAULT;
          break loop;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 30: /* PROBE32 */ {
        const linear = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & writeMask) === 0 || (linear & 4095) > 4092) {
          if (!slowProbe(cpu, pc, left, linear, 4)) {
            exit = EXIT.FAULT;
            break loop;
          }
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 31: /* PROBE8 */ {
        const linear = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & writeMask) === 0 || (linear & 4095) > 4095) {
          if (!slowProbe(cpu, pc, left, linear, 1)) {
            exit = EXIT.FAULT;
            break loop;
          }
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 16: /* MOV_RR */ {
        r[code[pc + 1]] = r[code[pc + 2]];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 17: /* MOV_RI */ {
        r[code[pc + 1]] = code[pc + 2];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 18: /* LEA */ {
        r[code[pc + 1]] = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 36: /* MOV8_RR */ {
        r8[code[pc + 1]] = r8[code[pc + 2]];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 37: /* MOV8_RI */ {
        r8[code[pc + 1]] = code[pc + 2];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 38: /* MOVZX8 */ {
        r[code[pc + 1]] = r8[code[pc + 2]];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 39: /* MOVSX8 */ {
        r[code[pc + 1]] = (r8[code[pc + 2]] << 24) >> 24;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 40: /* MOVZX16 */ {
        r[code[pc + 1]] = r[code[pc + 2]] & 0xffff;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 41: /* MOVSX16 */ {
        r[code[pc + 1]] = (r[code[pc + 2]] << 16) >> 16;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 42: /* SETCC */ {
        r8[code[pc + 1]] = condition(r, code[pc + 2]) ? 1 : 0;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 91: /* CDQ */ {
        r[EDX] = r[EAX] >> 31;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 93: /* XCHG_RR */ {
        const value = r[code[pc + 1]];
        r[code[pc + 1]] = r[code[pc + 2]];
        r[code[pc + 2]] = value;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 85: /* NOT */ {
        r[code[pc + 1]] = ~r[code[pc + 1]];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 84: /* NEG */ {
        r[code[pc + 1]] = sub(r, 32, 0, r[code[pc + 1]]);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 89: /* IMUL_RR */ {
        r[code[pc + 1]] = imulTruncating(r, 32, r[code[pc + 1]], r[code[pc + 2]]);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 90: /* IMUL_RRI */ {
        r[code[pc + 1]] = imulTruncating(r, 32, r[code[pc + 2]], code[pc + 3]);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 86: /* SHL_RI */ {
        r[code[pc + 1]] = shl(r, 32, r[code[pc + 1]], code[pc + 2]);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 87: /* SHR_RI */ {
        r[code[pc + 1]] = shr(r, 32, r[code[pc + 1]], code[pc + 2]);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 88: /* SAR_RI */ {
        r[code[pc + 1]] = sar(r, 32, r[code[pc + 1]], code[pc + 2]);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 92: /* SHIFT_CL */ {
        const count = r[ECX] & 31;
        if (count !== 0) {
          const shift = code[pc + 2] === 0 ? shl : code[pc + 2] === 1 ? shr : sar;
          r[code[pc + 1]] = shift(r, 32, r[code[pc + 1]], count);
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 82: /* INC */ {
        const kept = carry(r);
        const a = r[code[pc + 1]];
        const result = (a + 1) | 0;
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_INC;
        r[LAZY_A] = a;
        r[LAZY_B] = kept;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 83: /* DEC */ {
        const kept = carry(r);
        const a = r[code[pc + 1]];
        const result = (a - 1) | 0;
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_DEC;
        r[LAZY_A] = a;
        r[LAZY_B] = kept;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 80: /* ALU8_RR */ {
        const result = OPERATIONS[code[pc + 3]](r, 8, r8[code[pc + 1]], r8[code[pc + 2]]);
        if (code[pc + 4] !== 0) {
          r8[code[pc + 1]] = result;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 81: /* ALU8_RI */ {
        const result = OPERATIONS[code[pc + 3]](r, 8, r8[code[pc + 1]], code[pc + 2]);
        if (code[pc + 4] !== 0) {
          r8[code[pc + 1]] = result;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 48: /* ADD_RR */ {
        const a = r[code[pc + 1]];
        const b = r[code[pc + 2]];
        const result = (a + b) | 0;
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_ADD;
        r[LAZY_A] = a;
        r[LAZY_B] = b;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 49: /* OR_RR */ {
        const result = r[code[pc + 1]] | r[code[pc + 2]];
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_LOGIC;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 50: /* ADC_RR */ {
        r[code[pc + 1]] = adc(r, 32, r[code[pc + 1]], r[code[pc + 2]]);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 51: /* SBB_RR */ {
        r[code[pc + 1]] = sbb(r, 32, r[code[pc + 1]], r[code[pc + 2]]);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 52: /* AND_RR */ {
        const result = r[code[pc + 1]] & r[code[pc + 2]];
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_LOGIC;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 53: /* SUB_RR */ {
        const a = r[code[pc + 1]];
        const b = r[code[pc + 2]];
        const result = (a - b) | 0;
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_SUB;
        r[LAZY_A] = a;
        r[LAZY_B] = b;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 54: /* XOR_RR */ {
        const result = r[code[pc + 1]] ^ r[code[pc + 2]];
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_LOGIC;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 55: /* CMP_RR */ {
        const a = r[code[pc + 1]];
        const b = r[code[pc + 2]];
        const result = (a - b) | 0;
        r[LAZY_TYPE] = LAZY_SUB;
        r[LAZY_A] = a;
        r[LAZY_B] = b;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 56: /* TEST_RR */ {
        const result = r[code[pc + 1]] & r[code[pc + 2]];
        r[LAZY_TYPE] = LAZY_LOGIC;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 64: /* ADD_RI */ {
        const a = r[code[pc + 1]];
        const b = code[pc + 2];
        const result = (a + b) | 0;
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_ADD;
        r[LAZY_A] = a;
        r[LAZY_B] = b;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 65: /* OR_RI */ {
        const result = r[code[pc + 1]] | code[pc + 2];
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_LOGIC;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 66: /* ADC_RI */ {
        r[code[pc + 1]] = adc(r, 32, r[code[pc + 1]], code[pc + 2]);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 67: /* SBB_RI */ {
        r[code[pc + 1]] = sbb(r, 32, r[code[pc + 1]], code[pc + 2]);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 68: /* AND_RI */ {
        const result = r[code[pc + 1]] & code[pc + 2];
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_LOGIC;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 69: /* SUB_RI */ {
        const a = r[code[pc + 1]];
        const b = code[pc + 2];
        const result = (a - b) | 0;
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_SUB;
        r[LAZY_A] = a;
        r[LAZY_B] = b;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 70: /* XOR_RI */ {
        const result = r[code[pc + 1]] ^ code[pc + 2];
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_LOGIC;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 71: /* CMP_RI */ {
        const a = r[code[pc + 1]];
        const b = code[pc + 2];
        const result = (a - b) | 0;
        r[LAZY_TYPE] = LAZY_SUB;
        r[LAZY_A] = a;
        r[LAZY_B] = b;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 72: /* TEST_RI */ {
        const result = r[code[pc + 1]] & code[pc + 2];
        r[LAZY_TYPE] = LAZY_LOGIC;
        r[LAZY_RESULT] = result;
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 96: /* ROL_RI */ {
        r[code[pc + 1]] = rol(r, 32, r[code[pc + 1]], code[pc + 2]);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 97: /* ROR_RI */ {
        r[code[pc + 1]] = ror(r, 32, r[code[pc + 1]], code[pc + 2]);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 98: /* SHR_RI_QUIET */ {
        r[code[pc + 1]] = r[code[pc + 1]] >>> code[pc + 2];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 99: /* SAR_RI_QUIET */ {
        r[code[pc + 1]] = r[code[pc + 1]] >> code[pc + 2];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 100: /* ROL_RI_QUIET */ {
        const value = r[code[pc + 1]];
        const count = code[pc + 2];
        r[code[pc + 1]] = (value << count) | (value >>> -count);
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 101: /* AND_RR_QUIET */ {
        r[code[pc + 1]] = r[code[pc + 1]] & r[code[pc + 2]];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 102: /* AND_RI_QUIET */ {
        r[code[pc + 1]] = r[code[pc + 1]] & code[pc + 2];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 103: /* OR_RR_QUIET */ {
        r[code[pc + 1]] = r[code[pc + 1]] | r[code[pc + 2]];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 104: /* OR_RI_QUIET */ {
        r[code[pc + 1]] = r[code[pc + 1]] | code[pc + 2];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 105: /* XOR_RR_QUIET */ {
        r[code[pc + 1]] = r[code[pc + 1]] ^ r[code[pc + 2]];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 106: /* XOR_RI_QUIET */ {
        r[code[pc + 1]] = r[code[pc + 1]] ^ code[pc + 2];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 107: /* SUB_RR_QUIET */ {
        r[code[pc + 1]] = r[code[pc + 1]] - r[code[pc + 2]];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 108: /* CMP_RR_JCC */ {
        const a = r[code[pc + 1]];
        const b = r[code[pc + 2]];
        const result = (a - b) | 0;
        r[LAZY_TYPE] = LAZY_SUB;
        r[LAZY_A] = a;
        r[LAZY_B] = b;
        r[LAZY_RESULT] = result;
        slot = compared(a, b, result, code[pc + 9]) ? (pc + 11) & PLACE : (pc + 13) & PLACE;
        eip = (eip + code[slot - 1]) | 0;
        break;
      }
      case 109: /* CMP_RI_JCC */ {
        const a = r[code[pc + 1]];
        const b = code[pc + 2];
        const result = (a - b) | 0;
        r[LAZY_TYPE] = LAZY_SUB;
        r[LAZY_A] = a;
        r[LAZY_B] = b;
        r[LAZY_RESULT] = result;
        slot = compared(a, b, result, code[pc + 9]) ? (pc + 11) & PLACE : (pc + 13) & PLACE;
        eip = (eip + code[slot - 1]) | 0;
        break;
      }
      case 110: /* TEST_RR_JZ */ {
        const result = r[code[pc + 1]] & r[code[pc + 2]];
        r[LAZY_TYPE] = LAZY_LOGIC;
        r[LAZY_RESULT] = result;
        slot = (result === 0) === (code[pc + 8] === 12) ? (pc + 11) & PLACE : (pc + 13) & PLACE;
        eip = (eip + code[slot - 1]) | 0;
        break;
      }
      case 111: /* TEST_RI_JZ */ {
        const result = r[code[pc + 1]] & code[pc + 2];
        r[LAZY_TYPE] = LAZY_LOGIC;
        r[LAZY_RESULT] = result;
        slot = (result === 0) === (code[pc + 8] === 12) ? (pc + 11) & PLACE : (pc + 13) & PLACE;
        eip = (eip + code[slot - 1]) | 0;
        break;
      }
      case 112: /* AND_RI_JZ */ {
        const result = r[code[pc + 1]] & code[pc + 2];
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_LOGIC;
        r[LAZY_RESULT] = result;
        slot = (result === 0) === (code[pc + 8] === 12) ? (pc + 11) & PLACE : (pc + 13) & PLACE;
        eip = (eip + code[slot - 1]) | 0;
        break;
      }
      case 113: /* DEC_JZ */ {
        const kept = carry(r);
        const a = r[code[pc + 1]];
        const result = (a - 1) | 0;
        r[code[pc + 1]] = result;
        r[LAZY_TYPE] = LAZY_DEC;
        r[LAZY_A] = a;
        r[LAZY_B] = kept;
        r[LAZY_RESULT] = result;
        slot = (result === 0) === (code[pc + 8] === 12) ? (pc + 11) & PLACE : (pc + 13) & PLACE;
        eip = (eip + code[slot - 1]) | 0;
        break;
      }
      case 114: /* LOAD_CR3 */ {
        if (r[CPL] !== 0) {
          fault.set(GP, 0);
          exit = EXIT.FAULT;
          break loop;
        }
        cpu.loadPageDirectory(r[code[pc + 1]]);
        slot = 0;
        eip = (eip + (code[pc + 7] & 0xffff) + (code[pc + 7] >>> 16)) | 0;
        break;
      }
      case 115: /* INVLPG */ {
        if (r[CPL] !== 0) {
          fault.set(GP, 0);
          exit = EXIT.FAULT;
          break loop;
        }
        mmu.invalidatePage(
          (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0,
        );
        slot = 0;
        eip = (eip + (code[pc + 7] & 0xffff) + (code[pc + 7] >>> 16)) | 0;
        break;
      }
      case 116: /* MOV_FROM_CONTROL */ {
        if (r[CPL] !== 0) {
          fault.set(GP, 0);
          exit = EXIT.FAULT;
          break loop;
        }
        r[code[pc + 1]] = r[code[pc + 2]];
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 19: /* LOAD32 */ {
        const linear = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & readMask) !== 0 && (linear & 3) === 0) {
          r[code[pc + 1]] = words[((entry & -4096) | (linear & 4095)) >> 2];
        } else {
          const value = slowLoad(cpu, pc, left, linear, 4);
          if (fault.raised) {
            exit = EXIT.FAULT;
            break loop;
          }
          r[code[pc + 1]] = value;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 20: /* LOAD16Z */ {
        const linear = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & readMask) !== 0 && (linear & 1) === 0) {
          r[code[pc + 1]] =
            bytes[(entry & -4096) | (linear & 4095)] |
            (bytes[((entry & -4096) | (linear & 4095)) + 1] << 8);
        } else {
          const value = slowLoad(cpu, pc, left, linear, 2) | 0;
          if (fault.raised) {
            exit = EXIT.FAULT;
            break loop;
          }
          r[code[pc + 1]] = value;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 21: /* LOAD16S */ {
        const linear = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & readMask) !== 0 && (linear & 1) === 0) {
          r[code[pc + 1]] =
            ((bytes[(entry & -4096) | (linear & 4095)] << 16) |
              (bytes[((entry & -4096) | (linear & 4095)) + 1] << 24)) >>
            16;
        } else {
          const value = slowLoad(cpu, pc, left, linear, 2) | 0;
          if (fault.raised) {
            exit = EXIT.FAULT;
            break loop;
          }
          r[code[pc + 1]] = (value << 16) >> 16;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 22: /* LOAD8Z */ {
        const linear = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & readMask) !== 0) {
          r[code[pc + 1]] = bytes[(entry & -4096) | (linear & 4095)];
        } else {
          const value = slowLoad(cpu, pc, left, linear, 1) | 0;
          if (fault.raised) {
            exit = EXIT.FAULT;
            break loop;
          }
          r[code[pc + 1]] = value;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 23: /* LOAD8S */ {
        const linear = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & readMask) !== 0) {
          r[code[pc + 1]] = (bytes[(entry & -4096) | (linear & 4095)] << 24) >> 24;
        } else {
          const value = slowLoad(cpu, pc, left, linear, 1) | 0;
          if (fault.raised) {
            exit = EXIT.FAULT;
            break loop;
          }
          r[code[pc + 1]] = (value << 24) >> 24;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 24: /* LOAD8 */ {
        const linear = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & readMask) !== 0) {
          r8[code[pc + 1]] = bytes[(entry & -4096) | (linear & 4095)];
        } else {
          const value = slowLoad(cpu, pc, left, linear, 1) | 0;
          if (fault.raised) {
            exit = EXIT.FAULT;
            break loop;
          }
          r8[code[pc + 1]] = value;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 25: /* STORE32 */ {
        const linear = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & writeMask) !== 0 && (linear & 3) === 0) {
          words[((entry & -4096) | (linear & 4095)) >> 2] = r[code[pc + 1]];
        } else if (!slowStore(cpu, pc, left, linear, 4, r[code[pc + 1]])) {
          exit = EXIT.FAULT;
          break loop;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 28: /* STORE32_I */ {
        const linear = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & writeMask) !== 0 && (linear & 3) === 0) {
          words[((entry & -4096) | (linear & 4095)) >> 2] = code[pc + 1];
        } else if (!slowStore(cpu, pc, left, linear, 4, code[pc + 1])) {
          exit = EXIT.FAULT;
          break loop;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 26: /* STORE16 */ {
        const linear = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & writeMask) !== 0 && (linear & 1) === 0) {
          bytes[(entry & -4096) | (linear & 4095)] = r[code[pc + 1]];
          bytes[((entry & -4096) | (linear & 4095)) + 1] = r[code[pc + 1]] >> 8;
        } else if (!slowStore(cpu, pc, left, linear, 2, r[code[pc + 1]])) {
          exit = EXIT.FAULT;
          break loop;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 27: /* STORE8 */ {
        const linear = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & writeMask) !== 0) {
          bytes[(entry & -4096) | (linear & 4095)] = r8[code[pc + 1]];
        } else if (!slowStore(cpu, pc, left, linear, 1, r8[code[pc + 1]])) {
          exit = EXIT.FAULT;
          break loop;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }
      case 29: /* STORE8_I */ {
        const linear = (r[code[pc + 2]] + (r[code[pc + 3]] << code[pc + 4]) + code[pc + 5]) | 0;
        const entry = fast[linear >>> 12];
        if ((entry & writeMask) !== 0) {
          bytes[(entry & -4096) | (linear & 4095)] = code[pc + 1];
        } else if (!slowStore(cpu, pc, left, linear, 1, code[pc + 1])) {
          exit = EXIT.FAULT;
          break loop;
        }
        pc = (pc + 8) & PLACE;
        continue;
      }

      default:
        throw new Error(`A block holds the unknown micro-operation ${code[pc]}.`);
    }
    // Here a block has ended: eip is where to go, slot the link that may know the block (0: none).
    const link = slot === 0 ? 0 : code[slot];
    let next = link;
    if (link <= 0) {
      if (left === 0) {
        // Before anything of the next instruction is touched: an interrupt may come first.
        exit = EXIT.CONTINUE;
        break;
      }
      const linear = (codeBase + eip) | 0;
      const set = (linear >>> 11) & 14;
      next = 0;
      if ((fetches[set] & tagMask) === ((linear >>> 12) | tagBits) && eip >>> 0 <= codeLimit) {
        const table = tables[(fetches[set + 1] >>> 12) * MODES + mode];
        next = table === undefined ? 0 : table[linear & 4095];
      }
      const generation = blocks.generation;
      if (next === 0) {
        cpu.left = left;
        cpu.toEnd = 0;
        r[EIP] = eip;
        next = findBlock(cpu, eip);
        if (next === 0) {
          exit = EXIT.FETCH_FAULT;
          const transfer = eip >>> 0 > cpu.highestCode ? transferPlace(cpu, pc, slot) : 0;
          if (transfer !== 0) {
            // Beyond the limit of CS: the fault is the transfer's own.
            eip = slot === 0 ? from : (eip - code[slot - 1]) | 0;
            pc = transfer;
            undoTransfer(cpu, (eip + (code[pc + 7] & 0xffff)) | 0);
            exit = EXIT.FAULT;
          }
          break;
        }
      }
      if (slot !== 0 && link === 0 && generation === blocks.generation) {
        code[slot] = next;
      }
    }
    pc = next & PLACE;
    if (code[pc] === 1 /* BEGIN, without going through the switch */) {
      left = (left - code[pc + 1]) | 0;
      if (left < 0) {
        left = (left + code[pc + 1]) | 0;
        exit = EXIT.PRECISE;
        break;
      }
      references = (references + code[pc + 2]) | 0;
      pc = (pc + 8) & PLACE;
    }
  }

  if (exit >= EXIT.FAULT) {
    // In the middle of a block: what was counted at its start and not done is taken back.
    const account = code[pc + 6];
    left = (left + (account & 0xff)) | 0;
    references = (references - (account >>> 8)) | 0;
    eip = (eip + (code[pc + 7] & 0xffff)) | 0;
  }
  cpu.left = left;
  cpu.toEnd = 0;
  cpu.instructionEip = eip;
  r[EIP] = eip;
  mmu.references += references;
  return exit;
}
