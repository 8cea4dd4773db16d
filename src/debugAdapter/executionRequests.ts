// continue, pause, next, stepIn, stepOut.
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Granularity, StepKind } from '../engine/stepping.ts';
import type { Debuggee } from './debuggee.ts';
import type { Handler, HandlerTable, Outcome } from './handler.ts';

function continueAll(debuggee: Debuggee): Outcome {
  return { body: { allThreadsContinued: true }, afterwards: () => debuggee.resume() };
}

function pause(debuggee: Debuggee): Outcome {
  return { afterwards: () => debuggee.pause() };
}

interface StepArguments {
  readonly threadId: number;
  readonly granularity?: DebugProtocol.SteppingGranularity;
}

function stepper(kind: StepKind): Handler {
  return (debuggee: Debuggee, args: StepArguments): Outcome => {
    const granularity: Granularity = args.granularity === 'instruction' ? 'instruction' : 'line';
    return { afterwards: () => debuggee.step(args.threadId, kind, granularity) };
  };
}

export const executionRequests: HandlerTable = {
  continue: continueAll,
  pause,
  next: stepper('over'),
  stepIn: stepper('in'),
  stepOut: stepper('out'),
};
