// The section headers of an ELF image, which a Multiboot boot loader hands over with what no segment holds: symbols,
// strings, debugging information (Multiboot Specification 0.6.96, 3.3, syms; System V ABI, chapter 4).

const SECTION_HEADER_BYTES = 40;
const TYPE = 4;
const ADDRESS = 12;
const OFFSET = 16;
const SIZE = 20;
const ALIGNMENT = 32;
const SHT_NOBITS = 8;

export interface SectionHeaders {
  readonly count: number;
  readonly entrySize: number;
  /** Index of the section with the names. */
  readonly names: number;
  /** Headers whose sections have addresses, and what lies at them, from `start` on. */
  readonly table: number;
  readonly bytes: Uint8Array;
}

/**
 * Lays out table and unloaded sections from `start` on; undefined: the image has no headers, or they do not lie in it,
 * as in one that was stripped by hand.
 */
export function placeSections(image: Uint8Array, start: number): SectionHeaders | undefined {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const offset = view.getUint32(32, true);
  const [entrySize, count, names] = [46, 48, 50].map((at) => view.getUint16(at, true));
  const tableBytes = count * entrySize;
  if (count === 0 || entrySize < SECTION_HEADER_BYTES || offset + tableBytes > image.length) {
    return undefined;
  }
  const headers = image.slice(offset, offset + tableBytes);
  const fields = new DataView(headers.buffer);
  const unloaded = Array.from({ length: count }, (_, index) => index * entrySize).filter(
    (at) =>
      fields.getUint32(at + ADDRESS, true) === 0 &&
      fields.getUint32(at + SIZE, true) > 0 &&
      ![0, SHT_NOBITS].includes(fields.getUint32(at + TYPE, true)),
  );
  let next = start + tableBytes;
  const contents: { readonly address: number; readonly content: Uint8Array }[] = [];
  for (const at of unloaded) {
    const [from, size] = [fields.getUint32(at + OFFSET, true), fields.getUint32(at + SIZE, true)];
    if (from + size > image.length) {
      return undefined;
    }
    const alignment = Math.min(Math.max(fields.getUint32(at + ALIGNMENT, true), 4), 4096);
    next = Math.ceil(next / alignment) * alignment;
    fields.setUint32(at + ADDRESS, next, true);
    contents.push({ address: next, content: image.subarray(from, from + size) });
    next += size;
  }
  const bytes = new Uint8Array(next - start);
  bytes.set(headers);
  contents.forEach(({ address, content }) => {
    bytes.set(content, address - start);
  });
  return { count, entrySize, names, table: start, bytes };
}
