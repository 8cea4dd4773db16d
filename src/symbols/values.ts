// Typed values in the guest: reading scalars, members, elements and pointers by DWARF type. This is how kernel
// structures are read everywhere: never by an offset written down in TypeScript.
import { latin1 } from '../base/bytes.ts';
import { ENCODING } from './dwarf/constants.ts';
import {
  sizeOf,
  strip,
  typeName,
  VOID,
  type Member,
  type StructType,
  type Type,
} from './dwarf/types.ts';

/** Reads `length` bytes at a virtual address of one space; undefined if any of them is not mapped. */
export type ReadMemory = (address: number, length: number) => Uint8Array | undefined;

export interface Value {
  readonly type: Type;
  /** The value's bytes; undefined if they cannot be read. */
  readonly bytes: Uint8Array | undefined;
  /** Where it lies in memory; undefined for a value in a register or a computed one. */
  readonly address: number | undefined;
}

export function valueAt(type: Type, address: number, read: ReadMemory): Value {
  return { type, address, bytes: read(address, sizeOf(type)) };
}

export function scalar(type: Type, value: number): Value {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value | 0, true);
  return { type, bytes, address: undefined };
}

/** The value as a number: integers, enums, pointers and booleans; undefined for aggregates or unreadable ones. */
export function numberOf(value: Value): number | undefined {
  const type = strip(value.type);
  const { bytes } = value;
  if (bytes === undefined || type.kind === 'struct' || type.kind === 'union') {
    return undefined;
  }
  if (type.kind === 'array') {
    return value.address;
  }
  const size = Math.min(bytes.length, sizeOf(type), 8);
  return integer(bytes, size, isSigned(type));
}

/** Little-endian; the upper half of 64 bits is read apart, so that small negative numbers stay exact. */
function integer(bytes: Uint8Array, size: number, signed: boolean): number {
  if (size > 4) {
    return integer(bytes.subarray(4), size - 4, signed) * 0x1_0000_0000 + integer(bytes, 4, false);
  }
  let result = 0;
  for (let index = size - 1; index >= 0; index -= 1) {
    result = result * 256 + bytes[index];
  }
  const isNegative = signed && size > 0 && (bytes[size - 1] & 0x80) !== 0;
  return isNegative ? result - 256 ** size : result;
}

function isSigned(type: Type): boolean {
  return (
    type.kind === 'base' &&
    (type.encoding === ENCODING.signed || type.encoding === ENCODING.signedChar)
  );
}

/** The member of a structure; members of anonymous structures are found too. */
export function memberOf(value: Value, name: string): Value | undefined {
  const type = strip(value.type);
  if (type.kind !== 'struct' && type.kind !== 'union') {
    return undefined;
  }
  const member = type.members.find((each) => each.name === name);
  if (member !== undefined) {
    return memberValue(value, member);
  }
  for (const anonymous of type.members.filter((each) => each.name === '')) {
    const inner = memberOf(memberValue(value, anonymous), name);
    if (inner !== undefined) {
      return inner;
    }
  }
  return undefined;
}

function membersOf(value: Value, type: StructType): { name: string; value: Value }[] {
  return type.members.map((member) => ({ name: member.name, value: memberValue(value, member) }));
}

function memberValue(value: Value, member: Member): Value {
  const { type, offset } = member;
  const bytes = value.bytes?.subarray(offset, offset + sizeOf(type));
  if (member.bitSize !== undefined) {
    return bitField(bytes, member.bitShift ?? 0, member.bitSize, type);
  }
  return { type, bytes, address: value.address === undefined ? undefined : value.address + offset };
}

function bitField(storage: Uint8Array | undefined, shift: number, size: number, type: Type): Value {
  const whole = storage === undefined ? undefined : numberOf({ type, bytes: storage, address: 0 });
  if (whole === undefined) {
    return { type, bytes: undefined, address: undefined };
  }
  const mask = size >= 32 ? 0xffffffff : 2 ** size - 1;
  let field = ((whole >>> shift) & mask) >>> 0;
  if (isSigned(strip(type)) && field >= 2 ** (size - 1)) {
    field -= 2 ** size;
  }
  return { ...scalar(type, field), bytes: scalar(type, field).bytes?.slice(0, sizeOf(type)) };
}

/** What a pointer points at, or an array's first element. */
export function dereference(value: Value, read: ReadMemory): Value | undefined {
  return elementOf(value, 0, read);
}

/** Element `index` of an array, or of what a pointer points at. */
export function elementOf(value: Value, index: number, read: ReadMemory): Value | undefined {
  const type = strip(value.type);
  if (type.kind === 'array') {
    const size = sizeOf(type.element);
    const bytes = value.bytes?.slice(index * size, (index + 1) * size);
    const address = value.address === undefined ? undefined : value.address + index * size;
    if (bytes?.length === size || address === undefined) {
      return { type: type.element, bytes, address };
    }
    return valueAt(type.element, address, read);
  }
  const base = numberOf(value);
  if (type.kind !== 'pointer' || base === undefined) {
    return undefined;
  }
  return valueAt(type.target, (base + index * sizeOf(type.target)) >>> 0, read);
}

/** A NUL-terminated string at an address, at most `limit` bytes, one character a byte. */
export function stringAt(address: number, read: ReadMemory, limit = 256): string | undefined {
  let text = '';
  for (let offset = 0; offset < limit;) {
    const at = (address + offset) >>> 0;
    const length = Math.min(limit - offset, STRING_PIECE - (at % STRING_PIECE));
    const piece = read(at, length);
    if (piece === undefined) {
      return offset === 0 ? undefined : text;
    }
    const end = piece.indexOf(0);
    text += latin1(end < 0 ? piece : piece.subarray(0, end));
    if (end >= 0) {
      break;
    }
    offset += length;
  }
  return text;
}

/** Strings are read in aligned pieces of this many bytes, so that none crosses into a page that is not mapped. */
const STRING_PIECE = 32;

/** The enumerator's name of an enum value; undefined if there is none of that value. */
export function enumeratorOf(value: Value): string | undefined {
  const type = strip(value.type);
  const number = numberOf(value);
  return type.kind === 'enum'
    ? type.enumerators.find((each) => each.value === number)?.name
    : undefined;
}

function isCharacter(type: Type): boolean {
  const stripped = strip(type);
  return (
    stripped.kind === 'base' &&
    stripped.size === 1 &&
    (stripped.encoding === ENCODING.signedChar || stripped.encoding === ENCODING.unsignedChar)
  );
}

/** One line of text for a person, as gdb would print it. */
export function formatValue(value: Value, read: ReadMemory): string {
  const type = strip(value.type);
  switch (type.kind) {
    case 'struct':
    case 'union':
      return value.bytes === undefined ? '<not mapped>' : '{…}';
    case 'array':
      return formatArray(value, read);
    case 'pointer':
      return formatPointer(value, type.target, read);
    case 'enum': {
      const number = numberOf(value);
      return number === undefined ? '<not mapped>' : (enumeratorOf(value) ?? String(number));
    }
    default:
      return formatNumber(value, type);
  }
}

function formatNumber(value: Value, type: Type): string {
  const number = numberOf(value);
  if (number === undefined) {
    return value.bytes === undefined ? '<not available>' : '?';
  }
  if (isCharacter(type) && number >= 32 && number < 127) {
    return `${number} '${String.fromCharCode(number)}'`;
  }
  return type.kind === 'base' && type.encoding === ENCODING.boolean
    ? String(number !== 0)
    : String(number);
}

function formatPointer(value: Value, target: Type, read: ReadMemory): string {
  const number = numberOf(value);
  if (number === undefined) {
    return '<not available>';
  }
  const text = number !== 0 && isCharacter(target) ? stringAt(number, read, 200) : undefined;
  return text === undefined
    ? `0x${number.toString(16)}`
    : `0x${number.toString(16)} ${JSON.stringify(text)}`;
}

function formatArray(value: Value, read: ReadMemory): string {
  const type = strip(value.type);
  if (type.kind === 'array' && isCharacter(type.element) && value.address !== undefined) {
    return JSON.stringify(stringAt(value.address, read, Math.min(type.count, 200)) ?? '');
  }
  return typeName(type);
}

/** The parts of an aggregate, or what a pointer points at: what a variables view unfolds. */
export function childrenOf(
  value: Value,
  read: ReadMemory,
  limit = 200,
): { name: string; value: Value }[] {
  const type = strip(value.type);
  if (type.kind === 'struct' || type.kind === 'union') {
    return membersOf(value, type);
  }
  if (type.kind === 'array') {
    return Array.from({ length: Math.min(type.count, limit) }, (_, index) => ({
      name: `[${index}]`,
      value: elementOf(value, index, read) ?? { type: VOID, bytes: undefined, address: undefined },
    }));
  }
  const isObjectPointer =
    type.kind === 'pointer' && !['void', 'function'].includes(strip(type.target).kind);
  const target = isObjectPointer && numberOf(value) !== 0 ? dereference(value, read) : undefined;
  if (target === undefined) {
    return [];
  }
  const inner = strip(target.type);
  return inner.kind === 'struct' || inner.kind === 'union'
    ? membersOf(target, inner)
    : [{ name: '*', value: target }];
}
