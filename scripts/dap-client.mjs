// A small client of the Debug Adapter Protocol over two streams, for scripts.
import { EventEmitter, once } from 'node:events';

export class DapClient extends EventEmitter {
  #input;
  #buffer = Buffer.alloc(0);
  #waiting = new Map();
  #sequence = 1;

  constructor(input, output) {
    super();
    this.#input = input;
    output.on('data', (bytes) => this.#receive(bytes));
  }

  /** Resolves with the response's body; rejects with its message. */
  request(command, args = {}) {
    const seq = this.#sequence++;
    const body = JSON.stringify({ seq, type: 'request', command, arguments: args });
    this.#input.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return new Promise((resolve, reject) => this.#waiting.set(seq, { resolve, reject }));
  }

  /** Resolves with the body of the next event of a name. */
  async next(event) {
    const [body] = await once(this, event);
    return body;
  }

  #receive(bytes) {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      const length = Number(
        /Content-Length: (\d+)/.exec(this.#buffer.subarray(0, Math.max(end, 0)))?.[1],
      );
      if (end < 0 || this.#buffer.length < end + 4 + length) {
        return;
      }
      const message = JSON.parse(this.#buffer.subarray(end + 4, end + 4 + length));
      this.#buffer = this.#buffer.subarray(end + 4 + length);
      this.#dispatch(message);
    }
  }

  #dispatch(message) {
    if (message.type === 'event') {
      this.emit(message.event, message.body);
      return;
    }
    const { resolve, reject } = this.#waiting.get(message.request_seq);
    this.#waiting.delete(message.request_seq);
    if (message.success) {
      resolve(message.body);
    } else {
      reject(new Error(message.message));
    }
  }
}
