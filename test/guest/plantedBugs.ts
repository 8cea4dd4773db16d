// Kernels with a bug on purpose: the kernel's source is copied, one place of it changed, and built. So the fuzz run shows
// what it can find, and the source itself carries no bugs.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../support/paths.ts';

export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  /** Must stand exactly once in the file. */
  readonly instead: string;
  readonly put: string;
  readonly taggedTlb?: boolean;
  /** The sentence by which it is found. */
  readonly finding: RegExp;
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'a leaked node',
    file: 'mapping_tree.c',
    instead: '\tslab_free(&mapping_slab, leaf);\n',
    put: '\tif (leaf->rights == RIGHTS_WRITABLE || !leaf->next_sibling) {\n\t\tslab_free(&mapping_slab, leaf);\n\t}\n',
    finding: /^Of 512 frames /m,
  },
  {
    name: 'a widened right',
    file: 'mapping.c',
    instead: 'request->writable ? found->rights : RIGHTS_READ_ONLY',
    put: 'request->writable ? RIGHTS_WRITABLE : RIGHTS_READ_ONLY',
    finding: /has more rights than its mapper\.$/m,
  },
  {
    name: 'a missed flush',
    file: 'mapping_tree.c',
    instead:
      '\t\t*entry_of(mapping) &= ~(page_table_entry)PAGE_WRITABLE;\n\t\tmapping_changed(mapping);\n',
    put: '\t\t*entry_of(mapping) &= ~(page_table_entry)PAGE_WRITABLE;\n',
    finding: /^The TLB remembers /m,
  },
  {
    name: 'a 4 MB page that stays in a slot',
    file: 'mapping_tree.c',
    instead: '\t\tsmall_space_hide(mapping->space, mapping->address);\n',
    put: '\t\t;\n',
    finding: /^Slot \d+ in the directory of task \d+ does not show its owner\.$/m,
  },
  {
    name: 'a missed flush of another tag',
    file: 'ia32/paging.c',
    instead: '\t\ttagged_tlb_forget(TLB_PAGE_OF_TAG, address | space->task);\n',
    put: '',
    taggedTlb: true,
    finding: /^The TLB remembers /m,
  },
];

/** The kernel with this bug in it, an ELF file. */
export function buildWithBug({ name, file, instead, put }: PlantedBug): Uint8Array {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'l4scope-bug-'));
  try {
    const guest = path.join(folder, 'guest');
    for (const part of ['kernel', 'include']) {
      cpSync(path.join(root, 'guest', part), path.join(guest, part), { recursive: true });
    }
    const source = path.join(guest, 'kernel', file);
    const pieces = readFileSync(source, 'utf8').split(instead);
    if (pieces.length !== 2) {
      throw new Error(`${file} no longer has one place for ${name}.`);
    }
    writeFileSync(source, pieces.join(put));
    const out = path.join(folder, 'out');
    const script = path.join(root, 'scripts/build-guest.mjs');
    execFileSync(process.execPath, [script, '--guest', guest, '--out', out], { stdio: 'pipe' });
    return readFileSync(path.join(out, 'kernel.elf'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
