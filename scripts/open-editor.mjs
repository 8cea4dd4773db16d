// "npm run demo -- --editor": the extension in VS Code, with examples/ to begin with. With `code` on the PATH that is
// the person's own VS Code; else the browser editor of the tests, on a loopback port.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tsImport } from 'tsx/esm/api';
import { build } from './build.mjs';

const INVITATION =
  'Open hello.c, set a breakpoint with F9, and press F5; examples/README.md has exercises.';

/** Opens the editor; resolves when it is open, and the browser editor ends with Ctrl+C. */
export async function openEditor(root) {
  await build();
  const examples = path.join(root, 'examples');
  if (isOnPath('code')) {
    spawn('code', [`--extensionDevelopmentPath=${root}`, examples], {
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    console.log(`VS Code is opening. ${INVITATION}`);
  } else if (process.platform === 'linux' && process.arch === 'x64') {
    await openInBrowser(root, examples);
  } else {
    console.error(
      'demo: there is no `code` on the PATH; install VS Code and its shell command, then try again.',
    );
    process.exitCode = 3;
  }
}

async function openInBrowser(root, examples) {
  console.log(
    'There is no `code` on the PATH; a VS Code for the browser is being set up in .vscode-test/ ...',
  );
  const support = (file) => tsImport(path.join(root, 'test/editor/support', file), import.meta.url);
  const { installEditor } = await support('installEditor.ts');
  const { EditorServer } = await support('editorServer.ts');
  const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-demo-'));
  const extension = path.join(folder, 'l4scope.vsix');
  spawnSync(process.execPath, [path.join(root, 'scripts/package.mjs'), '--built', extension], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const server = await EditorServer.start(installEditor(root), extension);
  rmSync(folder, { recursive: true });
  const address = server.address(examples);
  console.log(`VS Code is at ${address}\n${INVITATION}\nCtrl+C ends it.`);
  if (process.env.DISPLAY !== undefined && isOnPath('xdg-open')) {
    spawn('xdg-open', [address], { stdio: 'ignore' });
  }
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void server.stop().then(() => process.exit(0)));
  }
}

function isOnPath(command) {
  const find = process.platform === 'win32' ? 'where' : 'which';
  return spawnSync(find, [command], { stdio: 'ignore' }).status === 0;
}
