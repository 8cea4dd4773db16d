// setBreakpoints, setFunctionBreakpoints, setExceptionBreakpoints, setInstructionBreakpoints, breakpointLocations.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isKernelAddress, parseReference } from '../engine/addresses.ts';
import type { Place } from '../engine/breakpoints.ts';
import type { CodeLocation } from '../engine/codeWatch.ts';
import { eventNamed } from '../engine/events.ts';
import type { LoadedImage } from '../engine/images.ts';
import { messageOf } from '../engine/userError.ts';
import type { Debuggee } from './debuggee.ts';
import type { HandlerTable, Outcome } from './handler.ts';

type Breakpoint = DebugProtocol.Breakpoint;

function setBreakpoints(debuggee: Debuggee, args: DebugProtocol.SetBreakpointsArguments): Outcome {
  const path = args.source.path ?? '';
  const kind = `source ${path}`;
  debuggee.breakpoints.clear(kind);
  const breakpoints = (args.breakpoints ?? []).map((wanted): Breakpoint =>
    attempt(debuggee, () => {
      const found = locationsOfLine(debuggee, path, wanted.line);
      const state = debuggee.breakpoints.addCode(kind, {
        ...wanted,
        locations: found?.locations ?? [],
        later: (image, isPending) => lineLater(debuggee, image, path, wanted.line, isPending),
        pending: 'No loaded image has code for this line; it will be set when a program has.',
      });
      return { ...state, line: found?.line ?? wanted.line, source: args.source };
    }),
  );
  return { body: { breakpoints } };
}

/** A request that cannot be met becomes an unverified breakpoint with the reason, never a failed response. */
function attempt(debuggee: Debuggee, make: () => Breakpoint): Breakpoint {
  if (debuggee.launchArguments?.noDebug === true) {
    return { verified: false, message: 'The program runs without debugging.' };
  }
  try {
    return make();
  } catch (error) {
    return { verified: false, message: messageOf(error) };
  }
}

function locationsOfLine(
  debuggee: Debuggee,
  path: string,
  line: number,
): { line: number; locations: CodeLocation[] } | undefined {
  const { sources, system } = debuggee;
  const program = system.images.all.filter(({ role }) => role === 'program' || role === 'root');
  return (
    inImages(system.images.all, sources.matcher(path), line) ??
    inImages(program, sources.looseMatcher(path), line)
  );
}

/** The place of a line in an image that comes later; a copy of the file counts while there is none. */
function lineLater(
  { sources }: Debuggee,
  image: LoadedImage,
  path: string,
  line: number,
  isPending: boolean,
): Place | undefined {
  return (
    inImages([image], sources.matcher(path), line) ??
    (isPending ? inImages([image], sources.looseMatcher(path), line) : undefined)
  );
}

function inImages(
  images: readonly LoadedImage[],
  matches: (file: string) => boolean,
  line: number,
): { line: number; locations: CodeLocation[] } | undefined {
  const found = images.flatMap((image) => {
    const at = image.symbols.lines.addressesOf(matches, line);
    return at === undefined ? [] : [{ line: at.line, image, addresses: at.addresses }];
  });
  if (found.length === 0) {
    return undefined;
  }
  const least = Math.min(...found.map((each) => each.line));
  const locations = found
    .filter((each) => each.line === least)
    .flatMap(({ image, addresses }) => firstOfEachFunction(image, addresses))
    .map(({ image, address }): CodeLocation => ({ kind: 'image', image, address }));
  return { line: least, locations };
}

/** A line may have code in several places of one function; execution is to stop once each time it is reached. */
function firstOfEachFunction(
  image: LoadedImage,
  addresses: readonly number[],
): { image: LoadedImage; address: number }[] {
  const first = new Map<number, number>();
  for (const address of addresses) {
    const key = image.symbols.functionAt(address)?.low ?? address;
    first.set(key, Math.min(first.get(key) ?? address, address));
  }
  return [...first.values()].map((address) => ({ image, address }));
}

function setFunctionBreakpoints(
  debuggee: Debuggee,
  args: DebugProtocol.SetFunctionBreakpointsArguments,
): Outcome {
  debuggee.breakpoints.clear('function');
  const breakpoints = args.breakpoints.map((wanted): Breakpoint =>
    attempt(debuggee, () => functionBreakpoint(debuggee, wanted)),
  );
  return { body: { breakpoints } };
}

function functionBreakpoint(
  debuggee: Debuggee,
  wanted: DebugProtocol.FunctionBreakpoint,
): Breakpoint {
  const { name, condition, hitCondition } = wanted;
  if (eventNamed(name) !== undefined) {
    return debuggee.breakpoints.addEvent('function', { event: name, condition, hitCondition });
  }
  const inImage = (image: LoadedImage): CodeLocation[] => {
    const found = image.symbols.functionNamed(name);
    return found === undefined
      ? []
      : [{ kind: 'image', image, address: image.symbols.breakAddress(found) }];
  };
  return debuggee.breakpoints.addCode('function', {
    locations: debuggee.system.images.all.flatMap(inImage),
    later: (image) => ({ locations: inImage(image) }),
    pending: `There is no function and no event "${name}" yet; it will be set when a program has one.`,
    condition,
    hitCondition,
  });
}

function setExceptionBreakpoints(
  debuggee: Debuggee,
  args: DebugProtocol.SetExceptionBreakpointsArguments,
): Outcome {
  debuggee.breakpoints.clear('filter');
  const wanted = [
    ...args.filters.map((filterId) => ({ filterId, condition: undefined })),
    ...(args.filterOptions ?? []),
  ];
  const breakpoints = wanted.map(({ filterId, condition }): Breakpoint =>
    attempt(debuggee, () =>
      debuggee.breakpoints.addEvent('filter', { event: filterId, condition, filter: filterId }),
    ),
  );
  return { body: { breakpoints } };
}

function setInstructionBreakpoints(
  debuggee: Debuggee,
  args: DebugProtocol.SetInstructionBreakpointsArguments,
): Outcome {
  debuggee.breakpoints.clear('instruction');
  const breakpoints = args.breakpoints.map((wanted): Breakpoint =>
    attempt(debuggee, () => {
      const task = debuggee.system.spaces.currentTask();
      const at = parseReference(wanted.instructionReference, task);
      if (at === undefined) {
        return { verified: false, message: `"${wanted.instructionReference}" is no address.` };
      }
      const address = (at.address + (wanted.offset ?? 0)) >>> 0;
      if (!isKernelAddress(address) && !debuggee.system.spaces.tasks().includes(at.task)) {
        return { verified: false, message: `There is no task ${at.task} now.` };
      }
      const location: CodeLocation = { kind: 'space', task: at.task, address };
      return debuggee.breakpoints.addCode('instruction', { ...wanted, locations: [location] });
    }),
  );
  return { body: { breakpoints } };
}

function breakpointLocations(
  debuggee: Debuggee,
  args: DebugProtocol.BreakpointLocationsArguments,
): Outcome {
  const matches = debuggee.sources.matcher(args.source.path ?? '');
  const lines = debuggee.system.images.all
    .flatMap(({ symbols }) => symbols.lines.linesWithCode(matches))
    .filter((line) => line >= args.line && line <= (args.endLine ?? args.line));
  return { body: { breakpoints: [...new Set(lines)].map((line) => ({ line })) } };
}

export const breakpointRequests: HandlerTable = {
  setBreakpoints,
  setFunctionBreakpoints,
  setExceptionBreakpoints,
  setInstructionBreakpoints,
  breakpointLocations,
};
