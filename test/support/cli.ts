// Runs the command line as a user does, and gives what came out.
import { spawn } from 'node:child_process';
import { commandLine, root } from './paths.ts';

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `node bin/l4scope.mjs ARGS...` with `input` on its standard input, which then ends. */
export function l4scope(args: readonly string[], input = ''): Promise<CliResult> {
  const child = spawn(process.execPath, [commandLine, ...args], { cwd: root, timeout: 100_000 });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString('latin1')));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  child.stdin.on('error', () => undefined); // it may have ended before it read
  child.stdin.end(input);
  return new Promise((resolve) =>
    child.once('close', (status) => resolve({ status, stdout, stderr })),
  );
}
