// Stack traces: from the instruction a thread stands at, through the kernel's entry code, to the user's frames.
import type { Entry } from '../symbols/dwarf/entries.ts';
import type { SourceLine } from '../symbols/lineTable.ts';
import { TAG } from '../symbols/dwarf/constants.ts';
import { innermostFrame, lookupAddress, unwind, type MachineFrame } from '../symbols/unwind.ts';
import { localVariables, type Variable } from '../symbols/variables.ts';
import type { SymbolImage } from '../symbols/image.ts';
import { word } from '../kernel/virtualMemory.ts';
import { isKernelAddress, KERNEL_TASK } from './addresses.ts';
import { ROOT_TASK, type ImageTable, type LoadedImage } from './images.ts';
import type { Spaces } from './spaces.ts';
import { StackScan } from './stackScan.ts';
import type { EngineThread } from './threads.ts';

export interface StackFrame {
  readonly name: string;
  readonly task: number;
  readonly pc: number;
  readonly machine: MachineFrame;
  readonly image: LoadedImage | undefined;
  readonly line: SourceLine | undefined;
  /** Innermost scope of DWARF; undefined for code without debug information. */
  readonly scope: Entry | undefined;
  /** True for a call that the compiler inlined: it shares its machine frame with the next one. */
  readonly isInlined: boolean;
}

export class Stacks {
  private readonly images: ImageTable;
  private readonly spaces: Spaces;

  constructor(images: ImageTable, spaces: Spaces) {
    this.images = images;
    this.spaces = spaces;
  }

  imageAt(task: number, address: number): LoadedImage | undefined {
    return this.images.at(task, address);
  }

  framesOf(thread: EngineThread): StackFrame[] {
    const machineFrames = this.unwindFrom(thread, thread.registers);
    const last = machineFrames[machineFrames.length - 1];
    const endsInKernel = last === undefined || isKernelAddress(last.pc);
    const userPc = thread.userRegisters[8];
    if (endsInKernel && userPc !== undefined && !isKernelAddress(userPc) && thread.task > 1) {
      // The kernel's frames did not lead out (code without a frame description): the user's are known all the same.
      machineFrames.push(...this.unwindFrom(thread, thread.userRegisters));
    }
    return machineFrames.flatMap((machine) => this.sourceFrames(thread.task, machine));
  }

  private unwindFrom(
    thread: EngineThread,
    registers: readonly (number | undefined)[],
  ): MachineFrame[] {
    if (registers[8] === undefined) {
      return [];
    }
    const read = this.spaces.reader(thread.task);
    const readWord = (address: number): number | undefined => word(read(address, 4));
    const imageAt = (pc: number): SymbolImage | undefined =>
      this.images.at(thread.task, pc)?.symbols;
    const first = innermostFrame(registers, imageAt(registers[8]), readWord);
    const isUser = thread.task > ROOT_TASK || this.images.byRole('native') !== undefined;
    const scan = new StackScan({
      page: (address) => read(address, 4096),
      word: readWord,
      isCode: (address) =>
        !isKernelAddress(address) && (imageAt(address)?.isCode(address) ?? false),
    });
    return unwind(first, imageAt, readWord, 100, isUser ? scan : undefined);
  }

  private sourceFrames(task: number, machine: MachineFrame): StackFrame[] {
    const image = this.images.at(task, machine.pc);
    const space = isKernelAddress(machine.pc) ? KERNEL_TASK : task;
    const bare = { task: space, pc: machine.pc, machine, image };
    if (image === undefined) {
      const name = `0x${machine.pc.toString(16)}`;
      return [{ ...bare, name, line: undefined, scope: undefined, isInlined: false }];
    }
    const frames = image.symbols.sourceFrames(lookupAddress(machine));
    return frames.map((frame, index) => ({
      ...bare,
      ...frame,
      isInlined: index < frames.length - 1,
    }));
  }

  /** The variables that are visible in a frame, innermost scope first. */
  variablesOf(frame: StackFrame, task: number): Variable[] {
    const { scope, image } = frame;
    if (scope === undefined || image === undefined) {
      return [];
    }
    let outer = scope;
    while (outer.tag !== TAG.subprogram && outer.parent !== undefined) {
      outer = outer.parent;
    }
    return localVariables(image.symbols, frame.machine, scope, outer, this.spaces.reader(task));
  }

  /** The name of the function around a code address, for text outside of stack traces. */
  describe(task: number, address: number): string {
    return this.images.at(task, address)?.symbols.describe(address) ?? `0x${address.toString(16)}`;
  }
}
