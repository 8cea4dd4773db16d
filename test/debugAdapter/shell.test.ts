// A session without a program: the prompt of the root file system's shell, in the terminal; and one with a root of the
// person's own.
import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import {
  EVENT,
  REQUEST,
  type ConsoleInputArguments,
  type ConsoleOutput,
} from '../../src/protocol/requests.ts';
import { Adapter } from '../support/adapter.ts';
import { guestProgram } from '../support/paths.ts';

describe('a debug session without a program', () => {
  let adapter: Adapter;
  /** Standard output and standard error, on which the shell prompts. */
  let terminal: string;

  beforeEach(async () => {
    adapter = await Adapter.start();
    terminal = '';
    adapter.client.on(EVENT.consoleOutput, ({ body }: { body: ConsoleOutput }) => {
      terminal += body.stream === 'kernel' ? '' : body.text;
    });
  });

  afterEach(async () => {
    await adapter.stop();
  });

  /** Resolves when the terminal has shown it. */
  async function shows(text: string): Promise<void> {
    while (!terminal.includes(text)) {
      await adapter.client.waitForEvent(EVENT.consoleOutput);
    }
  }

  const type = (text: string) =>
    adapter.request(REQUEST.consoleInput, { text } satisfies ConsoleInputArguments);

  it('gives the prompt of the embedded root, runs what is typed, and ends with its status', async () => {
    await adapter.launch({ memory: 16 });
    const exited = adapter.client.waitForEvent('exited');
    await shows('$ ');
    await type('x=forty; echo $x-two\r');
    await shows('forty-two\r\n');
    assert.equal(terminal, '$ x=forty; echo $x-two\r\nforty-two\r\n');
    await type('exit 5\r');
    const { body } = (await exited) as DebugProtocol.ExitedEvent;
    assert.equal(body.exitCode, 5);
  });

  it('takes a directory as "root" and a program in it', async () => {
    const root = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
    try {
      mkdirSync(path.join(root, 'bin'));
      cpSync(guestProgram('cat'), path.join(root, 'bin/cat'));
      chmodSync(path.join(root, 'bin/cat'), 0o755);
      writeFileSync(path.join(root, 'text'), 'from the disk\n');
      const exited = adapter.client.waitForEvent('exited');
      await adapter.launch({ program: '/bin/cat', args: ['/text'], root, memory: 16 });
      const { body } = (await exited) as DebugProtocol.ExitedEvent;
      assert.equal(body.exitCode, 0);
      assert.equal(adapter.output, 'from the disk\r\n');
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
