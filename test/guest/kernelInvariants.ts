// What must be true of the kernel's structures whenever a thread is in user mode, read by their types and from the
// processor's own tables. Each broken rule is one sentence.
import type { Machine } from '../../src/emulator/machine.ts';
import { KernelView } from '../../src/kernel/kernelView.ts';
import type { MappingNode } from '../../src/kernel/mappingTree.ts';
import { SymbolImage } from '../../src/symbols/image.ts';
import { brokenMappings, type Ownership } from './invariants/mappings.ts';
import { brokenAccounts } from './invariants/memory.ts';
import { brokenProtection } from './invariants/protection.ts';
import { brokenQueues } from './invariants/queues.ts';
import { brokenStacks } from './invariants/stacks.ts';
import { KERNEL_WINDOW, KernelNames, Moment } from './invariants/structures.ts';
import { imageFile } from './linuxMachine.ts';

const PAGE_SIZE = 4096;
const SUPERPAGE_SIZE = 0x400000;

export interface Mapping {
  readonly physical: number;
  readonly node: MappingNode;
}

/** A word of the kernel's data by its name. */
export function kernelWord(machine: Machine, name: string, offset = 0): number {
  const address = new KernelNames().address(name) + offset;
  const bytes = machine.peekPhysical(address - KERNEL_WINDOW, 4);
  if (bytes === undefined) {
    throw new Error(`${name} is not in memory.`);
  }
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

export function kernelView(machine: Machine): KernelView {
  return new KernelView(new SymbolImage('kernel.elf', imageFile('kernel.elf')), machine);
}

function flatten(node: MappingNode): Mapping[] {
  return [{ physical: node.physical, node }, ...node.children.flatMap(flatten)];
}

/** All nodes of the mapping database as the debugger's view has them. */
export function mappingsOf(view: KernelView, memoryMegabytes: number): Mapping[] {
  const mappings: Mapping[] = [];
  const database = view.mappings();
  for (let physical = 0; physical < memoryMegabytes << 20; physical += PAGE_SIZE) {
    const { root, isChanging } = database.tree(physical, SUPERPAGE_SIZE);
    if (isChanging) {
      throw new Error(`The tree of frame ${physical.toString(16)} changes in user mode.`);
    }
    if (root?.physical === physical) {
      mappings.push(...flatten(root));
    }
  }
  return mappings;
}

export interface InvariantOptions {
  /** Of another kernel than the built one. */
  readonly names?: KernelNames;
  /** Who has which frame from sigma0, if that is to be held against the trees. */
  readonly ownership?: Ownership;
}

/** What is wrong, in sentences. A list that goes astray ends the search. */
export function brokenInvariants(
  machine: Machine,
  memoryMegabytes: number,
  { names = new KernelNames(), ownership }: InvariantOptions = {},
): string[] {
  try {
    const moment = new Moment(machine, names, memoryMegabytes);
    return [
      ...brokenMappings(moment, ownership),
      ...brokenQueues(moment),
    ...brokenStacks(moment),
      ...brokenProtection(moment),
      ...brokenAccounts(moment),
    ];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
