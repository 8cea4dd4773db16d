// What a loader needs of an executable: ELF32 program headers by physical address (System V ABI, chapter 5), or the
// addresses in a Multiboot header. Every count and offset is checked before it is used.

/** An image that cannot be loaded; the message is one sentence for the person who gave it. */
export class ImageError extends Error {}

export interface LoadSegment {
  readonly address: number;
  readonly content: Uint8Array;
  /** Size in memory; what exceeds the content is zeroed. */
  readonly memorySize: number;
}

export interface LoadPlan {
  readonly entry: number;
  readonly segments: readonly LoadSegment[];
  /** Loaded by its program headers, so that its section headers hold. */
  readonly isElf: boolean;
}

const PT_LOAD = 1;
const EM_386 = 3;
const ELF_HEADER_SIZE = 52;
const PROGRAM_HEADER_SIZE = 32;

export function isElf(image: Uint8Array): boolean {
  return (
    image.length >= 4 &&
    image[0] === 0x7f &&
    image[1] === 0x45 &&
    image[2] === 0x4c &&
    image[3] === 0x46
  );
}

export function planElf(image: Uint8Array): LoadPlan {
  if (image.length < ELF_HEADER_SIZE) {
    throw new ImageError('The image is truncated: it ends inside the ELF header.');
  }
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  if (image[4] === 2) {
    throw new ImageError('The image is a 64-bit ELF file; this machine runs 32-bit i386 images.');
  }
  if (image[5] !== 1 || view.getUint16(18, true) !== EM_386) {
    throw new ImageError('The image is an ELF file for another processor, not for the i386.');
  }
  const offset = view.getUint32(28, true);
  const entrySize = view.getUint16(42, true);
  const count = view.getUint16(44, true);
  if (count === 0 || entrySize < PROGRAM_HEADER_SIZE) {
    throw new ImageError('The ELF image has no program headers: it is not linked to be loaded.');
  }
  if (offset + count * entrySize > image.length) {
    throw new ImageError('The image is truncated: its program headers lie beyond its end.');
  }
  const segments: LoadSegment[] = [];
  for (let index = 0; index < count; index++) {
    const segment = programSegment(view, image, offset + index * entrySize, index);
    if (segment !== undefined) {
      segments.push(segment);
    }
  }
  return { entry: physicalEntry(view, offset, entrySize, count), segments, isElf: true };
}

function programSegment(
  view: DataView,
  image: Uint8Array,
  at: number,
  index: number,
): LoadSegment | undefined {
  const fileOffset = view.getUint32(at + 4, true);
  const address = view.getUint32(at + 12, true);
  const fileSize = view.getUint32(at + 16, true);
  const memorySize = view.getUint32(at + 20, true);
  if (view.getUint32(at, true) !== PT_LOAD || memorySize === 0) {
    return undefined;
  }
  if (fileSize > memorySize) {
    throw new ImageError(`Segment ${index} of the image is larger in the file than in memory.`);
  }
  if (fileOffset + fileSize > image.length) {
    throw new ImageError(`The image is truncated: segment ${index} lies beyond its end.`);
  }
  if (address + memorySize > 0x1_0000_0000) {
    throw new ImageError(
      `Segment ${index} of the image wraps around the end of the address space.`,
    );
  }
  return { address, content: image.subarray(fileOffset, fileOffset + fileSize), memorySize };
}

/** e_entry is used as it is, unless it is a virtual address inside a segment that is loaded elsewhere. */
function physicalEntry(view: DataView, offset: number, size: number, count: number): number {
  const entry = view.getUint32(24, true);
  const headers = Array.from({ length: count }, (_, index) => offset + index * size);
  const loads = headers.filter((at) => view.getUint32(at, true) === PT_LOAD);
  const contains = (at: number, field: number) => {
    const start = view.getUint32(at + field, true);
    return entry >= start && entry < start + view.getUint32(at + 20, true);
  };
  if (loads.some((at) => contains(at, 12))) {
    return entry;
  }
  const virtual = loads.find((at) => contains(at, 8));
  return virtual === undefined
    ? entry
    : entry - view.getUint32(virtual + 8, true) + view.getUint32(virtual + 12, true);
}
