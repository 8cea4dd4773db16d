// The caller of a frame that no call frame information describes: stripped code. A word of the stack is its return
// address only if a call stands before it and the code from the called function's start to the frame's instruction
// leaves the stack exactly as deep as the word was found. So nothing is guessed from the looks of a word alone.
import {
  Decoder,
  DecoderOptions,
  FlowControl,
  type Instruction,
  Mnemonic,
  OpKind,
  Register,
} from 'iced-x86';
import type { MachineFrame } from '../symbols/unwind.ts';

/** Bytes of stack that are searched for a return address. */
const DEEPEST = 16 * 1024;
/** A function begins at most so many bytes before its instructions. */
const LONGEST_FUNCTION = 64 * 1024;
/** Instructions that are followed from one start. */
const STEPS = 3000;
/** Instructions that are followed for one stack trace. */
const BUDGET = 60_000;
/** Starts that are tried for a function that is called by a pointer, in its page and the one before. */
const STARTS = 64;
const PAGE_BYTES = 4096;
const LONGEST_INSTRUCTION = 15;
const [ESP, EBP, EIP] = [4, 5, 8];

/** What the called function preserves, by its DWARF number. */
const PRESERVED = new Map<Register, number>([
  [Register.EBX, 3],
  [Register.EBP, 5],
  [Register.ESI, 6],
  [Register.EDI, 7],
]);

export interface CodeMemory {
  /** The page at an address; undefined: it is not mapped. */
  readonly page: (address: number) => Uint8Array | undefined;
  readonly word: (address: number) => number | undefined;
  readonly isCode: (address: number) => boolean;
}

/** The stack before an instruction, against that at the function's first. */
interface Depth {
  /** Bytes; undefined: the code has aligned ESP. */
  readonly esp: number | undefined;
  /** Bytes below the return address at which EBP stands; undefined: EBP is no frame pointer. */
  readonly ebp: number | undefined;
  /** Where the caller's registers are, in bytes below the return address. */
  readonly saved: ReadonlyMap<number, number>;
}

export class StackScan {
  private readonly memory: CodeMemory;
  private readonly pages = new Map<number, Uint8Array | undefined>();
  private budget = BUDGET;

  /** For one stack trace. */
  constructor(memory: CodeMemory) {
    this.memory = memory;
  }

  /** True if a call stands before an address of code. */
  isReturnAddress(address: number): boolean {
    return this.callBefore(address) !== undefined;
  }

  /** The caller's registers by their DWARF numbers; undefined: no word of the stack is proved to be the return address. */
  caller(frame: MachineFrame): (number | undefined)[] | undefined {
    const esp = frame.registers[ESP];
    if (esp === undefined || !this.memory.isCode(frame.pc)) {
      return undefined;
    }
    const byPointer: number[] = [];
    for (let at = esp; at <= esp + DEEPEST; at += 4) {
      const target = this.callBefore(this.memory.word(at) ?? 0);
      if (target === 'pointer') {
        byPointer.push(at);
      } else if (target !== undefined && isNear(target, frame.pc)) {
        const depth = this.depthAt(target, frame.pc);
        if (depth !== undefined && placeOf(depth, frame) === at) {
          return this.registersOf(depth, frame, at);
        }
      }
    }
    return this.calledByPointer(frame, byPointer);
  }

  private calledByPointer(
    frame: MachineFrame,
    places: readonly number[],
  ): (number | undefined)[] | undefined {
    for (const start of places.length === 0 ? [] : this.startsBefore(frame.pc)) {
      const depth = this.depthAt(start, frame.pc);
      const place = depth && placeOf(depth, frame);
      if (depth !== undefined && place !== undefined && places.includes(place)) {
        return this.registersOf(depth, frame, place);
      }
    }
    return undefined;
  }

  /** Where a function may begin, the nearest first: behind a return or a jump, or behind the padding after one. */
  private startsBefore(pc: number): number[] {
    const page = (pc & ~0xfff) >>> 0;
    const isBeforeMapped = page > 0 && this.read(page - 1, 1).length > 0;
    const first = isBeforeMapped ? page - PAGE_BYTES : page;
    const bytes = this.read(first, pc - first);
    const starts: number[] = [];
    for (let index = bytes.length; index >= 5 && starts.length < STARTS; index -= 1) {
      const isAfterJump = bytes[index - 5] === 0xe9 || bytes[index - 2] === 0xeb;
      const isAligned = (first + index) % 16 === 0;
      if (bytes[index - 1] === 0xc3 || isAfterJump || isAligned) {
        starts.push(first + index);
      }
    }
    return starts;
  }

  private registersOf(
    depth: Depth,
    frame: MachineFrame,
    place: number,
  ): (number | undefined)[] | undefined {
    const registers: (number | undefined)[] = Array.from({ length: 9 }, () => undefined);
    for (const register of PRESERVED.values()) {
      const offset = depth.saved.get(register);
      registers[register] =
        offset === undefined ? frame.registers[register] : this.memory.word(place - offset);
    }
    registers[ESP] = place + 4;
    registers[EIP] = this.memory.word(place);
    return registers;
  }

  /** Readable bytes from an address on, at most `length` and to the end of the next page. */
  private read(address: number, length: number): Uint8Array {
    const offset = address % PAGE_BYTES;
    const first = this.page(address - offset);
    if (first === undefined || offset + length <= PAGE_BYTES) {
      return first?.subarray(offset, offset + length) ?? new Uint8Array();
    }
    const second = this.page(address - offset + PAGE_BYTES) ?? new Uint8Array();
    return Uint8Array.from([...first.subarray(offset), ...second]).subarray(0, length);
  }

  private page(address: number): Uint8Array | undefined {
    if (!this.pages.has(address)) {
      this.pages.set(address, this.memory.page(address));
    }
    return this.pages.get(address);
  }

  /** The target of the call that ends at an address; undefined: there is none. */
  private callBefore(address: number): number | 'pointer' | undefined {
    if (address < 8 || !this.memory.isCode(address - 1)) {
      return undefined;
    }
    const bytes = this.read(address - 7, 7);
    if (bytes.length < 7) {
      return undefined;
    }
    if (bytes[2] === 0xe8) {
      const target =
        (address + new DataView(bytes.buffer, bytes.byteOffset).getInt32(3, true)) >>> 0;
      if (this.memory.isCode(target)) {
        return target;
      }
    }
    const isIndirect = [2, 3, 4, 6, 7].some((length) => {
      const start = 7 - length;
      const isCall = bytes[start] === 0xff && ((bytes[start + 1] >> 3) & 7) === 2;
      return isCall && this.decode(address - length, bytes.subarray(start), lengthOf) === length;
    });
    return isIndirect ? 'pointer' : undefined;
  }

  /** Follows the code from a function's start on all its ways; the depth at `pc`, or undefined if none leads there. */
  private depthAt(start: number, pc: number): Depth | undefined {
    const seen = new Set<number>();
    const ways: [number, Depth][] = [[start, { esp: 0, ebp: undefined, saved: new Map() }]];
    for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
      const [address, depth] = way;
      if (address === pc) {
        return depth;
      }
      if (seen.has(address) || seen.size >= STEPS || this.budget <= 0) {
        continue;
      }
      seen.add(address);
      this.budget -= 1;
      const bytes = this.read(address, LONGEST_INSTRUCTION);
      const next = this.decode(address, bytes, (instruction) => after(instruction, depth));
      // The last way that is pushed is followed first: straight on.
      next?.reverse().forEach(([to, then]) => this.memory.isCode(to) && ways.push([to, then]));
    }
    return undefined;
  }

  private decode<T>(address: number, bytes: Uint8Array, use: (instruction: Instruction) => T): T {
    const decoder = new Decoder(32, bytes, DecoderOptions.None);
    decoder.ip = BigInt(address);
    const instruction = decoder.decode();
    const result = use(instruction);
    instruction.free();
    decoder.free();
    return result;
  }
}

function lengthOf(instruction: Instruction): number {
  return instruction.isInvalid ? 0 : instruction.length;
}

function isNear(start: number, pc: number): boolean {
  return start <= pc && pc - start <= LONGEST_FUNCTION;
}

/** Where the return address stands. */
function placeOf(depth: Depth, frame: MachineFrame): number | undefined {
  const [esp, ebp] = [frame.registers[ESP], frame.registers[EBP]];
  if (depth.esp !== undefined) {
    return esp === undefined ? undefined : esp + depth.esp;
  }
  return depth.ebp === undefined || ebp === undefined ? undefined : ebp + depth.ebp;
}

/** The ways on from an instruction, straight on first, with the depth there. */
function after(instruction: Instruction, depth: Depth): [number, Depth][] {
  if (instruction.isInvalid) {
    return [];
  }
  const then = depthAfter(instruction, depth);
  const straight: [number, Depth] = [Number(instruction.nextIP), then];
  switch (instruction.flowControl) {
    case FlowControl.Return:
    case FlowControl.Exception:
      return [];
    case FlowControl.UnconditionalBranch:
      return [[Number(instruction.nearBranchTarget), then]];
    case FlowControl.ConditionalBranch:
      return [straight, [Number(instruction.nearBranchTarget), then]];
    default:
      return [straight]; // behind a jump by a table its targets stand, at the same depth
  }
}

function depthAfter(instruction: Instruction, depth: Depth): Depth {
  const { mnemonic } = instruction;
  const writesEsp =
    instruction.op0Kind === OpKind.Register && instruction.op0Register === Register.ESP;
  const fromEbp = depth.ebp;
  const moved = (bytes: number): Depth => ({
    ...depth,
    esp: depth.esp === undefined ? undefined : depth.esp + bytes,
  });
  switch (mnemonic) {
    case Mnemonic.Call:
      return depth; // what it pushes it has popped when it is back
    case Mnemonic.Push:
      return pushed(instruction, depth, moved(4));
    case Mnemonic.Leave:
      return { ...depth, esp: fromEbp === undefined ? undefined : fromEbp - 4, ebp: undefined };
    case Mnemonic.Sub:
    case Mnemonic.Add:
      return writesEsp ? adjusted(instruction, depth, moved) : depth;
    case Mnemonic.Lea:
    case Mnemonic.Mov:
      return copied(instruction, depth, writesEsp, moved);
    default:
      return writesEsp && mnemonic !== Mnemonic.Cmp && mnemonic !== Mnemonic.Test
        ? { ...depth, esp: undefined }
        : moved(-instruction.stackPointerIncrement);
  }
}

/** ADD and SUB of a constant to ESP. */
function adjusted(instruction: Instruction, depth: Depth, moved: (bytes: number) => Depth): Depth {
  const { op1Kind, mnemonic } = instruction;
  if (op1Kind === OpKind.Register || op1Kind === OpKind.Memory) {
    return { ...depth, esp: undefined };
  }
  const bytes = Number(BigInt.asIntN(32, instruction.immediate(1)));
  return moved(mnemonic === Mnemonic.Sub ? bytes : -bytes);
}

/** The first push of a preserved register saves what the caller had in it. */
function pushed(instruction: Instruction, { saved }: Depth, then: Depth): Depth {
  const register =
    instruction.op0Kind === OpKind.Register ? PRESERVED.get(instruction.op0Register) : undefined;
  return register === undefined || saved.has(register) || then.esp === undefined
    ? then
    : { ...then, saved: new Map(saved).set(register, then.esp) };
}

/** MOV and LEA between ESP and EBP. */
function copied(
  instruction: Instruction,
  depth: Depth,
  writesEsp: boolean,
  moved: (bytes: number) => Depth,
): Depth {
  const isMove = instruction.mnemonic === Mnemonic.Mov;
  const isRegister = instruction.op1Kind === OpKind.Register;
  const source = isMove && isRegister ? instruction.op1Register : instruction.memoryBase;
  const isPlain = isMove ? isRegister : instruction.memoryIndex === Register.None;
  const offset = isMove ? 0 : Number(BigInt.asIntN(32, instruction.memoryDisplacement));
  const isEbp = instruction.op0Kind === OpKind.Register && instruction.op0Register === Register.EBP;
  if (isEbp) {
    const isFrame = isPlain && source === Register.ESP && depth.esp !== undefined;
    return { ...depth, ebp: isFrame ? depth.esp - offset : undefined };
  }
  if (!writesEsp) {
    return depth;
  }
  if (isPlain && source === Register.ESP) {
    return moved(-offset);
  }
  const isFromEbp = isPlain && source === Register.EBP && depth.ebp !== undefined;
  return { ...depth, esp: isFromEbp ? depth.ebp - offset : undefined };
}
