// threads, stackTrace, scopes.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { formatReference, hex32 } from '../engine/addresses.ts';
import { baseName } from '../engine/host.ts';
import type { StackFrame } from '../engine/stacks.ts';
import type { EngineThread } from '../engine/threads.ts';
import { REGISTER_NAMES } from '../symbols/unwind.ts';
import type { Debuggee } from './debuggee.ts';
import type { HandlerTable, Outcome } from './handler.ts';
import type { FrameHandle, ShownVariable } from './handles.ts';

function threads(debuggee: Debuggee): Outcome {
  const list = debuggee.hasSystem ? debuggee.system.threads.list().threads : [];
  return {
    body: {
      threads: list.map((thread) => ({
        id: thread.dapId,
        name: thread.waitsFor === '' ? thread.name : `${thread.name}: ${thread.waitsFor}`,
      })),
    },
  };
}

function stackTrace(debuggee: Debuggee, args: DebugProtocol.StackTraceArguments): Outcome {
  const thread = debuggee.system.threads.byDapId(args.threadId);
  if (thread === undefined) {
    throw new Error('The thread has ended.');
  }
  const all = debuggee.system.stacks.framesOf(thread);
  const start = args.startFrame ?? 0;
  const shown = all.slice(start, args.levels ? start + args.levels : undefined);
  const stackFrames = shown.map((frame) => frameOf(debuggee, thread, frame));
  return { body: { stackFrames, totalFrames: all.length } };
}

function frameOf(
  debuggee: Debuggee,
  thread: EngineThread,
  frame: StackFrame,
): DebugProtocol.StackFrame {
  const id = debuggee.handles.addFrame({ thread, frame });
  const reference = formatReference(frame.task, frame.pc);
  const name = frame.machine.isScanned === true ? `${frame.name} (scanned)` : frame.name;
  const base = { id, name, instructionPointerReference: reference, column: 0 };
  if (frame.line === undefined) {
    return { ...base, line: 0, presentationHint: 'subtle' };
  }
  const path = debuggee.sources.hostPath(frame.line.file);
  return { ...base, line: frame.line.line, source: { name: baseName(path), path } };
}

function scopes(debuggee: Debuggee, args: DebugProtocol.ScopesArguments): Outcome {
  const handle = debuggee.handles.frame(args.frameId);
  if (handle === undefined) {
    return { body: { scopes: [] } }; // the machine has run on while the editor asked; it asks again at the next stop
  }
  const { frame, thread } = handle;
  const locals = debuggee.handles.addContainer({
    task: thread.task,
    list: () =>
      debuggee.system.stacks
        .variablesOf(frame, thread.task)
        .map((variable): ShownVariable => ({ kind: 'typed', variable })),
  });
  const registers = debuggee.handles.addContainer({
    task: thread.task,
    list: () => registersOf(debuggee, handle),
  });
  return {
    body: {
      scopes: [
        {
          name: 'Locals',
          presentationHint: 'locals',
          variablesReference: locals,
          expensive: false,
        },
        {
          name: 'Registers',
          presentationHint: 'registers',
          variablesReference: registers,
          expensive: false,
        },
      ],
    },
  };
}

/** System registers that are shown beside the general ones for the running thread's innermost frame. */
const SYSTEM_REGISTERS = [
  'eflags', 'cs', 'ss', 'ds', 'es', 'fs', 'gs', 'cr0', 'cr2', 'cr3', 'cr4', 'cpl',
] as const; // prettier-ignore

function registersOf(debuggee: Debuggee, { frame, thread }: FrameHandle): ShownVariable[] {
  const general = REGISTER_NAMES.map((name, index): ShownVariable => {
    const value = frame.machine.registers[index];
    return value === undefined
      ? { kind: 'text', name, value: '<not preserved>' }
      : { kind: 'text', name, value: hex32(value), reference: formatReference(frame.task, value) };
  });
  if (!thread.isCurrent || frame.machine.pc !== debuggee.system.machine.registers().eip) {
    return general;
  }
  const registers = debuggee.system.machine.registers();
  return [
    ...general,
    ...SYSTEM_REGISTERS.map((name): ShownVariable => ({
      kind: 'text',
      name,
      value: hex32(registers[name]),
    })),
  ];
}

export const stackRequests: HandlerTable = { threads, stackTrace, scopes };
