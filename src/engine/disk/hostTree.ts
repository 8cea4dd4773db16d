// What the layout of a disk needs of a directory on the host; src/cli/nodeTree.ts is the one of Node. Names and paths
// are bytes, since a Linux name need not be text. No path that is given leads through a symbolic link.

export type HostKind = 'file' | 'directory' | 'link' | 'other';

export interface HostEntry {
  readonly name: Uint8Array;
  readonly kind: HostKind;
  /** Bytes. */
  readonly size: number;
  /** Permissions, 12 bits. */
  readonly mode: number;
  readonly user: number;
  readonly group: number;
  /** Seconds since 1970. */
  readonly modified: number;
  /** The same for all names of one file; undefined: it has no other name. */
  readonly identity: string | undefined;
}

/** unreadable: it is there, but may not be read. gone: it is no longer what it was when it was listed. */
export type HostRead = Uint8Array | 'unreadable' | 'gone';

export interface HostTree {
  /** The directory itself. */
  readonly top: HostEntry;
  /** The names in a directory, in any order; undefined: it cannot be read. "" is the top, else "a/b". */
  list(path: Uint8Array): readonly HostEntry[] | undefined;
  /** The target of a symbolic link, which nobody follows; undefined: it is gone. */
  readLink(path: Uint8Array): Uint8Array | undefined;
  /** Bytes of a regular file; fewer at its end. */
  read(path: Uint8Array, offset: number, length: number): HostRead;
}

export interface OpenTree {
  /** Throws an Error whose message says why not. */
  (directory: string): HostTree;
}
