// l4scope dap: serves debug sessions on stdio, or one client at a time on a port of the loopback address.
import { createServer, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { encodeMessage, ProtocolDecoder } from '../debugAdapter/protocolStream.ts';
import { Session } from '../debugAdapter/session.ts';
import type { Host } from '../engine/host.ts';
import { messageOf } from '../engine/userError.ts';
import { option, type ParsedOptions } from './options.ts';

/** Serves one client until its input ends, or what it sends is no DAP. */
export function serve(host: Host, input: Readable, output: Writable): Promise<void> {
  const session = new Session(host, (message) => output.write(encodeMessage(message)));
  const decoder = new ProtocolDecoder();
  return new Promise((resolve) => {
    const end = (): void => {
      session.dispose();
      resolve();
    };
    input.on('data', (bytes: Buffer) => {
      try {
        for (const message of decoder.push(new Uint8Array(bytes))) {
          void session.handle(message);
        }
      } catch (error) {
        process.stderr.write(`l4scope: ${messageOf(error)}\n`);
        input.destroy();
        end();
      }
    });
    input.once('end', end);
    input.once('close', end);
    input.once('error', end);
  });
}

export async function dap(host: Host, parsed: ParsedOptions): Promise<number> {
  const port = option(parsed, 'port');
  if (port === undefined) {
    await serve(host, process.stdin, process.stdout);
    return 0;
  }
  let client: Socket | undefined;
  const server = createServer((socket) => {
    if (client !== undefined) {
      socket.destroy(); // one client at a time
      return;
    }
    client = socket;
    void serve(host, socket, socket).then(() => {
      socket.destroy();
      client = undefined;
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(port), '127.0.0.1', () => {
      const address = server.address();
      const chosen = typeof address === 'object' && address !== null ? address.port : port;
      process.stderr.write(`l4scope: listening on 127.0.0.1:${chosen}\n`);
    });
    process.once('SIGTERM', () => server.close(() => resolve(0)));
  });
}
