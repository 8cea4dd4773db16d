// A debug session over stdio, driven by Microsoft's test client for debug adapters.
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import path from 'node:path';
import { root } from './paths.ts';

export class Adapter {
  readonly client: DebugClient;
  output = '';

  private constructor(client: DebugClient) {
    this.client = client;
    client.on('output', ({ body }: DebugProtocol.OutputEvent) => {
      this.output += body.category === 'stdout' ? body.output : '';
    });
  }

  static async start(): Promise<Adapter> {
    const client = new DebugClient('node', path.join(root, 'test/support/dapStdio.mjs'), 'l4');
    client.defaultTimeout = 60_000;
    await client.start();
    return new Adapter(client);
  }

  async stop(): Promise<void> {
    await this.client.stop();
  }

  /** Launches and configures; the program has begun to run when this resolves. */
  async launch(
    args: Record<string, unknown>,
    configure: (client: DebugClient) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<void> {
    const { client } = this;
    await client.initializeRequest();
    const initialized = client.waitForEvent('initialized');
    await client.customRequest('launch', args);
    await initialized;
    await configure(client);
    await client.configurationDoneRequest();
  }

  /** The body of the next stop. */
  async stopped(): Promise<DebugProtocol.StoppedEvent['body']> {
    const event = await this.client.waitForEvent('stopped');
    return (event as DebugProtocol.StoppedEvent).body;
  }

  /** Waits for the next stop while doing something that leads to it. */
  async until(work: () => Promise<unknown>): Promise<DebugProtocol.StoppedEvent['body']> {
    const [stop] = await Promise.all([this.stopped(), work()]);
    return stop;
  }

  /** Runs to the end; the exit status. */
  async toEnd(threadId = 1): Promise<number> {
    const [exited] = await Promise.all([
      this.client.waitForEvent('exited'),
      this.client.continueRequest({ threadId }),
    ]);
    return (exited as DebugProtocol.ExitedEvent).body.exitCode;
  }

  async request<Body>(command: string, args: object = {}): Promise<Body> {
    const response = await this.client.customRequest(command, args);
    return response.body as Body;
  }

  async frames(threadId: number): Promise<DebugProtocol.StackFrame[]> {
    const { body } = await this.client.stackTraceRequest({ threadId });
    return body.stackFrames;
  }
}
