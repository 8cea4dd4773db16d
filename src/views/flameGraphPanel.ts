// The flame graph's panel: asks the session for the model, hands it to the webview, and shows the text twin.
import * as vscode from 'vscode';
import type { FromWebview, ToWebview } from '../protocol/messages.ts';
import { REQUEST, type FlameGraphAnswer } from '../protocol/requests.ts';
import type { SessionModel } from './sessionModel.ts';
import { webviewPage } from './webviewPage.ts';

const NOTHING_YET =
  'Nothing has been recorded yet. Recording begins when this page is first opened in a session: start a program ' +
  '(F5), stop it, open this page, and let it run on (F5) to the next stop.';

export class FlameGraphPanel implements vscode.Disposable {
  private readonly extension: vscode.Uri;
  private readonly model: SessionModel;
  private readonly subscription: vscode.Disposable;
  private panel: vscode.WebviewPanel | undefined;
  private systemCall: string | undefined;
  private last: FlameGraphAnswer | undefined;

  constructor(extension: vscode.Uri, model: SessionModel) {
    this.extension = extension;
    this.model = model;
    this.subscription = model.onDidChange(() => void this.update());
  }

  async show(): Promise<void> {
    if (this.panel === undefined) {
      this.panel = this.create();
    }
    this.panel.reveal(undefined, true);
    await this.update();
  }

  /** The same graph as indented text, for screen readers and for copying. */
  async showText(): Promise<void> {
    await this.fetch();
    const isEmpty = this.last === undefined || this.last.root.total === 0;
    const content = isEmpty ? `${NOTHING_YET}\n` : this.last?.text;
    const document = await vscode.workspace.openTextDocument({ content, language: 'plaintext' });
    await vscode.window.showTextDocument(document);
  }

  private create(): vscode.WebviewPanel {
    const media = vscode.Uri.joinPath(this.extension, 'dist', 'webview');
    const panel = vscode.window.createWebviewPanel(
      'l4scope.flameGraph',
      'L4Scope Flame Graph',
      // Where the person works stays so: the next stop opens its source there, not over the graph.
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [media], retainContextWhenHidden: true },
    );
    const script = vscode.Uri.joinPath(media, 'flameGraph.js');
    panel.webview.html = webviewPage(panel.webview, script, NOTHING_YET);
    // A message to a hidden page may be lost, so it gets the graph again when it is shown.
    panel.onDidChangeViewState(() => this.send());
    panel.webview.onDidReceiveMessage((message: FromWebview) => this.receive(message));
    panel.onDidDispose(() => (this.panel = undefined));
    return panel;
  }

  private receive(message: FromWebview): void {
    if (message.type === 'selectSystemCall') {
      this.systemCall = message.name;
      void this.update();
    } else {
      this.send();
    }
  }

  private async update(): Promise<void> {
    if (this.panel !== undefined) {
      await this.fetch();
      this.send();
    }
  }

  /** The last graph stays when the session has ended. */
  private async fetch(): Promise<void> {
    const args = { systemCall: this.systemCall };
    try {
      const answer = await this.model.request<FlameGraphAnswer>(REQUEST.flameGraph, args);
      this.last = answer ?? this.last;
    } catch {
      // not launched yet, or just ended: the next change asks again
    }
  }

  private send(): void {
    if (this.last !== undefined) {
      const message: ToWebview = { type: 'flameGraph', graph: this.last };
      void this.panel?.webview.postMessage(message);
    }
  }

  dispose(): void {
    this.subscription.dispose();
    this.panel?.dispose();
  }
}
