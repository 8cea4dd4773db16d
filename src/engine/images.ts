// The images of a running system and where each is mapped: the kernel in every space, σ0, the server, the
// emulation library in every Linux process, and the program.
import { PT_LOAD } from '../symbols/elf.ts';
import type { SymbolImage } from '../symbols/image.ts';
import { isKernelAddress } from './addresses.ts';

/** Linux keeps this much of a program's name. */
const PROCESS_NAME_LENGTH = 15;

export const SIGMA0_TASK = 2;
export const ROOT_TASK = 4;

/** Which world an image is: the colour of its frames. */
export type ImageRole = 'kernel' | 'sigma0' | 'root' | 'library' | 'program' | 'native';

export interface LoadedImage {
  readonly role: ImageRole;
  readonly symbols: SymbolImage;
  /** The file on the host, for messages. */
  readonly path: string;
}

export class ImageTable {
  readonly all: readonly LoadedImage[];

  /** The name of the Linux process in a task, as the server knows it; undefined where there is none. */
  processName: (task: number) => string | undefined = () => undefined;

  constructor(images: readonly LoadedImage[]) {
    this.all = images;
  }

  byRole(role: ImageRole): LoadedImage | undefined {
    return this.all.find((image) => image.role === role);
  }

  /** The image whose code or data stands at an address of a task's space. */
  at(task: number, address: number): LoadedImage | undefined {
    return this.all.find(
      (image) => this.isMappedIn(image, task, address) && image.symbols.covers(address),
    );
  }

  /** True if an image belongs into a task's space at all. */
  private isMappedIn(image: LoadedImage, task: number, address: number): boolean {
    switch (image.role) {
      case 'kernel':
      case 'native':
        return isKernelAddress(address);
      case 'sigma0':
        return task === SIGMA0_TASK;
      case 'root':
        return task === ROOT_TASK || (task > ROOT_TASK && this.byRole('program') === undefined);
      case 'library':
        return this.isProcess(task);
      case 'program':
        return this.isProcess(task) && this.runs(task, image);
    }
  }

  private isProcess(task: number): boolean {
    return task > ROOT_TASK || this.byRole('native') !== undefined;
  }

  /** False for a process that executes another program than the one whose symbols we have. */
  private runs(task: number, program: LoadedImage): boolean {
    const name = this.processName(task);
    return name === undefined || name === program.symbols.name.slice(0, PROCESS_NAME_LENGTH);
  }

  /** Where an image's code lies in physical memory, if that is fixed before it runs. */
  physicalOf(image: LoadedImage, address: number): number | undefined {
    if (image.role === 'library' || image.role === 'program') {
      return undefined; // paged in on demand, anywhere
    }
    const segment = image.symbols.elf.segments.find(
      ({ type, virtualAddress, memorySize }) =>
        type === PT_LOAD && address >= virtualAddress && address < virtualAddress + memorySize,
    );
    return segment === undefined
      ? undefined
      : address - segment.virtualAddress + segment.physicalAddress;
  }
}
