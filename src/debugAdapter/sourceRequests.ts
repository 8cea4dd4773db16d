// loadedSources and modules: what images there are, and from which files they were made.
import { baseName } from '../engine/host.ts';
import type { Debuggee } from './debuggee.ts';
import { moduleOf } from './modules.ts';
import type { HandlerTable, Outcome } from './handler.ts';

function loadedSources(debuggee: Debuggee): Outcome {
  const files = debuggee.system.images.all.flatMap(({ symbols }) => symbols.lines.files);
  const sources = [...new Set(files)]
    .filter((file) => file !== '')
    .map((file) => debuggee.sources.hostPath(file))
    .map((path) => ({ name: baseName(path), path }));
  return { body: { sources } };
}

function modules(debuggee: Debuggee): Outcome {
  const list = debuggee.system.images.all.map(moduleOf);
  return { body: { modules: list, totalModules: list.length } };
}

export const sourceRequests: HandlerTable = { loadedSources, modules };
