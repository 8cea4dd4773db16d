// Exception vectors (SDM vol. 3, 6.3) and how one travels inside the emulator. A handler that meets a fault throws
// the one preallocated GuestFault, after the vector and error code were left in the processor; the fast paths
// return a flag instead, because a throw costs a microsecond.

export const DE = 0;
export const DB = 1;
export const NMI = 2;
export const BP = 3;
export const OF_TRAP = 4;
export const BR = 5;
export const UD = 6;
export const NM = 7;
export const DOUBLE_FAULT = 8;
export const TS = 10;
export const NP = 11;
export const SS_FAULT = 12;
export const GP = 13;
export const PF_FAULT = 14;
export const MF = 16;
export const AC_FAULT = 17;
export const XM = 19;

/** Stands for "wait for an interrupt, then try again" (FERR#); no vector of the processor. */
export const NUMERIC_WAIT = 257;

export const NO_ERROR_CODE = -1;

export class GuestFault extends Error {}

export const GUEST_FAULT = new GuestFault('a fault of the guest');

/** Where a fault waits between its detection and its delivery. */
export class PendingFault {
  raised = false;
  vector = 0;
  errorCode = NO_ERROR_CODE;

  set(vector: number, errorCode: number): void {
    this.raised = true;
    this.vector = vector;
    this.errorCode = errorCode;
  }

  /** Leaves the fault here and unwinds to the interpreter. */
  raise(vector: number, errorCode: number = NO_ERROR_CODE): never {
    this.set(vector, errorCode);
    throw GUEST_FAULT;
  }
}

const CONTRIBUTORY = (1 << DE) | (1 << TS) | (1 << NP) | (1 << SS_FAULT) | (1 << GP);

/** Whether a vector that an instruction raised stands for an instruction to be restarted (SDM vol. 3, 6.5). */
export function isFaultClass(vector: number): boolean {
  return vector !== BP && vector !== OF_TRAP && vector !== DOUBLE_FAULT;
}

/** Whether a second fault, met while the first was being delivered, makes a double fault (SDM vol. 3, table 6-5). */
export function makesDoubleFault(first: number, second: number): boolean {
  const secondContributes = ((CONTRIBUTORY >> second) & 1) !== 0;
  if (first === PF_FAULT) {
    return secondContributes || second === PF_FAULT;
  }
  return ((CONTRIBUTORY >> first) & 1) !== 0 && secondContributes;
}
