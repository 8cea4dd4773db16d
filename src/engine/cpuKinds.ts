// The kinds of processor that a user may ask for, for those who may not see the emulator.
export { CPU_KINDS, type CpuKind } from '../emulator/machineOptions.ts';
