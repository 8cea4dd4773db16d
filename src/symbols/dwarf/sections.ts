// The debug sections of one ELF file, by the names DWARF gives them.
import { sectionBytes, type ElfFile } from '../elf.ts';

export interface DebugSections {
  readonly info: Uint8Array;
  readonly abbrev: Uint8Array;
  readonly line: Uint8Array;
  readonly str: Uint8Array;
  readonly lineStr: Uint8Array;
  readonly strOffsets: Uint8Array;
  readonly addr: Uint8Array;
  readonly ranges: Uint8Array;
  readonly rnglists: Uint8Array;
  readonly loc: Uint8Array;
  readonly loclists: Uint8Array;
  readonly frame: Uint8Array;
  /** Bytes by which the image lies above where it was linked: what is added to each address of these sections. */
  readonly bias: number;
  readonly ehFrame: { readonly bytes: Uint8Array; readonly address: number };
}

/** `elf` as it lies in memory, `bias` bytes above where it was linked. */
export function debugSections(elf: ElfFile, bias = 0): DebugSections {
  const bytes = (name: string): Uint8Array => sectionBytes(elf, name);
  return {
    info: bytes('.debug_info'),
    abbrev: bytes('.debug_abbrev'),
    line: bytes('.debug_line'),
    str: bytes('.debug_str'),
    lineStr: bytes('.debug_line_str'),
    strOffsets: bytes('.debug_str_offsets'),
    addr: bytes('.debug_addr'),
    ranges: bytes('.debug_ranges'),
    rnglists: bytes('.debug_rnglists'),
    loc: bytes('.debug_loc'),
    loclists: bytes('.debug_loclists'),
    bias,
    frame: bytes('.debug_frame'),
    ehFrame: {
      bytes: bytes('.eh_frame'),
      address: elf.sections.find((section) => section.name === '.eh_frame')?.address ?? 0,
    },
  };
}
