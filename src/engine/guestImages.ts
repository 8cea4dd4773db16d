// Reads the images that a launch needs from the host, with one clear sentence for each that cannot be used.
import { FormatError } from '../base/bytes.ts';
import type { DiskSource } from '../emulator/recordedDisk.ts';
import { parseElf, PT_LOAD, type ElfFile } from '../symbols/elf.ts';
import { SymbolImage } from '../symbols/image.ts';
import { Ext2Disk } from './disk/ext2Disk.ts';
import { baseName, joinPath, type FileAccess, type Host } from './host.ts';
import type { ImageRole, LoadedImage } from './images.ts';
import { messageOf, UserError } from './userError.ts';

/** The first program where none is named. */
const SHELL = '/bin/sh';

export interface LaunchImages {
  /** The Multiboot image that the machine loads. */
  readonly boot: Uint8Array;
  readonly modules: readonly { readonly content: Uint8Array; readonly commandLine: string }[];
  readonly images: readonly LoadedImage[];
  /** The root file system, if it is not the embedded one. */
  readonly disks: readonly DiskSource[];
}

export interface ProgramChoice {
  /** A file of the host, or with `root` a path inside of that; undefined: the root file system's shell. */
  readonly path: string | undefined;
  /** A directory of the host that the guest sees as its root file system. */
  readonly root?: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly system: 'l4linux' | 'native';
  readonly syscalls: 'library' | 'trampoline';
  /** Which address space the Linux server on L4 asks for. */
  readonly serverSpace: 'small' | 'large';
}

/** Everything that `run` and a debug session load. `warn` hears what of the root cannot be shown as it is. Throws UserError. */
export async function loadImages(
  host: Host,
  choice: ProgramChoice,
  warn: (message: string) => void,
): Promise<LaunchImages> {
  const parts = new ImageReader(host);
  const program = await loadProgram(parts, host, choice);
  const disks = choice.root === undefined ? [] : [rootDisk(host, choice.root, warn)];
  if (choice.system === 'native') {
    const native = await parts.bundled('native', 'linux-native.elf');
    const images = [native.image, ...program.images];
    return { boot: native.bytes, modules: program.modules, images, disks };
  }
  const kernel = await parts.bundled('kernel', 'kernel.elf');
  const sigma0 = await parts.bundled('sigma0', 'sigma0.elf');
  const server = await parts.bundled('root', 'l4linux.elf');
  const library = await parts.bundled('library', 'emulation.so');
  return {
    boot: kernel.bytes,
    modules: [
      { content: sigma0.bytes, commandLine: 'sigma0' },
      { content: server.bytes, commandLine: serverCommandLine(choice) },
      ...program.modules,
    ],
    images: [kernel.image, sigma0.image, server.image, library.image, ...program.images],
    disks,
  };
}

function serverCommandLine({ syscalls, serverSpace }: ProgramChoice): string {
  return `l4linux syscalls=${syscalls} space=${serverSpace}`;
}

/** The modules that name the program to the guest (guest/README.md): its file and arguments, or the arguments alone. */
async function loadProgram(
  parts: ImageReader,
  host: Host,
  choice: ProgramChoice,
): Promise<Pick<LaunchImages, 'modules' | 'images'>> {
  const { path, args, env } = choice;
  const named = (name: string) => ({
    content: argumentBlock([name, ...args], env),
    commandLine: 'arguments',
  });
  if (path === undefined || choice.root !== undefined) {
    return { modules: [named(path ?? SHELL)], images: [] };
  }
  const program = await readFile(host.files, path);
  const name = baseName(path);
  checkProgram(program, name);
  return {
    modules: [{ content: program, commandLine: name }, named(name)],
    images: [{ ...parts.parse('program', path, name, program), bytes: program }],
  };
}

function rootDisk(host: Host, directory: string, warn: (message: string) => void): DiskSource {
  try {
    return new Ext2Disk(host.openTree(directory), warn);
  } catch (error) {
    throw new UserError(`${directory} cannot be the root file system: ${messageOf(error)}`);
  }
}

/** The kernel, σ0 and a root task of the person's own, without Linux. Throws UserError. */
export async function loadRootTask(host: Host, path: string): Promise<LaunchImages> {
  const parts = new ImageReader(host);
  const content = await readFile(host.files, path);
  const root = parts.parse('root', path, baseName(path), content);
  const kernel = await parts.bundled('kernel', 'kernel.elf');
  const sigma0 = await parts.bundled('sigma0', 'sigma0.elf');
  return {
    boot: kernel.bytes,
    modules: [
      { content: sigma0.bytes, commandLine: 'sigma0' },
      { content, commandLine: baseName(path) },
    ],
    images: [kernel.image, sigma0.image, root],
    disks: [],
  };
}

/** True for an ELF image that is linked where a root task goes: it speaks L4 itself. */
export function isRootTask(bytes: Uint8Array): boolean {
  try {
    const elf = parseElf(bytes, 'the program');
    return elf.segments.some(
      ({ type, virtualAddress }) => type === PT_LOAD && virtualAddress === 0x00400000,
    );
  } catch {
    return false;
  }
}

export async function readFile(files: FileAccess, path: string): Promise<Uint8Array> {
  try {
    return await files.read(path);
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${messageOf(error)}`);
  }
}

/** Checks what the guest's loader would refuse, so that the person hears it before the machine boots. */
function checkProgram(bytes: Uint8Array, name: string): void {
  const elf = orUserError(() => parseElf(bytes, name));
  if (elf.segments.some(({ type }) => type === 3)) {
    throw new UserError(
      `${name} is dynamically linked: its libraries must be in the guest's root file system; give one with --root, or link it with -static.`,
    );
  }
  if (elf.type !== 2) {
    throw new UserError(
      `${name} is not a static executable (ELF type ${elf.type}); link it with -static -no-pie, or run it from a root file system (--root).`,
    );
  }
  checkSegments(elf, name);
}

function checkSegments(elf: ElfFile, name: string): void {
  const loads = elf.segments
    .filter(({ type }) => type === PT_LOAD)
    .sort((left, right) => left.virtualAddress - right.virtualAddress);
  if (loads.length === 0) {
    throw new UserError(`${name} has nothing to load: it has no PT_LOAD segment.`);
  }
  loads.forEach((segment, index) => {
    const end = segment.virtualAddress + segment.memorySize;
    if (end > 0xc0000000) {
      throw new UserError(
        `${name} has a segment that wraps or ends above 3 GB (at 0x${end.toString(16)}).`,
      );
    }
    if (segment.fileSize > segment.memorySize) {
      throw new UserError(`${name} has a segment that is larger in the file than in memory.`);
    }
    const next = loads[index + 1];
    if (next !== undefined && next.virtualAddress < end) {
      throw new UserError(
        `${name} has segments that overlap at 0x${next.virtualAddress.toString(16)}.`,
      );
    }
  });
}

function orUserError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof FormatError ? new UserError(error.message) : error;
  }
}

/** The "arguments" module: argv strings, an empty string, environment strings, an empty string. */
export function argumentBlock(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Uint8Array {
  const environment = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  for (const text of [...args, ...environment]) {
    if (text.includes('\0')) {
      throw new UserError('An argument or environment string contains a NUL character.', 2);
    }
  }
  const text = [...args, '', ...environment, '', ''].join('\0');
  return new TextEncoder().encode(text);
}

class ImageReader {
  private readonly host: Host;

  constructor(host: Host) {
    this.host = host;
  }

  async bundled(role: ImageRole, name: string): Promise<{ bytes: Uint8Array; image: LoadedImage }> {
    const path = joinPath(this.host.guestImages, name);
    const bytes = await readFile(this.host.files, path);
    return { bytes, image: this.parse(role, path, name, bytes) };
  }

  parse(role: ImageRole, path: string, name: string, bytes: Uint8Array): LoadedImage {
    return { role, path, symbols: orUserError(() => new SymbolImage(name, bytes)) };
  }
}
