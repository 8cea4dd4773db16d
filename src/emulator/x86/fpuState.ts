// The x87's registers, so that kernels can switch them (SDM vol. 1, chapter 8). Arithmetic comes later; what is here
// is exactly what FNINIT, FNSAVE, FRSTOR and the control-word instructions move.

export class FpuState {
  controlWord = 0x37f;
  statusWord = 0;
  tagWord = 0xffff;
  instructionPointer = 0;
  instructionSelector = 0;
  dataPointer = 0;
  dataSelector = 0;
  /** Eight registers of ten bytes, ST(0) first. */
  readonly registers = new Uint8Array(80);

  initialize(): void {
    this.controlWord = 0x37f;
    this.statusWord = 0;
    this.tagWord = 0xffff;
    this.instructionPointer = 0;
    this.instructionSelector = 0;
    this.dataPointer = 0;
    this.dataSelector = 0;
  }

  snapshot(): FpuSnapshot {
    return {
      controlWord: this.controlWord,
      statusWord: this.statusWord,
      tagWord: this.tagWord,
      instructionPointer: this.instructionPointer,
      instructionSelector: this.instructionSelector,
      dataPointer: this.dataPointer,
      dataSelector: this.dataSelector,
      registers: [...this.registers],
    };
  }

  restore(from: FpuSnapshot): void {
    this.controlWord = from.controlWord;
    this.statusWord = from.statusWord;
    this.tagWord = from.tagWord;
    this.instructionPointer = from.instructionPointer;
    this.instructionSelector = from.instructionSelector;
    this.dataPointer = from.dataPointer;
    this.dataSelector = from.dataSelector;
    this.registers.set(from.registers);
  }
}

export interface FpuSnapshot {
  readonly controlWord: number;
  readonly statusWord: number;
  readonly tagWord: number;
  readonly instructionPointer: number;
  readonly instructionSelector: number;
  readonly dataPointer: number;
  readonly dataSelector: number;
  readonly registers: readonly number[];
}
