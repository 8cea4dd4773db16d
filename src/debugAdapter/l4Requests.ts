// The custom requests of the views (src/protocol/requests.ts): each answers with a finished model.
import { addressSpacesModel } from '../engine/models/addressSpacesModel.ts';
import { kernelQueuesModel } from '../engine/models/kernelQueuesModel.ts';
import { mappingModel, mappingOfAddress } from '../engine/models/mappingModel.ts';
import { threadsModel } from '../engine/models/threadsModel.ts';
import { tlbModel } from '../engine/models/tlbModel.ts';
import { parseReference } from '../engine/addresses.ts';
import { Profiling } from '../engine/profiling.ts';
import { flameGraph } from '../profiler/flameGraph.ts';
import {
  REQUEST,
  type AddressSpacesArguments,
  type ConsoleInputArguments,
  type FlameGraphArguments,
  type MappingDatabaseArguments,
} from '../protocol/requests.ts';
import type { Debuggee } from './debuggee.ts';
import type { HandlerTable, Outcome } from './handler.ts';

function threads(debuggee: Debuggee): Outcome {
  return { body: threadsModel(debuggee.system) };
}

/** The task of the thread that is selected in the editor, else of the running one. */
function focusedTask(debuggee: Debuggee, threadId: number | undefined): number {
  const { system } = debuggee;
  const thread = threadId === undefined ? undefined : system.threads.byDapId(threadId);
  return thread?.task ?? system.spaces.currentTask();
}

function addressSpaces(debuggee: Debuggee, args: AddressSpacesArguments): Outcome {
  const task = focusedTask(debuggee, args.threadId);
  return { body: addressSpacesModel(debuggee.system, task) };
}

function mappingDatabase(debuggee: Debuggee, args: MappingDatabaseArguments): Outcome {
  const task = focusedTask(debuggee, args.threadId);
  if (args.reference === undefined) {
    return { body: mappingModel(debuggee.system, task) };
  }
  const at = parseReference(args.reference, task);
  if (at === undefined) {
    throw new Error(`"${args.reference}" is no address; write it as 0x0804a000 or 0x50804a000.`);
  }
  return { body: mappingOfAddress(debuggee.system, at) };
}

function tlb(debuggee: Debuggee): Outcome {
  return { body: tlbModel(debuggee.system) };
}

function kernelQueues(debuggee: Debuggee): Outcome {
  return { body: kernelQueuesModel(debuggee.system) };
}

/** The first request begins the profile: nothing is recorded before somebody asks. */
function flame(debuggee: Debuggee, args: FlameGraphArguments): Outcome {
  debuggee.profiling ??= new Profiling(debuggee.system);
  debuggee.profiling.profiler.settle();
  return { body: flameGraph(debuggee.profiling.profiler.root, args.systemCall) };
}

function consoleInput(debuggee: Debuggee, args: ConsoleInputArguments): Outcome {
  if (typeof args.text === 'string') {
    debuggee.system.typeInput(new TextEncoder().encode(args.text));
  }
  if (args.end === true) {
    debuggee.system.endInput();
  }
  return {};
}

export const l4Requests: HandlerTable = {
  [REQUEST.threads]: threads,
  [REQUEST.addressSpaces]: addressSpaces,
  [REQUEST.mappingDatabase]: mappingDatabase,
  [REQUEST.tlb]: tlb,
  [REQUEST.kernelQueues]: kernelQueues,
  [REQUEST.flameGraph]: flame,
  [REQUEST.consoleInput]: consoleInput,
};
