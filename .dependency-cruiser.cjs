// Who may import whom (ARCHITECTURE.md has the drawing). Each rule carries the sentence that explains it; a canary
// test proves that the check can fail and that it saw the whole tree.
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^src/${from}` },
  to: { path: '.', pathNot: [`^src/${from}`, ...allowed] },
});

const editor = '^(vscode|node_modules/@types/vscode)';
const node = '^(node:)?(fs|net|path|stream|worker_threads|fs/promises|os)$';
const protocolTypes = 'node_modules/@vscode/debugprotocol';

module.exports = {
  forbidden: [
    { name: 'no-circular', comment: 'A cycle of modules has no top and no bottom: cut it. Imports of types vanish and make none.', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    only('base-imports-nothing', 'base/', [], 'base is the ground: it imports nothing.'),
    only('emulator-sees-base', 'emulator/', ['^src/base/'], 'The machine is a library: it knows no symbols, no kernel, no host.'),
    { name: 'x86-sees-no-devices', comment: 'The processor reaches devices through ports and interrupt lines.', severity: 'error', from: { path: '^src/emulator/x86/' }, to: { path: '^src/emulator/(devices/|machine\\.ts)' } },
    { name: 'devices-see-no-x86', comment: 'A chip knows its bus, clock and interrupt line.', severity: 'error', from: { path: '^src/emulator/devices/' }, to: { path: '^src/emulator/(x86/|machine\\.ts)' } },
    only('symbols-see-base', 'symbols/', ['^src/base/'], 'symbols turns bytes into objects; it knows no machine.'),
    only('kernel-sees-target', 'kernel/', ['^src/base/', '^src/symbols/', '^src/emulator/target\\.ts$'], 'Kernel awareness sees the machine through Target alone.'),
    only('l4linux-sees-kernel', 'l4linux/', ['^src/base/', '^src/symbols/', '^src/kernel/', '^src/emulator/target\\.ts$'], 'Linux awareness stands on kernel awareness.'),
    only('protocol-sees-nothing', 'protocol/', ['^src/base/'], 'protocol is the conversation: types and constants.'),
    only('profiler-sees-protocol', 'profiler/', ['^src/base/', '^src/protocol/'], 'The profiler is told what happens; it asks nobody.'),
    only('engine-sees-below', 'engine/', ['^src/(base|emulator|symbols|kernel|l4linux|profiler|protocol)/', 'iced-x86'], 'The engine puts the lower floors together and reaches the host through Host.'),
    only('adapter-sees-engine', 'debugAdapter/', ['^src/(base|symbols|profiler|protocol|engine|l4linux)/', protocolTypes, 'iced-x86', '^src/cli/nodeHost\\.ts$', '^(node:)?worker_threads$'], 'The adapter drives the engine; it never sees the editor.'),
    { name: 'only-the-worker-is-node', comment: 'Only the worker entry of the adapter may touch Node.', severity: 'error', from: { path: '^src/debugAdapter/', pathNot: 'worker\\.ts$' }, to: { path: ['^src/cli/', node] } },
    { name: 'engine-used-from-above', comment: 'Only the adapter and the command line drive the engine.', severity: 'error', from: { pathNot: '^src/(engine|debugAdapter|cli)/' }, to: { path: '^src/engine/' } },
    only('views-see-protocol', 'views/', ['^src/(base|protocol)/', '^src/contributions\\.ts$', editor], 'Views speak custom requests; they never see the engine, not even its types.'),
    only('webview-sees-protocol', 'webview/', ['^src/(base|protocol)/'], 'A webview has the DOM and messages.'),
    { name: 'vscode-for-views-only', comment: 'vscode exists in the extension host alone.', severity: 'error', from: { pathNot: '^src/(views/|extension\\.ts|workerAdapter\\.ts)' }, to: { path: editor } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
}; // prettier-ignore
