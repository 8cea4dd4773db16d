// The custom requests and events that the views and the debug adapter speak beside the Debug Adapter Protocol:
// types and constants only. Every answer is a finished model, ready to be shown; addresses are text as a person
// reads them, and `reference` is a DAP memory reference (0x + task in bits 32 to 47, address below).

export const REQUEST = {
  threads: 'l4/threads',
  addressSpaces: 'l4/addressSpaces',
  mappingDatabase: 'l4/mappingDatabase',
  tlb: 'l4/tlb',
  kernelQueues: 'l4/kernelQueues',
  flameGraph: 'l4/flameGraph',
  consoleInput: 'l4/consoleInput',
} as const;

export const EVENT = {
  /** Body: ConsoleOutput. The guest wrote to one of its serial ports. */
  consoleOutput: 'l4/consoleOutput',
} as const;

/** l4/threads: no arguments. */
export interface ThreadsAnswer {
  /** "changing" if the kernel was in mid-change and a list may be incomplete. */
  readonly note?: string;
  readonly threads: readonly ThreadRow[];
}

export interface ThreadRow {
  /** DAP thread id; stable for the whole session. */
  readonly threadId: number;
  /** "5.0" */
  readonly id: string;
  /** "5.0 hello (pid 1)" */
  readonly name: string;
  readonly task: number;
  readonly state: string;
  readonly running: boolean;
  readonly priority: number;
  readonly timeslice: number;
  readonly pager: string;
  /** Whom it waits for, as a sentence fragment: "receives from 4.0 linux"; empty if it does not wait. */
  readonly waitsFor: string;
  /** DAP thread id of the thread it waits for, if that is a known one. */
  readonly waitsForThreadId?: number;
  /** User-mode instruction pointer as text, with its symbol. */
  readonly at: string;
  readonly details: readonly Detail[];
}

export interface Detail {
  readonly name: string;
  readonly value: string;
  readonly reference?: string;
}

/** l4/addressSpaces: { threadId? } selects the task that is shown first. */
export interface AddressSpacesArguments {
  readonly threadId?: number;
}
export interface AddressSpacesAnswer {
  readonly note?: string;
  readonly focusedTask?: number;
  readonly spaces: readonly SpaceRow[];
}
export interface SpaceRow {
  readonly task: number;
  readonly name: string;
  readonly pageDirectory: string;
  /** "large" or "small, slot 3". */
  readonly kind: string;
  readonly chief: string;
  readonly pages: number;
  /** How many of them are of 4 MB. */
  readonly largePages: number;
  readonly regions: readonly RegionRow[];
}
/** Pages of one size that are neighbours with equal rights. */
export interface RegionRow {
  readonly start: string;
  readonly end: string;
  readonly reference: string;
  readonly pages: number;
  /** "4 KB", "4 MB" */
  readonly pageSize: string;
  /** "rw", "r-" */
  readonly rights: string;
  readonly accessed: number;
  readonly dirty: number;
  readonly entries: readonly PageRow[];
}
export interface PageRow {
  readonly address: string;
  readonly reference: string;
  readonly physical: string;
  /** "4 KB", "4 MB" */
  readonly size: string;
  readonly rights: string;
  readonly accessed: boolean;
  readonly dirty: boolean;
  /** Whose mapping it came from: "4 linux at 0x0061a000"; empty for σ0. */
  readonly mappedBy: string;
}

/** l4/mappingDatabase: the trees of the frames that a task maps (threadId), or of one address in it. */
export interface MappingDatabaseArguments {
  readonly threadId?: number;
  /** DAP memory reference; the answer is then the one tree of that page. */
  readonly reference?: string;
}
export interface MappingDatabaseAnswer {
  readonly note?: string;
  readonly title: string;
  readonly trees: readonly MappingTree[];
}
export interface MappingTree {
  readonly frame: string;
  /** Of the frame: "4 KB", "4 MB"; mappings of less than 4 MB show some of it. */
  readonly size: string;
  readonly root: MappingRow;
  /** From σ0's mapping down to the focused one; empty if none is focused. */
  readonly chain: readonly MappingLink[];
}
export type MappingLink = Omit<MappingRow, 'children' | 'focused'>;
export interface MappingRow {
  readonly task: number;
  /** "5 hello" */
  readonly name: string;
  readonly address: string;
  readonly reference: string;
  /** "4 KB", "4 MB" */
  readonly size: string;
  readonly rights: string;
  /** True on the mapping that was asked for. */
  readonly focused: boolean;
  readonly children: readonly MappingRow[];
}

/** l4/tlb: no arguments. */
export interface TlbAnswer {
  readonly kind: string;
  readonly units: readonly TlbUnit[];
}
export interface TlbUnit {
  /** "Instruction TLB", "Data TLB, 4 KB pages", "Data TLB, 4 MB pages" */
  readonly name: string;
  readonly hits: number;
  readonly misses: number;
  readonly flushes: number;
  readonly entries: readonly TlbRow[];
}
export interface TlbRow {
  readonly set: number;
  readonly way: number;
  readonly linear: string;
  readonly reference: string;
  readonly physical: string;
  readonly rights: string;
  readonly dirty: boolean;
  /** The space that filled it: "5 hello"; "kernel" for kernel addresses. */
  readonly space: string;
  readonly filledAt: number;
  readonly nextVictim: boolean;
  /** The page tables say something else now. */
  readonly stale: boolean;
}

/** l4/kernelQueues: no arguments. */
export interface KernelQueuesAnswer {
  /** Which of the queues the kernel is changing, or why there are none. */
  readonly note?: string;
  readonly queues?: {
    /** The kernel's time since it started: "1.25 s". */
    readonly clock: string;
    /** The most urgent first. */
    readonly ready: readonly ReadyRingRow[];
    readonly senders: readonly SendQueueRow[];
    /** The next one first. */
    readonly sleepers: readonly SleeperRow[];
    readonly ipc: readonly IpcRow[];
  };
}
export interface QueuedThread {
  /** DAP thread id. */
  readonly threadId: number;
  /** "5.0 hello (pid 1)" */
  readonly name: string;
}
export interface ReadyRingRow {
  readonly priority: number;
  /** The next one first. A remark is "running", or why a thread is there that cannot run; else empty. */
  readonly threads: readonly (QueuedThread & {
    readonly remark: string;
    /** What is left of its time slice: "9.5 ms". */
    readonly timeslice: string;
  })[];
}
export interface SendQueueRow {
  readonly receiver: QueuedThread;
  readonly state: string;
  /** The one that came first is first. */
  readonly senders: readonly (QueuedThread & {
    /** "2 dwords (0x00000001 0x00000002)", "page fault at 0x08049000 (write), EIP 0x08048123" */
    readonly message: string;
    /** "waits for ever", "gives up in 3.5 ms" */
    readonly timeout: string;
  })[];
}
export interface SleeperRow extends QueuedThread {
  readonly wakesAt: string;
  readonly remaining: string;
  /** "sleeps", "receives from 4.0 linux (main)" */
  readonly waitsFor: string;
}
export interface IpcRow {
  /** DAP thread id of the thread that is in this IPC, or of the sender of a long one. */
  readonly threadId: number;
  readonly sender: string;
  readonly receiver: string;
  /** "waits to send", "is being carried", "is waited for" */
  readonly phase: string;
  /** As in SendQueueRow; empty where only an answer is waited for. */
  readonly message: string;
}

/** l4/flameGraph: { systemCall?: name } restricts it to the paths of one system call. */
export interface FlameGraphArguments {
  readonly systemCall?: string;
}
export interface FlameGraphAnswer {
  readonly title: string;
  readonly unit: 'instructions';
  readonly systemCalls: readonly string[];
  readonly root: FlameNode;
  /** The graph as indented text: for screen readers, for copying, for a terminal. */
  readonly text: string;
}

/** The worlds a frame can belong to; the colour of the flame graph. */
export const WORLDS = ['user', 'library', 'kernel', 'server', 'sigma0', 'idle'] as const;
export type World = (typeof WORLDS)[number];

export interface FlameNode {
  readonly name: string;
  readonly world: World;
  /** Instructions in this frame and all it called. */
  readonly total: number;
  readonly self: number;
  readonly children: readonly FlameNode[];
}

/** l4/consoleInput: text typed by the person, for the guest's standard input. `end` drops the carrier. */
export interface ConsoleInputArguments {
  readonly text?: string;
  readonly end?: boolean;
}

export interface ConsoleOutput {
  readonly stream: 'stdout' | 'stderr' | 'kernel';
  /** Already filtered: no title, clipboard or link escape sequences. */
  readonly text: string;
}
