// Debugging information entries (DWARF 5, chapters 2 and 7.5): .debug_info read into trees of entries, with
// every reference turned into an absolute offset and every indexed form resolved.
import { ByteReader, FormatError } from '../../base/bytes.ts';
import { AT, FORM } from './constants.ts';
import type { DebugSections } from './sections.ts';

export type AttributeValue = number | string | Uint8Array;

export interface Attribute {
  readonly form: number;
  readonly value: AttributeValue;
}

export interface Unit {
  readonly offset: number;
  readonly version: number;
  readonly root: Entry;
  readonly addressBase: number;
  readonly rangeListsBase: number;
  readonly locationListsBase: number;
}

/** One entry; `unit` is set once the whole unit has been read. */
export class Entry {
  readonly offset: number;
  readonly tag: number;
  readonly parent: Entry | undefined;
  readonly children: Entry[] = [];
  readonly attributes = new Map<number, Attribute>();
  unit!: Unit;

  constructor(offset: number, tag: number, parent: Entry | undefined) {
    this.offset = offset;
    this.tag = tag;
    this.parent = parent;
  }

  number(attribute: number): number | undefined {
    const value = this.attributes.get(attribute)?.value;
    return typeof value === 'number' ? value : undefined;
  }

  text(attribute: number): string | undefined {
    const value = this.attributes.get(attribute)?.value;
    return typeof value === 'string' ? value : undefined;
  }

  block(attribute: number): Uint8Array | undefined {
    const value = this.attributes.get(attribute)?.value;
    return value instanceof Uint8Array ? value : undefined;
  }
}

export interface DebugInformation {
  readonly units: readonly Unit[];
  readonly byOffset: ReadonlyMap<number, Entry>;
}

interface Abbreviation {
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly attributes: readonly {
    readonly name: number;
    readonly form: number;
    readonly implicit: number;
  }[];
}

/** Reads all of .debug_info. Throws FormatError on malformed data. */
export function readEntries(sections: DebugSections): DebugInformation {
  const byOffset = new Map<number, Entry>();
  const units: Unit[] = [];
  const reader = new ByteReader(sections.info, 'the section .debug_info');
  while (!reader.atEnd) {
    const unit = new UnitReader(sections, reader, byOffset).read();
    if (unit !== undefined) {
      units.push(unit);
    }
  }
  return { units, byOffset };
}

class UnitReader {
  private readonly sections: DebugSections;
  private readonly byOffset: Map<number, Entry>;
  private readonly offset: number;
  private readonly reader: ByteReader;
  private readonly version: number;
  private readonly abbreviations: Map<number, Abbreviation>;
  private readonly kind: number;
  private strOffsetsBase = 8;
  private addressBase = 8;

  constructor(sections: DebugSections, info: ByteReader, byOffset: Map<number, Entry>) {
    this.sections = sections;
    this.byOffset = byOffset;
    this.offset = info.position;
    const length = info.u32();
    if (length >= 0xfffffff0) {
      throw new FormatError('64-bit DWARF is not used on the i386.');
    }
    const end = info.position + length;
    this.version = info.u16();
    if (this.version < 2 || this.version > 5) {
      throw new FormatError(
        `DWARF version ${this.version} is not supported; use -gdwarf-4 or -gdwarf-5.`,
      );
    }
    this.kind = this.version >= 5 ? info.u8() : 1;
    const abbreviationOffset = this.version >= 5 ? (info.u8(), info.u32()) : info.u32();
    if (this.version < 5) {
      info.u8(); // address size
    }
    this.reader = info.sub(end - info.position);
    this.abbreviations = readAbbreviations(sections.abbrev, abbreviationOffset);
  }

  read(): Unit | undefined {
    if (this.kind !== 1) {
      return undefined; // a type or skeleton unit: nothing here uses it
    }
    const entries: Entry[] = [];
    let parent: Entry | undefined;
    let root: Entry | undefined;
    while (!this.reader.atEnd) {
      const offset = this.reader.position;
      const code = this.reader.uleb();
      if (code === 0) {
        parent = parent?.parent;
        continue;
      }
      const entry = this.entry(offset, code, parent);
      entries.push(entry);
      parent?.children.push(entry);
      root ??= entry;
      if (this.abbreviation(code).hasChildren) {
        parent = entry;
      }
    }
    if (root === undefined) {
      return undefined;
    }
    const unit: Unit = {
      offset: this.offset,
      version: this.version,
      root,
      addressBase: this.addressBase,
      rangeListsBase: root.number(AT.rangeListsBase) ?? 12,
      locationListsBase: root.number(AT.locationListsBase) ?? 12,
    };
    for (const entry of entries) {
      entry.unit = unit;
      this.byOffset.set(entry.offset, entry);
    }
    return unit;
  }

  private abbreviation(code: number): Abbreviation {
    const abbreviation = this.abbreviations.get(code);
    if (abbreviation === undefined) {
      throw new FormatError(`.debug_info uses abbreviation ${code}, which .debug_abbrev lacks.`);
    }
    return abbreviation;
  }

  private entry(offset: number, code: number, parent: Entry | undefined): Entry {
    const abbreviation = this.abbreviation(code);
    const entry = new Entry(offset, abbreviation.tag, parent);
    if (parent === undefined) {
      this.readBases(abbreviation);
    }
    for (const { name, form, implicit } of abbreviation.attributes) {
      entry.attributes.set(name, this.attribute(form, implicit));
    }
    return entry;
  }

  /** The bases must be known before the indexed forms that stand before them in the same entry. */
  private readBases(abbreviation: Abbreviation): void {
    const start = this.reader.position;
    for (const { name, form, implicit } of abbreviation.attributes) {
      if (name === AT.strOffsetsBase) {
        this.strOffsetsBase = this.reader.u32();
      } else if (name === AT.addressBase) {
        this.addressBase = this.reader.u32();
      } else {
        this.skip(form, implicit);
      }
    }
    this.reader.position = start;
  }

  private skip(form: number, implicit: number): void {
    const indexed = INDEXED.get(form);
    if (indexed !== undefined) {
      indexed(this.reader);
    } else {
      this.attribute(form, implicit);
    }
  }

  private attribute(form: number, implicit: number): Attribute {
    if (form === FORM.indirect) {
      return this.attribute(this.reader.uleb(), implicit);
    }
    const simple = SIMPLE.get(form);
    if (simple !== undefined) {
      const value = simple(this.reader);
      return form === FORM.addr && typeof value === 'number'
        ? { form, value: (value + this.sections.bias) >>> 0 }
        : { form, value };
    }
    const indexed = INDEXED.get(form);
    if (indexed !== undefined) {
      return { form, value: this.resolveIndex(form, indexed(this.reader)) };
    }
    return { form, value: this.special(form, implicit) };
  }

  private resolveIndex(form: number, index: number): AttributeValue {
    const isAddress = form === FORM.addrx || (form >= FORM.addrx1 && form <= FORM.addrx4);
    if (isAddress) {
      const at = this.addressBase + index * 4;
      return (
        (new ByteReader(this.sections.addr, '.debug_addr', at).u32() + this.sections.bias) >>> 0
      );
    }
    const offsets = new ByteReader(
      this.sections.strOffsets,
      '.debug_str_offsets',
      this.strOffsetsBase + index * 4,
    );
    return this.stringAt(this.sections.str, offsets.u32());
  }

  private special(form: number, implicit: number): AttributeValue {
    switch (form) {
      case FORM.strp:
        return this.stringAt(this.sections.str, this.reader.u32());
      case FORM.lineStrp:
        return this.stringAt(this.sections.lineStr, this.reader.u32());
      case FORM.ref1:
        return this.offset + this.reader.u8();
      case FORM.ref2:
        return this.offset + this.reader.u16();
      case FORM.ref4:
        return this.offset + this.reader.u32();
      case FORM.ref8:
        return this.offset + this.reader.u64();
      case FORM.refUdata:
        return this.offset + this.reader.uleb();
      case FORM.flagPresent:
        return 1;
      case FORM.implicitConst:
        return implicit;
      default:
        throw new FormatError(`.debug_info uses form 0x${form.toString(16)}, which is not known.`);
    }
  }

  private stringAt(section: Uint8Array, offset: number): string {
    return new ByteReader(section, 'a DWARF string section', offset).string();
  }
}

/** Forms whose value stands in the entry itself. */
const SIMPLE = new Map<number, (reader: ByteReader) => AttributeValue>([
  [FORM.addr, (reader) => reader.u32()],
  [FORM.block1, (reader) => reader.block(reader.u8())],
  [FORM.block2, (reader) => reader.block(reader.u16())],
  [FORM.block4, (reader) => reader.block(reader.u32())],
  [FORM.block, (reader) => reader.block(reader.uleb())],
  [FORM.exprloc, (reader) => reader.block(reader.uleb())],
  [FORM.data1, (reader) => reader.u8()],
  [FORM.data2, (reader) => reader.u16()],
  [FORM.data4, (reader) => reader.u32()],
  [FORM.data8, (reader) => reader.u64()],
  [FORM.data16, (reader) => reader.block(16)],
  [FORM.sdata, (reader) => reader.sleb()],
  [FORM.udata, (reader) => reader.uleb()],
  [FORM.flag, (reader) => reader.u8()],
  [FORM.string, (reader) => reader.string()],
  [FORM.secOffset, (reader) => reader.u32()],
  [FORM.refAddr, (reader) => reader.u32()],
  [FORM.refSig8, (reader) => reader.block(8)],
  [FORM.loclistx, (reader) => reader.uleb()],
  [FORM.rnglistx, (reader) => reader.uleb()],
]);

/** Forms whose value is an index into .debug_addr or .debug_str_offsets. */
const INDEXED = new Map<number, (reader: ByteReader) => number>([
  [FORM.strx, (reader) => reader.uleb()],
  [FORM.strx1, (reader) => reader.u8()],
  [FORM.strx2, (reader) => reader.u16()],
  [FORM.strx3, (reader) => reader.u24()],
  [FORM.strx4, (reader) => reader.u32()],
  [FORM.addrx, (reader) => reader.uleb()],
  [FORM.addrx1, (reader) => reader.u8()],
  [FORM.addrx2, (reader) => reader.u16()],
  [FORM.addrx3, (reader) => reader.u24()],
  [FORM.addrx4, (reader) => reader.u32()],
]);

function readAbbreviations(section: Uint8Array, offset: number): Map<number, Abbreviation> {
  const reader = new ByteReader(section, 'the section .debug_abbrev', offset);
  const abbreviations = new Map<number, Abbreviation>();
  for (;;) {
    const code = reader.uleb();
    if (code === 0) {
      return abbreviations;
    }
    const tag = reader.uleb();
    const hasChildren = reader.u8() !== 0;
    const attributes: { name: number; form: number; implicit: number }[] = [];
    for (;;) {
      const name = reader.uleb();
      const form = reader.uleb();
      const implicit = form === FORM.implicitConst ? reader.sleb() : 0;
      if (name === 0 && form === 0) {
        break;
      }
      attributes.push({ name, form, implicit });
    }
    abbreviations.set(code, { tag, hasChildren, attributes });
  }
}
