// readMemory: virtual memory of any task, kernel memory, and physical memory under its reserved task number.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { formatReference, parseReference } from '../engine/addresses.ts';
import type { Debuggee } from './debuggee.ts';
import type { HandlerTable, Outcome } from './handler.ts';

const MOST = 1 << 20;

function readMemory(debuggee: Debuggee, args: DebugProtocol.ReadMemoryArguments): Outcome {
  const { spaces } = debuggee.system;
  const at = parseReference(args.memoryReference, spaces.currentTask());
  if (at === undefined) {
    throw new Error(`"${args.memoryReference}" is no memory reference.`);
  }
  if (!Number.isInteger(args.count) || args.count < 0 || args.count > MOST) {
    throw new Error(`${args.count} bytes cannot be read at once; ask for at most ${MOST}.`);
  }
  const address = (at.address + (args.offset ?? 0)) >>> 0;
  const bytes = spaces.readReadable(at.task, address, args.count);
  const body: DebugProtocol.ReadMemoryResponse['body'] = {
    address: formatReference(at.task, address),
    data: base64(bytes),
    unreadableBytes: args.count - bytes.length,
  };
  return { body };
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
  }
  return btoa(text);
}

export const memoryRequests: HandlerTable = { readMemory };
