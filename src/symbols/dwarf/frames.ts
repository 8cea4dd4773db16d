// Call frame information (DWARF 5, 6.4), from .debug_frame and .eh_frame: for a code address, how to find the
// canonical frame address and the caller's registers. Register numbers are those of the i386 psABI.
import { ByteReader } from '../../base/bytes.ts';
import type { DebugSections } from './sections.ts';

export type CfaRule =
  | { readonly kind: 'register'; readonly register: number; readonly offset: number }
  | { readonly kind: 'expression'; readonly expression: Uint8Array };

export type RegisterRule =
  | { readonly kind: 'undefined' }
  | { readonly kind: 'same' }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'valueOffset'; readonly offset: number }
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'expression'; readonly expression: Uint8Array }
  | { readonly kind: 'valueExpression'; readonly expression: Uint8Array };

export interface FrameRules {
  readonly cfa: CfaRule;
  readonly registers: ReadonlyMap<number, RegisterRule>;
  readonly returnRegister: number;
  /** The frame was entered by an interrupt or exception: its caller's EIP is the next instruction, not after a call. */
  readonly isSignalFrame: boolean;
}

interface CommonInformation {
  readonly codeAlignment: number;
  readonly dataAlignment: number;
  readonly returnRegister: number;
  readonly isSignalFrame: boolean;
  readonly hasAugmentation: boolean;
  readonly pointerEncoding: number;
  readonly instructions: ByteReader;
}

interface FrameDescription {
  readonly common: CommonInformation;
  readonly low: number;
  readonly high: number;
  readonly instructions: {
    readonly bytes: Uint8Array;
    readonly start: number;
    readonly end: number;
  };
}

/** Addresses whose rules are kept. */
const KNOWN_RULES = 10_000;

export class FrameTable {
  private readonly descriptions: FrameDescription[];
  /** The threads of a stopped machine wait at few places, and are asked about them again and again. */
  private readonly known = new Map<number, FrameRules | undefined>();

  constructor(sections: DebugSections) {
    this.descriptions = [
      ...readSection(sections.frame, false, 0, sections.bias),
      ...readSection(sections.ehFrame.bytes, true, sections.ehFrame.address, sections.bias),
    ].sort((left, right) => left.low - right.low);
  }

  /** The rules in force at an address; undefined if no description covers it. */
  rulesAt(address: number): FrameRules | undefined {
    if (this.known.has(address)) {
      return this.known.get(address);
    }
    const rules = this.findRules(address);
    if (this.known.size >= KNOWN_RULES) {
      this.known.clear();
    }
    this.known.set(address, rules);
    return rules;
  }

  private findRules(address: number): FrameRules | undefined {
    const found = this.descriptions[lastAtOrBefore(this.descriptions, address)];
    return found === undefined || address >= found.high
      ? undefined
      : new RuleMachine(found).run(address);
  }
}

function readSection(
  bytes: Uint8Array,
  isEhFrame: boolean,
  base: number,
  bias: number,
): FrameDescription[] {
  const commons = new Map<number, CommonInformation>();
  const descriptions: FrameDescription[] = [];
  const reader = new ByteReader(bytes, isEhFrame ? '.eh_frame' : '.debug_frame');
  while (!reader.atEnd) {
    const start = reader.position;
    const length = reader.u32();
    if (length === 0) {
      break;
    }
    const body = reader.sub(length);
    const idAt = body.position;
    const id = body.u32();
    if (id === (isEhFrame ? 0 : 0xffffffff)) {
      commons.set(start, readCommon(body));
      continue;
    }
    const common = commons.get(isEhFrame ? idAt - id : id);
    if (common !== undefined) {
      descriptions.push(readDescription(body, common, isEhFrame ? base : 0, bias));
    }
  }
  return descriptions;
}

function readCommon(reader: ByteReader): CommonInformation {
  const version = reader.u8();
  const augmentation = reader.string();
  if (version >= 4) {
    reader.u16(); // address size, segment selector size
  }
  const codeAlignment = reader.uleb();
  const dataAlignment = reader.sleb();
  const returnRegister = version === 1 ? reader.u8() : reader.uleb();
  let pointerEncoding = 0;
  const hasAugmentation = augmentation.startsWith('z');
  if (hasAugmentation) {
    const data = reader.sub(reader.uleb());
    for (const letter of augmentation.slice(1)) {
      if (letter === 'R') {
        pointerEncoding = data.u8();
      } else if (letter === 'L') {
        data.u8();
      } else if (letter === 'P') {
        data.u8();
        data.u32();
      }
    }
  }
  return {
    codeAlignment,
    dataAlignment,
    returnRegister,
    isSignalFrame: augmentation.includes('S'),
    hasAugmentation,
    pointerEncoding,
    instructions: reader,
  };
}

function readDescription(
  reader: ByteReader,
  common: CommonInformation,
  base: number,
  bias: number,
): FrameDescription {
  const fieldAt = reader.position;
  const isRelative = (common.pointerEncoding & 0x70) === 0x10; // DW_EH_PE_pcrel, of .eh_frame alone
  const low = (reader.u32() + (isRelative ? base + fieldAt : bias)) >>> 0;
  const size = reader.u32();
  if (common.hasAugmentation) {
    reader.block(reader.uleb());
  }
  return {
    common,
    low,
    high: low + size,
    instructions: { bytes: reader.bytes, start: reader.position, end: reader.end },
  };
}

/** Index of the last description that begins at or before an address; -1 if there is none. */
function lastAtOrBefore(sorted: readonly FrameDescription[], address: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    [low, high] = sorted[middle].low <= address ? [middle + 1, high] : [low, middle];
  }
  return low - 1;
}

interface RowState {
  cfa: CfaRule;
  registers: Map<number, RegisterRule>;
}

class RuleMachine {
  private readonly description: FrameDescription;
  private location: number;
  private state: RowState = {
    cfa: { kind: 'register', register: 4, offset: 4 },
    registers: new Map(),
  };
  private initial = new Map<number, RegisterRule>();
  private readonly saved: RowState[] = [];

  constructor(description: FrameDescription) {
    this.description = description;
    this.location = description.low;
  }

  run(address: number): FrameRules {
    const { common, instructions } = this.description;
    const first = common.instructions;
    this.execute(new ByteReader(first.bytes, 'a CIE', first.position, first.end), Infinity);
    this.initial = new Map(this.state.registers);
    this.execute(
      new ByteReader(instructions.bytes, 'an FDE', instructions.start, instructions.end),
      address,
    );
    return {
      cfa: this.state.cfa,
      registers: this.state.registers,
      returnRegister: common.returnRegister,
      isSignalFrame: common.isSignalFrame,
    };
  }

  private execute(reader: ByteReader, address: number): void {
    while (!reader.atEnd) {
      const opcode = reader.u8();
      const operand = opcode & 0x3f;
      switch (opcode >> 6) {
        case 1:
          this.location += operand * this.description.common.codeAlignment;
          break;
        case 2:
          this.set(operand, { kind: 'offset', offset: this.factored(reader.uleb()) });
          break;
        case 3:
          this.restore(operand);
          break;
        default:
          this.extended(opcode, reader);
      }
      if (this.location > address) {
        return;
      }
    }
  }

  private factored(value: number): number {
    return value * this.description.common.dataAlignment;
  }

  private set(register: number, rule: RegisterRule): void {
    this.state.registers.set(register, rule);
  }

  private restore(register: number): void {
    const rule = this.initial.get(register);
    if (rule === undefined) {
      this.state.registers.delete(register);
    } else {
      this.set(register, rule);
    }
  }

  private advance(delta: number): void {
    this.location += delta * this.description.common.codeAlignment;
  }

  private setCfaOffset(offset: number): void {
    if (this.state.cfa.kind === 'register') {
      this.state.cfa = { ...this.state.cfa, offset };
    }
  }

  private setCfaRegister(register: number, offset?: number): void {
    const old = this.state.cfa.kind === 'register' ? this.state.cfa.offset : 0;
    this.state.cfa = { kind: 'register', register, offset: offset ?? old };
  }

  private rememberState(): void {
    this.saved.push({ cfa: this.state.cfa, registers: new Map(this.state.registers) });
  }

  private restoreState(): void {
    this.state = this.saved.pop() ?? this.state;
  }

  private extended(opcode: number, reader: ByteReader): void {
    const uleb = (): number => reader.uleb();
    const operations: Record<number, () => void> = {
      0x00: () => undefined,
      0x01: () => (this.location = reader.u32()),
      0x02: () => this.advance(reader.u8()),
      0x03: () => this.advance(reader.u16()),
      0x04: () => this.advance(reader.u32()),
      0x05: () => this.set(uleb(), { kind: 'offset', offset: this.factored(uleb()) }),
      0x06: () => this.restore(uleb()),
      0x07: () => this.set(uleb(), { kind: 'undefined' }),
      0x08: () => this.set(uleb(), { kind: 'same' }),
      0x09: () => this.set(uleb(), { kind: 'register', register: uleb() }),
      0x0a: () => this.rememberState(),
      0x0b: () => this.restoreState(),
      0x0c: () => this.setCfaRegister(uleb(), uleb()),
      0x0d: () => this.setCfaRegister(uleb()),
      0x0e: () => this.setCfaOffset(uleb()),
      0x0f: () => (this.state.cfa = { kind: 'expression', expression: reader.block(uleb()) }),
      0x10: () => this.set(uleb(), { kind: 'expression', expression: reader.block(uleb()) }),
      0x11: () => this.set(uleb(), { kind: 'offset', offset: this.factored(reader.sleb()) }),
      0x12: () => this.setCfaRegister(uleb(), this.factored(reader.sleb())),
      0x13: () => this.setCfaOffset(this.factored(reader.sleb())),
      0x14: () => this.set(uleb(), { kind: 'valueOffset', offset: this.factored(uleb()) }),
      0x15: () => this.set(uleb(), { kind: 'valueOffset', offset: this.factored(reader.sleb()) }),
      0x16: () => this.set(uleb(), { kind: 'valueExpression', expression: reader.block(uleb()) }),
      0x2e: () => void uleb(), // GNU_args_size
    };
    operations[opcode]?.();
  }
}
