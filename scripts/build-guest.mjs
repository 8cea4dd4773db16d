#!/usr/bin/env node
// Builds everything that runs inside the machine: i386 ELF images with DWARF, from C and assembly.
//
//   node scripts/build-guest.mjs [--guest DIR] [--out DIR] [--define NAME]... [--force]
//
// Each folder of the guest tree may hold an image.json:
//   { "images": [ {
//       "name":         output path below the output folder, e.g. "kernel.elf" ("programs/$base" with forEach)
//       "sources":      patterns relative to the folder ("*.c", "ia32/*.S", "../lib/libc/*.c")
//       "forEach":      a pattern; one image for each match, "$base" in name is the file's base name
//       "linkerScript": path relative to the folder
//       "include":      folders searched for headers, relative to the folder
//       "flags":        more compiler flags
//       "link":         more linker flags
//       "shared":       true for a position-independent shared object (the vDSO)
//       "offsets":      a C file of OFFSET(NAME, type, member) lines; its values become
//                       "generated/offsets.h" for the image's assembly
//       "embed":        { "SYMBOL.h-name": image name }; that image, built before, can be .incbin'ed as
//                       "generated/<name>" by this one
//   } ] }
// The build is a pure function of the tree, the flags and the compiler: a stamp skips it when nothing changed,
// and two builds in different folders are byte-identical.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const repository = path.resolve(import.meta.dirname, '..');

export const COMMON_FLAGS = [
  '-std=gnu11', '-O2', '-g', '-march=pentium', '-ffreestanding', '-fcf-protection=none', '-fno-pie',
  '-fno-stack-protector', '-mno-sse', '-mno-mmx', '-fno-asynchronous-unwind-tables', '-fno-strict-aliasing',
  '-fno-common', '-fno-optimize-sibling-calls', '-Wall', '-Wextra', '-Werror',
]; // prettier-ignore

/** The compiler of this machine that can make i386 ELF, as { command, name, version }; exits 3 with advice if there is none. */
export function findCompiler() {
  const candidates = [
    { command: ['gcc', '-m32'], name: 'gcc' },
    { command: ['clang', '--target=i386-pc-linux-gnu', '-fuse-ld=lld'], name: 'clang' },
  ];
  for (const { command, name } of candidates) {
    try {
      execFileSync(
        command[0],
        [
          ...command.slice(1),
          '-ffreestanding',
          '-nostdlib',
          '-static',
          '-Wl,-e,0',
          '-x',
          'c',
          '-o',
          '/dev/null',
          '-',
        ],
        { input: 'int x;', stdio: ['pipe', 'ignore', 'ignore'] },
      );
      const version = execFileSync(command[0], ['--version'], { encoding: 'utf8' }).split('\n')[0];
      return { command, name, version };
    } catch {
      // try the next one
    }
  }
  console.error(
    'l4scope: no C compiler here can make 32-bit x86 code; install gcc and binutils (Debian: apt-get install gcc binutils) or clang and lld.',
  );
  process.exit(3);
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function stampOf(guest, parts) {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(part + '\0');
  }
  for (const file of filesBelow(guest)) {
    hash.update(path.relative(guest, file) + '\0').update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Files that match a pattern with "*" in its last component, sorted. */
function matches(folder, pattern) {
  const directory = path.resolve(folder, path.dirname(pattern));
  const expression = new RegExp(
    '^' + path.basename(pattern).replace(/[.+]/g, '\\$&').replace(/\*/g, '.*') + '$',
  );
  return existsSync(directory)
    ? readdirSync(directory)
        .filter((name) => expression.test(name))
        .sort()
        .map((name) => path.join(directory, name))
    : [];
}

function manifests(guest) {
  return filesBelow(guest)
    .filter((file) => path.basename(file) === 'image.json')
    .flatMap((file) =>
      JSON.parse(readFileSync(file, 'utf8')).images.map((image) => ({
        ...image,
        folder: path.dirname(file),
      })),
    );
}

function expand(image) {
  if (!image.forEach) {
    return [image];
  }
  return matches(image.folder, image.forEach).map((file) => ({
    ...image,
    name: image.name.replace('$base', path.basename(file).replace(/\.[^.]+$/, '')),
    sources: [path.relative(image.folder, file), ...(image.sources ?? [])],
  }));
}

/** Images in an order in which each comes after the ones it embeds. */
function inOrder(images) {
  const done = [];
  const visit = (image) => {
    if (done.includes(image)) {
      return;
    }
    for (const name of Object.values(image.embed ?? {})) {
      const needed = images.find((other) => other.name === name);
      if (!needed) {
        throw new Error(`${image.name} embeds ${name}, which no image.json builds`);
      }
      visit(needed);
    }
    done.push(image);
  };
  images.forEach(visit);
  return done;
}

class ImageBuild {
  constructor(image, context) {
    this.image = image;
    this.context = context;
    this.objects = path.join(context.objects, image.name);
    this.generated = path.join(this.objects, 'generated');
    const include = [...(image.include ?? []), '.'].map((folder) =>
      path.resolve(image.folder, folder),
    );
    this.flags = [
      ...COMMON_FLAGS,
      ...context.defines.map((name) => `-D${name}`),
      `-ffile-prefix-map=${context.guest}=.`,
      `-ffile-prefix-map=${this.objects}=./build`,
      `-I${path.join(context.guest, 'include')}`,
      `-I${this.objects}`,
      ...include.map((folder) => `-I${folder}`),
      ...(image.flags ?? []),
      ...(image.shared ? ['-fPIC'] : []),
    ];
  }

  async compiler(args) {
    const [command, ...fixed] = this.context.compiler.command;
    try {
      // A neutral working folder: nothing of this machine enters the debug information.
      const { stderr } = await run(command, [...fixed, ...args], {
        cwd: this.context.guest,
        env: { ...process.env, LC_ALL: 'C' },
        maxBuffer: 1 << 26,
      });
      process.stderr.write(stderr);
    } catch (error) {
      process.stderr.write(error.stderr ?? String(error));
      throw new Error(`cannot build ${this.image.name}`);
    }
  }

  async generate() {
    mkdirSync(this.generated, { recursive: true });
    for (const [name, embedded] of Object.entries(this.image.embed ?? {})) {
      copyFileSync(path.join(this.context.out, embedded), path.join(this.generated, name));
    }
    if (this.image.offsets) {
      const assembly = path.join(this.objects, 'offsets.s');
      await this.compiler([
        ...this.flags,
        '-S',
        path.resolve(this.image.folder, this.image.offsets),
        '-o',
        assembly,
      ]);
      const lines = [...readFileSync(assembly, 'utf8').matchAll(/->(\w+) \$?(-?\d+)/g)].map(
        ([, name, value]) => `#define ${name} ${value}\n`,
      );
      writeFileSync(
        path.join(this.generated, 'offsets.h'),
        `/* Made from the C types of ${this.image.offsets}; do not edit. */\n${lines.join('')}`,
      );
    }
  }

  async compile() {
    const sources = this.image.sources
      .flatMap((pattern) => matches(this.image.folder, pattern))
      .filter(
        (source) =>
          !this.image.offsets || source !== path.resolve(this.image.folder, this.image.offsets),
      );
    const objects = sources.map((source) =>
      path.join(
        this.objects,
        path.relative(this.context.guest, source).replaceAll('/', '_') + '.o',
      ),
    );
    await Promise.all(
      sources.map((source, index) =>
        this.context.slot(() =>
          this.compiler([
            ...this.flags,
            ...(source.endsWith('.S') ? ['-D__ASSEMBLER__'] : []),
            '-c',
            source,
            '-o',
            objects[index],
          ]),
        ),
      ),
    );
    return objects;
  }

  async link(objects) {
    const output = path.join(this.context.out, this.image.name);
    mkdirSync(path.dirname(output), { recursive: true });
    const unfinished = `${output}.${process.pid}`;
    const script = this.image.linkerScript
      ? [`-Wl,-T,${path.resolve(this.image.folder, this.image.linkerScript)}`]
      : [];
    await this.compiler(
      [
        '-nostdlib',
        ...(this.image.shared ? ['-shared'] : ['-static']),
        '-no-pie',
        '-Wl,--build-id=none',
        '-Wl,-z,noexecstack',
        '-Wl,--no-warn-rwx-segments',
        ...script,
        ...(this.image.link ?? []),
        ...objects,
        '-o',
        unfinished,
      ].filter(
        (flag) =>
          !(this.image.shared && flag === '-no-pie') &&
          !(this.context.compiler.name === 'clang' && flag === '-Wl,--no-warn-rwx-segments'),
      ),
    );
    renameSync(unfinished, output); // whoever reads the image sees the old one or the new one, whole
  }

  async build() {
    await this.generate();
    await this.link(await this.compile());
  }
}

function limiter(width) {
  let free = width;
  const waiting = [];
  return async (work) => {
    if (free === 0) {
      await new Promise((resolve) => waiting.push(resolve));
    } else {
      free -= 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) {
        next();
      } else {
        free += 1;
      }
    }
  };
}

/** Builds the guest tree below `guest` into `out`; returns the output folder. */
export async function buildGuest({
  guest = path.join(repository, 'guest'),
  out = path.join(repository, 'build/guest'),
  defines = [],
  force = false,
} = {}) {
  const compiler = findCompiler();
  const stampFile = path.join(out, 'stamp');
  const stamp = stampOf(guest, [
    compiler.version,
    ...COMMON_FLAGS,
    ...defines,
    readFileSync(import.meta.filename, 'utf8'),
  ]);
  if (!force && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) {
    return out;
  }
  mkdirSync(out, { recursive: true });
  rmSync(stampFile, { force: true });
  // Objects of this process alone: two builds at once do not meet.
  const objects = path.join(out, `objects-${process.pid}`);
  const context = { guest, out, objects, defines, compiler, slot: limiter(4) };
  try {
    for (const image of inOrder(manifests(guest).flatMap(expand))) {
      await new ImageBuild(image, context).build();
    }
  } finally {
    rmSync(objects, { recursive: true, force: true });
  }
  writeFileSync(path.join(out, 'compiler.txt'), compiler.version + '\n');
  writeFileSync(stampFile, stamp);
  return out;
}

async function main() {
  const options = { defines: [] };
  const args = process.argv.slice(2);
  while (args.length > 0) {
    const flag = args.shift();
    if (flag === '--guest') {
      options.guest = path.resolve(args.shift());
    } else if (flag === '--out') {
      options.out = path.resolve(args.shift());
    } else if (flag === '--define') {
      options.defines.push(args.shift());
    } else if (flag === '--force') {
      options.force = true;
    } else {
      console.error(
        `build-guest: unknown option ${flag}; the head of scripts/build-guest.mjs lists the options.`,
      );
      process.exit(2);
    }
  }
  try {
    console.log(path.relative(process.cwd(), await buildGuest(options)) || '.');
  } catch (error) {
    console.error(`build-guest: ${error.message}`);
    process.exit(1);
  }
}

if (process.argv[1] === import.meta.filename) {
  await main();
}
