// The debug session that the views show, and the thread that is selected in it. The views ask it for models and
// are told when to ask again: at each stop, when the selection changes, when the session ends.
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../contributions.ts';

export class SessionModel implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];
  private session: vscode.DebugSession | undefined;
  /** VS Code may still name one as the active session when it has said that it is over. */
  private readonly over = new WeakSet<vscode.DebugSession>();
  /** Those who wait for an answer; a session that ends answers no more. */
  private readonly waiting = new Set<() => void>();
  readonly onDidChange = this.changed.event;

  constructor() {
    this.subscriptions = [
      this.changed,
      vscode.debug.onDidChangeActiveDebugSession((session) => this.select(session)),
      vscode.debug.onDidTerminateDebugSession((session) => this.ended(session)),
      vscode.debug.onDidChangeActiveStackItem(() => this.changed.fire()),
    ];
  }

  private select(session: vscode.DebugSession | undefined): void {
    if (session?.type === DEBUG_TYPE && !this.over.has(session)) {
      this.session = session;
    }
    this.changed.fire();
  }

  private ended(session: vscode.DebugSession): void {
    this.over.add(session);
    if (session === this.session) {
      this.session = undefined;
      this.waiting.forEach((giveUp) => giveUp());
      this.changed.fire();
    }
  }

  get isRunning(): boolean {
    return this.session !== undefined;
  }

  get active(): vscode.DebugSession | undefined {
    return this.session;
  }

  /** DAP id of the thread that is selected in the Call Stack view. */
  get selectedThread(): number | undefined {
    const item = vscode.debug.activeStackItem;
    return item !== undefined && item.session === this.session ? item.threadId : undefined;
  }

  refresh(): void {
    this.changed.fire();
  }

  /**
   * The answer to a custom request; undefined if nothing runs, or if the session ends before it answers. Rejects with
   * the session's own sentence.
   */
  async request<Answer>(command: string, args: object = {}): Promise<Answer | undefined> {
    let giveUp = (): void => undefined;
    const ended = new Promise<undefined>((resolve) => (giveUp = () => resolve(undefined)));
    this.waiting.add(giveUp);
    try {
      return await Promise.race([
        this.session?.customRequest(command, args) as Promise<Answer | undefined>,
        ended,
      ]);
    } finally {
      this.waiting.delete(giveUp);
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
