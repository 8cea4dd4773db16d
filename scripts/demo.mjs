#!/usr/bin/env node
// The demonstration: runs Debian's busybox, which nobody here has compiled, under the debugger, without an editor, and
// shows what the debugger sees. Where it cannot be fetched, our "hello" takes its place.
//
//   npm run demo               over the Debug Adapter Protocol, as an editor would
//   npm run demo -- --editor   the same in VS Code, if there is a `code` or a browser
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { DapClient } from './dap-client.mjs';

const root = path.resolve(import.meta.dirname, '..');
const FETCH_SECONDS = 120;
const TEXT = 'Hello from an unmodified Linux program';

/** What is shown: program and arguments. Says so if it is not Debian's busybox. */
function choose() {
  const busybox = path.join(root, 'build/debian/bin/busybox');
  if (!existsSync(busybox)) {
    spawnSync('bash', [path.join(root, 'scripts/fetch-debian.sh')], {
      stdio: 'ignore',
      timeout: FETCH_SECONDS * 1000,
    });
  }
  if (existsSync(busybox)) {
    return { program: busybox, args: ['echo', TEXT] };
  }
  console.log(
    "Debian's busybox could not be fetched (that needs apt-get and a mirror of Debian): this is our own hello instead.",
  );
  return { program: path.join(root, 'build/guest/programs/hello'), args: [] };
}

function say(title, lines) {
  console.log(`\n── ${title}`);
  for (const line of lines) {
    console.log(`   ${line}`);
  }
}

function word(base64, index) {
  return Buffer.from(base64, 'base64').readUInt32LE(index * 4);
}

/** The address of the string that write(2) is to write: the second argument in the saved register frame. */
async function stringOf(client, description) {
  const [, frame] = /words 0x\w+ (0x\w+)/.exec(description);
  const memory = await client.request('readMemory', { memoryReference: frame, count: 28 });
  const [buffer, length] = [word(memory.data, 1), word(memory.data, 2)];
  const text = await client.request('readMemory', {
    memoryReference: `0x${buffer.toString(16)}`,
    count: length,
  });
  return { address: `0x${buffer.toString(16)}`, text: Buffer.from(text.data, 'base64').toString() };
}

async function showStop(client, stopped) {
  say('Stopped', [stopped.text]);
  const { threads } = await client.request('l4/threads');
  const states = threads.map((row) => `${row.name.padEnd(28)} ${row.waitsFor || row.state}`);
  say('Threads', states);
  const { stackFrames } = await client.request('stackTrace', { threadId: stopped.threadId });
  const frames = stackFrames.map(
    ({ name, source, line }) => `${name}${source ? ` at ${source.name}:${line}` : ''}`,
  );
  say('Call stack: from the kernel back to the program', frames);
}

async function showMapping(client, stopped) {
  const { address, text } = await stringOf(client, stopped.text);
  const answer = await client.request('l4/mappingDatabase', { reference: address });
  const chain = answer.trees.flatMap((tree) => tree.chain.toReversed());
  say(
    `Who mapped the page of the string ${JSON.stringify(text)} at ${address}`,
    chain.map(
      (row, index) =>
        `${'  '.repeat(index)}${index > 0 ? 'mapped by ' : ''}${row.name} at ${row.address} (${row.rights})`,
    ),
  );
}

async function demonstrate() {
  await build();
  const { program, args } = choose();
  say('Runs', [[path.relative(root, program), ...args].join(' ')]);
  const adapter = spawn(process.execPath, [path.join(root, 'bin/l4scope.mjs'), 'dap'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const client = new DapClient(adapter.stdin, adapter.stdout);
  let output = '';
  client.on(
    'output',
    ({ category, output: text }) => (output += category === 'stdout' ? text : ''),
  );
  await client.request('initialize', { adapterID: 'l4' });
  const initialized = client.next('initialized');
  await client.request('launch', { program, args, profile: true });
  await initialized;
  await client.request('setFunctionBreakpoints', {
    breakpoints: [{ name: 'ipc-send', condition: 'to == linux && words[0] == SYS_write' }],
  });
  const firstStop = client.next('stopped');
  await client.request('configurationDone');
  const stopped = await firstStop;
  await showStop(client, stopped);
  await showMapping(client, stopped);
  await client.request('setFunctionBreakpoints', {
    breakpoints: [{ name: 'linux-syscall', condition: 'number == SYS_exit_group' }],
  });
  const lastStop = client.next('stopped');
  await client.request('continue', { threadId: stopped.threadId });
  await lastStop;
  const graph = await client.request('l4/flameGraph', { systemCall: 'write' });
  const over = client.next('exited');
  await client.request('continue', { threadId: stopped.threadId });
  const { exitCode } = await over;
  say('What the program wrote', output.trimEnd().split('\n'));
  say(`Path of one write(2), in instructions`, graph.text.trimEnd().split('\n').slice(1, 40));
  say('Exit status', [String(exitCode)]);
  adapter.stdin.end();
}

if (process.argv.includes('--editor')) {
  const { openEditor } = await import('./open-editor.mjs');
  await openEditor(root);
} else {
  try {
    await demonstrate();
  } catch (error) {
    console.error(`demo: ${error.message}`);
    process.exit(1);
  }
}
