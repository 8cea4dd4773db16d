// The Debug Adapter Protocol's base protocol: "Content-Length: N\r\n\r\n" and N bytes of JSON (DAP overview,
// "Base Protocol"). Bytes in, messages out, and the other way round.
import type { DebugProtocol } from '@vscode/debugprotocol';

const SEPARATOR = [13, 10, 13, 10];
const MAXIMUM_LENGTH = 64 * 1024 * 1024;

export class ProtocolError extends Error {
  override name = 'ProtocolError';
}

export class ProtocolDecoder {
  private buffer = new Uint8Array();
  private length: number | undefined;

  /** Adds bytes and returns the messages that are complete now. Throws ProtocolError if the peer speaks no DAP. */
  push(bytes: Uint8Array): DebugProtocol.ProtocolMessage[] {
    const joined = new Uint8Array(this.buffer.length + bytes.length);
    joined.set(this.buffer);
    joined.set(bytes, this.buffer.length);
    this.buffer = joined;
    const messages: DebugProtocol.ProtocolMessage[] = [];
    for (let message = this.next(); message !== undefined; message = this.next()) {
      messages.push(message);
    }
    return messages;
  }

  private next(): DebugProtocol.ProtocolMessage | undefined {
    this.length ??= this.header();
    if (this.length === undefined || this.buffer.length < this.length) {
      return undefined;
    }
    const body = new TextDecoder().decode(this.buffer.subarray(0, this.length));
    this.buffer = this.buffer.slice(this.length);
    this.length = undefined;
    return parse(body);
  }

  private header(): number | undefined {
    const expected = 'Content-Length: ';
    const start = new TextDecoder().decode(this.buffer.subarray(0, expected.length));
    if (!expected.startsWith(start)) {
      throw new ProtocolError('The peer does not speak the Debug Adapter Protocol.');
    }
    const end = this.buffer.findIndex((_, index) =>
      SEPARATOR.every((byte, offset) => this.buffer[index + offset] === byte),
    );
    if (end < 0) {
      if (this.buffer.length > 1024) {
        throw new ProtocolError('The header of a message is too long.');
      }
      return undefined;
    }
    const match = /^Content-Length: (\d+)/.exec(
      new TextDecoder().decode(this.buffer.subarray(0, end)),
    );
    const length = Number(match?.[1] ?? NaN);
    if (!(length <= MAXIMUM_LENGTH)) {
      throw new ProtocolError('The length of a message is not valid.');
    }
    this.buffer = this.buffer.slice(end + SEPARATOR.length);
    return length;
  }
}

function parse(body: string): DebugProtocol.ProtocolMessage {
  try {
    return JSON.parse(body) as DebugProtocol.ProtocolMessage;
  } catch {
    throw new ProtocolError('A message is not valid JSON.');
  }
}

export function encodeMessage(message: DebugProtocol.ProtocolMessage): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(message));
  const header = new TextEncoder().encode(`Content-Length: ${body.length}\r\n\r\n`);
  const bytes = new Uint8Array(header.length + body.length);
  bytes.set(header);
  bytes.set(body, header.length);
  return bytes;
}
