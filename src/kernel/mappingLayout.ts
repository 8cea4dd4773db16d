// Where the kernel keeps its mapping database, by the debug information of its image (guest/kernel/mapping.h). A kernel
// that maps pages of 4 KB alone has neither the member size_log2 of a node nor device_frames: all its nodes are of 4 KB,
// and it knows no device memory. Nothing else differs for an observer.
import { FormatError } from '../base/bytes.ts';
import type { SymbolImage } from '../symbols/image.ts';
import type { Type } from '../symbols/dwarf/types.ts';
import { offsetOf, sizeOfStructure } from './structures.ts';

/** Addresses of variables, sizes of structures, offsets of members. */
export interface MappingLayout {
  readonly frameTable: number;
  readonly frameCount: number;
  /** Of the frames of 4 MB from 2 GB on. */
  readonly deviceFrames: number | undefined;
  readonly frameSize: number;
  readonly root: number;
  readonly nodeSize: number;
  readonly space: number;
  readonly address: number;
  readonly parent: number;
  readonly firstChild: number;
  readonly nextSibling: number;
  readonly rights: number;
  readonly writable: number;
  readonly sizeLog2: number | undefined;
  readonly task: number;
  readonly pageDirectory: number;
}

export function mappingLayout(image: SymbolImage): MappingLayout {
  const { types } = image;
  const [frame, mapping] = [types.named('struct frame'), types.named('struct mapping')];
  const space = types.named('struct space');
  const [frameTable, frameCount] = [image.global('frame_table'), image.global('frame_count')];
  const writable = types.enumerator('RIGHTS_WRITABLE');
  if (frameTable === undefined || frameCount === undefined || writable === undefined) {
    throw new FormatError("The kernel's debug information lacks its mapping database.");
  }
  return {
    frameTable: frameTable.address,
    frameCount: frameCount.address,
    deviceFrames: image.global('device_frames')?.address,
    frameSize: sizeOfStructure(frame),
    root: offsetOf(frame, 'root'),
    nodeSize: sizeOfStructure(mapping),
    space: offsetOf(mapping, 'space'),
    address: offsetOf(mapping, 'address'),
    parent: offsetOf(mapping, 'parent'),
    firstChild: offsetOf(mapping, 'first_child'),
    nextSibling: offsetOf(mapping, 'next_sibling'),
    rights: offsetOf(mapping, 'rights'),
    writable,
    sizeLog2: has(mapping, 'size_log2') ? offsetOf(mapping, 'size_log2') : undefined,
    task: offsetOf(space, 'task'),
    pageDirectory: offsetOf(space, 'page_directory'),
  };
}

function has(type: Type | undefined, name: string): boolean {
  return type?.kind === 'struct' && type.members.some((member) => member.name === name);
}
