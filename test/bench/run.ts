// npm run bench: each kernel in our interpreter and in v86, in the same run, with the ratio.
// Each emulator runs each kernel in a process of its own (`run.ts EMULATOR KERNEL`), because one changes how the
// engine compiles the other. There the kernel runs several times and the best time counts, so that compiling is not
// measured. Time on the processor is counted, not the wall's: the machine may be shared.
import { execFileSync } from 'node:child_process';
import { Machine } from '../../src/emulator/machine.ts';
import { assembleImage } from '../support/machineAssemble.ts';
import { type BenchKernel, KERNELS } from './kernels.ts';
import { secondsInV86 } from './v86.ts';

const REPEATS = 5;

interface Measured {
  readonly seconds: number;
  readonly instructions: number;
}

function measureOurs(image: Uint8Array): Measured {
  const machine = new Machine({
    memoryMegabytes: 32,
    cpu: 'pentium',
    epochSeconds: 0,
    onSerial: () => undefined,
    log: (message) => {
      console.error(message);
    },
  });
  machine.loadMultiboot(image, '', []);
  const start = process.cpuUsage();
  const result = machine.run(1e9);
  const seconds = process.cpuUsage(start).user / 1e6;
  if (result.reason !== 'debugExit') {
    throw new Error(`The kernel ended with ${JSON.stringify(result)}.`);
  }
  return { seconds, instructions: machine.instructionCount };
}

async function measureV86(image: Uint8Array): Promise<Measured> {
  return { seconds: await secondsInV86(image), instructions: 0 };
}

const EMULATORS: Readonly<Record<string, (image: Uint8Array) => Measured | Promise<Measured>>> = {
  ours: measureOurs,
  v86: measureV86,
};

/** In a process of its own: the best of several runs, as JSON on standard output. */
async function measureHere(emulator: string, kernelName: string): Promise<void> {
  const kernel = KERNELS.find(({ name }) => name === kernelName);
  if (kernel === undefined || !(emulator in EMULATORS)) {
    throw new Error(`There is no emulator "${emulator}" or no kernel "${kernelName}".`);
  }
  const image = assembleImage(kernel.assembly);
  let best: Measured = { seconds: Infinity, instructions: 0 };
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const again = await EMULATORS[emulator](image);
    best = again.seconds < best.seconds ? again : best;
  }
  process.stdout.write(JSON.stringify(best));
}

function measureApart(emulator: string, kernel: BenchKernel): Measured {
  const output = execFileSync(process.execPath, [process.argv[1], emulator, kernel.name]);
  return JSON.parse(output.toString()) as Measured;
}

function compare(kernel: BenchKernel): string {
  const ours = measureApart('ours', kernel);
  const theirs = measureApart('v86', kernel);
  const mips = (seconds: number) => (ours.instructions / seconds / 1e6).toFixed(1).padStart(10);
  const round = (seconds: number) => ((seconds * 1e9) / kernel.repeat).toFixed(0).padStart(10);
  const ratio = (theirs.seconds / ours.seconds).toFixed(2).padStart(10);
  const count = String(ours.instructions).padStart(12);
  return `${kernel.name.padEnd(20)} ${count}  ${mips(ours.seconds)} ${round(ours.seconds)} ${mips(theirs.seconds)} ${round(theirs.seconds)} ${ratio}`;
}

const [emulator, kernelName] = process.argv.slice(2);
if (emulator !== undefined) {
  await measureHere(emulator, kernelName);
} else {
  console.log(
    'kernel               instructions   ours MIPS   ns/round   v86 MIPS   ns/round   ours/v86',
  );
  for (const kernel of KERNELS) {
    console.log(compare(kernel));
  }
}
