// The command block and control block registers of an ATA device (ATA/ATAPI-4, chapter 7), and its commands
// (chapter 8), under the standard's names.

export const DATA = 0;
export const ERROR = 1; // reads; FEATURES when written
export const SECTOR_COUNT = 2;
export const LBA_LOW = 3; // sector number, when addressed by cylinder, head and sector
export const LBA_MID = 4; // cylinder low
export const LBA_HIGH = 5; // cylinder high
export const DEVICE = 6; // device/head
export const STATUS = 7; // reads; COMMAND when written

export const STATUS_ERR = 0x01;
export const STATUS_DRQ = 0x08; // data request
export const STATUS_DSC = 0x10; // device seek complete
export const STATUS_DF = 0x20; // device fault
export const STATUS_DRDY = 0x40; // device ready
export const STATUS_BSY = 0x80;

export const ERROR_ABRT = 0x04; // command aborted
export const ERROR_IDNF = 0x10; // the sector's address was not found
export const ERROR_UNC = 0x40; // uncorrectable data
export const DIAGNOSTIC_PASSED = 0x01;

export const DEVICE_DEV = 0x10; // device 1 is selected
export const DEVICE_LBA = 0x40;

export const CONTROL_NIEN = 0x02; // no interrupts
export const CONTROL_SRST = 0x04; // software reset

export const SECTOR_BYTES = 512;
export const HEADS = 16;
export const SECTORS_A_TRACK = 63;
export const LARGEST_MULTIPLE = 16;
/** What 28 bits of address reach. */
export const LBA28_SECTORS = 0x0fff_ffff;

export const COMMAND = {
  nop: 0x00,
  readSectors: 0x20,
  readSectorsOnce: 0x21, // without retries
  writeSectors: 0x30,
  writeSectorsOnce: 0x31,
  readVerify: 0x40,
  readVerifyOnce: 0x41,
  executeDiagnostic: 0x90,
  initializeParameters: 0x91,
  readMultiple: 0xc4,
  writeMultiple: 0xc5,
  setMultiple: 0xc6,
  standbyImmediate: 0xe0,
  idleImmediate: 0xe1,
  checkPowerMode: 0xe5,
  flushCache: 0xe7,
  identify: 0xec,
  setFeatures: 0xef,
} as const;
