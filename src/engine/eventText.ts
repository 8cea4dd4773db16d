// Events as people read them: who, to whom, what. One place, for stops, traces and the demonstration.
import { messageName } from '../l4linux/libraryMessages.ts';
import { systemCallName } from '../l4linux/systemCallNames.ts';
import { hex32 } from './addresses.ts';
import type { FieldValue } from './conditions.ts';
import type { EventOccurrence } from './events.ts';
import { ROOT_TASK } from './images.ts';
import type { System } from './system.ts';

/** One line: "IPC send: 5.0 hello (pid 1) to 4.0 linux (main): write (words 0x00000004 0xbffffe60)". */
export function describeEvent(occurrence: EventOccurrence, system: System): string {
  const { definition, fields } = occurrence;
  const from = fields.get('from') ?? fields.get('process');
  const to = fields.get('to');
  const actors = [
    from === undefined ? '' : formatField(from, system),
    to === undefined ? '' : `${from === undefined ? '' : 'to '}${formatField(to, system)}`,
  ];
  const who = actors.filter((actor) => actor !== '').join(' ');
  const parts = [definition.label, who, detailsOf(occurrence, system)];
  return parts.filter((part) => part !== '').join(': ');
}

function detailsOf(occurrence: EventOccurrence, system: System): string {
  const details: string[] = [];
  const call = systemCallOf(occurrence, system);
  if (call !== undefined) {
    details.push(call);
  }
  for (const [name, value] of occurrence.fields) {
    const isSaid = ['from', 'to', 'process', 'thread'].includes(name);
    if (name === 'words' && value.kind === 'words') {
      details.push(`(words ${value.words.map(hex32).join(' ')})`);
    } else if (!isSaid && !(name === 'number' && call !== undefined)) {
      details.push(`${name} ${formatField(value, system)}`);
    }
  }
  return details.join(call !== undefined && details.length === 2 ? ' ' : ', ');
}

/** The Linux system call, or whatever else a message to the server is, that an event is about, by name. */
export function systemCallOf(occurrence: EventOccurrence, system: System): string | undefined {
  const { fields, definition } = occurrence;
  const number = fields.get('number');
  if (number?.kind === 'number' && definition.provider !== 'l4') {
    return systemCallName(number.value);
  }
  const [from, to, words] = [fields.get('from'), fields.get('to'), fields.get('words')];
  const isCall =
    definition.name === 'ipc-send' &&
    system.linux !== undefined &&
    to?.kind === 'thread' &&
    to.task === ROOT_TASK &&
    from?.kind === 'thread' &&
    from.task > ROOT_TASK;
  return isCall && words?.kind === 'words' ? messageName(words.words[0]) : undefined;
}

export function formatField(value: FieldValue, system: System): string {
  switch (value.kind) {
    case 'thread':
      return value.irq === undefined
        ? system.threads.nameOfThread(value.task, value.lthread)
        : `irq ${value.irq}`;
    case 'task':
      return system.spaces.taskLabel(value.task);
    case 'number':
      return value.isAddress ? hex32(value.value) : String(value.value);
    case 'words':
      return value.words.map(hex32).join(' ');
    case 'text':
      return value.text;
    case 'interval':
      return `[${value.low}, ${value.high})`;
  }
}
