// The kernel's account of its memory: every frame of its pool is free, a page table, a slab's, or was taken at the start.
import { countMappings } from './mappings.ts';
import { PAGE_SIZE, SUPERPAGE_SIZE, USER_LIMIT, type Moment } from './structures.ts';

const PRESENT = 1;
const LARGE = 0x80;
const TCB_BLOCK = 2048;
const FPU_IMAGE = 512;

/** Free objects of a slab: linked through their first word. */
function freeObjects(moment: Moment, slab: string): number {
  const seen = new Set<number>();
  for (let at = moment.member(moment.names.address(slab), 'slab', 'free'); at !== 0; at = moment.word(at)) {
    if (seen.has(at) || !moment.isRam(at)) {
      throw new Error(`The free list of ${slab} goes astray.`);
    }
    seen.add(at);
  }
  return seen.size;
}

function freeFrames(moment: Moment): number {
  let count = (moment.variable('pool_end') - moment.variable('pool_untouched')) / PAGE_SIZE;
  const seen = new Set<number>();
  for (let frame = moment.variable('free_frames'); frame !== 0; frame = moment.physicalWord(frame)) {
    if (seen.has(frame) || frame >= moment.memoryBytes) {
      throw new Error('The free list of frames goes astray.');
    }
    seen.add(frame);
    count++;
  }
  return count;
}

/** Directories, the tables below them, and beside each table one of its entries' nodes; beside a directory, if it has any. */
function pageTables(moment: Moment): number {
  const kernel = moment.variable('kernel_space');
  // Without pages of 4 MB a kernel leaves behind what a frame had beside it when it was a page table.
  const hasLargePages = moment.names.hasMember('mapping', 'size_log2');
  return moment.spaces().reduce((count, space) => {
    const directory = moment.member(space, 'space', 'page_directory');
    const beside = moment.variable('frame_table') + (directory >>> 12) * moment.names.size('frame');
    let tables = space === kernel ? 0 : 1; // the kernel's own is in its image
    tables += hasLargePages && moment.member(beside, 'frame', 'nodes') !== 0 ? 1 : 0;
    for (let index = 0; index < USER_LIMIT / SUPERPAGE_SIZE; index++) {
      const entry = moment.physicalWord(directory + index * 4);
      tables += (entry & LARGE) === 0 ? 2 * (entry & PRESENT) : 0;
    }
    return count + tables;
  }, 0);
}

export function brokenAccounts(moment: Moment): string[] {
  const { names } = moment;
  const threads = moment.threads();
  const computing = threads.filter((thread) => moment.member(thread, 'tcb', 'fpu_state') !== 0);
  const slabs = [
    { name: 'mapping_slab', size: names.size('mapping'), live: countMappings(moment) },
    { name: 'space_slab', size: names.size('space'), live: moment.spaces().length },
    { name: 'tcb_slab', size: TCB_BLOCK, live: threads.length },
    { name: 'fpu_slab', size: FPU_IMAGE, live: computing.length },
  ];
  const wrong: string[] = [];
  let slabFrames = 0;
  let freeBytes = 0;
  for (const { name, size, live } of slabs) {
    const free = freeObjects(moment, name);
    const frames = (live + free) / Math.floor(PAGE_SIZE / size);
    freeBytes += free * size;
    slabFrames += frames;
    if (!Number.isInteger(frames)) {
      wrong.push(`${name}: ${live} objects are in use and ${free} are free, which fills no whole number of frames.`);
    }
  }
  const free = freeFrames(moment);
  const info = names.address('kernel_info');
  const pool =
    (moment.member(info, 'l4_kernel_info', 'kernel_data.high') -
      moment.member(info, 'l4_kernel_info', 'kernel_data.low')) /
    PAGE_SIZE;
  const atStart = Math.ceil((moment.variable('frame_count') * names.size('frame')) / PAGE_SIZE);
  const used = atStart + pageTables(moment) + slabFrames;
  if (free !== moment.variable('free_frame_count') || freeBytes !== moment.variable('free_object_bytes')) {
    wrong.push('The kernel does not know how much memory is free.');
  }
  if (free + used !== pool) {
    wrong.push(`Of ${pool} frames ${free} are free and ${used} are in use.`);
  }
  return wrong;
}
