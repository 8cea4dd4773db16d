// ELF files for tests of bad input: a small valid executable, and ways to spoil it.

export interface Segment {
  address: number;
  fileSize?: number;
  memorySize?: number;
  offset?: number;
}

/** A static i386 executable with these PT_LOAD segments; its code is `int 0x80` with exit(0). */
export function elfWith(segments: readonly Segment[], change?: (view: DataView) => void): Buffer {
  const headers = 52 + 32 * segments.length;
  const file = Buffer.alloc(Math.max(headers + 64, 4096 + 64));
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, 3, true); // EM_386
  view.setUint32(20, 1, true);
  view.setUint32(24, segments[0]?.address ?? 0, true);
  view.setUint32(28, 52, true); // program headers
  view.setUint16(40, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, segments.length, true);
  view.setUint16(46, 40, true);
  segments.forEach((segment, index) => {
    const at = 52 + index * 32;
    const values = [
      1,
      segment.offset ?? 4096,
      segment.address,
      segment.address,
      segment.fileSize ?? 64,
      segment.memorySize ?? segment.fileSize ?? 64,
      7,
      4096,
    ];
    values.forEach((value, field) => view.setUint32(at + field * 4, value, true));
  });
  file.set([0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80], 4096); // mov $1,%eax; xor %ebx,%ebx; int $0x80
  change?.(view);
  return file;
}
