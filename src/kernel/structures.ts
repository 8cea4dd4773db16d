// Reading the kernel's structures by their DWARF types: a pointer, a field by name, a bounded list walk. The
// contract of names stands in guest/README.md; members may move and new ones may come.
import {
  dereference,
  elementOf,
  memberOf,
  numberOf,
  enumeratorOf,
  type Value,
} from '../symbols/values.ts';
import { valueAt, type ReadMemory } from '../symbols/values.ts';
import type { SymbolImage } from '../symbols/image.ts';
import { FormatError } from '../base/bytes.ts';
import type { Type } from '../symbols/dwarf/types.ts';
import type { ThreadId } from './threadId.ts';

/** A structure in guest memory, read when it was made; fields are asked for by name. */
export class Structure {
  readonly value: Value;
  private readonly read: ReadMemory;

  constructor(value: Value, read: ReadMemory) {
    this.value = value;
    this.read = read;
  }

  get address(): number {
    return this.value.address ?? 0;
  }

  get isReadable(): boolean {
    return this.value.bytes !== undefined;
  }

  has(name: string): boolean {
    return memberOf(this.value, name) !== undefined;
  }

  field(name: string): Value {
    const member = memberOf(this.value, name);
    if (member === undefined) {
      throw new FormatError(`The image's debug information lacks the member "${name}".`);
    }
    return member;
  }

  number(name: string): number {
    return numberOf(this.field(name)) ?? 0;
  }

  enumerator(name: string): string {
    const field = this.field(name);
    return enumeratorOf(field) ?? String(numberOf(field));
  }

  /** A structure that is a member. */
  member(name: string): Structure {
    return new Structure(this.field(name), this.read);
  }

  /** An element of an array that is a member. */
  element(name: string, index: number): number {
    const element = elementOf(this.field(name), index, this.read);
    return (element && numberOf(element)) ?? 0;
  }

  threadId(name: string): ThreadId {
    const id = this.member(name);
    return { low: id.number('low') >>> 0, high: id.number('high') >>> 0 };
  }

  /** What a pointer member points at; undefined if it is null or not readable. */
  pointee(name: string): Structure | undefined {
    const pointer = this.field(name);
    const target = numberOf(pointer) === 0 ? undefined : dereference(pointer, this.read);
    return target?.bytes === undefined ? undefined : new Structure(target, this.read);
  }
}

/** A global variable's value as a structure or scalar; undefined if the image has none of that name. */
export function globalValue(image: SymbolImage, name: string, read: ReadMemory): Value | undefined {
  const global = image.global(name);
  return global === undefined ? undefined : valueAt(global.type, global.address, read);
}

/** Where a global variable lies; throws if the debug information lacks it. */
export function variableAddress(image: SymbolImage, name: string): number {
  const global = image.global(name);
  if (global === undefined) {
    throw new FormatError(`The kernel's debug information lacks the variable "${name}".`);
  }
  return global.address;
}

/** Byte offset of a direct member; throws if the debug information lacks it. */
export function offsetOf(type: Type | undefined, name: string): number {
  const member = type?.kind === 'struct' && type.members.find((each) => each.name === name);
  if (!member) {
    throw new FormatError(`The kernel's debug information lacks the member "${name}".`);
  }
  return member.offset;
}

/** Bytes of a structure; throws if the debug information lacks it. */
export function sizeOfStructure(type: Type | undefined): number {
  if (type?.kind !== 'struct') {
    throw new FormatError("The kernel's debug information lacks one of its structures.");
  }
  return type.size;
}

export interface Walk {
  readonly items: readonly Structure[];
  /** The list ended in something unreadable, in a cycle, or after more than `limit` items: it is in mid-change. */
  readonly isChanging: boolean;
}

/** Follows `next` from the object that a global pointer names. A ring ends where it began. */
export function walkList(
  image: SymbolImage,
  head: string,
  next: string,
  read: ReadMemory,
  limit = 4096,
): Walk {
  const pointer = globalValue(image, head, read);
  const first = numberOf(pointer ?? { type: { kind: 'void' }, bytes: undefined, address: 0 });
  if (pointer === undefined || first === undefined || first === 0) {
    return { items: [], isChanging: pointer !== undefined && first === undefined };
  }
  const items: Structure[] = [];
  const seen = new Set<number>();
  let target = dereference(pointer, read);
  while (target !== undefined) {
    const structure = new Structure(target, read);
    if (!structure.isReadable || items.length >= limit) {
      return { items, isChanging: true };
    }
    if (seen.has(structure.address)) {
      return { items, isChanging: structure.address !== first };
    }
    seen.add(structure.address);
    items.push(structure);
    const link = structure.field(next);
    target = numberOf(link) === 0 ? undefined : dereference(link, read);
  }
  return { items, isChanging: false };
}
