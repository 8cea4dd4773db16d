// One debug session: dispatches the requests of the Debug Adapter Protocol, nothing else. Each family of
// requests stands in a file of its own and is a table of command and handler.
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Host } from '../engine/host.ts';
import { messageOf } from '../engine/userError.ts';
import { breakpointRequests } from './breakpointRequests.ts';
import type { Handler, HandlerTable } from './handler.ts';
import { Debuggee } from './debuggee.ts';
import { disassemblyRequests } from './disassemblyRequests.ts';
import { evaluateRequests } from './evaluateRequests.ts';
import { executionRequests } from './executionRequests.ts';
import { l4Requests } from './l4Requests.ts';
import { lifecycleRequests } from './lifecycleRequests.ts';
import { memoryRequests } from './memoryRequests.ts';
import { sourceRequests } from './sourceRequests.ts';
import { stackRequests } from './stackRequests.ts';
import { variableRequests } from './variableRequests.ts';

const HANDLERS: HandlerTable = {
  ...lifecycleRequests,
  ...breakpointRequests,
  ...executionRequests,
  ...stackRequests,
  ...variableRequests,
  ...evaluateRequests,
  ...memoryRequests,
  ...disassemblyRequests,
  ...sourceRequests,
  ...l4Requests,
};

export class Session {
  private readonly debuggee: Debuggee;
  private readonly send: (message: DebugProtocol.ProtocolMessage) => void;
  private sequence = 1;

  /** `send` takes each response and event. */
  constructor(host: Host, send: (message: DebugProtocol.ProtocolMessage) => void) {
    this.send = send;
    this.debuggee = new Debuggee(host, (event, body) => this.event(event, body));
  }

  /** Answers one request; a failure becomes an unsuccessful response with one sentence. */
  async handle(message: DebugProtocol.ProtocolMessage): Promise<void> {
    if (message.type !== 'request') {
      return;
    }
    const request = message as DebugProtocol.Request;
    const handler: Handler | undefined = Object.hasOwn(HANDLERS, request.command)
      ? HANDLERS[request.command]
      : undefined;
    try {
      if (handler === undefined) {
        throw new Error(`The request "${request.command}" is not supported.`);
      }
      const outcome = await handler(this.debuggee, (request.arguments ?? {}) as never);
      this.respond(request, true, outcome?.body);
      outcome?.afterwards?.();
    } catch (error) {
      const text = messageOf(error);
      // Only a failed launch interrupts the person; other answers come too late or are shown where they were asked.
      const showUser = request.command === 'launch';
      const body = { error: { id: 1, format: '{text}', variables: { text }, showUser } };
      this.respond(request, false, body, text);
    }
  }

  /** The client has gone: stop running. */
  dispose(): void {
    this.debuggee.dispose();
  }

  private respond(
    request: DebugProtocol.Request,
    success: boolean,
    body: unknown,
    message?: string,
  ): void {
    const response: DebugProtocol.Response = {
      seq: this.sequence++,
      type: 'response',
      request_seq: request.seq,
      command: request.command,
      success,
      ...(message === undefined ? {} : { message }),
      ...(body === undefined ? {} : { body }),
    };
    this.send(response);
  }

  private event(event: string, body: unknown): void {
    const message: DebugProtocol.Event = { seq: this.sequence++, type: 'event', event, body };
    this.send(message);
  }
}
