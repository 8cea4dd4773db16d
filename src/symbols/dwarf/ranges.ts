// Address ranges of entries: DW_AT_low_pc/high_pc, .debug_ranges (DWARF 4, 2.17.3) and .debug_rnglists (DWARF 5, 2.17.3).
import { ByteReader } from '../../base/bytes.ts';
import { AT, FORM } from './constants.ts';
import type { Entry } from './entries.ts';
import type { DebugSections } from './sections.ts';

/** Half open: `low` is inside, `high` is not. */
export interface AddressRange {
  readonly low: number;
  readonly high: number;
}

export function rangesOf(entry: Entry, sections: DebugSections): AddressRange[] {
  const ranges = entry.attributes.get(AT.ranges);
  if (ranges !== undefined && typeof ranges.value === 'number') {
    return entry.unit.version >= 5
      ? rangeList(entry, sections, ranges.value, ranges.form)
      : oldRanges(entry, sections, ranges.value);
  }
  const low = entry.number(AT.lowPc);
  const high = entry.attributes.get(AT.highPc);
  if (low === undefined || high === undefined || typeof high.value !== 'number') {
    return [];
  }
  const end = high.form === FORM.addr ? high.value : low + high.value;
  return end > low ? [{ low, high: end }] : [];
}

function oldRanges(entry: Entry, sections: DebugSections, offset: number): AddressRange[] {
  const reader = new ByteReader(sections.ranges, 'the section .debug_ranges', offset);
  const result: AddressRange[] = [];
  let base = entry.unit.root.number(AT.lowPc) ?? sections.bias;
  for (;;) {
    const low = reader.u32();
    const high = reader.u32();
    if (low === 0 && high === 0) {
      return result;
    }
    if (low === 0xffffffff) {
      base = high + sections.bias;
    } else if (high > low) {
      result.push({ low: base + low, high: base + high });
    }
  }
}

function rangeList(
  entry: Entry,
  sections: DebugSections,
  value: number,
  form: number,
): AddressRange[] {
  const reader = new ByteReader(sections.rnglists, 'the section .debug_rnglists');
  reader.position = value;
  if (form === FORM.rnglistx) {
    reader.position = entry.unit.rangeListsBase + value * 4;
    reader.position = entry.unit.rangeListsBase + reader.u32();
  }
  const result: AddressRange[] = [];
  const { bias } = sections;
  let base = entry.unit.root.number(AT.lowPc) ?? bias;
  const indexed = (index: number): number =>
    bias + new ByteReader(sections.addr, '.debug_addr', entry.unit.addressBase + index * 4).u32();
  const push = (low: number, high: number): void => {
    if (high > low) {
      result.push({ low, high });
    }
  };
  for (;;) {
    const kind = reader.u8();
    if (kind === 0) {
      return result;
    }
    if (kind === 1) {
      base = indexed(reader.uleb());
    } else if (kind === 2) {
      push(indexed(reader.uleb()), indexed(reader.uleb()));
    } else if (kind === 3) {
      const low = indexed(reader.uleb());
      push(low, low + reader.uleb());
    } else if (kind === 4) {
      push(base + reader.uleb(), base + reader.uleb());
    } else if (kind === 5) {
      base = reader.u32() + bias;
    } else if (kind === 6) {
      push(reader.u32() + bias, reader.u32() + bias);
    } else {
      const low = reader.u32() + bias;
      push(low, low + reader.uleb());
    }
  }
}

export function contains(ranges: readonly AddressRange[], address: number): boolean {
  return ranges.some(({ low, high }) => address >= low && address < high);
}
