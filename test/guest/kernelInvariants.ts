// What must be true of the kernel's structures whenever a thread is in user mode, read by their types (KernelView) and
// from the page tables themselves. Each broken rule is one sentence.
import type { Machine } from '../../src/emulator/machine.ts';
import { KernelView, type MappingNode } from '../../src/kernel/kernelView.ts';
import { mappedPages } from '../../src/kernel/pageTables.ts';
import { parseElf } from '../../src/symbols/elf.ts';
import { SymbolImage } from '../../src/symbols/image.ts';
import { imageFile } from './linuxMachine.ts';

const PAGE_SIZE = 4096;
const KERNEL_WINDOW = 0xf0000000;
const USER_LIMIT = 0xc0000000;

export interface Mapping {
  readonly physical: number;
  readonly node: MappingNode;
  readonly parent: MappingNode | undefined;
}

/** A word of the kernel's data by its name. */
export function kernelWord(machine: Machine, name: string): number {
  const symbol = parseElf(imageFile('kernel.elf'), 'kernel.elf').symbols.find(
    (each) => each.name === name,
  );
  const bytes = symbol && machine.peekPhysical(symbol.value - KERNEL_WINDOW, 4);
  if (bytes === undefined) {
    throw new Error(`The kernel has no ${name}.`);
  }
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

export function kernelView(machine: Machine): KernelView {
  return new KernelView(new SymbolImage('kernel.elf', imageFile('kernel.elf')), machine);
}

function flatten(physical: number, node: MappingNode, parent?: MappingNode): Mapping[] {
  return [
    { physical, node, parent },
    ...node.children.flatMap((child) => flatten(physical, child, node)),
  ];
}

/** All nodes of the mapping database. */
export function mappingsOf(view: KernelView, memoryMegabytes: number): Mapping[] {
  const mappings: Mapping[] = [];
  for (let physical = 0; physical < memoryMegabytes << 20; physical += PAGE_SIZE) {
    const { root, isChanging } = view.mappingTree(physical);
    if (isChanging) {
      throw new Error(`The tree of frame ${physical.toString(16)} changes in user mode.`);
    }
    if (root !== undefined) {
      mappings.push(...flatten(physical, root));
    }
  }
  return mappings;
}

const line = (task: number, address: number, physical: number, writable: boolean): string =>
  `${task}:${address.toString(16)} -> ${physical.toString(16)}${writable ? ' w' : ''}`;

/** All entries of all page tables. */
export function pageTableLines(view: KernelView, machine: Machine): string[] {
  return view
    .spaces()
    .items.flatMap((space) =>
      mappedPages(machine, space.pageDirectory).map((page) =>
        line(space.task, page.linear, page.physical, page.isWritable),
      ),
    );
}

export const mappingLine = ({ node, physical }: Mapping): string =>
  line(node.task, node.address, physical, node.isWritable);

function difference(left: readonly string[], right: readonly string[]): string[] {
  const others = new Set(right);
  return left.filter((each) => !others.has(each));
}

function duplicates(lines: readonly string[]): string[] {
  return lines.filter((each, index) => lines.indexOf(each) !== index);
}

/** Entries of the TLB that allow what the page table does not. */
function staleEntries(machine: Machine): string[] {
  const seen = new Map<number, ReturnType<typeof pagesByAddress>>();
  return machine
    .tlbEntries()
    .filter(({ user, linear }) => user && linear < USER_LIMIT)
    .filter(({ pageDirectory, linear, physical, writable }) => {
      const pages = seen.get(pageDirectory) ?? pagesByAddress(machine, pageDirectory);
      seen.set(pageDirectory, pages);
      const page = pages.get(linear);
      return page?.physical !== physical || (writable && !page.isWritable);
    })
    .map(({ linear }) => `The TLB remembers ${linear.toString(16)}, which is no longer so.`);
}

function pagesByAddress(
  machine: Machine,
  pageDirectory: number,
): Map<number, ReturnType<typeof mappedPages>[number]> {
  return new Map(mappedPages(machine, pageDirectory).map((page) => [page.linear, page]));
}

/** What is wrong, in sentences. */
export function brokenInvariants(machine: Machine, memoryMegabytes: number): string[] {
  const view = kernelView(machine);
  const mappings = mappingsOf(view, memoryMegabytes);
  const nodes = mappings.map(mappingLine);
  const entries = pageTableLines(view, machine);
  const freeFrames = kernelWord(machine, 'free_frame_count');
  return [
    ...difference(nodes, entries).map((each) => `The node ${each} has no page-table entry.`),
    ...difference(entries, nodes).map((each) => `The page-table entry ${each} has no node.`),
    ...(new Set(nodes).size === nodes.length
      ? []
      : duplicates(nodes).map((each) => `The node ${each} is there twice.`)),
    ...mappings
      .filter(({ node, parent }) => parent?.isWritable === false && node.isWritable)
      .map((each) => `${mappingLine(each)} has more rights than its mapper.`),
    ...mappings
      .filter(({ node }) => node.address >= USER_LIMIT)
      .map((each) => `${mappingLine(each)} is not in user memory.`),
    ...staleEntries(machine),
    ...(freeFrames > (memoryMegabytes << 20) / PAGE_SIZE ? ['More memory is free than there is.'] : []),
  ];
}
