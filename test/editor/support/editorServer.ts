// VS Code's server as a process of its own: started on a free loopback port, with a fresh data folder, with the
// packaged extension installed, and ended with everything it has started.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InstalledEditor } from './installEditor.ts';

const QUIET_SETTINGS = {
  'chat.disableAIFeatures': true,
  'debug.toolBarLocation': 'floating',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'terminal.integrated.gpuAcceleration': 'off', // so that the text of a terminal is in the page
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** VS Code reads these as "started by its command line": no login shell is then run to learn the environment. */
const ENVIRONMENT = { EXTENSIONS_GALLERY: '{}', VSCODE_CLI: '1' };

export class EditorServer {
  readonly port: number;
  private readonly process: ChildProcess;
  private readonly data: string;

  private constructor(port: number, process: ChildProcess, data: string) {
    this.port = port;
    this.process = process;
    this.data = data;
  }

  static async start(editor: InstalledEditor, extension: string): Promise<EditorServer> {
    const data = mkdtempSync(path.join(tmpdir(), 'l4scope-editor-'));
    mkdirSync(path.join(data, 'data/User'), { recursive: true });
    writeFileSync(path.join(data, 'data/User/settings.json'), JSON.stringify(QUIET_SETTINGS));
    runServer(editor, ['--server-data-dir', data, '--install-extension', extension]);
    const server = spawn(editor.node, serverArguments(data), {
      cwd: editor.folder,
      // Its own process group: the file watcher and the pty host outlive a plain kill of the server.
      detached: true,
      env: { ...process.env, ...ENVIRONMENT },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new EditorServer(await listeningPort(server), server, data);
    process.once('exit', () => started.kill('SIGKILL'));
    return started;
  }

  address(folder: string): string {
    return `http://127.0.0.1:${this.port}/?folder=${encodeURIComponent(folder)}`;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.kill('SIGTERM');
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3000))]);
    this.kill('SIGKILL');
    rmSync(this.data, { recursive: true, force: true });
  }

  private kill(signal: NodeJS.Signals): void {
    try {
      process.kill(-(this.process.pid ?? 0), signal);
    } catch {
      // the whole group has ended
    }
  }
}

function serverArguments(data: string): string[] {
  const options = ['--host', '127.0.0.1', '--port', '0', '--without-connection-token'];
  const quiet = ['--accept-server-license-terms', '--telemetry-level', 'off'];
  return ['out/server-main.js', ...options, ...quiet, '--server-data-dir', data];
}

function runServer(editor: InstalledEditor, args: readonly string[]): void {
  execFileSync(editor.node, ['out/server-main.js', '--accept-server-license-terms', ...args], {
    cwd: editor.folder,
    env: { ...process.env, ...ENVIRONMENT },
    timeout: 120_000,
    stdio: 'pipe',
  });
}

function listeningPort(server: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (bytes: Buffer): void => {
      output += bytes.toString();
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (port !== undefined) {
        output = '';
        resolve(Number(port));
      }
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.once('exit', (code) =>
      reject(new Error(`VS Code's server has ended (${code}): ${output}`)),
    );
  });
}
