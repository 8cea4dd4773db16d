// Variables of a stack frame: their locations by DWARF, in registers, on the frame, or in pieces.
import { AT, TAG } from './dwarf/constants.ts';
import type { Entry } from './dwarf/entries.ts';
import {
  evaluateExpression,
  locationExpression,
  type ExpressionContext,
  type Location,
} from './dwarf/expressions.ts';
import { sizeOf, type Type } from './dwarf/types.ts';
import { inherited, nameOf, variablesIn } from './functions.ts';
import type { SymbolImage } from './image.ts';
import { lookupAddress, type MachineFrame } from './unwind.ts';
import { scalar, valueAt, type ReadMemory, type Value } from './values.ts';

export interface Variable {
  readonly name: string;
  readonly value: Value;
}

/**
 * The variables that `scope` and its enclosing blocks up to the function declare, innermost first; a name that
 * is hidden by an inner one is left out. A variable without a location now has undefined bytes.
 */
export function localVariables(
  image: SymbolImage,
  frame: MachineFrame,
  scope: Entry,
  functionScope: Entry,
  read: ReadMemory,
): Variable[] {
  const variables = new Map<string, Value>();
  const context = frameContext(image, frame, functionScope, read);
  for (let current: Entry | undefined = scope; current !== undefined; current = current.parent) {
    for (const entry of variablesIn(current)) {
      const name = nameOf(image.information, entry);
      if (name !== '' && !variables.has(name)) {
        variables.set(name, variableValue(image, entry, frame, context, read));
      }
    }
    if (isSubroutine(current)) {
      break;
    }
  }
  return [...variables].map(([name, value]) => ({ name, value }));
}

function isSubroutine(entry: Entry): boolean {
  return entry.tag === TAG.subprogram || entry.tag === TAG.inlinedSubroutine;
}

function readWordWith(read: ReadMemory): (address: number) => number | undefined {
  return (address) => {
    const bytes = read(address, 4);
    return bytes === undefined
      ? undefined
      : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  };
}

function frameContext(
  image: SymbolImage,
  frame: MachineFrame,
  functionScope: Entry,
  read: ReadMemory,
): ExpressionContext {
  const context: ExpressionContext = {
    register: (number) => frame.registers[number],
    cfa: () => frame.cfa,
    bias: image.sections.bias,
    readWord: readWordWith(read),
    frameBase: () => {
      const expression = locationExpression(
        functionScope,
        AT.frameBase,
        lookupAddress(frame),
        image.sections,
      );
      const location = expression && evaluateExpression(expression, context);
      return location === undefined ? undefined : locationAsAddress(location, frame);
    },
  };
  return context;
}

function locationAsAddress(location: Location, frame: MachineFrame): number | undefined {
  if (location.kind === 'memory') {
    return location.address;
  }
  return location.kind === 'register' ? frame.registers[location.register] : undefined;
}

function variableValue(
  image: SymbolImage,
  entry: Entry,
  frame: MachineFrame,
  context: ExpressionContext,
  read: ReadMemory,
): Value {
  const typed = inherited(image.information, entry, (at) =>
    at.attributes.has(AT.type) ? at : undefined,
  );
  const type = typed === undefined ? image.types.typeOf(entry) : image.types.typeOf(typed);
  const constant = inherited(image.information, entry, (at) => at.number(AT.constantValue));
  if (constant !== undefined) {
    return scalar(type, constant);
  }
  const expression = locationExpression(entry, AT.location, lookupAddress(frame), image.sections);
  const location = expression && evaluateExpression(expression, context);
  return located(type, location, frame, read);
}

function located(
  type: Type,
  location: Location | undefined,
  frame: MachineFrame,
  read: ReadMemory,
): Value {
  if (location?.kind === 'memory') {
    return valueAt(type, location.address, read);
  }
  const bytes = location === undefined ? undefined : bytesOf(location, sizeOf(type), frame, read);
  return { type, bytes, address: undefined };
}

function bytesOf(
  location: Location,
  size: number,
  frame: MachineFrame,
  read: ReadMemory,
): Uint8Array | undefined {
  switch (location.kind) {
    case 'memory':
      return read(location.address, size);
    case 'value':
      return wordBytes(location.value, size);
    case 'register': {
      const value = frame.registers[location.register];
      return value === undefined ? undefined : wordBytes(value, size);
    }
    case 'pieces': {
      const result: number[] = [];
      for (const piece of location.pieces) {
        const part = piece.at && bytesOf(piece.at, piece.size, frame, read);
        if (part === undefined) {
          return undefined;
        }
        result.push(...part);
      }
      return Uint8Array.from(result);
    }
  }
}

function wordBytes(value: number, size: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(size, 4));
  new DataView(bytes.buffer).setUint32(0, value >>> 0, true);
  return bytes.slice(0, size);
}
