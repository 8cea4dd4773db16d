// Traces events as JSON, one object a line: instruction, event, and its fields as a person reads them.
import { eventNamed, EVENTS, type EventOccurrence } from './events.ts';
import { describeEvent, formatField } from './eventText.ts';
import type { System } from './system.ts';
import { EXIT, UserError } from './userError.ts';

/** Listens to the named events ("ipc-send,map"); `write` takes each line. Throws UserError for an unknown name. */
export function traceEvents(system: System, names: string, write: (line: string) => void): void {
  for (const name of names.split(',').map((each) => each.trim())) {
    const definition = eventNamed(name);
    if (definition === undefined) {
      const known = EVENTS.map((event) => event.name).join(', ');
      throw new UserError(
        `There is no event "${name}" to trace; the events are ${known}.`,
        EXIT.badArguments,
      );
    }
    system.events.listen(definition, (occurrence) => {
      write(JSON.stringify(traceRecord(occurrence, system)));
      return false;
    });
  }
}

function traceRecord(occurrence: EventOccurrence, system: System): Record<string, unknown> {
  const record: Record<string, unknown> = {
    instruction: occurrence.instruction,
    event: occurrence.definition.name,
  };
  for (const [name, value] of occurrence.fields) {
    if (value.kind === 'words') {
      record.words = value.words;
    } else if (value.kind === 'number') {
      record[name] = value.value;
    } else {
      record[name] = formatField(value, system);
    }
  }
  return { ...record, text: describeEvent(occurrence, system) };
}
