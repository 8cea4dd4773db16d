// Assembly text to a Multiboot image or to plain code bytes, with the same gcc that builds the guest; results are
// cached by content below the system's folder for temporary files.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const FOLDER = path.join(tmpdir(), 'l4scope-assembled');

const HEADER = `
  .section .multiboot, "a"
  .align 4
  .long 0x1badb002, 0, -0x1badb002
  .text
`;

function build(text: string, extension: string, run: (source: string, output: string) => void) {
  const name = createHash('sha256').update(text).update(extension).digest('hex').slice(0, 24);
  const output = path.join(FOLDER, `${name}.${extension}`);
  if (!existsSync(output)) {
    mkdirSync(FOLDER, { recursive: true });
    const source = path.join(FOLDER, `${name}.s`);
    writeFileSync(source, text);
    run(source, output);
  }
  return new Uint8Array(readFileSync(output));
}

/** A Multiboot ELF image from assembly text with the symbol \`start\`, linked at 1 MB. */
export function assembleImage(text: string): Uint8Array {
  const script =
    'SECTIONS { . = 0x100000; .text : { *(.multiboot) *(.text) } .data : { *(.data) } .bss : { *(.bss) } /DISCARD/ : { *(.note*) *(.comment) } }';
  return build(HEADER + text, 'elf', (source, output) => {
    const linker = path.join(FOLDER, 'image.ld');
    writeFileSync(linker, script);
    execFileSync('gcc', [
      ...['-m32', '-nostdlib', '-static', '-Wl,--build-id=none', '-Wl,-z,noexecstack'],
      ...[
        '-Wl,-e,start',
        '-Wl,-z,max-page-size=4096',
        '-Wl,--no-warn-rwx-segments',
        `-Wl,-T,${linker}`,
        '-o',
        output,
        source,
      ],
    ]);
  });
}

/** Code bytes of position-independent assembly text. */
export function assembleCode(text: string): Uint8Array {
  return build(text, 'bin', (source, output) => {
    execFileSync('gcc', ['-m32', '-c', '-o', `${output}.o`, source]);
    execFileSync('objcopy', ['-O', 'binary', '-j', '.text', `${output}.o`, output]);
  });
}
