// initialize, launch, configurationDone, disconnect, terminate, exceptionInfo.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { EVENTS } from '../engine/events.ts';
import { baseName, joinPath, type Host } from '../engine/host.ts';
import { UserError } from '../engine/userError.ts';
import type { Debuggee } from './debuggee.ts';
import type { HandlerTable, Outcome } from './handler.ts';
import { checkLaunchArguments } from './launchArguments.ts';

const CAPABILITIES: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsFunctionBreakpoints: true, // also by the name of an event
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsInstructionBreakpoints: true,
  supportsBreakpointLocationsRequest: true,
  supportsEvaluateForHovers: true,
  supportsDisassembleRequest: true,
  supportsReadMemoryRequest: true,
  supportsSteppingGranularity: true,
  supportsExceptionFilterOptions: true,
  supportsExceptionInfoRequest: true,
  supportsTerminateRequest: true,
  supportsModulesRequest: true,
  exceptionBreakpointFilters: EVENTS.filter((event) => event.isFilter).map((event) => ({
    filter: event.name,
    label: event.label,
    description: `Stops at each event "${event.name}" for which the condition holds.`,
    supportsCondition: true,
    conditionDescription: event.example,
    default: false,
  })),
};

function initialize(): Outcome {
  return { body: CAPABILITIES };
}

async function launch(debuggee: Debuggee, args: unknown): Promise<Outcome> {
  const checked = checkLaunchArguments(args);
  if (checked.program === undefined || checked.root !== undefined) {
    await debuggee.launch(checked, checked.program); // the guest finds it in its root
  } else {
    const program = await findProgram(debuggee.host, checked.program);
    debuggee.sources.prefer(checked.program);
    await debuggee.launch(checked, program);
  }
  return { afterwards: () => debuggee.sendEvent('initialized', undefined) };
}

/** A C file stands for the program beside it, or the bundled one of its name. */
async function findProgram(host: Host, path: string): Promise<string> {
  if (!/\.(c|S|s)$/.test(path)) {
    return path;
  }
  const stem = path.replace(/\.\w+$/, '');
  const bundled = joinPath(host.guestImages, 'programs/');
  const candidates = [
    stem,
    `${stem}.elf`,
    bundled + baseName(stem),
    `${bundled.replace(/programs\/$/, 'l4/')}${baseName(stem)}.elf`,
  ];
  for (const candidate of candidates) {
    if (await host.files.exists(candidate)) {
      return candidate;
    }
  }
  throw new UserError(
    `${path} has no program beside it; build one first: gcc -m32 -march=i686 -static -g -o ${baseName(stem)} ${baseName(path)}`,
  );
}

function configurationDone(debuggee: Debuggee): Outcome {
  return { afterwards: () => debuggee.resume() };
}

function terminate(debuggee: Debuggee): Outcome {
  return { afterwards: () => debuggee.terminate() };
}

function disconnect(debuggee: Debuggee): Outcome {
  return { afterwards: () => debuggee.dispose() };
}

function exceptionInfo(debuggee: Debuggee): Outcome {
  const cause = debuggee.stopCause;
  const isFilter = cause?.kind === 'filter';
  const body: DebugProtocol.ExceptionInfoResponse['body'] = {
    exceptionId: isFilter ? cause.filter : (cause?.kind ?? 'stop'),
    description: cause !== undefined && 'text' in cause ? cause.text : '',
    breakMode: 'always',
  };
  return { body };
}

export const lifecycleRequests: HandlerTable = {
  initialize,
  launch,
  configurationDone,
  terminate,
  disconnect,
  exceptionInfo,
};
