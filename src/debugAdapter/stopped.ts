// The "stopped" event for each cause of a stop, in the words that the editor shows.
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { StopCause } from '../engine/execution.ts';
import type { System } from '../engine/system.ts';

type Body = DebugProtocol.StoppedEvent['body'];

export function stoppedBody(cause: StopCause, system: System): Body {
  const threadId = system.threads.current().dapId;
  return { threadId, allThreadsStopped: true, ...reasonOf(cause, system) };
}

function reasonOf(cause: StopCause, system: System): Body {
  switch (cause.kind) {
    case 'breakpoint':
      return withoutSource(system, {
        reason: 'breakpoint',
        hitBreakpointIds: [...cause.ids],
      });
    case 'event':
      return {
        reason: 'function breakpoint',
        description: labelOf(cause.text),
        text: cause.text,
        hitBreakpointIds: [...cause.ids],
      };
    case 'filter':
      return { reason: 'exception', description: labelOf(cause.text), text: cause.text };
    case 'panic':
      return { reason: 'exception', description: cause.text, text: cause.text };
    case 'entry':
      return withoutSource(system, { reason: 'entry' });
    case 'step':
      return withoutSource(system, { reason: 'step' });
    case 'limit':
      return { reason: 'pause', description: 'The instruction limit is reached' };
    default:
      return withoutSource(system, { reason: 'pause' });
  }
}

/** "IPC send" of "IPC send: 5.0 hello to ...": the Call Stack view has room for no more beside the thread's name. */
function labelOf(text: string): string {
  return text.replace(/:.*$/s, '');
}

/**
 * A stop in code without source: the editor focuses the frame and opens the disassembly only for this reason,
 * and shows our own description.
 */
function withoutSource(system: System, body: Body): Body {
  const { eip } = system.machine.registers();
  const task = system.spaces.currentTask();
  const hasSource = system.images.at(task, eip)?.symbols.lines.lineAt(eip) !== undefined;
  if (hasSource) {
    return body;
  }
  const place = system.stacks.describe(task, eip);
  return { ...body, reason: 'instruction breakpoint', description: `${body.reason} at ${place}` };
}
