// node --import tsx test/bench/idle.ts: what a shell's prompt that waits for its user costs the host, and whether the
// recording of such a session grows. Host time passes while it runs: SECONDS of it.
import { nodeHost } from '../../src/cli/nodeHost.ts';
import { loadImages } from '../../src/engine/guestImages.ts';
import { System } from '../../src/engine/system.ts';
import { guestProgram, root } from '../support/paths.ts';

const SECONDS = 10;
/** The host's compiler settles first. */
const WARM_UP_SECONDS = 3;
const PROMPT = /\$ $|# $/;

let output = '';
const host = nodeHost(root);
const launch = await loadImages(
  host,
  {
    path: guestProgram('sh'),
    args: [],
    env: {},
    system: 'l4linux',
    syscalls: 'library',
    serverSpace: 'small',
  },
  console.warn,
);
const system = new System(host, launch, {
  cpu: 'i686',
  memory: 64,
  epochSeconds: 852_076_800,
  terminals: { input: true, output: true, error: true },
  interactive: true,
  console: { write: (_stream, bytes) => (output += Buffer.from(bytes).toString('latin1')) },
  log: (text) => {
    console.log(text);
  },
});
const run = system.execution.run();
while (!PROMPT.test(output)) {
  await host.sleep(50).done;
}
await host.sleep(WARM_UP_SECONDS * 1000).done;
const inputs = system.machine.snapshot().inputs.length;
const from = process.cpuUsage();
const started = host.now();
const instructions = system.machine.instructionCount;
await host.sleep(SECONDS * 1000).done;
const { user, system: kernel } = process.cpuUsage(from);
const percent = ((user + kernel) / 1e3 / (host.now() - started)) * 100;
const grown = system.machine.snapshot().inputs.length - inputs;
const perSecond = (system.machine.instructionCount - instructions) / SECONDS;
system.execution.pause();
await run;
console.log(
  `idle prompt: ${percent.toFixed(1)} % of a host core (at most 5), ` +
    `${perSecond.toFixed(0)} guest instructions a second, recording grown by ${grown} inputs in ${SECONDS} s`,
);
