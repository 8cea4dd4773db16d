// Stand-ins for the native modules that VS Code's server loads and that would have to be compiled: one ends the
// server with its parent (this suite ends it by its process group), the other writes log files.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const WATCHDOG = `exports.start = () => {};
`;

const LOGGER = `const fs = require('node:fs');
const path = require('node:path');
class Logger {
  constructor(file) { this.file = file; this.level = 2; }
  write(level, text) {
    if (level >= this.level) fs.appendFile(this.file, text + '\\n', () => {});
  }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {}
  clearFormatters() {}
  flush() {}
  drop() {}
}
['trace', 'debug', 'info', 'warn', 'error', 'critical'].forEach((name, level) => {
  Logger.prototype[name] = function (text) { this.write(level, text); };
});
async function create(name, file) {
  await fs.promises.mkdir(path.dirname(file), { recursive: true });
  return new Logger(file);
}
exports.version = 0;
exports.Logger = Logger;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.shutdown = () => {};
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
`;

const STAND_INS: Readonly<Record<string, string>> = {
  '@vscode/native-watchdog': WATCHDOG,
  'native-watchdog': WATCHDOG,
  '@vscode/spdlog': LOGGER,
};

export function writeStandIns(nodeModules: string): void {
  for (const [name, script] of Object.entries(STAND_INS)) {
    const folder = path.join(nodeModules, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      path.join(folder, 'package.json'),
      JSON.stringify({ name, version: '0.0.0', main: 'index.js' }),
    );
    writeFileSync(path.join(folder, 'index.js'), script);
  }
}
