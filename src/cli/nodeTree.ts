// A directory of this machine as the root of a guest's file system. Nothing outside of it is ever opened: links are
// listed and read as links, a file is opened without following one, and what leads to it is checked each time.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  type Stats,
} from 'node:fs';
import type { HostEntry, HostKind, HostRead, HostTree } from '../engine/disk/hostTree.ts';

const SLASH = Buffer.from('/');

function kindOf(stats: Stats): HostKind {
  if (stats.isFile()) {
    return 'file';
  }
  if (stats.isDirectory()) {
    return 'directory';
  }
  return stats.isSymbolicLink() ? 'link' : 'other';
}

function entryOf(name: Uint8Array, stats: Stats): HostEntry {
  const kind = kindOf(stats);
  return {
    name,
    kind,
    size: stats.size,
    mode: stats.mode & 0o7777,
    user: stats.uid,
    group: stats.gid,
    modified: Math.floor(stats.mtimeMs / 1000),
    identity: kind === 'file' && stats.nlink > 1 ? `${stats.dev}:${stats.ino}` : undefined,
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such directory',
  EACCES: 'permission is denied',
  ENOTDIR: 'it is no directory',
};

function findTop(directory: string): { top: Buffer; stats: Stats } {
  try {
    const top = realpathSync(directory, { encoding: 'buffer' });
    readdirSync(top); // it is a directory, and may be read
    return { top, stats: lstatSync(top) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`${REASONS[code ?? ''] ?? message}.`, { cause: error });
  }
}

/** Throws an Error that says in a sentence why this cannot be a root. */
export function openNodeTree(directory: string): HostTree {
  const { top, stats } = findTop(directory);
  const place = (path: Uint8Array): Buffer =>
    path.length === 0 ? top : Buffer.concat([top, SLASH, path]);

  /** True if a directory of the tree is where it was: no link has taken the place of one above it. */
  const isInside = (folder: Buffer): boolean =>
    realpathSync(folder, { encoding: 'buffer' }).equals(folder);

  const list = (path: Uint8Array): HostEntry[] | undefined => {
    try {
      const folder = place(path);
      if (!isInside(folder)) {
        return undefined;
      }
      return readdirSync(folder, { encoding: 'buffer' }).flatMap((name) => {
        const found = lstatSync(Buffer.concat([folder, SLASH, name]), { throwIfNoEntry: false });
        return found === undefined ? [] : [entryOf(name, found)];
      });
    } catch {
      return undefined;
    }
  };

  const readLink = (path: Uint8Array): Uint8Array | undefined => {
    try {
      return readlinkSync(place(path), { encoding: 'buffer' });
    } catch {
      return undefined;
    }
  };

  const read = (path: Uint8Array, offset: number, length: number): HostRead => {
    let file: number | undefined;
    try {
      const whole = place(path);
      if (!isInside(whole.subarray(0, whole.lastIndexOf(0x2f)))) {
        return 'gone';
      }
      // O_NONBLOCK: a FIFO that has taken the file's place must not make us wait.
      file = openSync(whole, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      if (!fstatSync(file).isFile()) {
        return 'gone';
      }
      const bytes = new Uint8Array(length);
      let done = 0;
      for (let got = -1; got !== 0 && done < length; done += got) {
        got = readSync(file, bytes, done, length - done, offset + done);
      }
      return bytes.subarray(0, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR' ? 'gone' : 'unreadable';
    } finally {
      if (file !== undefined) {
        closeSync(file);
      }
    }
  };

  return { top: entryOf(new Uint8Array(), stats), list, readLink, read };
}
