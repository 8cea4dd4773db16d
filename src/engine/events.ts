// The kernel events that a person can break on or trace: THE table, and how each is made from its probe.
// Names and order of a probe's arguments stand in guest/include/l4/probes.h.
import type { FieldValue, Fields } from './conditions.ts';

export type FieldKind = 'number' | 'address' | 'thread' | 'space' | 'text';

/** A field of an event, and which arguments of the probe it is made from. */
interface FieldRule {
  readonly name: string;
  /**
   * tcb, space, process: a pointer to that structure; id: two arguments, low and high; word: words[n];
   * number and address: as they are; text: a pointer to a string.
   */
  readonly from: 'tcb' | 'space' | 'process' | 'id' | 'word' | 'number' | 'address' | 'text';
}

export interface EventDefinition {
  readonly name: string;
  readonly provider: string;
  readonly probe: string;
  readonly label: string;
  readonly fields: readonly FieldRule[];
  /** True for the events that are offered as exception filters. */
  readonly isFilter: boolean;
  readonly example: string;
}

function field(from: FieldRule['from'], name: string): FieldRule {
  return { from, name };
}

// prettier-ignore
export const EVENTS: readonly EventDefinition[] = [
  event('ipc-send', 'l4', 'IPC send', 'to == linux && words[0] == SYS_write', true,
    field('tcb', 'from'), field('id', 'to'), field('number', 'sendDescriptor'), field('number', 'receiveDescriptor'), field('word', '0'), field('word', '1')),
  event('ipc-receive', 'l4', 'IPC receive', 'from == linux', true,
    field('tcb', 'to'), field('id', 'from'), field('word', '0'), field('word', '1'), field('number', 'result')),
  event('page-fault', 'l4', 'Page fault', 'addr in [0x1000, 0x2000)', true,
    field('tcb', 'from'), field('address', 'addr'), field('number', 'errorCode'), field('address', 'eip')),
  event('pf-rpc', 'l4', 'Page-fault RPC to the pager', 'to == linux && write', true,
    field('tcb', 'from'), field('id', 'to'), field('word', '0'), field('address', 'eip')),
  event('linux-syscall', 'linux', 'Linux system call', 'number == SYS_write', true,
    field('process', 'process'), field('number', 'number'), field('address', 'frame')),
  event('linux-syscall-return', 'linux', 'Linux system call returns', 'result < 0', false,
    field('process', 'process'), field('number', 'number'), field('number', 'result')),
  event('map', 'l4', 'Map', 'to == task(5)', false,
    field('space', 'from'), field('space', 'to'), field('address', 'fromAddress'), field('address', 'addr'), field('number', 'size'), field('number', 'writable')),
  event('grant', 'l4', 'Grant', 'to == task(5)', false,
    field('space', 'from'), field('space', 'to'), field('address', 'fromAddress'), field('address', 'addr'), field('number', 'size'), field('number', 'writable')),
  event('unmap', 'l4', 'Unmap', 'from == linux', false,
    field('space', 'from'), field('address', 'addr'), field('number', 'size'), field('number', 'mask')),
  event('thread-switch', 'l4', 'Thread switch', 'to == linux', false, field('tcb', 'from'), field('tcb', 'to')),
  event('switch-space', 'l4', 'Address-space switch', 'to == linux', false, field('space', 'from'), field('space', 'to')),
  event('small-space-switch', 'l4', 'Switch of space by segments alone', 'to == linux', false, field('space', 'from'), field('space', 'to')),
  event('segment-flip', 'l4', 'Thread segment turned over', 'thread in task(5)', false,
    field('tcb', 'thread'), field('number', 'selector'), field('number', 'expandsDown'), field('address', 'eip')),
  event('tlb-flush', 'l4', 'TLB flush (CR3 load)', 'hits > 10', false, field('space', 'to')),
  event('irq-ipc', 'l4', 'Interrupt message', 'irq == 0', false, field('number', 'irq'), field('tcb', 'to')),
  event('exception', 'l4', 'Exception', 'vector == 13', false,
    field('tcb', 'from'), field('number', 'vector'), field('number', 'errorCode'), field('address', 'eip')),
  event('thread-create', 'l4', 'Thread created', 'thread in task(5)', false, field('tcb', 'thread')),
  event('thread-delete', 'l4', 'Thread deleted', 'thread in task(5)', false, field('tcb', 'thread')),
  event('wakeup', 'l4', 'Timeout has run out', 'thread == linux', false, field('tcb', 'thread')),
  event('exec', 'linux', 'Program loaded', 'hits == 1', false, field('process', 'process')),
  event('exit', 'linux', 'Process ends', 'status != 0', false, field('process', 'process'), field('number', 'status')),
  event('coroutine-switch', 'linux', 'Coroutine switch in the server', 'hits > 10', false, field('number', 'fromProcess'), field('number', 'toProcess')),
  event('fork', 'linux', 'Process forks', 'hits == 1', false, field('process', 'process'), field('process', 'child')),
  event('signal-deliver', 'linux', 'Signal delivered', 'signal == 11', false, field('process', 'process'), field('number', 'signal')),
  event('syscall-entry', 'emulation', 'Emulation library entered', 'number == SYS_write', false, field('number', 'number')),
  event('syscall-exit', 'emulation', 'Emulation library left', 'result < 0', false, field('number', 'result')),
  event('trampoline', 'emulation', 'int 0x80 caught by the trampoline', 'number == SYS_write', false, field('number', 'number')),
  event('panic', 'l4', 'Kernel panic', 'hits == 1', false, field('text', 'message')),
  { ...event('panic', 'linux', 'Linux panic', 'hits == 1', false, field('text', 'message')), name: 'linux-panic' },
];

function event(
  name: string,
  provider: string,
  label: string,
  example: string,
  isFilter: boolean,
  ...fields: FieldRule[]
): EventDefinition {
  return { name, provider, probe: name, label, fields, isFilter, example };
}

export function eventNamed(name: string): EventDefinition | undefined {
  return EVENTS.find((each) => each.name === name);
}

/** One event that happened. */
export interface EventOccurrence {
  readonly definition: EventDefinition;
  readonly instruction: number;
  readonly fields: Fields;
  /** The probe's arguments as they were. */
  readonly raw: readonly number[];
}

/** How pointers in a probe's arguments become threads, tasks and processes. */
export interface FieldReaders {
  threadOfControl(address: number): FieldValue;
  taskOfSpace(address: number): FieldValue;
  taskOfProcess(address: number): FieldValue;
  threadOfId(low: number, high: number): FieldValue;
  text(address: number): string;
}

export function decodeFields(
  definition: EventDefinition,
  raw: readonly number[],
  readers: FieldReaders,
): Fields {
  const fields = new Map<string, FieldValue>();
  const words: number[] = [];
  let next = 0;
  const take = (): number => raw[next++] ?? 0;
  for (const rule of definition.fields) {
    if (rule.from === 'word') {
      words[Number(rule.name)] = take();
    } else {
      fields.set(rule.name, decodeField(rule, take, readers));
    }
  }
  if (words.length > 0) {
    fields.set('words', { kind: 'words', words });
  }
  addDerived(definition, fields, words);
  return fields;
}

function decodeField(rule: FieldRule, take: () => number, readers: FieldReaders): FieldValue {
  switch (rule.from) {
    case 'tcb':
      return readers.threadOfControl(take());
    case 'space':
      return readers.taskOfSpace(take());
    case 'process':
      return readers.taskOfProcess(take());
    case 'id': {
      const low = take();
      return readers.threadOfId(low, take());
    }
    case 'text':
      return { kind: 'text', text: readers.text(take()) };
    default:
      return { kind: 'number', value: take(), isAddress: rule.from === 'address' };
  }
}

/** What is not an argument of its own: the fault address and direction in a page-fault message or error code. */
function addDerived(
  definition: EventDefinition,
  fields: Map<string, FieldValue>,
  words: readonly number[],
): void {
  const number = (value: number, isAddress = false): FieldValue => ({
    kind: 'number',
    value,
    isAddress,
  });
  if (definition.name === 'pf-rpc') {
    fields.set('addr', number((words[0] & ~3) >>> 0, true));
    fields.set('write', number((words[0] >>> 1) & 1));
  } else if (definition.name === 'page-fault') {
    const code = fields.get('errorCode');
    fields.set('write', number(code?.kind === 'number' ? (code.value >>> 1) & 1 : 0));
  } else if (definition.name.endsWith('-return') || definition.name === 'syscall-exit') {
    const result = fields.get('result');
    if (result?.kind === 'number') {
      fields.set('result', number(result.value | 0));
    }
  }
  const actor = fields.get('from') ?? fields.get('process');
  if (actor !== undefined && !fields.has('thread')) {
    fields.set('thread', actor);
  }
}
