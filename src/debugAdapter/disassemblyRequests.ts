// disassemble: exactly as many rows as asked for, decoded forward from known starts so that the same addresses
// come out whatever the request's offset.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Decoder, DecoderOptions, Formatter, FormatterSyntax } from 'iced-x86';
import { formatReference, hex32, parseReference, spaceOf } from '../engine/addresses.ts';
import { baseName } from '../engine/host.ts';
import type { Debuggee } from './debuggee.ts';
import type { HandlerTable, Outcome } from './handler.ts';

interface Row {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly text: string;
}

const LONGEST = 15;

function disassemble(debuggee: Debuggee, args: DebugProtocol.DisassembleArguments): Outcome {
  const at = parseReference(args.memoryReference, debuggee.system.spaces.currentTask());
  if (at === undefined) {
    throw new Error(`"${args.memoryReference}" is no memory reference.`);
  }
  const base = (at.address + (args.offset ?? 0)) >>> 0;
  const first = args.instructionOffset ?? 0;
  const listing = new Listing(debuggee, at.task);
  const rows = listing.around(base, first, Math.min(args.instructionCount, 4096));
  return { body: { instructions: rows.map((row) => present(debuggee, at.task, row)) } };
}

/** Instructions of one space. */
class Listing {
  private readonly debuggee: Debuggee;
  private readonly task: number;

  constructor(debuggee: Debuggee, task: number) {
    this.debuggee = debuggee;
    this.task = task;
  }

  /** `count` rows, beginning `first` instructions after (before, if negative) the one at `base`. */
  around(base: number, first: number, count: number): Row[] {
    const before = first < 0 ? this.decode(this.anchor(base, -first), base) : [];
    const missing = Math.max(0, -first - before.length);
    const rows = [
      ...Array.from({ length: missing }, (_, index) =>
        invalid(Math.max(0, (before[0]?.address ?? base) - missing + index)),
      ),
      ...before.slice(Math.max(0, before.length + first)),
    ];
    const needed = Math.max(0, first) + count;
    const after = this.decode(base, Math.min(base + needed * LONGEST, 0x1_0000_0000), needed);
    const all = first < 0 ? [...rows, ...after] : after.slice(first);
    while (all.length < count) {
      const last = all[all.length - 1];
      all.push(invalid((last?.address ?? base) + Math.max(1, last?.bytes.length ?? 1)));
    }
    return all.slice(0, count);
  }

  /** A known start of an instruction, far enough before `base`: a function, else the start of a page. */
  private anchor(base: number, instructions: number): number {
    const target = Math.max(0, base - instructions * 8 - 64);
    return this.functionStart(target) ?? (target & ~0xfff) >>> 0;
  }

  private functionStart(address: number): number | undefined {
    return this.debuggee.system.images.at(this.task, address)?.symbols.functionAt(address)?.low;
  }

  /** Decodes from `start` up to `end`; begins anew at each function's start. */
  private decode(start: number, end: number, most = Infinity): Row[] {
    const rows: Row[] = [];
    let at = start;
    while (at < end && rows.length < most) {
      const bytes = this.debuggee.system.spaces.readReadable(
        spaceOf(at, this.task) === 0 ? 0 : this.task,
        at,
        Math.min(LONGEST, 0x1_0000_0000 - at),
      );
      const row = bytes.length === 0 ? unmapped(at, end) : decodeOne(at, this.cut(at, end, bytes));
      rows.push(row);
      at += Math.max(1, row.bytes.length);
    }
    return rows;
  }

  /** An instruction may not run over `end` or into the next function: what would is shown as bytes. */
  private cut(at: number, end: number, bytes: Uint8Array): Uint8Array {
    for (let length = 1; length < bytes.length; length += 1) {
      const isStart = this.functionStart(at + length) === at + length;
      if (at + length >= end || isStart) {
        return bytes.subarray(0, length);
      }
    }
    return bytes;
  }
}

function decodeOne(address: number, bytes: Uint8Array): Row {
  const decoder = new Decoder(32, bytes, DecoderOptions.None);
  decoder.ip = BigInt(address);
  const instruction = decoder.decode();
  const formatter = new Formatter(FormatterSyntax.Intel);
  const length = instruction.isInvalid ? 1 : instruction.length;
  const text = instruction.isInvalid
    ? `db ${bytes[0].toString(16).padStart(2, '0')}h`
    : formatter.format(instruction);
  instruction.free();
  formatter.free();
  decoder.free();
  return { address, bytes: bytes.slice(0, length), text };
}

function invalid(address: number): Row {
  return { address: address >>> 0, bytes: new Uint8Array(), text: '(no instruction)' };
}

/** One row for each unmapped byte would be a long list; rows step by 16 up to the end. */
function unmapped(address: number, end: number): Row {
  const length = Math.min(16, Math.max(1, end - address));
  return { address, bytes: new Uint8Array(length), text: '(not mapped)' };
}

function present(
  debuggee: Debuggee,
  task: number,
  row: Row,
): DebugProtocol.DisassembledInstruction {
  const image = debuggee.system.images.at(task, row.address);
  const line = image?.symbols.lines.lineAt(row.address);
  const found = image?.symbols.functionAt(row.address);
  const isReal = row.text !== '(no instruction)' && row.text !== '(not mapped)';
  const path = line && debuggee.sources.hostPath(line.file);
  return {
    address: formatReference(task, row.address),
    instruction: isReal ? row.text : `${row.text} ${hex32(row.address)}`,
    ...(isReal
      ? {
          instructionBytes: [...row.bytes]
            .map((byte) => byte.toString(16).padStart(2, '0'))
            .join(' '),
        }
      : { presentationHint: 'invalid' as const }),
    ...(found?.low === row.address ? { symbol: found.name } : {}),
    ...(line && path ? { line: line.line, location: { name: baseName(path), path } } : {}),
  };
}

export const disassemblyRequests: HandlerTable = { disassemble };
