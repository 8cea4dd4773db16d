// What an ATA drive can do, by command code; every other code is aborted (ATA/ATAPI-4, chapter 8).
import type { AtaDrive } from './drive.ts';
import { COMMAND } from './registers.ts';

type Action = (drive: AtaDrive) => void;

const finish: Action = (drive) => {
  drive.finish();
};
const readSectors: Action = (drive) => {
  drive.startReading(1);
};
const writeSectors: Action = (drive) => {
  drive.startWriting(1);
};
const verify: Action = (drive) => {
  drive.verify();
};

/** Sixteen codes that mean the same: their lower half was a step rate once. */
function sixteen(first: number, action: Action): Record<number, Action> {
  return Object.fromEntries(Array.from({ length: 16 }, (_, step) => [first + step, action]));
}

export const ATA_COMMANDS: Readonly<Record<number, Action | undefined>> = {
  ...sixteen(0x10, finish), // RECALIBRATE
  [COMMAND.readSectors]: readSectors,
  [COMMAND.readSectorsOnce]: readSectors,
  [COMMAND.writeSectors]: writeSectors,
  [COMMAND.writeSectorsOnce]: writeSectors,
  [COMMAND.readVerify]: verify,
  [COMMAND.readVerifyOnce]: verify,
  ...sixteen(0x70, finish), // SEEK
  [COMMAND.executeDiagnostic]: (drive) => {
    drive.diagnose();
  },
  [COMMAND.initializeParameters]: (drive) => {
    drive.initializeParameters();
  },
  [COMMAND.readMultiple]: (drive) => {
    drive.startReading(drive.multipleSectors);
  },
  [COMMAND.writeMultiple]: (drive) => {
    drive.startWriting(drive.multipleSectors);
  },
  [COMMAND.setMultiple]: (drive) => {
    drive.setMultiple();
  },
  [COMMAND.standbyImmediate]: finish,
  [COMMAND.idleImmediate]: finish,
  [COMMAND.checkPowerMode]: (drive) => {
    drive.checkPowerMode();
  },
  [COMMAND.flushCache]: finish,
  [COMMAND.identify]: (drive) => {
    drive.identify();
  },
  [COMMAND.setFeatures]: (drive) => {
    drive.setFeatures();
  },
};
