// The Linux server of guest/l4linux as an observer sees it: processes and server threads, read from its memory.
// *src/l4linux observes what guest/l4linux runs.*
import { Structure, globalValue, walkList } from '../kernel/structures.ts';
import type { SymbolImage } from '../symbols/image.ts';
import { elementOf, numberOf, stringAt, type ReadMemory } from '../symbols/values.ts';
import { strip } from '../symbols/dwarf/types.ts';

export interface LinuxProcess {
  /** Of its structure, in the server's memory. */
  readonly address: number;
  readonly pid: number;
  readonly name: string;
  /** L4 task; 0 on the native system. */
  readonly task: number;
  readonly state: string;
  /** System-call number it is in; -1: none. */
  readonly currentSystemCall: number;
  readonly pageDirectory: number;
}

export interface ServerThread {
  readonly name: string;
  readonly lthread: number;
}

export class LinuxView {
  readonly image: SymbolImage;
  private readonly read: ReadMemory;

  /** `read` reads the server's own memory. */
  constructor(image: SymbolImage, read: ReadMemory) {
    this.image = image;
    this.read = read;
  }

  processes(): readonly LinuxProcess[] {
    return this.processList().items;
  }

  processList(): { items: readonly LinuxProcess[]; isChanging: boolean } {
    const { items, isChanging } = walkList(this.image, 'process_list', 'process_next', this.read);
    return { items: items.map((item) => this.processOf(item)), isChanging };
  }

  /** The process whose structure stands at an address, as the probes name it. */
  processAt(address: number): LinuxProcess | undefined {
    const type = this.image.types.named('struct process');
    const bytes = type?.kind === 'struct' ? this.read(address, type.size) : undefined;
    return type && bytes && this.processOf(new Structure({ type, bytes, address }, this.read));
  }

  private processOf(structure: Structure): LinuxProcess {
    return {
      address: structure.address,
      pid: structure.number('pid'),
      name: stringAt(structure.field('name').address ?? 0, this.read, 16) ?? '',
      task: structure.number('task'),
      state: structure.enumerator('state'),
      currentSystemCall: structure.number('current_syscall'),
      pageDirectory: structure.number('page_directory') >>> 0,
    };
  }

  serverThreads(): readonly ServerThread[] {
    const table = globalValue(this.image, 'server_threads', this.read);
    const type = table && strip(table.type);
    if (table === undefined || type?.kind !== 'array') {
      return [];
    }
    const threads: ServerThread[] = [];
    for (let index = 0; index < type.count; index += 1) {
      const element = elementOf(table, index, this.read);
      const structure = element?.bytes && new Structure(element, this.read);
      const name = structure && numberOf(structure.field('name'));
      if (structure && name) {
        const text = stringAt(name, this.read, 32) ?? '';
        threads.push({ name: text, lthread: structure.number('lthread') });
      }
    }
    return threads;
  }
}
