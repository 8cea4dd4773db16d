// variables: scopes, structures, arrays and pointers unfolded.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { formatReference, spaceOf } from '../engine/addresses.ts';
import { isAggregate } from '../engine/frameScope.ts';
import { strip, typeName } from '../symbols/dwarf/types.ts';
import {
  childrenOf,
  formatValue,
  numberOf,
  type ReadMemory,
  type Value,
} from '../symbols/values.ts';
import type { Debuggee } from './debuggee.ts';
import type { HandlerTable, Outcome } from './handler.ts';
import type { ShownVariable } from './handles.ts';

function variables(debuggee: Debuggee, args: DebugProtocol.VariablesArguments): Outcome {
  const container = debuggee.handles.container(args.variablesReference);
  if (container === undefined) {
    return { body: { variables: [] } }; // the machine has run on while the editor asked
  }
  const list = container.list().map((shown) => shownVariable(debuggee, shown, container.task));
  return { body: { variables: list } };
}

function shownVariable(
  debuggee: Debuggee,
  shown: ShownVariable,
  task: number,
): DebugProtocol.Variable {
  if (shown.kind === 'text') {
    const { name, value, reference } = shown;
    return { name, value, variablesReference: 0, memoryReference: reference };
  }
  const { name, value } = shown.variable;
  return { name, ...presentValue(debuggee, value, task) };
}

/** Text, type, a handle to unfold it, and where its memory lies. */
export function presentValue(
  debuggee: Debuggee,
  value: Value,
  task: number,
): { value: string; type: string; variablesReference: number; memoryReference?: string } {
  const read: ReadMemory = (address, length) =>
    debuggee.system.spaces.read(spaceOf(address, task), address, length);
  const unfolds = isAggregate(value.type) && value.bytes !== undefined && hasParts(value);
  const variablesReference = unfolds
    ? debuggee.handles.addContainer({
        task,
        list: () =>
          childrenOf(value, read).map((child) => ({ kind: 'typed' as const, variable: child })),
      })
    : 0;
  return {
    value: value.bytes === undefined ? '<optimized out>' : formatValue(value, read),
    type: typeName(value.type),
    variablesReference,
    memoryReference: memoryReferenceOf(value, task),
  };
}

function hasParts(value: Value): boolean {
  const type = strip(value.type);
  if (type.kind !== 'pointer') {
    return true;
  }
  const target = strip(type.target).kind;
  return numberOf(value) !== 0 && target !== 'void' && target !== 'function';
}

function memoryReferenceOf(value: Value, task: number): string | undefined {
  const isPointer = strip(value.type).kind === 'pointer';
  const address = isPointer ? numberOf(value) : value.address;
  return address === undefined ? undefined : formatReference(spaceOf(address, task), address);
}

export const variableRequests: HandlerTable = { variables };
