// The worker's entry: one debug session on the messages of the extension host.
import { parentPort, workerData } from 'node:worker_threads';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { nodeHost } from '../cli/nodeHost.ts';
import { Session } from './session.ts';

const { root } = workerData as { root: string };
const session = new Session(nodeHost(root), (message) => parentPort?.postMessage(message));
parentPort?.on('message', (message: DebugProtocol.ProtocolMessage) => {
  void session.handle(message);
});
