// npm run bench: each kernel in our interpreter and in v86, in the same run, with the ratio.
// Every kernel runs several times in each and the best time counts, so that compiling is not measured.
// Time on the processor is counted, not the wall's: the machine may be shared.
import { Machine } from '../../src/emulator/machine.ts';
import { assembleImage } from '../support/machineAssemble.ts';
import { KERNELS } from './kernels.ts';
import { secondsInV86 } from './v86.ts';

const REPEATS = 4;

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
      console.log(message);
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

console.log(
  'kernel               instructions   ours MIPS   ns/round   v86 MIPS   ns/round   ours/v86',
);
for (const kernel of KERNELS) {
  const image = assembleImage(kernel.assembly);
  let ours: Measured = measureOurs(image);
  let theirs = Infinity;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const again = measureOurs(image);
    ours = again.seconds < ours.seconds ? again : ours;
    theirs = Math.min(theirs, await secondsInV86(image));
  }
  const mips = (seconds: number) => (ours.instructions / seconds / 1e6).toFixed(1).padStart(10);
  const round = (seconds: number) => ((seconds * 1e9) / kernel.repeat).toFixed(0).padStart(10);
  const ratio = (theirs / ours.seconds).toFixed(2).padStart(10);
  const count = String(ours.instructions).padStart(12);
  console.log(
    `${kernel.name.padEnd(20)} ${count}  ${mips(ours.seconds)} ${round(ours.seconds)} ${mips(theirs)} ${round(theirs)} ${ratio}`,
  );
}
