// Watches code by image and address, or by task and address: the hook is placed where the page lies physically,
// as soon as a page of code is entered through the TLB, in every space that maps it.
import type { Target } from '../emulator/target.ts';
import { isKernelAddress, KERNEL_TASK } from './addresses.ts';
import type { HookListener, HookTable } from './hooks.ts';
import type { ImageTable, LoadedImage } from './images.ts';
import type { Spaces } from './spaces.ts';

export type CodeLocation =
  | { readonly kind: 'image'; readonly image: LoadedImage; readonly address: number }
  | { readonly kind: 'space'; readonly task: number; readonly address: number };

interface Watch {
  readonly location: CodeLocation;
  readonly listener: HookListener;
  /** Physical address to the function that removes the hook. */
  readonly hooks: Map<number, () => void>;
}

export class CodeWatch {
  private readonly target: Target;
  private readonly hooks: HookTable;
  private readonly images: ImageTable;
  private readonly spaces: Spaces;
  /** Watches whose physical place is not fixed, by the page number of their address. */
  private readonly paged = new Map<number, Set<Watch>>();

  constructor(target: Target, hooks: HookTable, images: ImageTable, spaces: Spaces) {
    this.target = target;
    this.hooks = hooks;
    this.images = images;
    this.spaces = spaces;
  }

  /** Calls `listener` before the instruction at a location executes; the function returned ends it. */
  add(location: CodeLocation, listener: HookListener): () => void {
    const fixed = this.fixedPhysical(location);
    if (fixed !== undefined) {
      return this.hooks.add(fixed, listener);
    }
    const watch: Watch = { location, listener, hooks: new Map() };
    const page = location.address >>> 12;
    const set = this.paged.get(page) ?? new Set();
    this.paged.set(page, set.add(watch));
    this.bindNow(watch);
    return () => {
      set.delete(watch);
      watch.hooks.forEach((remove) => remove());
    };
  }

  /** True if the location is mapped somewhere now, or will be for certain. */
  isBound(location: CodeLocation): boolean {
    return (
      this.fixedPhysical(location) !== undefined ||
      this.spaces.tasks().some((task) => this.physicalIn(location, task) !== undefined)
    );
  }

  /** The machine enters a page of code whose translation was not in the instruction TLB; page numbers, not addresses. */
  onCodePage(linearPage: number, physicalPage: number): void {
    const virtualPage = linearPage - (this.target.registers().csBase >>> 12); // small spaces lie at a segment's base
    for (const watch of this.paged.get(virtualPage) ?? []) {
      if (this.belongs(watch.location, this.spaces.currentTask())) {
        this.bind(watch, physicalPage * 4096 + (watch.location.address & 0xfff));
      }
    }
  }

  private bindNow(watch: Watch): void {
    for (const task of this.spaces.tasks()) {
      const physical = this.physicalIn(watch.location, task);
      if (physical !== undefined) {
        this.bind(watch, physical);
      }
    }
  }

  private bind(watch: Watch, physical: number): void {
    if (watch.hooks.has(physical)) {
      return;
    }
    // The frame may be reused for another page later: the address and the space decide, not the frame.
    const listener = (): boolean => {
      const { eip } = this.target.registers();
      const isHere = eip === watch.location.address;
      return isHere && this.belongs(watch.location, this.spaces.currentTask()) && watch.listener();
    };
    watch.hooks.set(physical, this.hooks.add(physical, listener));
  }

  private fixedPhysical(location: CodeLocation): number | undefined {
    const image =
      location.kind === 'image' ? location.image : this.images.at(KERNEL_TASK, location.address);
    return image && this.images.physicalOf(image, location.address);
  }

  private physicalIn(location: CodeLocation, task: number): number | undefined {
    if (!this.belongs(location, task)) {
      return undefined;
    }
    const directory = this.spaces.pageDirectoryOf(task);
    return this.target.translate(directory, location.address)?.physical;
  }

  private belongs(location: CodeLocation, task: number): boolean {
    if (location.kind === 'image') {
      return this.images.at(task, location.address) === location.image;
    }
    return isKernelAddress(location.address) || location.task === task;
  }
}
