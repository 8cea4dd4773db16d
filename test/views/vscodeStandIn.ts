// Stands in for the module "vscode", so that the whole extension runs in a plain test: what it registers is kept in
// `registered`, and the test plays the editor. Only what the extension uses is here; anything else is undefined and
// fails loudly.

type Listener = (value: unknown) => void;

export class EventEmitter {
  private readonly listeners = new Set<Listener>();
  readonly event = (listener: Listener): Disposable => {
    this.listeners.add(listener);
    return new Disposable(() => this.listeners.delete(listener));
  };
  fire(value?: unknown): void {
    this.listeners.forEach((listener) => listener(value));
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export class Disposable {
  private readonly end: () => unknown;
  constructor(end: () => unknown) {
    this.end = end;
  }
  static from(...all: Disposable[]): Disposable {
    return new Disposable(() => all.forEach((each) => each.dispose()));
  }
  dispose(): void {
    this.end();
  }
}

export class TreeItem {
  readonly label: unknown;
  readonly collapsibleState: number;
  constructor(label: unknown, collapsibleState: number) {
    this.label = label;
    this.collapsibleState = collapsibleState;
  }
}

export class ThemeIcon {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}

export class FunctionBreakpoint {
  readonly functionName: string;
  readonly enabled: boolean;
  readonly condition: string | undefined;
  constructor(functionName: string, enabled: boolean, condition?: string) {
    this.functionName = functionName;
    this.enabled = enabled;
    this.condition = condition;
  }
}

export class DebugAdapterInlineImplementation {
  readonly adapter: unknown;
  constructor(adapter: unknown) {
    this.adapter = adapter;
  }
}

export class TabInputText {}
export class TabInputCustom {}

export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
export const ViewColumn = { Beside: -2 };
export const DebugConfigurationProviderTriggerKind = { Initial: 1, Dynamic: 2 };
export const Uri = {
  joinPath: (base: { path: string }, ...parts: string[]) => ({
    path: [base.path, ...parts].join('/'),
  }),
};

/** What the extension has registered and said, and the events that the test fires. */
export const registered = {
  commands: new Map<string, (...args: unknown[]) => unknown>(),
  trees: new Map<string, unknown>(),
  views: new Map<string, { message?: string }>(),
  configurationProviders: [] as unknown[],
  adapterFactories: new Map<string, unknown>(),
  errors: [] as string[],
  documents: [] as string[],
  webviews: [] as { html: string; sent: unknown[] }[],
  isTrusted: true,
  breakpoints: [] as FunctionBreakpoint[],
  activeDebugSession: new EventEmitter(),
  terminatedSession: new EventEmitter(),
};

const never = new EventEmitter();
const nothing = (): Disposable => new Disposable(() => undefined);

export const debug = {
  activeStackItem: undefined,
  get breakpoints(): readonly FunctionBreakpoint[] {
    return registered.breakpoints;
  },
  addBreakpoints: (added: FunctionBreakpoint[]) => registered.breakpoints.push(...added),
  removeBreakpoints: (removed: FunctionBreakpoint[]) => {
    registered.breakpoints = registered.breakpoints.filter((each) => !removed.includes(each));
  },
  onDidChangeActiveDebugSession: registered.activeDebugSession.event,
  onDidTerminateDebugSession: registered.terminatedSession.event,
  onDidStartDebugSession: never.event,
  onDidChangeActiveStackItem: never.event,
  onDidReceiveDebugSessionCustomEvent: never.event,
  registerDebugAdapterDescriptorFactory: (type: string, factory: unknown) => {
    registered.adapterFactories.set(type, factory);
    return nothing();
  },
  registerDebugConfigurationProvider: (_type: string, provider: unknown) => {
    registered.configurationProviders.push(provider);
    return nothing();
  },
};

export const commands = {
  registerCommand: (id: string, run: (...args: unknown[]) => unknown) => {
    registered.commands.set(id, run);
    return nothing();
  },
  executeCommand: () => Promise.resolve(),
};

function createWebviewPanel(): unknown {
  const kept = { html: '', sent: [] as unknown[] };
  registered.webviews.push(kept);
  const webview = {
    set html(page: string) {
      kept.html = page;
    },
    asWebviewUri: (uri: { path: string }) => ({ toString: () => `vscode-resource:${uri.path}` }),
    onDidReceiveMessage: never.event,
    postMessage: (message: unknown) => Promise.resolve(kept.sent.push(message)),
  };
  const panel = { webview, reveal: () => undefined, dispose: () => undefined };
  return { ...panel, onDidDispose: never.event, onDidChangeViewState: never.event };
}

export const window = {
  activeTextEditor: undefined as { document: { uri: { fsPath: string } } } | undefined,
  tabGroups: { activeTabGroup: { activeTab: undefined } },
  createTreeView: (id: string, { treeDataProvider }: { treeDataProvider: unknown }) => {
    const view = { dispose: () => undefined, message: undefined };
    registered.trees.set(id, treeDataProvider);
    registered.views.set(id, view);
    return view;
  },
  createWebviewPanel,
  showErrorMessage: (text: string) => Promise.resolve(registered.errors.push(text)),
  showInformationMessage: () => Promise.resolve(),
  showTextDocument: () => Promise.resolve(),
};

export const workspace = {
  get isTrusted(): boolean {
    return registered.isTrusted;
  },
  openTextDocument: ({ content }: { content: string }) =>
    Promise.resolve(registered.documents.push(content)),
};
