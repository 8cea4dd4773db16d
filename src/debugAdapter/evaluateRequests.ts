// evaluate: C expressions in a frame, for watches, hovers and the debug console.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { scopeOf } from '../engine/frameScope.ts';
import { evaluate } from '../symbols/expression/evaluate.ts';
import type { Debuggee } from './debuggee.ts';
import type { HandlerTable, Outcome } from './handler.ts';
import { presentValue } from './variableRequests.ts';

function evaluateExpression(debuggee: Debuggee, args: DebugProtocol.EvaluateArguments): Outcome {
  const { system } = debuggee;
  const handle = args.frameId === undefined ? undefined : debuggee.handles.frame(args.frameId);
  const thread = handle?.thread ?? system.threads.current();
  const frame = handle?.frame ?? system.stacks.framesOf(thread)[0];
  const result = evaluate(args.expression, scopeOf(system, thread, frame));
  const { value, ...rest } = presentValue(debuggee, result, thread.task);
  return { body: { result: value, ...rest } };
}

export const evaluateRequests: HandlerTable = { evaluate: evaluateExpression };
