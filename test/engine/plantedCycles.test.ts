// Lists and trees that lead back into themselves, or nowhere, planted into the memory of a stopped system: every view
// answers all the same after a bounded number of looks, and the one that shows the list says that it is changing.
import assert from 'node:assert/strict';
import { mappingModel } from '../../src/engine/models/mappingModel.ts';
import { ROOT_TASK } from '../../src/engine/images.ts';
import { offsetOf } from '../../src/kernel/structures.ts';
import { mappedPages } from '../../src/kernel/pageTables.ts';
import { word } from '../../src/kernel/virtualMemory.ts';
import { ProcessMemory, type GuestFile } from '../../src/l4linux/processMemory.ts';
import type { MachineSnapshot } from '../../src/emulator/snapshot.ts';
import { bootSystem, stopAt, type TestSystem } from '../support/system.ts';
import { Views, type Answers } from './viewsAtStop.ts';

const UNMAPPED = 0xe0001000;
const SYS_WRITE = 4;
const KERNEL_WINDOW = 0xf0000000;
const MOST_FRAMES = 300;

/** The stopped system, and what is planted into it. */
class Garden {
  readonly system: TestSystem;
  readonly views: Views;
  /** The task of the program that writes. */
  readonly task: number;
  readonly snapshot: MachineSnapshot;

  constructor(system: TestSystem, task: number) {
    this.system = system;
    this.views = new Views(system);
    this.task = task;
    this.snapshot = system.machine.snapshot();
  }

  poke(directory: number, address: number, value: number): void {
    const place = this.system.machine.translate(directory, address)?.physical;
    assert.ok(place !== undefined, `0x${address.toString(16)} is mapped`);
    this.system.machine.pokePhysical(place, new Uint8Array(new Uint32Array([value]).buffer));
  }

  /** A word of the kernel. */
  kernel(address: number, value: number): void {
    this.poke(this.system.machine.registers().cr3, address, value);
  }

  /** A word of the Linux server. */
  server(address: number, value: number): void {
    this.poke(this.system.spaces.pageDirectoryOf(ROOT_TASK), address, value);
  }

  serverWord(address: number): number {
    return word(this.system.spaces.read(ROOT_TASK, address, 4)) ?? 0;
  }

  readonly readServer = (address: number, length: number): Uint8Array | undefined =>
    this.system.spaces.read(ROOT_TASK, address, length);

  get memory(): ProcessMemory {
    return new ProcessMemory(this.view.linux.image);
  }

  /** The file that the process executes. */
  program(): GuestFile {
    const file = this.memory.programOf(this.process, this.readServer);
    assert.ok(file);
    return file;
  }

  get view() {
    const { kernel, linux } = this.system;
    assert.ok(kernel !== undefined && linux !== undefined);
    return { kernel, linux };
  }

  kernelOffset(structure: string, member: string): number {
    return offsetOf(this.view.kernel.image.types.named(`struct ${structure}`), member);
  }

  serverOffset(structure: string, member: string): number {
    return offsetOf(this.view.linux.image.types.named(`struct ${structure}`), member);
  }

  /** Addresses of the threads, in the order of their list. */
  threads(): number[] {
    const found: number[] = [];
    let next = this.kernelVariable('thread_list');
    while (next !== 0) {
      found.push(next);
      next = this.kernelWord(next + this.kernelOffset('tcb', 'thread_next'));
    }
    return found;
  }

  enumerator(name: string): number {
    return this.view.kernel.image.types.enumerator(name) ?? 0;
  }

  /** Addresses of the threads in the most urgent ready ring. */
  readyRing(): number[] {
    const heads = this.view.kernel.image.global('ready_queues')?.address ?? 0;
    for (let priority = 255; priority >= 0; priority -= 1) {
      const first = this.kernelWord(heads + priority * 4);
      const ring = [first];
      for (let next = first; next !== 0;) {
        next = this.kernelWord(next + this.kernelOffset('tcb', 'ready_next'));
        if (next === first) {
          return ring;
        }
        ring.push(next);
      }
    }
    throw new Error('No thread is in a ready ring.');
  }

  /** The address of a thread that waits for a message. */
  blockedThread(): number {
    const waiting = [this.enumerator('THREAD_RECEIVING'), this.enumerator('THREAD_WAITING')];
    const state = this.kernelOffset('tcb', 'state');
    const found = this.threads().find((at) => waiting.includes(this.kernelWord(at + state)));
    assert.ok(found !== undefined);
    return found;
  }

  kernelWord(address: number): number {
    return word(this.view.kernel.read(address, 4)) ?? 0;
  }

  kernelVariable(name: string): number {
    return this.kernelWord(this.view.kernel.image.global(name)?.address ?? 0);
  }

  link(address: number, structure: string, member: string, to: number): void {
    this.kernel(address + this.kernelOffset(structure, member), to);
  }

  /** Where the root of the tree is that a page of the program is in, and its first child. */
  tree(): { frame: number; root: number; child: number } {
    const { kernel } = this.view;
    const { machine, spaces } = this.system;
    const [page] = mappedPages(machine, spaces.pageDirectoryOf(this.task));
    const size = kernel.image.types.named('struct frame');
    assert.ok(size?.kind === 'struct');
    const frame = this.kernelVariable('frame_table') + (page.physical >>> 12) * size.size;
    const root = this.kernelWord(frame);
    return { frame, root, child: this.mapping(root, 'first_child') };
  }

  mapping(node: number, member: string): number {
    return this.kernelWord(node + this.kernelOffset('mapping', member));
  }

  /** The address of the process that writes. */
  get process(): number {
    return this.system.spaces.processOf(this.task)?.address ?? 0;
  }
}

interface Planted {
  readonly name: string;
  readonly plant: (garden: Garden) => void;
  /** What is to be said of it. */
  readonly says?: (answers: Answers, garden: Garden) => boolean;
}

const threadsSay = ({ threads }: Answers): boolean =>
  threads.note === 'The thread list is changing.';
const spacesSay = ({ spaces }: Answers): boolean =>
  spaces.note?.includes('The list of address spaces is changing.') === true;
const mappingsSay = ({ spaces }: Answers, { views, system, task }: Garden): boolean => {
  const note = 'The mapping database is changing.';
  const ofTask = views.ask('mapping database', () => mappingModel(system, task).note);
  return spaces.note?.includes(note) === true && ofTask === note;
};

const queuesSay =
  (what: string): Planted['says'] =>
  ({ queues }) =>
    queues.note?.includes(what) === true;

const inQueue = (name: string, what: string, plant: Planted['plant']): Planted => ({
  name,
  plant,
  says: queuesSay(what),
});

const inThreadList = (name: string, to: (threads: number[]) => number): Planted => ({
  name: `a thread list that ${name}`,
  plant: (garden) => {
    const threads = garden.threads();
    garden.link(threads[threads.length - 1], 'tcb', 'thread_next', to(threads));
  },
  says: threadsSay,
});

const inTree = (name: string, plant: Planted['plant']): Planted => ({
  name: `a mapping tree with ${name}`,
  plant,
  says: mappingsSay,
});

const PLANTED: readonly Planted[] = [
  inThreadList('ends in its last thread again and again', (threads) => threads[threads.length - 1]),
  inThreadList('leads back into its middle', (threads) => threads[1]),
  inThreadList('leads where nothing is', () => UNMAPPED),
  inThreadList('leads to address 16', () => 16),
  {
    name: 'a list of spaces that leads back to its second',
    plant: (garden) => {
      const first = garden.kernelVariable('space_list');
      const second = garden.kernelWord(first + garden.kernelOffset('space', 'space_next'));
      garden.link(second, 'space', 'space_next', second);
    },
    says: spacesSay,
  },
  {
    name: 'a list of spaces that leads where nothing is',
    plant: (garden) => {
      garden.link(garden.kernelVariable('space_list'), 'space', 'space_next', UNMAPPED);
    },
    says: spacesSay,
  },
  inTree('a root that is its own child', (garden) => {
    const { root } = garden.tree();
    garden.link(root, 'mapping', 'first_child', root);
  }),
  inTree('a child that is its own sibling', (garden) => {
    const { child } = garden.tree();
    garden.link(child, 'mapping', 'next_sibling', child);
  }),
  inTree('a child whose child is its parent', (garden) => {
    const { root, child } = garden.tree();
    garden.link(child, 'mapping', 'first_child', root);
  }),
  inTree('a root where nothing is', (garden) => {
    garden.kernel(garden.tree().frame, UNMAPPED);
  }),
  inTree('a child where nothing is', (garden) => {
    garden.link(garden.tree().root, 'mapping', 'first_child', UNMAPPED);
  }),
  inTree('a node of no space', (garden) => {
    garden.link(garden.tree().child, 'mapping', 'space', 0);
  }),
  inTree('a node of another address', (garden) => {
    garden.link(garden.tree().child, 'mapping', 'address', 0x1000);
  }),
  inTree('a node that does not know its parent', (garden) => {
    garden.link(garden.tree().child, 'mapping', 'parent', 0);
  }),
  inTree('a node of other rights than the page has', (garden) => {
    const { child } = garden.tree();
    garden.link(child, 'mapping', 'rights', garden.mapping(child, 'rights') ^ 1);
  }),
  inQueue('a ready ring that never comes round', 'The ready queues', (garden) => {
    const aside = garden.blockedThread();
    garden.link(garden.readyRing()[0], 'tcb', 'ready_next', aside);
    garden.link(aside, 'tcb', 'ready_next', aside);
  }),
  inQueue('a ready ring that leads where nothing is', 'The ready queues', (garden) => {
    garden.link(garden.readyRing()[0], 'tcb', 'ready_next', UNMAPPED);
  }),
  inQueue('a ready ring with an end', 'The ready queues', (garden) => {
    garden.link(garden.readyRing()[0], 'tcb', 'ready_next', 0);
  }),
  inQueue('a ready ring of another priority', 'The ready queues', (garden) => {
    const heads = garden.view.kernel.image.global('ready_queues')?.address ?? 0;
    garden.kernel(heads + 4, garden.readyRing()[0]);
  }),
  inQueue('a ready thread in no ring', 'The ready queues', (garden) => {
    garden.link(garden.blockedThread(), 'tcb', 'state', garden.enumerator('THREAD_READY'));
  }),
  inQueue('a sender that waits for itself', 'The send queues', (garden) => {
    const [receiver, sender] = garden.threads();
    garden.link(receiver, 'tcb', 'send_queue', sender);
    garden.link(sender, 'tcb', 'send_next', sender);
  }),
  inQueue('a send queue that leads where nothing is', 'The send queues', (garden) => {
    garden.link(garden.threads()[0], 'tcb', 'send_queue', UNMAPPED);
  }),
  inQueue('a sender in no queue', 'The send queues', (garden) => {
    garden.link(garden.blockedThread(), 'tcb', 'state', garden.enumerator('THREAD_SENDING'));
  }),
  inQueue('sleepers that lead back into themselves', 'The list of sleepers', (garden) => {
    const thread = garden.blockedThread();
    garden.kernel(garden.view.kernel.image.global('wakeup_list')?.address ?? 0, thread);
    garden.link(thread, 'tcb', 'wakeup_time', 1);
    garden.link(thread, 'tcb', 'wakeup_next', thread);
  }),
  inQueue('sleepers where nothing is', 'The list of sleepers', (garden) => {
    garden.kernel(garden.view.kernel.image.global('wakeup_list')?.address ?? 0, UNMAPPED);
  }),
  inQueue('a long message to nobody', 'A long message', (garden) => {
    const [first, second] = garden.threads();
    garden.link(first, 'tcb', 'transfer', second);
  }),
  inQueue('a long message to where nothing is', 'A long message', (garden) => {
    garden.link(garden.threads()[0], 'tcb', 'transfer', UNMAPPED);
  }),
  {
    name: 'a table of frames without end',
    plant: (garden) => {
      garden.kernel(garden.view.kernel.image.global('frame_count')?.address ?? 0, 0xffffffff);
      garden.kernel(garden.view.kernel.image.global('frame_table')?.address ?? 0, KERNEL_WINDOW);
    },
    says: mappingsSay,
  },
  {
    name: 'a page directory that is its own page table',
    plant: (garden) => {
      const directory = garden.system.spaces.pageDirectoryOf(garden.task);
      garden.kernel(KERNEL_WINDOW + directory, directory | 7);
    },
    says: ({ spaces }) => spaces.note?.includes('The mapping database is changing.') === true,
  },
  {
    name: 'a list of processes that leads back to its first',
    plant: (garden) => {
      const first = garden.serverWord(garden.view.linux.image.global('process_list')?.address ?? 0);
      const next = garden.serverOffset('process', 'process_next');
      const second = garden.serverWord(first + next);
      garden.server(second + next, second);
    },
    says: (_, { view }) => view.linux.processList().isChanging,
  },
  {
    name: 'regions of a process that lead back into themselves',
    plant: (garden) => {
      const first = garden.serverWord(garden.process + garden.serverOffset('process', 'regions'));
      const next = garden.serverOffset('region', 'next');
      const second = garden.serverWord(first + next);
      garden.server(second + next, first);
    },
    says: (_, { memory, process, readServer }) =>
      memory.regionsOf(process, readServer).regions().length < 3,
  },
  {
    name: 'pages of a file that lead back into themselves',
    plant: (garden) => {
      const regions = garden.serverOffset('process', 'regions');
      const first = garden.serverWord(garden.process + regions);
      const second = garden.serverWord(first + garden.serverOffset('region', 'next'));
      garden.server(garden.program().address + garden.serverOffset('inode', 'pages'), first);
      for (const page of [first, second]) {
        garden.server(page + garden.serverOffset('page', 'next'), second);
        garden.server(page + garden.serverOffset('page', 'is_own'), 0);
      }
    },
    says: (_, garden) =>
      !garden.memory.copyWritten(garden.program(), new Uint8Array(), garden.readServer),
  },
  {
    name: 'a stack full of the same return address',
    plant: (garden) => {
      const { system, task } = garden;
      const thread = system.threads.list().threads.find((each) => each.task === task);
      const [, , , , esp, , , , eip] = thread?.userRegisters ?? [];
      assert.ok(esp !== undefined && eip !== undefined);
      const directory = system.spaces.pageDirectoryOf(task);
      for (let at = esp; at % 4096 !== 0; at += 4) {
        garden.poke(directory, at, eip);
      }
    },
  },
  {
    name: 'threads whose kernel stacks are nowhere',
    plant: (garden) => {
      garden.threads().forEach((thread, index) => {
        const to = [0, UNMAPPED, thread, 16][index % 4];
        garden.link(thread, 'tcb', 'kernel_esp', to);
        garden.link(thread, 'tcb', 'user_frame', to);
      });
    },
  },
];

describe('A list that leads back into itself', () => {
  let garden: Garden;

  before(async () => {
    const system = await bootSystem({ program: 'sh', args: ['-c', 'hello'] });
    let task = 0;
    await stopAt(system, 'linux-syscall', (fields) => {
      const [number, process] = [fields.get('number'), fields.get('process')];
      task = process?.kind === 'task' ? process.task : 0;
      const isWrite = number?.kind === 'number' && number.value === SYS_WRITE;
      return isWrite && system.spaces.taskName(task) === 'hello';
    });
    garden = new Garden(system, task);
  });

  it('is not there at first: no view says that it is changing', () => {
    const answers = garden.views.all(() => 0);
    assert.ok(!threadsSay(answers) && answers.spaces.note === undefined);
    assert.equal(answers.queues.note, undefined);
    assert.equal(mappingModel(garden.system, garden.task).note, undefined);
    assert.equal(garden.view.linux.processList().isChanging, false);
  });

  for (const { name, plant, says } of PLANTED) {
    it(`does not keep the views from answering: ${name}`, () => {
      try {
        plant(garden);
        const answers = garden.views.all(() => 0);
        assert.ok(answers.stacks.every((frames) => frames <= MOST_FRAMES));
        assert.ok(says?.(answers, garden) ?? true, 'the view says that it is changing');
      } finally {
        garden.system.machine.restore(garden.snapshot);
      }
    });
  }
});
