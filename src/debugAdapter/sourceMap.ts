// Between the file names of debug information and files of the host. Guest sources are recorded relative to the
// guest tree ("kernel/ipc.c"); a person's own program has absolute names.
import { baseName, joinPath } from '../engine/host.ts';

export class SourceMap {
  private readonly root: string;
  private own: string | undefined;

  constructor(root: string) {
    this.root = root;
  }

  /** The person's own copy of the source of a bundled program: it is shown instead of ours, with its breakpoints. */
  prefer(hostPath: string): void {
    this.own = hostPath;
  }

  /** The host's path of a file named in debug information. */
  hostPath(file: string): string {
    if (this.own !== undefined && file === `programs/${baseName(this.own)}`) {
      return this.own;
    }
    return joinPath(this.root, file);
  }

  /** A test whether a file named in debug information is the one at a host path. */
  matcher(hostPath: string): (file: string) => boolean {
    const wanted = normalise(hostPath);
    return (file) => normalise(this.hostPath(file)) === wanted;
  }

  /** A weaker test, for a copy of a source that was compiled elsewhere: the same base name. */
  looseMatcher(hostPath: string): (file: string) => boolean {
    const wanted = baseName(hostPath);
    return (file) => baseName(file) === wanted;
  }
}

function normalise(path: string): string {
  const slashes = path.replace(/\\/g, '/');
  return /^[a-zA-Z]:/.test(slashes) ? slashes.toLowerCase() : slashes;
}
