// Types as DWARF describes them (DWARF 5, chapter 5), as a small closed set that the rest of the tool reads.
import { AT, TAG } from './constants.ts';
import type { DebugInformation, Entry } from './entries.ts';

export interface Member {
  readonly name: string;
  /** Byte offset in the structure; for a bit-field, of the storage that holds it. */
  readonly offset: number;
  readonly type: Type;
  readonly bitSize?: number;
  /** From the least significant bit of the storage unit. */
  readonly bitShift?: number;
}

export interface BaseType {
  readonly kind: 'base';
  readonly name: string;
  readonly size: number;
  readonly encoding: number;
}
export interface PointerType {
  readonly kind: 'pointer';
  readonly size: number;
  target: Type;
}
export interface StructType {
  readonly kind: 'struct' | 'union';
  readonly name: string;
  size: number;
  members: Member[];
}
export interface ArrayType {
  readonly kind: 'array';
  readonly element: Type;
  readonly count: number;
  readonly size: number;
}
export interface EnumType {
  readonly kind: 'enum';
  readonly name: string;
  readonly size: number;
  readonly enumerators: readonly { readonly name: string; readonly value: number }[];
}
export interface TypedefType {
  readonly kind: 'typedef';
  readonly name: string;
  target: Type;
}
export interface FunctionType {
  readonly kind: 'function';
}
export interface VoidType {
  readonly kind: 'void';
}
export type Type =
  | BaseType
  | PointerType
  | StructType
  | ArrayType
  | EnumType
  | TypedefType
  | FunctionType
  | VoidType;

export const VOID: VoidType = { kind: 'void' };

/** The type with typedefs removed. */
export function strip(type: Type): Exclude<Type, TypedefType> {
  let current = type;
  for (let depth = 0; current.kind === 'typedef'; depth += 1) {
    if (depth > TYPEDEF_LIMIT) {
      return VOID; // a typedef of itself
    }
    current = current.target;
  }
  return current;
}

const TYPEDEF_LIMIT = 100;

export function sizeOf(type: Type): number {
  const stripped = strip(type);
  return stripped.kind === 'void' || stripped.kind === 'function' ? 1 : stripped.size;
}

/** The type's name as C writes it. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case 'pointer':
      return `${typeName(type.target)} *`;
    case 'array':
      return `${typeName(type.element)}[${type.count}]`;
    case 'struct':
    case 'union':
    case 'enum':
      return `${type.kind} ${type.name}`;
    case 'void':
    case 'function':
      return type.kind;
    default:
      return type.name;
  }
}

/** Builds types from entries on demand, each once, so that recursive types are finite. */
export class TypeTable {
  private readonly information: DebugInformation;
  private readonly built = new Map<number, Type>();
  private readonly definitions = new Map<string, Entry>();

  constructor(information: DebugInformation) {
    this.information = information;
    for (const entry of information.byOffset.values()) {
      const name = entry.text(AT.name);
      const defines = DEFINING.has(entry.tag) && entry.attributes.get(AT.declaration) === undefined;
      if (name !== undefined && defines) {
        const key = definitionKey(entry.tag, name);
        this.definitions.set(key, this.definitions.get(key) ?? entry);
      }
    }
  }

  /** The type that an entry's DW_AT_type refers to; void if it has none. */
  typeOf(entry: Entry): Type {
    const offset = entry.number(AT.type);
    const target = offset === undefined ? undefined : this.information.byOffset.get(offset);
    return target === undefined ? VOID : this.build(target);
  }

  /** A type by its C name: "struct tcb", "enum thread_state", "uint32_t"; undefined if no unit defines it. */
  named(name: string): Type | undefined {
    const match = /^(struct|union|enum) (\w+)$/.exec(name);
    const tags =
      match === null
        ? [TAG.typedef, TAG.baseType]
        : [
            { struct: TAG.structureType, union: TAG.unionType, enum: TAG.enumerationType }[
              match[1]
            ],
          ];
    for (const tag of tags) {
      const entry = this.definitions.get(definitionKey(tag ?? 0, match?.[2] ?? name));
      if (entry !== undefined) {
        return this.build(entry);
      }
    }
    return undefined;
  }

  /** The value of an enumerator of any enum, by name. */
  enumerator(name: string): number | undefined {
    for (const entry of this.definitions.values()) {
      if (entry.tag !== TAG.enumerationType) {
        continue;
      }
      for (const child of entry.children) {
        if (child.text(AT.name) === name) {
          return child.number(AT.constantValue);
        }
      }
    }
    return undefined;
  }

  private build(entry: Entry): Type {
    const known = this.built.get(entry.offset);
    if (known !== undefined) {
      return known;
    }
    const builder = BUILDERS.get(entry.tag);
    return builder === undefined ? VOID : builder(this, this.complete(entry));
  }

  /** An incomplete structure's definition in another unit, if there is one. */
  private complete(entry: Entry): Entry {
    const name = entry.text(AT.name);
    if (entry.attributes.get(AT.declaration) === undefined || name === undefined) {
      return entry;
    }
    return this.definitions.get(definitionKey(entry.tag, name)) ?? entry;
  }

  remember<T extends Type>(entry: Entry, type: T): T {
    this.built.set(entry.offset, type);
    return type;
  }
}

const DEFINING: ReadonlySet<number> = new Set([
  TAG.structureType,
  TAG.unionType,
  TAG.enumerationType,
  TAG.typedef,
  TAG.baseType,
]);

function definitionKey(tag: number, name: string): string {
  return `${tag} ${name}`;
}

type Builder = (table: TypeTable, entry: Entry) => Type;

const qualified: Builder = (table, entry) => table.typeOf(entry);

const BUILDERS = new Map<number, Builder>([
  [TAG.baseType, buildBase],
  [TAG.pointerType, buildPointer],
  [TAG.structureType, buildStruct],
  [TAG.unionType, buildStruct],
  [TAG.arrayType, buildArray],
  [TAG.enumerationType, buildEnum],
  [TAG.typedef, buildTypedef],
  [TAG.constType, qualified],
  [TAG.volatileType, qualified],
  [TAG.restrictType, qualified],
  [TAG.subroutineType, () => ({ kind: 'function' })],
]);

function buildBase(table: TypeTable, entry: Entry): Type {
  return table.remember(entry, {
    kind: 'base',
    name: entry.text(AT.name) ?? 'int',
    size: entry.number(AT.byteSize) ?? 4,
    encoding: entry.number(AT.encoding) ?? 5,
  });
}

function buildPointer(table: TypeTable, entry: Entry): Type {
  const pointer = table.remember<PointerType>(entry, { kind: 'pointer', size: 4, target: VOID });
  pointer.target = table.typeOf(entry);
  return pointer;
}

function buildTypedef(table: TypeTable, entry: Entry): Type {
  const name = entry.text(AT.name) ?? '';
  const type = table.remember<TypedefType>(entry, { kind: 'typedef', name, target: VOID });
  type.target = table.typeOf(entry);
  return type;
}

function buildEnum(table: TypeTable, entry: Entry): Type {
  return table.remember(entry, {
    kind: 'enum',
    name: entry.text(AT.name) ?? '(anonymous)',
    size: entry.number(AT.byteSize) ?? 4,
    enumerators: entry.children
      .filter((child) => child.tag === TAG.enumerator)
      .map((child) => ({
        name: child.text(AT.name) ?? '',
        value: child.number(AT.constantValue) ?? 0,
      })),
  });
}

function buildArray(table: TypeTable, entry: Entry): Type {
  const counts = entry.children
    .filter((child) => child.tag === TAG.subrangeType)
    .map((child) => child.number(AT.count) ?? (child.number(AT.upperBound) ?? -1) + 1);
  let type = table.typeOf(entry);
  for (const count of counts.reverse()) {
    type = { kind: 'array', element: type, count, size: count * sizeOf(type) };
  }
  return table.remember(entry, type);
}

function buildStruct(table: TypeTable, entry: Entry): Type {
  const type = table.remember<StructType>(entry, {
    kind: entry.tag === TAG.unionType ? 'union' : 'struct',
    name: entry.text(AT.name) ?? '(anonymous)',
    size: entry.number(AT.byteSize) ?? 0,
    members: [],
  });
  type.members = entry.children
    .filter((child) => child.tag === TAG.member)
    .map((child) => buildMember(table, child));
  return type;
}

function buildMember(table: TypeTable, entry: Entry): Member {
  const type = table.typeOf(entry);
  const name = entry.text(AT.name) ?? '';
  const bitSize = entry.number(AT.bitSize);
  if (bitSize === undefined) {
    return { name, type, offset: entry.number(AT.dataMemberLocation) ?? 0 };
  }
  const storage = sizeOf(type);
  const first = entry.number(AT.dataBitOffset);
  if (first !== undefined) {
    const offset = Math.floor(first / (storage * 8)) * storage;
    return { name, type, offset, bitSize, bitShift: first - offset * 8 };
  }
  // DWARF 2 counts from the most significant bit of the storage unit.
  const offset = entry.number(AT.dataMemberLocation) ?? 0;
  const bitShift = storage * 8 - bitSize - (entry.number(AT.bitOffset) ?? 0);
  return { name, type, offset, bitSize, bitShift };
}
