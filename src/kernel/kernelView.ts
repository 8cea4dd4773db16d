// The kernel of guest/kernel as an observer sees it: threads, spaces, mapping trees, read from its memory.
// *src/kernel observes what guest/kernel runs.*
import type { Target } from '../emulator/target.ts';
import type { SymbolImage } from '../symbols/image.ts';
import { numberOf, type ReadMemory } from '../symbols/values.ts';
import { MappingDatabase } from './mappingDatabase.ts';
import { globalValue, offsetOf, Structure, walkList } from './structures.ts';
import { formatThreadId, taskOf, lthreadOf, type ThreadId } from './threadId.ts';
import { peekVirtual, word } from './virtualMemory.ts';

export interface KernelThread {
  readonly id: ThreadId;
  readonly task: number;
  readonly lthread: number;
  /** The kernel's enumerator: THREAD_READY, ... */
  readonly state: string;
  readonly isCurrent: boolean;
  readonly priority: number;
  readonly timesliceLeft: number;
  readonly pager: ThreadId;
  readonly partner: ThreadId;
  readonly control: Structure;
}

export interface KernelSpace {
  readonly task: number;
  /** Physical address of its page directory. */
  readonly pageDirectory: number;
  /** 0: large. */
  readonly smallSlot: number;
  readonly address: number;
  readonly structure: Structure;
}

export interface Observed<T> {
  readonly items: readonly T[];
  readonly isChanging: boolean;
}

/** User space ends here, in every large space; the slots of small ones follow. */
const USER_LIMIT = 0xc0000000;
const SMALL_SPACES_END = 0xe0000000;

/** User registers of a thread in the order of the DWARF register numbers (REGISTER_NAMES). */
export type RegisterVector = readonly (number | undefined)[];

const FRAME_MEMBERS = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip'] as const;

export class KernelView {
  readonly image: SymbolImage;
  private readonly target: Target;
  readonly read: ReadMemory;
  /** Where the words are that lead to the running space; found once. */
  private places:
    | { variable: number | undefined; space: number; task: number; page_directory: number }
    | undefined;

  /** Where the kernel keeps the bytes of a small space's slot, which can change; found once, 0: nowhere. */
  private slotSizeAt: number | undefined;

  constructor(image: SymbolImage, target: Target) {
    this.image = image;
    this.target = target;
    // Every page directory holds the kernel; the one in CR3 is as good as any other.
    this.read = (address, length) => peekVirtual(target, target.registers().cr3, address, length);
  }

  /** False before the kernel has paging on and a first thread. */
  get isBooted(): boolean {
    return (this.target.registers().cr0 & 0x80000000) !== 0 && this.currentControl() !== undefined;
  }

  /** The control block of the running thread. */
  currentControl(): Structure | undefined {
    const value = globalValue(this.image, 'current', this.read);
    const holder = value && new Structure(value, this.read);
    const address = holder && numberOf(holder.value);
    return address ? this.controlAt(address) : undefined;
  }

  controlAt(address: number): Structure | undefined {
    const type = this.image.types.named('struct tcb');
    if (type === undefined || type.kind !== 'struct') {
      return undefined;
    }
    const bytes = this.read(address, type.size);
    return bytes && new Structure({ type, bytes, address }, this.read);
  }

  currentThread(): KernelThread | undefined {
    const control = this.currentControl();
    return control && this.threadOf(control, control.address);
  }

  /**
   * The task of the running thread's space, by three words of memory: for observers that ask at every call. The
   * places of the words come from the debug information, once. Undefined before there is one.
   */
  currentTask(): number | undefined {
    return this.wordOfCurrentSpace('task');
  }

  /** The page directory of the running thread's space; CR3 may hold another while a small space runs. */
  currentPageDirectory(): number | undefined {
    return this.wordOfCurrentSpace('page_directory');
  }

  private wordOfCurrentSpace(member: 'task' | 'page_directory'): number | undefined {
    this.places ??= {
      variable: this.image.global('current')?.address,
      space: offsetOf(this.image.types.named('struct tcb'), 'space'),
      task: offsetOf(this.image.types.named('struct space'), 'task'),
      page_directory: offsetOf(this.image.types.named('struct space'), 'page_directory'),
    };
    const { variable, space } = this.places;
    const control = variable === undefined ? undefined : this.pointerAt(variable);
    const found = control === undefined ? undefined : this.pointerAt(control + space);
    return found === undefined ? undefined : word(this.read(found + this.places[member], 4));
  }

  /** A word that is not 0. */
  private pointerAt(address: number): number | undefined {
    const pointer = word(this.read(address, 4));
    return pointer === 0 ? undefined : pointer;
  }

  threadAt(address: number): KernelThread | undefined {
    const control = this.controlAt(address);
    return control && this.threadOf(control, this.currentControl()?.address);
  }

  threads(): Observed<KernelThread> {
    const { items, isChanging } = walkList(this.image, 'thread_list', 'thread_next', this.read);
    const current = this.currentControl()?.address;
    const threads = items.map((control) => this.threadOf(control, current));
    threads.sort((left, right) => left.task - right.task || left.lthread - right.lthread);
    return { items: threads, isChanging };
  }

  private threadOf(control: Structure, current: number | undefined): KernelThread {
    const id = control.threadId('id');
    return {
      id,
      task: taskOf(id.low),
      lthread: lthreadOf(id.low),
      state: control.enumerator('state'),
      isCurrent: control.address === current,
      priority: control.number('priority'),
      timesliceLeft: control.number('timeslice_left'),
      pager: control.threadId('pager'),
      partner: control.threadId('partner'),
      control,
    };
  }

  /** The user-mode registers that a thread had when it entered the kernel. */
  userRegisters(thread: KernelThread): RegisterVector {
    return registersOf(thread.control.pointee('user_frame'));
  }

  /** The kernel-mode registers of a thread that does not run: where its control flow waits. */
  kernelRegisters(thread: KernelThread): RegisterVector {
    const frame = thread.control.pointee('kernel_esp');
    if (frame === undefined) {
      return FRAME_MEMBERS.map(() => undefined);
    }
    const size = frame.value.bytes?.length ?? 0;
    return FRAME_MEMBERS.map((name) =>
      name === 'esp' ? frame.address + size : frame.has(name) ? frame.number(name) : undefined,
    );
  }

  spaces(): Observed<KernelSpace> {
    const { items, isChanging } = walkList(this.image, 'space_list', 'space_next', this.read);
    const spaces = items.map((structure) => this.spaceOf(structure));
    spaces.sort((left, right) => left.task - right.task);
    return { items: spaces, isChanging };
  }

  spaceOfTask(task: number): KernelSpace | undefined {
    return this.spaces().items.find((space) => space.task === task);
  }

  currentSpace(): KernelSpace | undefined {
    const space = this.currentControl()?.pointee('space');
    return space && this.spaceOf(space);
  }

  /**
   * Where a linear address lies among the small spaces: the number of its slot and the address within it. Undefined
   * outside the slots, which all have the size that the kernel says and follow each other from USER_LIMIT; slot 0 is never
   * used.
   */
  slotAddress(linear: number): { slot: number; address: number } | undefined {
    if (linear < USER_LIMIT || linear >= SMALL_SPACES_END) {
      return undefined;
    }
    this.slotSizeAt ??= this.image.global('small_slot_size')?.address ?? 0;
    const size = this.pointerAt(this.slotSizeAt);
    const slot = size === undefined ? 0 : Math.floor((linear - USER_LIMIT) / size);
    return size === undefined || slot === 0
      ? undefined
      : { slot, address: (linear - USER_LIMIT) % size };
  }

  spaceAt(address: number): KernelSpace | undefined {
    const type = this.image.types.named('struct space');
    const bytes = type?.kind === 'struct' ? this.read(address, type.size) : undefined;
    return type && bytes && this.spaceOf(new Structure({ type, bytes, address }, this.read));
  }

  private spaceOf(structure: Structure): KernelSpace {
    return {
      task: structure.number('task'),
      pageDirectory: structure.number('page_directory') >>> 0,
      smallSlot: structure.number('small_slot'),
      address: structure.address,
      structure,
    };
  }

  /** The trees of mappings of physical frames, from σ0's, as they are now. */
  mappings(): MappingDatabase {
    return new MappingDatabase(this.image, this.target, this.read);
  }
}

function registersOf(frame: Structure | undefined): RegisterVector {
  return FRAME_MEMBERS.map((name) =>
    frame === undefined || !frame.has(name) ? undefined : frame.number(name) >>> 0,
  );
}

/** What a thread waits for, as a sentence fragment; empty if it does not wait. */
export function waitingFor(thread: KernelThread, nameOf: (id: ThreadId) => string): string {
  const partner = formatThreadId(thread.partner) === 'nobody' ? '' : nameOf(thread.partner);
  switch (thread.state) {
    case 'THREAD_SENDING':
      return `sends to ${partner}`;
    case 'THREAD_TRANSFERRING':
      return `is in a long message with ${partner}`;
    case 'THREAD_RECEIVING':
      return partner === '' ? 'sleeps' : `receives from ${partner}`;
    case 'THREAD_WAITING':
      return 'waits for any message';
    case 'THREAD_PREEMPTION_SEND':
      return `preempted: sends to ${partner}`;
    case 'THREAD_PREEMPTION_REPLY':
      return `preempted: waits for ${partner}`;
    case 'THREAD_PAGE_FAULT_SEND':
      return `page fault: sends to ${partner}`;
    case 'THREAD_PAGE_FAULT_REPLY':
      return `page fault: waits for ${partner}`;
    default:
      return '';
  }
}
