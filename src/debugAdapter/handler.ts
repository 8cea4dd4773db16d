// What a request handler is: a function from the debuggee and the request's arguments to the response's body.
import type { Debuggee } from './debuggee.ts';

export interface Outcome {
  readonly body?: unknown;
  /** Done once the response has been sent: events that must follow it, running on. */
  readonly afterwards?: () => void;
}

export type Handler = (
  debuggee: Debuggee,
  // Each handler names the type of its own arguments; what arrives is JSON from the client.
  args: never,
) => Outcome | undefined | Promise<Outcome | undefined>;

export type HandlerTable = Readonly<Record<string, Handler>>;
