// The breakpoints of a session: on source lines, functions and addresses of code, and on kernel events. Each has
// an id, an optional condition, and a hit count; a request replaces all of its kind.
import { FormatError } from '../base/bytes.ts';
import { evaluate, type EvaluationScope } from '../symbols/expression/evaluate.ts';
import { numberOf } from '../symbols/values.ts';
import { isKernelAddress } from './addresses.ts';
import { Condition } from './conditions.ts';
import type { CodeLocation } from './codeWatch.ts';
import { eventNamed, type EventDefinition, type EventOccurrence } from './events.ts';
import type { LoadedImage } from './images.ts';
import type { System } from './system.ts';
import { whenTaskEnds } from './taskEnds.ts';
import { describeEvent } from './eventText.ts';

export type BreakpointKind = string;

export interface BreakpointState {
  readonly id: number;
  readonly verified: boolean;
  readonly message?: string;
  /** Of a breakpoint on a source line that has become one by an image that came later. */
  readonly line?: number;
}

interface Active {
  readonly kind: BreakpointKind;
  readonly remove: () => void;
  /** An image has come that may hold its place. */
  readonly imageAdded?: (image: LoadedImage) => void;
}

/** Where a breakpoint is in an image. */
export interface Place {
  readonly locations: readonly CodeLocation[];
  readonly line?: number;
}

export interface CodeBreakpointRequest {
  readonly locations: readonly CodeLocation[];
  /** Where it is in an image that is loaded later, when a process executes it; undefined: nowhere. */
  readonly later?: (image: LoadedImage, isPending: boolean) => Place | undefined;
  /** Why it has no location yet. */
  readonly pending?: string;
  /** C expression in the scope of the innermost frame. */
  readonly condition?: string;
  /** DAP hit condition: "5", ">5", ">=5", "%5", "==5". */
  readonly hitCondition?: string;
  /** Text to log instead of stopping; {expression} is replaced. */
  readonly logMessage?: string;
}

export interface EventBreakpointRequest {
  readonly event: string;
  readonly condition?: string;
  readonly hitCondition?: string;
  /** Set when an exception filter asked for it. */
  readonly filter?: string;
}

export class Breakpoints {
  private readonly system: System;
  private readonly scope: () => EvaluationScope;
  private readonly log: (text: string) => void;
  private readonly changed: (state: BreakpointState) => void;
  private readonly active = new Map<number, Active>();
  private nextId = 1;

  /** `changed` hears of breakpoints that end by themselves. */
  constructor(
    system: System,
    scope: () => EvaluationScope,
    log: (text: string) => void,
    changed: (state: BreakpointState) => void,
  ) {
    this.system = system;
    this.scope = scope;
    this.log = log;
    this.changed = changed;
    system.images.onAdded((image) => this.active.forEach((each) => each.imageAdded?.(image)));
  }

  /** Removes all breakpoints of a kind ("source /a/b.c", "function", "filter", "instruction"). */
  clear(kind: BreakpointKind): void {
    for (const [id, breakpoint] of this.active) {
      if (breakpoint.kind === kind) {
        breakpoint.remove();
        this.active.delete(id);
      }
    }
  }

  addCode(kind: BreakpointKind, request: CodeBreakpointRequest): BreakpointState {
    const id = this.nextId++;
    let hits = 0;
    const counts = hitTest(request.hitCondition);
    const listener = (): boolean => {
      if (request.condition !== undefined && !this.isTrue(request.condition)) {
        return false;
      }
      hits += 1;
      if (!counts(hits)) {
        return false;
      }
      if (request.logMessage !== undefined) {
        this.log(this.interpolate(request.logMessage));
        return false;
      }
      return this.system.execution.requestStop({ kind: 'breakpoint', ids: [id] });
    };
    const removals = request.locations.map((each) => this.system.watch.add(each, listener));
    const remove = (): void => removals.forEach((each) => each());
    for (const task of tasksOf(request.locations)) {
      removals.push(whenTaskEnds(this.system, task, () => this.endWithTask(id, task)));
    }
    const isBound = request.locations.length > 0;
    const imageAdded = this.placeLater(id, request, isBound, (location) =>
      removals.push(this.system.watch.add(location, listener)),
    );
    this.active.set(id, { kind, remove, imageAdded });
    return isBound ? { id, verified: true } : { id, verified: false, message: request.pending };
  }

  /** What a breakpoint does when an image comes; its first place makes it a verified one. */
  private placeLater(
    id: number,
    { later }: CodeBreakpointRequest,
    isBoundNow: boolean,
    add: (location: CodeLocation) => void,
  ): ((image: LoadedImage) => void) | undefined {
    let isBound = isBoundNow;
    return later === undefined
      ? undefined
      : (image) => {
          const place = later(image, !isBound);
          place?.locations.forEach(add);
          if (place !== undefined && place.locations.length > 0 && !isBound) {
            isBound = true;
            this.changed({ id, verified: true, line: place.line });
          }
        };
  }

  /** The next task of the same number is another program. */
  private endWithTask(id: number, task: number): void {
    const breakpoint = this.active.get(id);
    if (breakpoint !== undefined) {
      breakpoint.remove();
      this.active.delete(id);
      const message = `Task ${task}, which this address belonged to, has ended.`;
      this.changed({ id, verified: false, message });
    }
  }

  /** Throws FormatError if there is no such event or the condition is malformed. */
  addEvent(kind: BreakpointKind, request: EventBreakpointRequest): BreakpointState {
    const definition = eventNamed(request.event);
    if (definition === undefined) {
      throw new FormatError(`There is no event "${request.event}".`);
    }
    const id = this.nextId++;
    const { count, problems } = this.system.events.probesOf(definition);
    const condition =
      request.condition === undefined || request.condition.trim() === ''
        ? undefined
        : new Condition(request.condition, fieldNames(definition));
    const test = hitTest(request.hitCondition);
    let hits = 0;
    const remove = this.system.events.listen(definition, (occurrence) => {
      const next = hits + 1;
      if (condition?.holds(occurrence.fields, next, this.system.conditionNames) === false) {
        hits += conditionCountsHits(condition) ? 1 : 0;
        return false;
      }
      hits = next;
      return test(hits) && this.stopAt(id, request, occurrence);
    });
    this.active.set(id, { kind, remove });
    const message =
      problems[0] ?? (count > 0 ? undefined : `This system has no probe for "${request.event}".`);
    return { id, verified: count > 0, message };
  }

  private stopAt(
    id: number,
    request: EventBreakpointRequest,
    occurrence: EventOccurrence,
  ): boolean {
    const text = describeEvent(occurrence, this.system);
    return this.system.execution.requestStop(
      request.filter === undefined
        ? { kind: 'event', ids: [id], text }
        : { kind: 'filter', filter: request.filter, text },
    );
  }

  /** A condition that cannot be evaluated here stops: better than never knowing. */
  private isTrue(condition: string): boolean {
    try {
      return numberOf(evaluate(condition, this.scope())) !== 0;
    } catch (error) {
      this.log(error instanceof Error ? error.message : String(error));
      return true;
    }
  }

  private interpolate(message: string): string {
    return message.replace(/\{([^}]*)\}/g, (_, expression: string) => {
      try {
        return String(numberOf(evaluate(expression, this.scope())) ?? '?');
      } catch (error) {
        return `<${error instanceof Error ? error.message : String(error)}>`;
      }
    });
  }
}

/** The tasks that the user addresses among the locations belong to. */
function tasksOf(locations: readonly CodeLocation[]): Set<number> {
  const tasks = new Set<number>();
  for (const location of locations) {
    if (location.kind === 'space' && !isKernelAddress(location.address)) {
      tasks.add(location.task);
    }
  }
  return tasks;
}

/** "hits > 10" must see every occurrence counted, or it could never become true. */
function conditionCountsHits(condition: Condition): boolean {
  return /\bhits\b/.test(condition.text);
}

/** The names that a condition on an event may use for its fields. */
export function fieldNames(definition: EventDefinition): ReadonlySet<string> {
  const names = new Set(
    definition.fields.map((rule) => (rule.from === 'word' ? 'words' : rule.name)),
  );
  names.add('thread');
  if (definition.name === 'pf-rpc') {
    names.add('addr').add('write');
  } else if (definition.name === 'page-fault') {
    names.add('write');
  }
  return names;
}

/** Parses a DAP hit condition. Throws FormatError with one sentence. */
export function hitTest(text: string | undefined): (hits: number) => boolean {
  if (text === undefined || text.trim() === '') {
    return () => true;
  }
  const match = /^\s*(==|>=|<=|>|<|=|%)?\s*(\d+)\s*$/.exec(text);
  if (match === null) {
    throw new FormatError(`The hit count "${text}" is not valid: write 5, >5, >=5, <5 or %5.`);
  }
  const count = Number(match[2]);
  const tests: Record<string, (hits: number) => boolean> = {
    '>': (hits) => hits > count,
    '>=': (hits) => hits >= count,
    '<': (hits) => hits < count,
    '<=': (hits) => hits <= count,
    '%': (hits) => count > 0 && hits % count === 0,
  };
  return tests[match[1] ?? ''] ?? ((hits) => hits === count);
}
