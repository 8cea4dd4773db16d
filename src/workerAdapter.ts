// The inline debug adapter: a pipe for protocol messages between the editor and the worker that holds the engine.
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';

export class WorkerAdapterFactory implements vscode.DebugAdapterDescriptorFactory {
  private readonly root: string;

  /** `root` is the extension's folder: it holds the worker, the guest images and their sources. */
  constructor(root: string) {
    this.root = root;
  }

  createDebugAdapterDescriptor(): vscode.DebugAdapterDescriptor {
    return new vscode.DebugAdapterInlineImplementation(new WorkerAdapter(this.root));
  }
}

class WorkerAdapter implements vscode.DebugAdapter {
  private readonly worker: Worker;
  private readonly messages = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.messages.event;

  constructor(root: string) {
    this.worker = new Worker(path.join(root, 'dist/worker.cjs'), { workerData: { root } });
    this.worker.on('message', (message: vscode.DebugProtocolMessage) =>
      this.messages.fire(message),
    );
    this.worker.on('error', (error) => this.fail(error));
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.worker.postMessage(message);
  }

  /** The engine itself has failed: say so, and end the session. */
  private fail(error: Error): void {
    const output = `The engine has failed: ${error.stack ?? error.message}\n`;
    this.messages.fire({
      type: 'event',
      seq: 0,
      event: 'output',
      body: { category: 'stderr', output },
    });
    this.messages.fire({
      type: 'event',
      seq: 0,
      event: 'terminated',
      body: {},
    });
  }

  dispose(): void {
    void this.worker.terminate();
    this.messages.dispose();
  }
}
