// The Threads view's model: every thread of the kernel, what it does and whom it waits for.
import type { Detail, ThreadRow, ThreadsAnswer } from '../../protocol/requests.ts';
import { formatReference, hex32, spaceOf } from '../addresses.ts';
import type { System } from '../system.ts';
import type { EngineThread } from '../threads.ts';

/** The kernel's enumerators, as people say them. */
const STATES: Readonly<Record<string, string>> = {
  THREAD_INACTIVE: 'inactive',
  THREAD_READY: 'ready',
  THREAD_SENDING: 'sending',
  THREAD_TRANSFERRING: 'transferring a long message',
  THREAD_RECEIVING: 'receiving',
  THREAD_WAITING: 'waiting',
  THREAD_PAGE_FAULT_SEND: 'page fault, sending',
  THREAD_PAGE_FAULT_REPLY: 'page fault, waiting',
  THREAD_PREEMPTION_SEND: 'preempted, sending',
  THREAD_PREEMPTION_REPLY: 'preempted, waiting',
  THREAD_DEAD: 'dead',
};

export function threadsModel(system: System): ThreadsAnswer {
  const { threads, isChanging } = system.threads.list();
  const rows = threads.map((thread) => row(thread, threads, system));
  return isChanging ? { threads: rows, note: 'The thread list is changing.' } : { threads: rows };
}

function row(thread: EngineThread, all: readonly EngineThread[], system: System): ThreadRow {
  const kernel = thread.kernelThread;
  const pc = thread.userRegisters[8];
  const state = kernel === undefined ? thread.waitsFor || 'running' : stateOf(kernel.state);
  return {
    threadId: thread.dapId,
    id: thread.id,
    name: thread.name,
    task: thread.task,
    state: thread.isCurrent ? 'running' : state,
    running: thread.isCurrent,
    priority: kernel?.priority ?? 0,
    timeslice: kernel?.timesliceLeft ?? 0,
    pager: kernel === undefined ? '' : system.threads.nameOf(kernel.pager),
    waitsFor: thread.waitsFor,
    waitsForThreadId: waitsForThread(thread, all),
    at: pc === undefined ? '' : `${system.stacks.describe(thread.task, pc)} (${hex32(pc)})`,
    details: details(thread, system),
  };
}

export function stateOf(enumerator: string): string {
  return STATES[enumerator] ?? enumerator;
}

function waitsForThread(thread: EngineThread, all: readonly EngineThread[]): number | undefined {
  const partner = thread.kernelThread?.partner;
  const waits = thread.waitsFor !== '' && partner !== undefined;
  return waits ? all.find((other) => other.kernelThread?.id.low === partner.low)?.dapId : undefined;
}

function details(thread: EngineThread, system: System): Detail[] {
  const [, , , , esp, , , , eip] = thread.userRegisters;
  const list: Detail[] = [];
  if (eip !== undefined) {
    list.push(codeDetail('user EIP', thread, eip, system));
  }
  if (esp !== undefined) {
    const reference = formatReference(spaceOf(esp, thread.task), esp);
    list.push({ name: 'user ESP', value: hex32(esp), reference });
  }
  const { kernelThread } = thread;
  if (kernelThread !== undefined) {
    const id = `${hex32(kernelThread.id.low)} ${hex32(kernelThread.id.high)}`;
    list.push({ name: 'thread id', value: id });
    const at = kernelThread.control.address;
    list.push({ name: 'struct tcb', value: hex32(at), reference: formatReference(0, at) });
  }
  return list;
}

function codeDetail(name: string, thread: EngineThread, address: number, system: System): Detail {
  return {
    name,
    value: `${hex32(address)} ${system.stacks.describe(thread.task, address)}`,
    reference: formatReference(spaceOf(address, thread.task), address),
  };
}
