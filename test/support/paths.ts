// Where the project's own files are, for tests.
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');
export const guestProgram = (name: string): string => path.join(root, 'build/guest/programs', name);
export const l4Program = (name: string): string => path.join(root, `build/guest/l4/${name}.elf`);
export const commandLine = path.join(root, 'bin/l4scope.mjs');
