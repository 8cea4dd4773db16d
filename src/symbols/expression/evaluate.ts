// Evaluates parsed C expressions over typed values: names come from a scope, memory from one address space.
import { FormatError } from '../../base/bytes.ts';
import { sizeOf, strip, type Type } from '../dwarf/types.ts';
import {
  dereference,
  elementOf,
  memberOf,
  numberOf,
  scalar,
  type ReadMemory,
  type Value,
} from '../values.ts';
import { parseExpression, type Expression } from './parser.ts';

export interface EvaluationScope {
  /** A variable, register ("$eax") or enumerator by name. */
  lookup(name: string): Value | undefined;
  /** A type by its C name, without pointer stars. */
  type(name: string): Type | undefined;
  readonly read: ReadMemory;
}

export const INT: Type = { kind: 'base', name: 'int', size: 4, encoding: 5 };
export const UNSIGNED: Type = { kind: 'base', name: 'unsigned int', size: 4, encoding: 7 };

/** The value of a C expression. Throws FormatError with one sentence if it cannot be computed. */
export function evaluate(text: string, scope: EvaluationScope): Value {
  return new Evaluator(scope).value(parseExpression(text));
}

type Arithmetic = (left: number, right: number) => number;

const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => Math.imul(left, right),
  '/': (left, right) => divide(left, right, (quotient) => Math.trunc(quotient)),
  '%': (left, right) => divide(left, right, () => left % right),
  '&': (left, right) => left & right,
  '|': (left, right) => left | right,
  '^': (left, right) => left ^ right,
  '<<': (left, right) => left << right,
  '>>': (left, right) => (left < 0 ? left >> right : left >>> right),
  '==': (left, right) => Number(left >>> 0 === right >>> 0),
  '!=': (left, right) => Number(left >>> 0 !== right >>> 0),
  '<': (left, right) => Number(left < right),
  '>': (left, right) => Number(left > right),
  '<=': (left, right) => Number(left <= right),
  '>=': (left, right) => Number(left >= right),
  '&&': (left, right) => Number(left !== 0 && right !== 0),
  '||': (left, right) => Number(left !== 0 || right !== 0),
};

function divide(left: number, right: number, compute: (quotient: number) => number): number {
  if (right === 0) {
    throw new FormatError('The expression divides by zero.');
  }
  return compute(left / right);
}

class Evaluator {
  private readonly scope: EvaluationScope;

  constructor(scope: EvaluationScope) {
    this.scope = scope;
  }

  value(expression: Expression): Value {
    switch (expression.kind) {
      case 'number':
        return scalar(expression.value > 0x7fffffff ? UNSIGNED : INT, expression.value);
      case 'name':
        return this.name(expression.name);
      case 'unary':
        return this.unary(expression.operator, this.value(expression.operand));
      case 'binary':
        return this.binary(
          expression.operator,
          this.value(expression.left),
          this.value(expression.right),
        );
      case 'member':
        return this.member(this.value(expression.object), expression.name);
      case 'index':
        return this.required(
          elementOf(
            this.value(expression.object),
            this.number(this.value(expression.index)),
            this.scope.read,
          ),
          'Only arrays and pointers have elements.',
        );
      case 'cast':
        return this.cast(expression.type, this.value(expression.operand));
      default:
        throw new FormatError(`"${expression.kind}" cannot be evaluated here.`);
    }
  }

  private required(value: Value | undefined, otherwise: string): Value {
    if (value === undefined) {
      throw new FormatError(otherwise);
    }
    return value;
  }

  private name(name: string): Value {
    return this.required(this.scope.lookup(name), `There is no variable "${name}" here.`);
  }

  private number(value: Value): number {
    const number = numberOf(value);
    if (number === undefined) {
      throw new FormatError('The value is not a number, or cannot be read now.');
    }
    return number;
  }

  private member(object: Value, name: string): Value {
    const isPointer = strip(object.type).kind === 'pointer';
    const structure = isPointer ? dereference(object, this.scope.read) : object;
    return this.required(
      structure && memberOf(structure, name),
      `There is no member "${name}" in it.`,
    );
  }

  private unary(operator: string, operand: Value): Value {
    switch (operator) {
      case '*':
        return this.required(dereference(operand, this.scope.read), 'It is not a pointer.');
      case '&': {
        if (operand.address === undefined) {
          throw new FormatError('It has no address: it lives in a register or is computed.');
        }
        return scalar({ kind: 'pointer', size: 4, target: operand.type }, operand.address);
      }
      case '!':
        return scalar(INT, Number(this.number(operand) === 0));
      case '~':
        return scalar(operand.type, ~this.number(operand));
      case '-':
        return scalar(INT, -this.number(operand));
      default:
        return operand;
    }
  }

  private binary(operator: string, left: Value, right: Value): Value {
    const compute = ARITHMETIC[operator];
    if (compute === undefined) {
      throw new FormatError(`The operator "${operator}" cannot be used here.`);
    }
    const leftType = strip(left.type);
    if (leftType.kind === 'pointer' && (operator === '+' || operator === '-')) {
      const step = this.number(right) * sizeOf(leftType.target);
      return scalar(left.type, compute(this.number(left), step));
    }
    return scalar(INT, compute(this.number(left), this.number(right)));
  }

  private cast(name: string, operand: Value): Value {
    const stars = (name.match(/\*/g) ?? []).length;
    const base = name.replaceAll('*', '').trim();
    let type = base === 'void' ? ({ kind: 'void' } as const) : this.scope.type(base);
    if (type === undefined) {
      throw new FormatError(`There is no type "${base}" here.`);
    }
    for (let count = 0; count < stars; count += 1) {
      type = { kind: 'pointer', size: 4, target: type };
    }
    const value = scalar(type, this.number(operand));
    return { ...value, bytes: value.bytes?.slice(0, Math.max(1, Math.min(4, sizeOf(type)))) };
  }
}
