// The scope in which a C expression is evaluated: the variables of a frame, globals, registers, enumerators.
import { strip, type Type } from '../symbols/dwarf/types.ts';
import { INT, UNSIGNED, type EvaluationScope } from '../symbols/expression/evaluate.ts';
import type { SymbolImage } from '../symbols/image.ts';
import { REGISTER_NAMES } from '../symbols/unwind.ts';
import { scalar, valueAt, type ReadMemory, type Value } from '../symbols/values.ts';
import { spaceOf } from './addresses.ts';
import type { StackFrame } from './stacks.ts';
import type { System } from './system.ts';
import type { EngineThread } from './threads.ts';

/** The scope of frame `index` of the running thread. */
export function frameScope(system: System, index: number): EvaluationScope {
  const thread = system.threads.current();
  const frame = system.stacks.framesOf(thread)[index];
  return scopeOf(system, thread, frame);
}

export function scopeOf(
  system: System,
  thread: EngineThread,
  frame: StackFrame | undefined,
): EvaluationScope {
  const read: ReadMemory = (address, length) =>
    system.spaces.read(spaceOf(address, thread.task), address, length);
  const images = imagesInOrder(system, thread.task, frame);
  return {
    read,
    lookup: (name) =>
      register(name, thread, frame, system) ??
      local(name, system, frame, thread.task) ??
      first(images, (image) => global(image, name, read)) ??
      first(images, (image) => enumerator(image, name)),
    type: (name) => first(images, (image) => image.types.named(normaliseType(name))),
  };
}

/** The frame's own image first, then the others of its space: a program may be asked about kernel variables. */
function imagesInOrder(system: System, task: number, frame: StackFrame | undefined): SymbolImage[] {
  const all = system.images.of(task).map((image) => image.symbols);
  const own = frame?.image?.symbols;
  return own === undefined ? all : [own, ...all.filter((image) => image !== own)];
}

function first<T>(
  images: readonly SymbolImage[],
  find: (image: SymbolImage) => T | undefined,
): T | undefined {
  for (const image of images) {
    const found = find(image);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function register(
  name: string,
  thread: EngineThread,
  frame: StackFrame | undefined,
  system: System,
): Value | undefined {
  if (!name.startsWith('$')) {
    return undefined;
  }
  const index = REGISTER_NAMES.indexOf(name.slice(1) as (typeof REGISTER_NAMES)[number]);
  if (index >= 0) {
    const value = (frame?.machine.registers ?? thread.registers)[index];
    return value === undefined
      ? { type: UNSIGNED, bytes: undefined, address: undefined }
      : scalar(UNSIGNED, value);
  }
  const others = system.machine.registers() as unknown as Record<string, number | undefined>;
  const other = others[name.slice(1)];
  return other === undefined ? undefined : scalar(UNSIGNED, other);
}

function local(
  name: string,
  system: System,
  frame: StackFrame | undefined,
  task: number,
): Value | undefined {
  const variables = frame === undefined ? [] : system.stacks.variablesOf(frame, task);
  return variables.find((variable) => variable.name === name)?.value;
}

function global(image: SymbolImage, name: string, read: ReadMemory): Value | undefined {
  const found = image.global(name);
  if (found !== undefined) {
    return valueAt(found.type, found.address, read);
  }
  const code = image.functionNamed(name);
  return code === undefined ? undefined : scalar(pointerTo({ kind: 'function' }), code.low);
}

function pointerTo(target: Type): Type {
  return { kind: 'pointer', size: 4, target };
}

function enumerator(image: SymbolImage, name: string): Value | undefined {
  const value = image.types.enumerator(name);
  return value === undefined ? undefined : scalar(INT, value);
}

/** "unsigned" and "char unsigned" as DWARF spells them. */
function normaliseType(name: string): string {
  const short: Record<string, string> = {
    unsigned: 'unsigned int',
    short: 'short int',
    long: 'long int',
  };
  return short[name] ?? name;
}

export function isAggregate(type: Type): boolean {
  return ['struct', 'union', 'array', 'pointer'].includes(strip(type).kind);
}
