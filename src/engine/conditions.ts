// Conditions of event breakpoints: C operators over an event's fields, task names, SYS_ names, "in" with
// intervals and task(n), and hits. One grammar for filters, function breakpoints and traces.
//   to == linux && words[0] == SYS_write      addr in [0x1000, 0x2000)      from in task(5)      hits > 10
import { FormatError } from '../base/bytes.ts';
import { parseExpression, type Expression } from '../symbols/expression/parser.ts';

export type FieldValue =
  | { readonly kind: 'number'; readonly value: number; readonly isAddress: boolean }
  | {
      readonly kind: 'thread';
      readonly task: number;
      readonly lthread: number;
      readonly irq?: number;
    }
  | { readonly kind: 'task'; readonly task: number }
  | { readonly kind: 'words'; readonly words: readonly number[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'interval'; readonly low: number; readonly high: number };

export type Fields = ReadonlyMap<string, FieldValue>;

/** Names that stand for the same thing in every event: tasks and system calls. */
export interface ConditionNames {
  /** The task of a name such as "linux" or "hello"; undefined if there is none now. */
  task(name: string): number | undefined;
  systemCall(name: string): number | undefined;
}

/** A parsed condition; `holds` is false for an event that lacks a value it asks for. */
export class Condition {
  readonly text: string;
  private readonly expression: Expression;

  /** Throws FormatError with one sentence if the text is malformed or names a field that no event of `known` has. */
  constructor(text: string, known: ReadonlySet<string>) {
    this.text = text;
    this.expression = parseExpression(text);
    checkNames(this.expression, known, text);
  }

  holds(fields: Fields, hits: number, names: ConditionNames): boolean {
    const all = new Map(fields);
    all.set('hits', { kind: 'number', value: hits, isAddress: false });
    const value = new ConditionEvaluator(all, names).value(this.expression);
    return value !== undefined && truth(value);
  }
}

/** A name that is neither a field nor SYS_... is taken for a task's name; a mistyped field is told apart by use. */
function checkNames(expression: Expression, known: ReadonlySet<string>, text: string): void {
  switch (expression.kind) {
    case 'index':
      if (expression.object.kind !== 'name' || !known.has(expression.object.name)) {
        throw new FormatError(
          `The condition "${text}" is not valid: only words[n] has elements here.`,
        );
      }
      checkNames(expression.index, known, text);
      break;
    case 'unary':
      checkNames(expression.operand, known, text);
      break;
    case 'binary':
      checkOperand(expression.left, known, text);
      checkNames(expression.left, known, text);
      checkNames(expression.right, known, text);
      break;
    case 'interval':
      checkNames(expression.low, known, text);
      checkNames(expression.high, known, text);
      break;
    case 'call':
      if (expression.name !== 'task') {
        throw new FormatError(
          `The condition "${text}" is not valid: there is no function "${expression.name}", only task(n).`,
        );
      }
      checkNames(expression.operand, known, text);
      break;
    case 'number':
    case 'name':
      break;
    default:
      throw new FormatError(
        `The condition "${text}" is not valid: it may use fields, numbers, names and operators only.`,
      );
  }
}

/** The left side of a comparison must be a field: this finds typing mistakes such as "too == linux". */
function checkOperand(left: Expression, known: ReadonlySet<string>, text: string): void {
  if (left.kind === 'name' && left.name !== 'hits' && !known.has(left.name)) {
    const fields = [...known].join(', ');
    throw new FormatError(
      `The condition "${text}" is not valid: the event has no field "${left.name}"; it has ${fields} and hits.`,
    );
  }
}

function truth(value: FieldValue): boolean {
  return value.kind === 'number' ? value.value !== 0 : true;
}

function bool(value: boolean): FieldValue {
  return { kind: 'number', value: Number(value), isAddress: false };
}

type Arithmetic = (left: number, right: number) => number;

const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => (right === 0 ? 0 : Math.trunc(left / right)),
  '%': (left, right) => (right === 0 ? 0 : left % right),
  '&': (left, right) => (left & right) >>> 0,
  '|': (left, right) => (left | right) >>> 0,
  '^': (left, right) => (left ^ right) >>> 0,
  '<<': (left, right) => (left << right) >>> 0,
  '>>': (left, right) => left >>> right,
  '<': (left, right) => Number(left < right),
  '>': (left, right) => Number(left > right),
  '<=': (left, right) => Number(left <= right),
  '>=': (left, right) => Number(left >= right),
};

class ConditionEvaluator {
  private readonly fields: Fields;
  private readonly names: ConditionNames;

  constructor(fields: Fields, names: ConditionNames) {
    this.fields = fields;
    this.names = names;
  }

  value(expression: Expression): FieldValue | undefined {
    switch (expression.kind) {
      case 'number':
        return { kind: 'number', value: expression.value, isAddress: false };
      case 'name':
        return this.name(expression.name);
      case 'unary':
        return this.unary(expression.operator, expression.operand);
      case 'binary':
        return this.binary(expression);
      case 'index':
        return this.element(expression.object, expression.index);
      case 'call': {
        const task = this.number(expression.operand);
        return task === undefined ? undefined : { kind: 'task', task };
      }
      case 'interval': {
        const [low, high] = [this.number(expression.low), this.number(expression.high)];
        return low === undefined || high === undefined
          ? undefined
          : { kind: 'interval', low, high: expression.includesHigh ? high + 1 : high };
      }
      default:
        return undefined;
    }
  }

  private number(expression: Expression): number | undefined {
    const value = this.value(expression);
    return value?.kind === 'number' ? value.value : undefined;
  }

  private name(name: string): FieldValue | undefined {
    const field = this.fields.get(name);
    if (field !== undefined) {
      return field;
    }
    if (name.startsWith('SYS_')) {
      const value = this.names.systemCall(name.slice(4));
      return value === undefined ? undefined : { kind: 'number', value, isAddress: false };
    }
    const task = this.names.task(name);
    return task === undefined ? undefined : { kind: 'task', task };
  }

  private element(object: Expression, index: Expression): FieldValue | undefined {
    const value = this.value(object);
    const at = this.number(index);
    const element = value?.kind === 'words' && at !== undefined ? value.words[at] : undefined;
    return element === undefined
      ? undefined
      : { kind: 'number', value: element >>> 0, isAddress: false };
  }

  private unary(operator: string, operand: Expression): FieldValue | undefined {
    const value = this.value(operand);
    if (value === undefined) {
      return undefined;
    }
    if (operator === '!') {
      return bool(!truth(value));
    }
    if (value.kind !== 'number') {
      return undefined;
    }
    const computed = { '-': -value.value, '~': ~value.value >>> 0, '+': value.value }[operator];
    return computed === undefined
      ? undefined
      : { kind: 'number', value: computed, isAddress: false };
  }

  private binary(expression: Extract<Expression, { kind: 'binary' }>): FieldValue | undefined {
    const { operator } = expression;
    const left = this.value(expression.left);
    if (operator === '&&' || operator === '||') {
      const isTrue = left !== undefined && truth(left);
      if (isTrue === (operator === '||')) {
        return bool(isTrue);
      }
      const right = this.value(expression.right);
      return bool(right !== undefined && truth(right));
    }
    const right = this.value(expression.right);
    if (left === undefined || right === undefined) {
      return undefined;
    }
    if (operator === '==' || operator === '!=' || operator === 'in') {
      return bool(matches(left, right) === (operator !== '!='));
    }
    const compute = ARITHMETIC[operator];
    return left.kind === 'number' && right.kind === 'number'
      ? { kind: 'number', value: compute(left.value, right.value), isAddress: false }
      : undefined;
  }
}

/** Equality as people mean it: a thread equals the task it is in, a number equals a number, "in" an interval. */
function matches(left: FieldValue, right: FieldValue): boolean {
  if (right.kind === 'interval') {
    return left.kind === 'number' && left.value >= right.low && left.value < right.high;
  }
  if (left.kind === 'number' && right.kind === 'number') {
    return left.value >>> 0 === right.value >>> 0;
  }
  const [leftTask, rightTask] = [taskNumber(left), taskNumber(right)];
  const areThreads = left.kind === 'thread' && right.kind === 'thread';
  return (
    leftTask !== undefined &&
    leftTask === rightTask &&
    (!areThreads || left.lthread === right.lthread)
  );
}

function taskNumber(value: FieldValue): number | undefined {
  if (value.kind === 'thread') {
    return value.irq === undefined ? value.task : undefined;
  }
  if (value.kind === 'task') {
    return value.task;
  }
  return value.kind === 'number' ? value.value : undefined;
}
