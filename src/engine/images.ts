// The images of a running system and where each is mapped: the kernel in every space, σ0, the server, the
// emulation library in every Linux process; and by process, its program and libraries (processImages.ts).
import { PT_LOAD } from '../symbols/elf.ts';
import type { SymbolImage } from '../symbols/image.ts';
import { isKernelAddress } from './addresses.ts';

export const SIGMA0_TASK = 2;
export const ROOT_TASK = 4;

/** Which world an image is: the colour of its frames. */
export type ImageRole = 'kernel' | 'sigma0' | 'root' | 'library' | 'program' | 'native';

export interface LoadedImage {
  readonly role: ImageRole;
  readonly symbols: SymbolImage;
  /** The file on the host, for messages. */
  readonly path: string;
  /** Of the launched program: the whole file, to know it again in a process. */
  readonly bytes?: Uint8Array;
}

/** What the processes of a running Linux have in their memory. */
export interface MappedImages {
  of(task: number): readonly LoadedImage[];
  at(task: number, address: number): LoadedImage | undefined;
  programOf(task: number): LoadedImage | undefined;
}

export class ImageTable {
  private readonly known: LoadedImage[];
  private readonly fixed: readonly LoadedImage[];
  private readonly listeners = new Set<(image: LoadedImage) => void>();

  /** Undefined: this system has no Linux. */
  processes: MappedImages | undefined;

  constructor(images: readonly LoadedImage[]) {
    this.known = [...images];
    this.fixed = images.filter(({ role }) => role !== 'program');
  }

  /** All images that are known by now: a program's from the moment a process is seen to have it. */
  get all(): readonly LoadedImage[] {
    return this.known;
  }

  /** A process has an image that none had before. */
  add(image: LoadedImage): void {
    this.known.push(image);
    [...this.listeners].forEach((listener) => listener(image));
  }

  /** Calls `listener` for each image that comes; the function returned ends it. */
  onAdded(listener: (image: LoadedImage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  byRole(role: ImageRole): LoadedImage | undefined {
    return this.all.find((image) => image.role === role);
  }

  /** The image whose code or data stands at an address of a task's space. */
  at(task: number, address: number): LoadedImage | undefined {
    const fixed = this.fixed.find(
      (image) => this.isMappedIn(image, task, address) && image.symbols.covers(address),
    );
    return fixed ?? (this.isUser(task, address) ? this.processes?.at(task, address) : undefined);
  }

  /** The images that a task's space holds, a process's own first. */
  of(task: number): readonly LoadedImage[] {
    const own = this.isUser(task, 0) ? (this.processes?.of(task) ?? []) : [];
    return [...own, ...this.fixed];
  }

  /** The program that a process executes, at its place in memory. */
  programOf(task: number): LoadedImage | undefined {
    return this.isUser(task, 0) ? this.processes?.programOf(task) : undefined;
  }

  private isUser(task: number, address: number): boolean {
    return !isKernelAddress(address) && this.isProcess(task);
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
        return task === ROOT_TASK || (task > ROOT_TASK && this.processes === undefined);
      case 'library':
        return this.isProcess(task);
      case 'program':
        return false; // as the process's regions say
    }
  }

  private isProcess(task: number): boolean {
    return task > ROOT_TASK || this.byRole('native') !== undefined;
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
