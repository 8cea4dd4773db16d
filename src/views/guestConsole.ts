// The guest's console as a terminal: what the program writes is shown, what the person types goes to its
// standard input. One terminal a session; it stays after the session has ended.
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../contributions.ts';
import { EVENT, REQUEST, type ConsoleOutput } from '../protocol/requests.ts';

export class GuestConsoles implements vscode.Disposable {
  private readonly consoles = new Map<string, GuestConsole>();
  private readonly subscriptions: vscode.Disposable[];
  private last: GuestConsole | undefined;

  constructor() {
    this.subscriptions = [
      vscode.debug.onDidStartDebugSession((session) => {
        if (session.type === DEBUG_TYPE) {
          this.consoleOf(session).show();
        }
      }),
      vscode.debug.onDidReceiveDebugSessionCustomEvent((event) => {
        if (event.session.type === DEBUG_TYPE && event.event === EVENT.consoleOutput) {
          this.consoleOf(event.session).output(event.body as ConsoleOutput);
        }
      }),
      vscode.debug.onDidTerminateDebugSession((session) => {
        this.consoles.get(session.id)?.end();
        this.consoles.delete(session.id);
      }),
    ];
  }

  show(): void {
    this.last?.show();
  }

  private consoleOf(session: vscode.DebugSession): GuestConsole {
    let found = this.consoles.get(session.id);
    if (found === undefined) {
      this.last?.close();
      found = new GuestConsole(session);
      this.consoles.set(session.id, found);
      this.last = found;
    }
    return found;
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
    this.last?.close();
  }
}

const GREETING = '[what you type here is the standard input of the program; Ctrl+D ends it]\r\n';

class GuestConsole implements vscode.Pseudoterminal {
  private readonly session: vscode.DebugSession;
  private readonly writes = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.writes.event;
  private readonly terminal: vscode.Terminal;
  /** What was written before the terminal was open. */
  private pending: string | undefined = GREETING;
  private isOver = false;

  constructor(session: vscode.DebugSession) {
    this.session = session;
    this.terminal = vscode.window.createTerminal({ name: 'L4Scope Console', pty: this });
  }

  open(): void {
    const text = this.pending ?? '';
    this.pending = undefined;
    this.writes.fire(text);
  }

  close(): void {
    this.isOver = true;
    this.terminal.dispose();
  }

  show(): void {
    this.terminal.show(true);
  }

  /** The program's own output; the kernel's console is in the Debug Console. */
  output({ stream, text }: ConsoleOutput): void {
    if (stream !== 'kernel') {
      this.write(text.replace(/\r?\n/g, '\r\n'));
    }
  }

  handleInput(text: string): void {
    if (!this.isOver) {
      void this.session.customRequest(REQUEST.consoleInput, { text });
    }
  }

  end(): void {
    this.isOver = true;
    this.write('\r\n[the session has ended]\r\n');
  }

  private write(text: string): void {
    if (this.pending === undefined) {
      this.writes.fire(text);
    } else {
      this.pending += text;
    }
  }
}
