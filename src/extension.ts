// The composition root: builds the objects, registers them, and nothing else. The engine runs in a worker that
// starts with a debug session; activation loads none of it.
import * as vscode from 'vscode';
import { COMMAND, DEBUG_TYPE, VIEW } from './contributions.ts';
import { breakOnIpcToLinux } from './views/breakOnIpc.ts';
import { ConfigurationProvider } from './views/configurationProvider.ts';
import { GuestConsoles } from './views/guestConsole.ts';
import { FlameGraphPanel } from './views/flameGraphPanel.ts';
import { AddressSpacesTree } from './views/addressSpacesTree.ts';
import { KernelQueuesTree } from './views/kernelQueuesTree.ts';
import { MappingDatabaseTree } from './views/mappingDatabaseTree.ts';
import { SessionModel } from './views/sessionModel.ts';
import { showOnFirstStop } from './views/showOnFirstStop.ts';
import { ThreadsTree } from './views/threadsTree.ts';
import { TlbTree } from './views/tlbTree.ts';
import { WorkerAdapterFactory } from './workerAdapter.ts';

export function activate(context: vscode.ExtensionContext): void {
  const model = new SessionModel();
  const consoles = new GuestConsoles();
  const flameGraph = new FlameGraphPanel(context.extensionUri, model);
  const mappings = new MappingDatabaseTree(model);
  const configurations = new ConfigurationProvider();
  const debug = vscode.debug;
  context.subscriptions.push(
    model,
    consoles,
    flameGraph,
    debug.registerDebugAdapterDescriptorFactory(
      DEBUG_TYPE,
      new WorkerAdapterFactory(context.extensionUri.fsPath),
    ),
    debug.registerDebugConfigurationProvider(DEBUG_TYPE, configurations),
    debug.registerDebugConfigurationProvider(
      DEBUG_TYPE,
      configurations,
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    showOnFirstStop(model),
    ...new ThreadsTree(model).register(VIEW.threads),
    ...new AddressSpacesTree(model).register(VIEW.addressSpaces),
    ...mappings.register(VIEW.mappingDatabase),
    ...new TlbTree(model).register(VIEW.tlb),
    ...new KernelQueuesTree(model).register(VIEW.kernelQueues),
    vscode.commands.registerCommand(COMMAND.breakOnIpcToLinux, breakOnIpcToLinux),
    vscode.commands.registerCommand(COMMAND.showFlameGraph, () => flameGraph.show()),
    vscode.commands.registerCommand(COMMAND.showFlameGraphText, () => flameGraph.showText()),
    vscode.commands.registerCommand(COMMAND.whoMapped, (argument) => mappings.ask(argument)),
    vscode.commands.registerCommand(COMMAND.showAllPages, () => mappings.showAll()),
    vscode.commands.registerCommand(COMMAND.showConsole, () => consoles.show()),
    vscode.commands.registerCommand(COMMAND.refresh, () => model.refresh()),
  );
}
