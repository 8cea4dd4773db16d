// The end of a task: on L4 its first thread is deleted (a program that executes another one gets a new task of the same
// number); on the native system a "task" is a process's memory, which ends with the process or with its program.
import { eventNamed } from './events.ts';
import type { System } from './system.ts';

const ON_L4 = ['thread-delete'];
const NATIVE = ['exit', 'exec'];

/** Calls `listener` when the task ends; the function returned stops listening. */
export function whenTaskEnds(system: System, task: number, listener: () => void): () => void {
  const names = system.kernel === undefined ? NATIVE : ON_L4;
  const removals = names.map((name) => {
    const definition = eventNamed(name);
    if (definition === undefined) {
      throw new Error(`There is no event "${name}".`);
    }
    return system.events.listen(definition, ({ fields }) => {
      const ended = fields.get('thread') ?? fields.get('process');
      const isFirst = ended?.kind === 'task' || (ended?.kind === 'thread' && ended.lthread === 0);
      if (isFirst && ended.task === task) {
        listener();
      }
      return false;
    });
  });
  return () => removals.forEach((remove) => remove());
}
