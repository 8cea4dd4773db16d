// The Multiboot information structure and all that it points to (Multiboot Specification 0.6.96, 3.3).
import { ACPI_TABLES, BIOS_AREA } from './board/wiring.ts';
import { ImageError } from './elfImage.ts';
import { placeSections } from './elfSections.ts';

/** The structure itself; strings and tables follow. */
const INFO_BYTES = 128;
/** Conventional memory ends at 639 KB: the extended BIOS data area begins. */
export const LOW_END = 0x9_fc00;
const INFO_MEMORY = 1 << 0;
const INFO_COMMAND_LINE = 1 << 2;
const INFO_MODULES = 1 << 3;
const INFO_SECTIONS = 1 << 5;
const INFO_MEMORY_MAP = 1 << 6;
const INFO_LOADER_NAME = 1 << 9;
const INFO_FRAMEBUFFER = 1 << 12;
const EGA_TEXT = 2;

interface PlacedModule {
  readonly start: number;
  readonly end: number;
  readonly commandLine: string;
}

/** Writes the structure and, behind it, everything that it points to. */
export function writeInformation(
  ram: Uint8Array,
  place: number,
  commandLine: string,
  modules: readonly PlacedModule[],
  board: 'bare' | 'pc',
): void {
  const view = new DataView(ram.buffer, ram.byteOffset, ram.byteLength);
  const writer = new LowMemory(ram, place + INFO_BYTES);
  const word = (offset: number, value: number) => {
    view.setUint32(place + offset, value, true);
  };
  ram.fill(0, place, place + INFO_BYTES);
  const screen = board === 'pc' ? INFO_FRAMEBUFFER : 0;
  const lists = INFO_COMMAND_LINE | INFO_MODULES | INFO_MEMORY_MAP | INFO_LOADER_NAME;
  word(0, INFO_MEMORY | lists | screen);
  word(4, 639);
  word(8, (ram.length >> 10) - 1024);
  word(16, writer.string(commandLine));
  const strings = modules.map((module) => writer.string(module.commandLine));
  const list = writer.reserve(modules.length * 16);
  modules.forEach((module, index) => {
    [module.start, module.end, strings[index], 0].forEach((value, position) => {
      view.setUint32(list + index * 16 + position * 4, value, true);
    });
  });
  word(20, modules.length);
  word(24, list);
  const map = memoryMap(ram.length, board);
  const table = writer.reserve(map.length * 24);
  map.forEach(([base, size, type], index) => {
    [20, base, 0, size, 0, type].forEach((value, position) => {
      view.setUint32(table + index * 24 + position * 4, value, true);
    });
  });
  word(44, map.length * 24);
  word(48, table);
  word(64, writer.string('L4Scope'));
  if (board === 'pc') {
    word(88, 0xb_8000);
    word(96, 160);
    word(100, 80);
    word(104, 25);
    word(108, (EGA_TEXT << 8) | 16);
  }
}

/** Base, size and type (1: free, 2: reserved, 3: ACPI's tables) of each range of the memory map. */
function memoryMap(ramSize: number, board: 'bare' | 'pc'): [number, number, number][] {
  const tables: [number, number, number][] =
    board === 'pc' ? [[ACPI_TABLES, BIOS_AREA - ACPI_TABLES, 3]] : [];
  return [
    [0, LOW_END, 1],
    [LOW_END, 0xa_0000 - LOW_END, 2],
    ...tables,
    [0xf_0000, 0x1_0000, 2],
    [0x10_0000, ramSize - 0x10_0000, 1],
  ];
}

/** Hands out low memory behind the information structure, four-byte aligned. */
class LowMemory {
  private next: number;
  private readonly ram: Uint8Array;

  constructor(ram: Uint8Array, start: number) {
    this.ram = ram;
    this.next = start;
  }

  reserve(size: number): number {
    const start = this.next;
    this.next = (start + size + 3) & ~3;
    if (this.next > LOW_END) {
      throw new ImageError('The command lines do not fit into low memory.');
    }
    return start;
  }

  string(text: string): number {
    const bytes = utf8(text);
    const start = this.reserve(bytes.length + 1);
    this.ram.set(bytes, start);
    this.ram[start + bytes.length] = 0;
    return start;
  }
}

/** The core knows no TextEncoder; encodeURIComponent is part of the language and knows UTF-8. */
function utf8(text: string): number[] {
  return [...encodeURIComponent(text).matchAll(/%([0-9A-F]{2})|(.)/g)].map(([, hex, plain]) =>
    hex === undefined ? plain.charCodeAt(0) : parseInt(hex, 16),
  );
}

/** Behind the modules; an image whose sections do not fit goes without them, as under a loader that has none. */
export function handOverSections(
  ram: Uint8Array,
  information: number,
  image: Uint8Array,
  start: number,
): void {
  const sections = placeSections(image, start);
  if (sections === undefined || start + sections.bytes.length > ram.length) {
    return;
  }
  ram.set(sections.bytes, start);
  const view = new DataView(ram.buffer, ram.byteOffset + information, INFO_BYTES);
  view.setUint32(0, view.getUint32(0, true) | INFO_SECTIONS, true);
  [sections.count, sections.entrySize, sections.table, sections.names].forEach((value, index) => {
    view.setUint32(28 + index * 4, value, true);
  });
}
