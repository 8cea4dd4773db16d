// What the engine needs of the host it runs on. Node, a web worker and tests each give their own; nothing else
// in the engine touches a clock, a file or the event loop.

import type { OpenTree } from './disk/hostTree.ts';

export interface FileAccess {
  /** The content of a file; throws an Error whose message says why not. */
  read(path: string): Promise<Uint8Array>;
  exists(path: string): Promise<boolean>;
}

export interface Host {
  readonly files: FileAccess;
  /** A directory that becomes a guest's disk. */
  readonly openTree: OpenTree;
  /** Folder with the built guest images (kernel.elf, programs/hello, ...). */
  readonly guestImages: string;
  /** The guest tree: debug information names its files relative to it ("kernel/ipc.c"). */
  readonly sourceRoot: string;
  /** Milliseconds of a steady clock. */
  now(): number;
  /** Lets the host's event loop run once. */
  yield(): Promise<void>;
  /** Resolves after `milliseconds`, or earlier when `wake` has been called. */
  sleep(milliseconds: number): { readonly done: Promise<void>; wake(): void };
}

/** Joins a folder and a relative path with "/". */
export function joinPath(folder: string, path: string): string {
  return path.startsWith('/') ? path : `${folder.replace(/\/$/, '')}/${path}`;
}

export function baseName(path: string): string {
  return path.replace(/\\/g, '/').split('/').pop() ?? path;
}
