// The engine's host on Node: files, a steady clock, the event loop.
import { access, readFile } from 'node:fs/promises';
import type { Host } from '../engine/host.ts';
import { openNodeTree } from './nodeTree.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission is denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is no directory',
};

async function read(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`${REASONS[code ?? ''] ?? message}.`, { cause: error });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function sleep(milliseconds: number): { done: Promise<void>; wake: () => void } {
  let wake = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { done, wake };
}

/** `root` is the folder that holds build/guest (the images) and guest (their sources). */
export function nodeHost(root: string): Host {
  return {
    files: { read, exists },
    openTree: openNodeTree,
    guestImages: `${root}/build/guest`,
    sourceRoot: `${root}/guest`,
    now: () => performance.now(),
    yield: () => new Promise((resolve) => setImmediate(resolve)),
    sleep,
  };
}
