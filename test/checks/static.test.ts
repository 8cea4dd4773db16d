// The static checks pass, and each of them can fail: a canary with a mistake in it is refused.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/paths.ts';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

const script = '../../scripts/check.mjs';
const { CHECKS, runCheck } = (await import(script)) as {
  CHECKS: readonly Check[];
  runCheck: (check: Check) => { passed: boolean; output: string };
};

function tool(name: string, ...args: string[]): { status: number | null; output: string } {
  const bin = path.join(root, 'node_modules/.bin', name);
  const { status, stdout, stderr } = spawnSync(bin, args, { cwd: root, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

describe('the static checks', function () {
  this.timeout(300_000);
  const canaries: string[] = [];

  /** A source file that is there only while a test runs. */
  function canary(file: string, text: string): string {
    const whole = path.join(root, file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    canaries.push(whole);
    return whole;
  }

  afterEach(() => {
    canaries.splice(0).forEach((file) => rmSync(file));
  });

  for (const check of CHECKS) {
    it(`pass: ${check.name}`, () => {
      const { passed, output } = runCheck(check);
      assert.ok(passed, output);
    });
  }

  it('see the whole tree when they look at layers', () => {
    const { output } = tool('depcruise', '--config', '.dependency-cruiser.cjs', 'src');
    const modules = Number(/(\d+) modules/.exec(output)?.[1] ?? 0);
    assert.ok(modules >= 150, output);
  });

  const FORBIDDEN: readonly [string, string, string][] = [
    ['src/emulator/canary.ts', "import '../engine/events.ts';\n", 'emulator-sees-base'],
    ['src/views/canary.ts', "import '../engine/events.ts';\n", 'views-see-protocol'],
    ['src/base/canary.ts', "import '../symbols/elf.ts';\n", 'base-imports-nothing'],
    ['src/engine/canary.ts', "import 'node:fs';\n", 'engine-sees-below'],
    ['src/debugAdapter/canary.ts', "import * as vscode from 'vscode';\nexport const x = vscode;\n", 'adapter-sees-engine'],
  ]; // prettier-ignore
  for (const [file, text, rule] of FORBIDDEN) {
    it(`refuse an import against the rule ${rule}`, () => {
      canary(file, text);
      const { status, output } = tool('depcruise', '--config', '.dependency-cruiser.cjs', 'src');
      assert.notEqual(status, 0);
      assert.match(output, new RegExp(rule));
    });
  }

  it('refuse "any", an unawaited promise and a default export', () => {
    const file = canary(
      'src/base/canary.ts',
      'export default 1;\nexport const x: any = 1;\nexport function f(): void {\n  Promise.resolve();\n}\n',
    );
    const { status, output } = tool('eslint', file);
    assert.notEqual(status, 0);
    assert.match(output, /no-explicit-any/);
    assert.match(output, /no-floating-promises/);
    assert.match(output, /Export by name/);
  });

  const INEXACT: readonly [string, string, string][] = [
    ['src/emulator/canary1.ts', 'export const x = Math.sin(2);', 'JavaScript engine'],
    ['src/emulator/canary2.ts', 'export const x = Math.sqrt(2);', 'JavaScript engine'],
    ['src/emulator/canary3.ts', 'export const { log2 } = Math;', 'Say Math.name'],
    ['src/emulator/canary4.ts', 'export const x = (n: number) => 2 ** n;', 'depends on'],
    ['src/emulator/x86/fpu/canary.ts', 'export const x = new Float64Array(1);', 'with integers'],
    ['src/emulator/x86/execute/fpuCanary.ts', 'export const x = parseFloat("1");', 'with integers'],
    ['src/emulator/x86/simd/canary.ts', 'export const x = (v: DataView) => v.getFloat32(0);', 'with integers'],
    ['src/emulator/x86/fpu/canary2.ts', 'export const x = 0.5;', 'with integers'],
  ]; // prettier-ignore
  it('refuse floating point of the host as floating point of the guest', () => {
    const files = INEXACT.map(([file, text]) => canary(file, `${text}\n`));
    const { output } = tool('eslint', '--format', 'json', ...files);
    const results = JSON.parse(output.slice(output.indexOf('['))) as {
      filePath: string;
      messages: { message: string }[];
    }[];
    INEXACT.forEach(([, text, message], index) => {
      const found = results.find(({ filePath }) => filePath === files[index]);
      const said = found?.messages.map((entry) => entry.message).join('\n') ?? '';
      assert.match(said, new RegExp(message), `${text} passes`);
    });
  });

  it('refuse a global of the host in the core', () => {
    canary('src/emulator/canary.ts', 'export const now = performance.now();\n');
    const { status, output } = tool('tsc', '-p', 'tsconfig.core.json');
    assert.notEqual(status, 0);
    assert.match(output, /canary\.ts.*performance/);
  });

  it('refuse code that is not formatted', () => {
    const file = canary('src/base/canary.ts', 'export const   x=1\n');
    assert.notEqual(tool('prettier', '--check', file).status, 0);
  });
});
